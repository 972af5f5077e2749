"""What sort of thing a mail is: a letter, a bounce, an automatic reply, a read receipt (P-17)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ledger.values import Bounce, ReadingKind
from watchers.reading import bouncetexts, reports
from watchers.reading.parsed import Parsed

NULL_SENDERS = frozenset({"", "<>"})

_DAEMON = re.compile(
    r"mail(?:er)?[-_. ]?daemon|mail[- ]delivery|delivery[- ](?:sub)?system|double-bounce", re.IGNORECASE
)
_OPERATOR = re.compile(r"postmaster|administrator|mail[- ]?system|mdaemon", re.IGNORECASE)
_PASSED_ON = re.compile(r"\s*(?:re|fwd?|aw|wg|ตอบ|ส่งต่อ|ตอบกลับ)\s*(?:\[\d+\])?:", re.IGNORECASE)
_UNATTENDED = re.compile(
    r"(?:no-?reply|do-?not-?reply|mailer-daemon|postmaster|.*-(?:request|bounces?)|owner-.*)$", re.I
)

_AUTO_SUBJECT = re.compile(
    r"""\s*(?:re:\s*)?[\[(<]?\s*(?:
    auto(?:mat(?:ic|ed))?[- ]?(?:reply|response|answer|respond\w*)? | out[- ]of[- ](?:the[- ])?office(?:\ auto\ ?reply)?
    | vacation(?:\ (?:reply|message|response))? | automatische\ antwort | abwesenheits\w* | réponse\ automatique
    | respuesta\ autom[aá]tica | risposta\ automatica | resposta\ autom[aá]tica | automatyczna\ odpowied[zź]
    | автоответ\w* | 自动(?:回复|答复) | 自動(?:応答|返信|回覆) | 자동\ ?(?:회신|응답)
    | (?:การ|ข้อความ)?ตอบ(?:กลับ|รับ)?(?:โดย)?อัตโนมัติ
    )\s*[\])>:：]""",
    re.IGNORECASE | re.VERBOSE,
)
_AWAY = re.compile(
    r"\bout of (?:the )?office|\bon (?:annual )?(?:leave|vacation|holiday)|\b(?:am|is) (?:currently )?away\b|\bautomat\w+ (?:reply|"
    r"response)|\bauto-?(?:reply|response)|อัตโนมัติ|ไม่อยู่(?:ที่|ใน)?สำนักงาน|(?:ลาพัก|ลากิจ|ลาป่วย|ไปราชการ)",
    re.IGNORECASE,
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
    sender = f"{message.header('From')} {message.header('Return-Path')}"
    daemon = _DAEMON.search(sender) is not None
    operator = null or _OPERATOR.search(sender) is not None
    words = bouncetexts.own_words(message)
    report = _report(message, words, daemon or operator)
    if report is None:
        return bouncetexts.read(message, words) if _is_bounce_text(message, words, daemon, operator) else ()
    if report.bounces and not (report.complete or daemon or null):
        return ()  # asks the sender to prove himself: nothing failed, nothing waits
    return _completed(report.bounces, message, words)


def _report(message: Parsed, words: str, machine: bool) -> reports.Report | None:
    """The delivery report, wherever it stands; empty when one was promised but is missing."""
    parts = reports.own_parts(message)
    text = "\n\n".join(part.text for part in parts if re.match(r"message/.*delivery-status", part.media_type))
    if not text and machine and re.search(r"^Final-Recipient:", words, re.I | re.M):
        text = words
    if text or _report_type(message) == "delivery-status":
        return reports.read(text)
    return None


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


def _is_bounce_text(message: Parsed, words: str, daemon: bool, operator: bool) -> bool:
    """Whether a mail without a report is a bounce all the same. What a person passes on is none."""
    subject = bouncetexts.subject_speaks_of_failure(message.subject)
    text = bouncetexts.speaks_of_failure(words)
    if daemon or message.header("X-Failed-Recipients"):
        return subject or text
    if not text or _PASSED_ON.match(message.subject) or _AUTO_SUBJECT.match(message.subject):
        return False
    exact = bool(reports.status(words))
    if operator:
        return (subject or exact or not message.senders) and bool(bouncetexts.recipients(message, words))
    return subject and exact and (bool(_submitted(message)) or _is_unattended(message))


def _is_auto_reply(message: Parsed, null: bool) -> bool:
    """RFC 3834, and what vacation programs wrote before it and write beside it."""
    submitted = _submitted(message)
    if submitted:
        return submitted == "auto-replied"
    if _AUTO_SUBJECT.match(message.subject) or any(message.header(name) for name in _AUTO_HEADERS):
        return True
    precedence = message.header("Precedence").strip().lower()
    if precedence in ("auto_reply", "auto-reply") or (precedence == "junk" and message.header("X-Loop")):
        return True
    replied = bool(message.header("In-Reply-To") or message.header("References"))
    hint = null or precedence in ("bulk", "junk")
    return hint and replied and _AWAY.search(f"{message.subject}\n{message.text[:2000]}") is not None


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
        or message.header("Precedence").strip().lower() in ("bulk", "list", "junk")
        or any(message.header(name) for name in (*_LIST_HEADERS, "X-Loop"))
        or re.search(r"\b(?:all|oof|autoreply)\b", suppressed)
        or _is_unattended(message)
    )


def _is_unattended(message: Parsed) -> bool:
    return any(_UNATTENDED.match(mailbox.address.partition("@")[0]) for mailbox in message.senders)
