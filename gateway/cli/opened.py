"""The ledger for one command: opened with the settings, closed at its end."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from gateway.cli.context import language, settings_from
from gateway.opening import Ledger, open_ledger
from ledger import era
from ledger.values import Secrecy, Urgency

URGENCY_TH = {
    Urgency.NORMAL: "ปกติ",
    Urgency.URGENT: "ด่วน",
    Urgency.VERY_URGENT: "ด่วนมาก",
    Urgency.MOST_URGENT: "ด่วนที่สุด",
}
HIDDEN = "[ลับ]"  # stands for whatever a secret letter says (I8)


@contextmanager
def opened(config: Path | None) -> Iterator[Ledger]:
    """The ledger that the settings name."""
    ledger = open_ledger(settings_from(config))
    try:
        yield ledger
    finally:
        ledger.close()


def who() -> str:
    """Whose command this is, for the history."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in containers
        return "saraban"


def shown(text: str, secrecy: Secrecy) -> str:
    """`text`, unless the letter is secret."""
    return text if secrecy is Secrecy.ORDINARY else HIDDEN


def when(moment: datetime | None) -> str:
    """A moment as people read it."""
    return era.format_moment(moment, language=language()) if moment else ""


def day(value: date | None) -> str:
    """A day as people read it."""
    return era.format_date(value, language=language()) if value else ""
