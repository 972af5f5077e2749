"""What goes out: what a mail may say of a letter, the mail, and the answer to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from ledger.values.words import AnswerKind, NoticeKind, RegisterKind, Secrecy, Urgency


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document as a mail or page lists it; one that came or went after its letter was delivered stands apart."""

    name: str
    size: int
    position: int
    media_type: str = ""
    withheld: str = ""
    description: str = ""  # what the form calls it
    added_at: datetime | None = None  # after delivery; None for what the first holder got
    added_by: str = ""
    removed_at: datetime | None = None  # after delivery: its name is told, its content is not served any more
    removed_by: str = ""
    removed_reason: str = ""


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
    renewed: bool = False  # it takes the place of one that opens nothing any more
    code: str = ""  # one-time code (NoticeKind.CODE)
    until: datetime | None = None  # when codes are sent again (NoticeKind.GUESSED)
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


@dataclass(frozen=True, slots=True)
class Answer:
    """The relay's word on one mail."""

    id: int  # the outbox row
    kind: AnswerKind
    text: str  # "250 2.0.0 queued as …", or what went wrong
    peer: str
    at: datetime
