"""Automatic mail: what is an automatic reply, and what must not be answered (RFC 3834, P-17)."""

from __future__ import annotations

import re

from watchers.reading.parsed import Parsed

SUBJECT = 500  # characters of it that are looked at
TEXT = 2_000  # characters in which a reply says that its sender is away

# Programs write these before a colon or in brackets; people do not.
AUTO_SUBJECT = re.compile(
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
_BULK_HEADERS = ("List-Id", "List-Post", "List-Unsubscribe", "List-Help", "Mailing-List", "X-Loop")
_SUPPRESSED = re.compile(r"\b(?:all|oof|autoreply)\b", re.IGNORECASE)
_UNATTENDED = re.compile(
    r"(?:no-?reply|do-?not-?reply|mailer-daemon|postmaster|.*-(?:request|bounces?)|owner-.*)$", re.IGNORECASE
)


def is_auto_reply(message: Parsed, null: bool) -> bool:
    """By RFC 3834, and by what vacation programs wrote before it and write beside it; `null`: from the null sender.

    That its sender is away makes a mail one only when it is also a reply, bulk or from nobody, and brings no document.
    """
    if word := submitted(message):
        return word == "auto-replied"
    if AUTO_SUBJECT.match(title(message)) or any(message.header(name) for name in _AUTO_HEADERS):
        return True
    precedence = _precedence(message)
    if precedence in ("auto_reply", "auto-reply") or (precedence == "junk" and message.header("X-Loop")):
        return True
    reply = bool(message.header("In-Reply-To") or message.header("References"))
    if null + reply + (precedence in ("bulk", "junk")) < 2 and not title(message).startswith("AUTO:"):
        return False
    brings = any(part.filename or part.disposition == "attachment" for part in message.parts)
    return not brings and _AWAY.search(f"{title(message)}\n{message.text[:TEXT]}") is not None


def is_automatic(message: Parsed) -> bool:
    """Whether a mail comes from a list or a machine, or asks for no answer."""
    return bool(
        submitted(message)
        or (message.parts and message.parts[0].param("report-type"))
        or _precedence(message) in ("bulk", "list", "junk")
        or any(message.header(name) for name in _BULK_HEADERS)
        or _SUPPRESSED.search(message.header("X-Auto-Response-Suppress"))
        or is_unattended(message)
    )


def is_unattended(message: Parsed) -> bool:
    """Whether nobody reads what is sent to the mail's author."""
    return any(_UNATTENDED.match(mailbox.address.partition("@")[0]) for mailbox in message.senders)


def submitted(message: Parsed) -> str:
    """The keyword of Auto-Submitted, "" for none and for "no"."""
    keyword = re.split(r"[\s;(]", message.header("Auto-Submitted").strip().lower())[0]
    return "" if keyword == "no" else keyword


def title(message: Parsed) -> str:
    """As much of the subject as decides, in single spaces."""
    return " ".join(message.subject[:SUBJECT].split())


def _precedence(message: Parsed) -> str:
    return message.header("Precedence").strip().lower()
