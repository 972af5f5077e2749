"""The frozen values that cross the floors: what came in, what it says, what became of it, what goes out.

Watchers make an `Intake` and a `Reading`; the ledger answers with an `Outcome` and later hands out a `Notice`;
mailers turn that into a `Mail` and report an `Answer`. Nothing here does any I/O.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

Day = date  # `Reading` has a field named date


class Channel(StrEnum):
    """The way by which something reached us."""

    SMTP = "smtp"
    LMTP = "lmtp"
    IMAP = "imap"
    FOLDER = "folder"
    COMMAND = "command"


class RegisterKind(StrEnum):
    """The four books of an organisation (F8)."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    ORDER = "order"
    CERTIFICATE = "certificate"


class Urgency(StrEnum):
    """ชั้นความเร็ว (R27), lowest first."""

    NORMAL = "normal"
    URGENT = "urgent"
    VERY_URGENT = "very_urgent"
    MOST_URGENT = "most_urgent"


class Secrecy(StrEnum):
    """ชั้นความลับ (R28), lowest first. `TOP_SECRET` is read, so that it can be refused (I8)."""

    ORDINARY = "ordinary"
    SECRET = "secret"
    VERY_SECRET = "very_secret"
    TOP_SECRET = "top_secret"


class ReadingKind(StrEnum):
    """What sort of thing an intake is, as far as its own text tells."""

    LETTER = "letter"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    READ_RECEIPT = "read_receipt"


class OutcomeKind(StrEnum):
    """Every intake ends in exactly one of these (I4)."""

    REGISTERED = "registered"
    JOINED = "joined"
    RECEIPT = "receipt"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    HELD = "held"
    REFUSED = "refused"


class HolderKind(StrEnum):
    """Who may hold a delivery."""

    REGISTRY = "registry"
    GROUP = "group"
    SCHOOL = "school"
    PERSON = "person"


class NoticeKind(StrEnum):
    """Every mail that we can write; the value is the name of its template folder."""

    ARRIVAL = "arrival"
    LETTER = "letter"
    ANSWER = "answer"
    GIVEN_UP = "given_up"
    CODE = "code"


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
class DocumentLine:
    """A document as a mail or page lists it."""

    name: str
    size: int
    position: int
    media_type: str = ""
    withheld: str = ""


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What a mail or a page may say of a letter; of a secret one neither subject, summary nor documents."""

    organisation: str  # the office that writes to the holder
    number: str  # the register number as people write it, "12/2569" or "ศธ 04022/ว345"
    register: RegisterKind
    letter_number: str
    letter_date: date | None
    registered_at: datetime | None
    sender: str
    recipient: str
    subject: str
    summary: str
    urgency: Urgency
    secrecy: Secrecy
    documents: tuple[DocumentLine, ...] = ()
    phone: str = ""  # of the organisation

    @property
    def secret(self) -> bool:
        """Whether mails and pages must hide what it says (I8)."""
        return self.secrecy is not Secrecy.ORDINARY


@dataclass(frozen=True, slots=True)
class Notice:
    """One mail that is due, resolved so far that a template needs nothing else."""

    id: int  # the outbox row
    kind: NoticeKind
    recipient: str  # address
    recipient_name: str
    message_id: str  # without angle brackets; stable over every repeat (I5)
    sender: str  # address in From
    sender_name: str
    made_at: datetime  # goes into Date, so that a repeat is the same mail
    facts: LetterFacts | None = None
    link: str = ""  # the receipt link, complete
    code: str = ""  # one-time code (NoticeKind.CODE)
    holder: str = ""  # name of the group, school or person
    forwarded_by: str = ""
    note: str = ""  # what the forwarding person wrote
    failed: tuple[tuple[str, str], ...] = ()  # GIVEN_UP: (address, reason)
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    loop_mark: str = ""  # value of X-Saraban-Loop
    language: str = "th"

    @property
    def automatic(self) -> str:
        """The value of Auto-Submitted (RFC 3834)."""
        return "auto-replied" if self.kind is NoticeKind.ANSWER else "auto-generated"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, ready to leave."""

    id: int  # the outbox row
    sender: str  # envelope sender; "" for the null sender
    recipient: str
    message_id: str
    content: bytes = field(repr=False)  # CRLF lines, not dot-stuffed, 7-bit
    secret: bool = False


class AnswerKind(StrEnum):
    """What the other side said to a mail."""

    SENT = "sent"  # 2xx after the final dot (P-14)
    TEMPORARY = "temporary"  # 4xx, or no conversation: nothing was handed over
    PERMANENT = "permanent"  # 5xx
    UNKNOWN = "unknown"  # cut after the final dot: it may have arrived (P-16)


@dataclass(frozen=True, slots=True)
class Answer:
    """The relay's word on one mail."""

    id: int  # the outbox row
    kind: AnswerKind
    text: str  # "250 2.0.0 queued as …", or what went wrong
    peer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One stop of a letter on its way, for the timeline that every later holder sees (F72, F84)."""

    holder: str  # who holds or held it
    kind: HolderKind
    sent_at: datetime
    by: str = ""  # who passed it on
    note: str = ""
    opened_at: datetime | None = None  # the page was fetched: a weak fact, maybe a machine (P-19)
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    number: str = ""  # the holder's own incoming number; only on the holder's own page (F93)
    here: bool = False  # the step whose page this is


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
