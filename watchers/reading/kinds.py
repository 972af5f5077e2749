"""What sort of thing a mail is: a letter, a bounce, an automatic reply, a read receipt (P-17)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ledger.values import Bounce, ReadingKind
from watchers.reading.parsed import Parsed


@dataclass(frozen=True, slots=True)
class Classified:
    """What a mail is. `automatic`: it must never be answered (RFC 3834, P-17)."""

    kind: ReadingKind
    bounces: tuple[Bounce, ...] = ()
    automatic: bool = False


def classify(message: Parsed, sender: str | None) -> Classified:
    """Sort `message`; `sender` is the envelope sender ("" or "<>" is the null sender), `None` where there is none."""
    if message.parts and message.parts[0].param("report-type").lower() == "disposition-notification":
        return Classified(ReadingKind.READ_RECEIPT, automatic=True)
    submitted = re.split(r"[\s;(]", message.header("Auto-Submitted").strip().lower())[0]
    if submitted not in ("", "no", "auto-forwarded"):
        return Classified(ReadingKind.AUTO_REPLY, automatic=True)
    return Classified(ReadingKind.LETTER, automatic=sender in ("", "<>"))
