"""The closed sets of words that values are made of."""

from __future__ import annotations

from enum import StrEnum


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
    GUESSED = "guessed"
    INVITATION = "invitation"


class AnswerKind(StrEnum):
    """What the other side said to a mail."""

    SENT = "sent"  # 2xx after the final dot (P-14)
    TEMPORARY = "temporary"  # 4xx, or no conversation: nothing was handed over
    PERMANENT = "permanent"  # 5xx
    UNKNOWN = "unknown"  # cut after the final dot: it may have arrived (P-16)
