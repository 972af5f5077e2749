"""The frozen values that cross the floors: what came in, what it says, what became of it, what goes out.

Watchers make an `Intake` and a `Reading`; the ledger answers with an `Outcome` and later hands out a `Notice`;
mailers turn that into a `Mail` and report an `Answer`. Nothing here does any I/O.
"""

from __future__ import annotations

from ledger.values.arriving import Address, Bounce, Document, Intake, Outcome, Reading, Scan
from ledger.values.leaving import Answer, DocumentLine, LetterFacts, Mail, Notice
from ledger.values.showing import File, ReceiptPage, Silence, Step, Target, Visit
from ledger.values.words import (
    AnswerKind,
    Channel,
    HolderKind,
    NoticeKind,
    OutcomeKind,
    ReadingKind,
    RegisterKind,
    Secrecy,
    Urgency,
)

__all__ = [
    "Address",
    "Answer",
    "AnswerKind",
    "Bounce",
    "Channel",
    "Document",
    "DocumentLine",
    "File",
    "HolderKind",
    "Intake",
    "LetterFacts",
    "Mail",
    "Notice",
    "NoticeKind",
    "Outcome",
    "OutcomeKind",
    "Reading",
    "ReadingKind",
    "ReceiptPage",
    "RegisterKind",
    "Scan",
    "Secrecy",
    "Silence",
    "Step",
    "Target",
    "Urgency",
    "Visit",
]
