"""What the page behind a receipt link shows, and who asked for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ledger.values.leaving import LetterFacts
from ledger.values.words import HolderKind


@dataclass(frozen=True, slots=True)
class Silence:
    """A while in which no one-time code of a letter is sent or looked at, because somebody guessed (5.2)."""

    since: datetime
    until: datetime
    replaced_at: datetime | None = None  # since when the letter has another link than whoever guessed
    replaced_by: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One stop of a letter on its way, for the timeline that every later holder sees (F72, F84)."""

    holder: str  # who holds or held it
    kind: HolderKind
    sent_at: datetime
    by: str = ""  # who passed it on
    note: str = ""
    opened_at: datetime | None = None  # the page was fetched: a weak fact, maybe a machine (P-19)
    unlocked_at: datetime | None = None  # last opened with the code of a secret letter
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    number: str = ""  # the holder's own incoming number; only on the holder's own page (F93)
    here: bool = False  # the step whose page this is
    silences: tuple[Silence, ...] = ()  # somebody guessed at its code


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody to whom a holder may forward: "group:finance" or "person:12"."""

    value: str
    label: str
    kind: HolderKind


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """What the page behind a receipt link shows; while `locked`, only office, number and dates."""

    facts: LetterFacts
    holder: str
    steps: tuple[Step, ...]
    locked: bool = False  # a secret letter: a one-time code is needed first
    code_sent_to: str = ""  # "fi•••@school.example", where the code went or would go
    silent_until: datetime | None = None  # no code is sent or looked at before
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    evidence: str = ""  # evidence number of the receipt
    own_number: str = ""  # the number in the holder's own incoming register
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asked, as far as the connection tells; kept as evidence, never decisive (5.2)."""

    at: datetime
    method: str
    network: str = ""  # address prefix: /24 or /48
    agent: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A stored file on its way to a browser or a disk."""

    name: str
    media_type: str
    size: int
    sha256: str
    content: bytes = field(repr=False)
