"""What came in, what it says, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from ledger.values.words import Channel, OutcomeKind, ReadingKind, RegisterKind, Secrecy, Urgency

Day = date  # `Reading` has a field named date


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox named in a header."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Intake:
    """One arrival, as its watcher saw it."""

    channel: Channel
    source: str  # smtp: "smtp"; folder: the watched folder's path
    content: bytes = field(repr=False)  # the exact bytes (P-9)
    at: datetime  # aware; when the last byte was here
    sender: str = ""  # envelope sender; "" for the null sender
    recipients: tuple[str, ...] = ()  # envelope recipients
    peer: str = ""  # address of the other side
    name: str = ""  # file name, for dropped files
    key: str | None = None  # the same offer has the same key, and is taken once
    organisation: str = ""  # code, where the source is bound to one
    register: RegisterKind = RegisterKind.INCOMING
    group: str = ""  # code, where the source is bound to one


@dataclass(frozen=True, slots=True)
class Document:
    """One file that belongs to a letter."""

    name: str  # as the sender wrote it, decoded; shown after `stored_name` made it safe
    stored_name: str  # safe on every file system and screen (attack 23)
    media_type: str  # as declared
    sniffed_type: str  # as its bytes say; "" when they say nothing
    content: bytes = field(repr=False)
    size: int
    sha256: str
    inline: bool = False  # a picture inside the text, not an enclosure
    withheld: str = ""  # why it is kept but not served; "" when it is served
    description: str = ""  # what a form calls it (F16)


@dataclass(frozen=True, slots=True)
class Bounce:
    """One recipient of a delivery report (RFC 3464)."""

    recipient: str
    status: str = ""  # 5.1.1
    action: str = ""  # failed, delayed, delivered, relayed, expanded
    diagnostic: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What an intake says. What could not be read is a defect, never an exception."""

    kind: ReadingKind = ReadingKind.LETTER
    senders: tuple[Address, ...] = ()  # From
    recipients: tuple[Address, ...] = ()  # To and Cc
    subject: str = ""
    date: datetime | None = None
    text: str = ""
    html: str = field(default="", repr=False)
    documents: tuple[Document, ...] = ()
    letter_number: str = ""  # ที่ …
    letter_date: Day | None = None  # ลงวันที่ …
    urgency: Urgency = Urgency.NORMAL
    secrecy: Secrecy = Secrecy.ORDINARY
    message_id: str = ""  # without angle brackets
    references: tuple[str, ...] = ()  # In-Reply-To, then References, without brackets
    bounces: tuple[Bounce, ...] = ()
    automatic: bool = False  # must not be answered (RFC 3834): lists, bulk, auto-replies, null sender
    loop_marks: tuple[str, ...] = ()  # values of our own X-Saraban-Loop header
    hops: int = 0  # Received lines
    identity: str = ""  # sha256 over body and headers without trace fields (reliability 3.4)
    defects: tuple[str, ...] = ()  # short codes with an optional detail: "too_many_parts", "charset: x-foo"
    charset_problems: tuple[str, ...] = ()
    copies: tuple[Address, ...] = ()  # Cc; they stand at the end of `recipients`
    links: tuple[str, ...] = ()  # hashes of the links that were masked in it (`ledger.masks`)
    doubtful: tuple[str, ...] = ()  # hashes of what only the ledger can tell from a token


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an intake."""

    intake: int
    kind: OutcomeKind
    reason: str  # a sentence in Thai: the rule that matched, or what to do
    number: int | None = None
    year: int | None = None  # B.E.
    text: str = ""  # the number as people write it
    groups: tuple[str, ...] = ()  # names of the holders it was routed to
    secret: bool = False  # its name and subject must not be shown


@dataclass(frozen=True, slots=True)
class Scan:
    """A dropped file that is secret by now, and may still lie on the share."""

    outcome: Outcome
    sha256: str
    size: int
