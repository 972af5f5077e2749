"""What an official letter says of itself: number, date, urgency, secrecy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.values import Secrecy, Urgency


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The head of a letter. What it does not say stays empty."""

    letter_number: str = ""
    letter_date: date | None = None
    urgency: Urgency = Urgency.NORMAL
    secrecy: Secrecy = Secrecy.ORDINARY


def read(subject: str, text: str, name: str = "") -> Letterhead:
    """Read `subject`, `text` and the file's `name`."""
    return Letterhead()
