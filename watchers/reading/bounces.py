"""Which mails are bounces, and what they say of whom: reports first (RFC 3464), then the words of mail systems."""

from __future__ import annotations

import re
from dataclasses import replace

from ledger.values import Bounce
from watchers.reading import bouncetexts, reports
from watchers.reading.automatic import AUTO_SUBJECT, is_unattended, submitted, title
from watchers.reading.parsed import Parsed

_DAEMON = re.compile(
    r"mail(?:er)?[-_. ]?daemon|mail[- ]delivery|delivery[- ](?:sub)?system|double-bounce", re.IGNORECASE
)
_OPERATOR = re.compile(r"postmaster|administrator|mail[- ]?system|mdaemon", re.IGNORECASE)
_REPORT_PART = re.compile(r"message/.*delivery-status")
_INLINE_REPORT = re.compile(r"^Final-Recipient:", re.IGNORECASE | re.MULTILINE)
_FORWARDED = re.compile(r"(?:fwd?|wg|ส่งต่อ) ?:", re.IGNORECASE)
_PASSED_ON = re.compile(rf"{_FORWARDED.pattern}|(?:re|aw|sv|ตอบ|ตอบกลับ) ?(?:\[\d+\])?:", re.IGNORECASE)


def find(message: Parsed, null: bool) -> tuple[Bounce, ...]:
    """Who did not get a mail of ours, or () when the mail is no bounce; `null`: it comes from the null sender."""
    fields = _report_fields(message)
    if fields is None and not (null or _looks_returned(message)):
        return ()
    words = bouncetexts.own_words(message)
    machine = null or _is_from(_DAEMON, message)
    if not fields and _INLINE_REPORT.search(words) and (machine or _is_from(_OPERATOR, message)):
        fields = words
    if fields is None:
        return bouncetexts.read(message, words) if _is_bounce_text(message, words, null) else ()
    report = reports.read(fields)
    if report.bounces and not (report.complete or machine):
        return ()  # asks the sender to prove himself: nothing failed, nothing waits
    return _completed(report.bounces, message, words)


def _report_fields(message: Parsed) -> str | None:
    """The fields of a delivery report; "" where one is promised but missing."""
    parts = [part for part in reports.own_parts(message) if _REPORT_PART.match(part.media_type)]
    if parts or (message.parts and message.parts[0].param("report-type").lower() == "delivery-status"):
        return "\n\n".join(part.text for part in parts)
    return None


def _looks_returned(message: Parsed) -> bool:
    """Whether sender or subject make it worth to read the text for what mail systems say."""
    return (
        _is_from(_DAEMON, message)
        or _is_from(_OPERATOR, message)
        or bool(message.header("X-Failed-Recipients"))
        or bouncetexts.subject_speaks_of_failure(title(message))
    )


def _is_from(who: re.Pattern[str], message: Parsed) -> bool:
    return who.search(f"{message.header('From')} {message.header('Return-Path')}") is not None


def _completed(bounces: tuple[Bounce, ...], message: Parsed, words: str) -> tuple[Bounce, ...]:
    """`bounces`, with what only the text says: everything, or the exact status."""
    if not bounces:
        return bouncetexts.read(message, words)
    answers = {bounce.recipient.lower(): bounce for bounce in bouncetexts.read(message, words)}
    return tuple(_with_status(bounce, answers.get(bounce.recipient.lower())) for bounce in bounces)


def _with_status(bounce: Bounce, told: Bounce | None) -> Bounce:
    if told is None or not (bounce.status == "" or reports.GENERIC.fullmatch(bounce.status)):
        return bounce
    code = reports.more_exact(bounce.status, told.diagnostic) or told.status
    return replace(bounce, status=code, action=bounce.action or told.action)


def _is_bounce_text(message: Parsed, words: str, null: bool) -> bool:
    """Whether a mail without a report is a bounce all the same; what a person passes on, or complains about, is none.

    The less its sender proves a machine, the more of the mail must speak of a mail that did not arrive.
    """
    failures, subject = bouncetexts.failures(words), title(message)
    announced = bouncetexts.subject_speaks_of_failure(subject) and not _PASSED_ON.match(subject)
    if _is_from(_DAEMON, message) or message.header("X-Failed-Recipients"):
        return announced or failures > 0
    if not failures or _FORWARDED.match(subject) or AUTO_SUBJECT.match(subject):
        return False
    signs = announced + bool(reports.status(words)) + (failures > 1) + (not message.senders)
    if null or _is_from(_OPERATOR, message):
        needed = 1 if _is_from(_OPERATOR, message) or not message.senders else 2
        return signs >= needed and bool(bouncetexts.recipients(message, words))
    machine = submitted(message) or is_unattended(message) or bouncetexts.has_copy(message)
    return bool(machine) and announced and signs >= 2
