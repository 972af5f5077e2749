"""What sort of thing a mail is: a letter, a bounce, an automatic reply, a read receipt (P-17)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ledger.values import Bounce, ReadingKind
from watchers.reading import bouncetexts, reports
from watchers.reading.parsed import Parsed

SUBJECT = 500  # characters of it that are looked at
NULL_SENDERS = frozenset({"", "<>"})

_DAEMON = re.compile(
    r"mail(?:er)?[-_. ]?daemon|mail[- ]delivery|delivery[- ](?:sub)?system|double-bounce", re.IGNORECASE
)
_OPERATOR = re.compile(r"postmaster|administrator|mail[- ]?system|mdaemon", re.IGNORECASE)
_REPORT_PART = re.compile(r"message/.*delivery-status")
_INLINE_REPORT = re.compile(r"^Final-Recipient:", re.IGNORECASE | re.MULTILINE)
_FORWARDED = re.compile(r"(?:fwd?|wg|ส่งต่อ) ?:", re.IGNORECASE)
_PASSED_ON = re.compile(rf"{_FORWARDED.pattern}|(?:re|aw|sv|ตอบ|ตอบกลับ) ?(?:\[\d+\])?:", re.IGNORECASE)
_UNATTENDED = re.compile(
    r"(?:no-?reply|do-?not-?reply|mailer-daemon|postmaster|.*-(?:request|bounces?)|owner-.*)$", re.I
)

# Programs write these before a colon or in brackets; people do not.
_AUTO_SUBJECT = re.compile(
    r"""(?:re:\ )?[\[(<]?\ ?(?:
    auto(?:mat(?:ic|ed))?[- ]?(?:reply|response|answer|respond\w*) | out[- ]of[- ](?:the[- ])?office(?:\ auto\ ?reply)?
    | vacation(?:\ (?:reply|message|response))? | automatische\ antwort | abwesenheits\w* | réponse\ automatique
    | respuesta\ autom[aá]tica | risposta\ automatica | resposta\ autom[aá]tica | automatyczna\ odpowied[zź]
    | автоответ\w* | 自动(?:回复|答复) | 自動(?:応答|返信|回覆) | 자동\ ?(?:회신|응답)
    | (?:การ|ข้อความ)?ตอบ(?:กลับ|รับ)?(?:โดย)?อัตโนมัติ
    )\ ?[\])>:：]""",
    re.IGNORECASE | re.VERBOSE,
)
_AWAY = re.compile(
    r"""
    \bout\ of\ (?:the\ )?office | \bon\ (?:annual\ )?(?:leave|vacation|holiday)\b | \b(?:am|is)\ (?:currently\ )?away\b
    | \bautomat(?:ic|ed)\ (?:reply|response) | \bauto-?(?:reply|response)
    | ตอบ(?:กลับ|รับ)?(?:โดย)?อัตโนมัติ | ไม่อยู่(?:ที่|ใน)?สำนักงาน | อยู่ระหว่าง(?:การ)?ลา
    """,
    re.IGNORECASE | re.VERBOSE,
)
_AUTO_HEADERS = ("X-Autoreply", "X-Auto-Reply", "X-Autorespond", "X-Autoresponder", "X-Autoreply-From")
_LIST_HEADERS = ("List-Id", "List-Post", "List-Unsubscribe", "List-Help", "Mailing-List")


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
    null = _from_nobody(message, sender)
    if bounces := _bounces(message, null):
        return Classified(ReadingKind.BOUNCE, bounces, automatic=True)
    if _is_auto_reply(message, null):
        return Classified(ReadingKind.AUTO_REPLY, automatic=True)
    return Classified(ReadingKind.LETTER, automatic=null or _is_automatic(message))


def _is_read_receipt(message: Parsed) -> bool:
    """RFC 8098."""
    return _report_type(message) == "disposition-notification" or any(
        part.media_type.endswith("disposition-notification") for part in reports.own_parts(message)
    )


def _report_type(message: Parsed) -> str:
    return message.parts[0].param("report-type").lower() if message.parts else ""


def _from_nobody(message: Parsed, sender: str | None) -> bool:
    """The null sender (RFC 5321 4.5.5); a file on disk only has its Return-Path."""
    if sender is not None:
        return sender.strip() in NULL_SENDERS
    return "<>" in message.header("Return-Path").replace(" ", "")


def _bounces(message: Parsed, null: bool) -> tuple[Bounce, ...]:
    """Who did not get a mail of ours, or () when the mail is no bounce."""
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
    if parts or _report_type(message) == "delivery-status":
        return "\n\n".join(part.text for part in parts)
    return None


def _looks_returned(message: Parsed) -> bool:
    """Whether sender or subject make it worth to read the text for what mail systems say."""
    return (
        _is_from(_DAEMON, message)
        or _is_from(_OPERATOR, message)
        or bool(message.header("X-Failed-Recipients"))
        or bouncetexts.subject_speaks_of_failure(_title(message))
    )


def _title(message: Parsed) -> str:
    """As much of the subject as decides, in single spaces."""
    return " ".join(message.subject[:SUBJECT].split())


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
    failures, title = bouncetexts.failures(words), _title(message)
    subject = bouncetexts.subject_speaks_of_failure(title) and not _PASSED_ON.match(title)
    if _is_from(_DAEMON, message) or message.header("X-Failed-Recipients"):
        return subject or failures > 0
    if not failures or _FORWARDED.match(title) or _AUTO_SUBJECT.match(title):
        return False
    signs = subject + bool(reports.status(words)) + (failures > 1) + (not message.senders)
    if null or _is_from(_OPERATOR, message):
        needed = 1 if _is_from(_OPERATOR, message) or not message.senders else 2
        return signs >= needed and bool(bouncetexts.recipients(message, words))
    machine = _submitted(message) or _is_unattended(message) or bouncetexts.has_copy(message)
    return bool(machine) and subject and signs >= 2


def _is_auto_reply(message: Parsed, null: bool) -> bool:
    """RFC 3834, and what vacation programs wrote before it and write beside it."""
    submitted = _submitted(message)
    if submitted:
        return submitted == "auto-replied"
    if _AUTO_SUBJECT.match(_title(message)) or any(message.header(name) for name in _AUTO_HEADERS):
        return True
    precedence = _precedence(message)
    if precedence in ("auto_reply", "auto-reply") or (precedence == "junk" and message.header("X-Loop")):
        return True
    signs = (
        null + (precedence in ("bulk", "junk")) + bool(message.header("In-Reply-To") or message.header("References"))
    )
    away = _AWAY.search(f"{_title(message)}\n{message.text[:2000]}") is not None
    return away and not _has_documents(message) and (signs >= 2 or _title(message).startswith("AUTO:"))


def _precedence(message: Parsed) -> str:
    return message.header("Precedence").strip().lower()


def _has_documents(message: Parsed) -> bool:
    return any(part.filename or part.disposition == "attachment" for part in message.parts)


def _submitted(message: Parsed) -> str:
    """The keyword of Auto-Submitted, "" for none and for "no"."""
    keyword = re.split(r"[\s;(]", message.header("Auto-Submitted").strip().lower())[0]
    return "" if keyword == "no" else keyword


def _is_automatic(message: Parsed) -> bool:
    """Lists, bulk, machines and whoever asks for no answer."""
    suppressed = message.header("X-Auto-Response-Suppress").lower()
    return bool(
        _submitted(message)
        or _report_type(message)
        or _precedence(message) in ("bulk", "list", "junk")
        or any(message.header(name) for name in (*_LIST_HEADERS, "X-Loop"))
        or re.search(r"\b(?:all|oof|autoreply)\b", suppressed)
        or _is_unattended(message)
    )


def _is_unattended(message: Parsed) -> bool:
    return any(_UNATTENDED.match(mailbox.address.partition("@")[0]) for mailbox in message.senders)
