"""What sort of thing a mail is: a letter, a bounce, an automatic reply, a read receipt (P-17)."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.values import Bounce, ReadingKind
from watchers.reading import automatic, bounces, reports
from watchers.reading.parsed import Parsed

NULL_SENDERS = frozenset({"", "<>"})


@dataclass(frozen=True, slots=True)
class Classified:
    """What a mail is. `automatic`: it must never be answered (RFC 3834, P-17)."""

    kind: ReadingKind
    bounces: tuple[Bounce, ...] = ()
    automatic: bool = False


def classify(message: Parsed, sender: str | None) -> Classified:
    """Sort `message`; `sender` is the envelope sender ("" or "<>" is the null sender), `None` where there is none."""
    if _is_read_receipt(message):
        return Classified(ReadingKind.READ_RECEIPT, automatic=True)
    null = _is_from_nobody(message, sender)
    if named := bounces.find(message, null):
        return Classified(ReadingKind.BOUNCE, named, automatic=True)
    if automatic.is_auto_reply(message, null):
        return Classified(ReadingKind.AUTO_REPLY, automatic=True)
    return Classified(ReadingKind.LETTER, automatic=null or automatic.is_automatic(message))


def _is_read_receipt(message: Parsed) -> bool:
    """RFC 8098."""
    return any(
        part.media_type == "message/disposition-notification" or part.param("report-type") == "disposition-notification"
        for part in reports.own_parts(message)
    )


def _is_from_nobody(message: Parsed, sender: str | None) -> bool:
    """The null sender (RFC 5321 4.5.5); a file on disk only has its Return-Path."""
    if sender is not None:
        return sender.strip() in NULL_SENDERS
    return "<>" in message.header("Return-Path").replace(" ", "")
