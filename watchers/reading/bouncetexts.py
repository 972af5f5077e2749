"""Bounces that only people can read: what mail systems write into the text when they give up or wait."""

from __future__ import annotations

import re

from ledger.values import Bounce
from watchers.reading.parsed import Parsed
from watchers.reading.reports import ADDRESS, DIAGNOSTIC_CHARACTERS, own_parts, status

OWN_WORDS = 32 * 1024  # characters; what a mail system has to say stands at the top

# Here begins the copy of the mail that was sent.
_COPY = re.compile(
    r"^[ \t>|]*(?:(?:return-path|received|dkim-signature|message-id|x-[\w-]+|delivered-to):[ \t]"
    r"|[-=_*|#. ]*(?:.{0,40}\b(?:copy of (?:the|your)\b.{0,40}\b(?:message|mail)"
    r"|(?:original|returned|unsent|undelivered) (?:message|mail)(?! was| could)|message (?:header|text)s?)\b.{0,60})"
    r"[-=_*|#:. ]*$)",
    re.IGNORECASE | re.MULTILINE,
)

_FAILURE = re.compile(
    r"""
    (?:\bnot|n['’]t|\bunable\ to|\bcannot|\bfail(?:ed|ure)?\ (?:in|to)|\bimpossible\ to|\bno\ longer)
        \s(?:[\w'’]+\s){0,4}?(?:deliver|reach|relay|transmi|be\ sent|been\ sent|send|accept|receiv|valid)
    | \bun-?deliver | \bnon-?deliver | \bdeliver\w*\s(?:[\w'’]+\s){0,4}?(?:fail|problem|error|delay|reject)
    | \b(?:fail|delay|error|problem)\w*\s(?:\S+\s){0,3}?deliver
    | \b(?:mail|message)\s(?:\w+\s){0,3}?(?:fail|return|reject|refus|bounce|delay|discard)
    | \b(?:following|these|this|one\ or\ more)\s(?:[\w-]+\s){0,2}?(?:address|recipient|user)[^.]{0,80}?
        (?:fail|error|problem|delay|not|unknown|reject|affected)
    | \b(?:unknown|no\ such|invalid|non-?existent|not\ a\ valid|no\ valid|illegal)
        \s(?:\w+\s){0,2}?(?:user|recipient|mailbox|address|account|host|domain)
    | \b(?:user|recipient|mailbox|address|account|host|domain)(?:\sname)?\s(?:is\s|was\s|has\s|does\s)?(?:been\s)?
        (?:unknown|not\b|full|exceed|disabled|suspended|inactive|unavailable|rejected|doesn)
    | \bquota\ exceeded | \bover\s?quota | \btranscript\ of\ (?:the\ )?session | \bsmtp\ error
    | \bsaid:\s*[45][0-9]{2} | ^<{3}\s*[45][0-9]{2}\b | \b[45][0-9]{2}[- ]\#?[45]\.[0-9]{1,3}\.[0-9]
    | ไม่สามารถ(?:นำ|จัด)?ส่ง | ส่ง(?:อีเมล|จดหมาย|ข้อความ)?ไม่(?:สำเร็จ|ถึง|ได้) | ตีกลับ | ไม่พบผู้รับ
    | 配信(?:でき|不能|に失敗) | 送信でき | 退信 | 无法(?:投递|送达|发送) | 未能?(?:送达|投递) | 無法(?:投遞|傳送|送達)
    | 반송 | (?:전송|배달).{0,4}(?:실패|못) | \bunzustellbar | \bnicht\ (?:\w+\ ){0,3}zu(?:ge)?st
    | \bnon\ (?:remis|distribu) | \bn['’]a\ pas\ pu | \bno\ se\ (?:ha\ )?pud?[oi]?\w*\ entreg | \bentrega\b.{0,30}\bfall
    | \bnão\ (?:\w+\ ){0,3}entreg | \bmancat[oa]\ (?:recapito|consegna) | \bnon\ (?:\w+\ ){0,3}recapit
    | \bonbestelbaar | \bniedostarcz | \bnie\ (?:\w+\ ){0,3}dostarcz | \bне\s?(?:\w+\ ){0,3}доставл
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_SUBJECT = re.compile(
    r"failure\ notice|failed\ mail|mail(?:ing)?\ (?:system\ )?(?:error|failure)|bounced?\b|message\ status"
    r"|delivery\ (?:status\ )?(?:notification|report)|return(?:ed|ing)?\ (?:mail|to\ sender|message)"
    r"|warning:?\ (?:could\ not|message|mail)|problem\w*\ (?:with|in)\ (?:mail|deliver)",
    re.IGNORECASE | re.VERBOSE,
)
_WAITING = re.compile(
    r"\bdelayed\b|\(delay\)|\bdelivery delay|\bwarning (?:message )?only|\bnot yet been|\bstill being"
    r"|\bwill (?:be re|re-?|continue |keep |be )?(?:try|tried|retri|attempt)|\battempts will continue"
    r"|\bneed (?:not|to) resend|\bdeferred\b|ล่าช้า|จะ(?:พยายาม|ลอง)ส่ง(?:ใหม่|อีก)",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(r"\bgiv(?:en|ing) up|\bpermanent (?:\w+ )?(?:error|failure)|\bwill not be re", re.IGNORECASE)
_EXPIRED = re.compile(r"retry time(?:out)? exceeded|delivery time expired|has expired|too long in (?:the )?queue", re.I)
_REPLY = re.compile(r"(?<![0-9.,:/-])([45])[0-5][0-9](?=[ -])")

_AT_LINE_START = re.compile(
    rf"^[ \t>|*•-]*(?:(?:to|rcpt to|recipient|addressed to|user|address):?[ \t]*)?[\"'<(\[]*({ADDRESS})"
    rf"(?=[\"'>)\]]*(?:[ \t]*[:;,.(<\[-]|[ \t]+on[ \t]|[ \t]*$))",
    re.IGNORECASE | re.MULTILINE,
)
_IN_SENTENCE = re.compile(
    rf"(?:\bto|recipients?|users?|address\w*|mailbox|size|account)\b[\s:<\"'(]{{1,6}}({ADDRESS})", re.I
)
_SENDER_SIDE = re.compile(rf"(?:mail from|envelope-from|from|sender|message sent by)[\s:<\"'(]{{1,8}}({ADDRESS})", re.I)
_ANY = re.compile(ADDRESS)
_NOBODY = re.compile(r"(?:mailer-daemon|postmaster|abuse|support|hostmaster)@", re.IGNORECASE)


def own_words(message: Parsed) -> str:
    """What the mail system says itself: its plain text, or the HTML as text, up to the copy of what was sent."""
    texts = [part.text for part in own_parts(message) if part.media_type == "text/plain" and part.text.strip()]
    words = ("\n\n".join(texts) or message.text)[:OWN_WORDS]
    copy = next((match for match in _COPY.finditer(words) if words[: match.start()].strip()), None)
    return words[: copy.start()] if copy else words


def speaks_of_failure(text: str) -> bool:
    """Whether `text` says that a mail did not arrive, or not yet."""
    return _FAILURE.search(text) is not None or _WAITING.search(text) is not None


def subject_speaks_of_failure(subject: str) -> bool:
    """The same of a subject, where fewer words suffice."""
    return _SUBJECT.search(subject) is not None or speaks_of_failure(subject)


def read(message: Parsed, words: str) -> tuple[Bounce, ...]:
    """The recipients that `words` name, each with the answer that follows its name; one unnamed when there is none."""
    waiting = _WAITING.search(f"{message.subject}\n{words}") and not _GIVEN_UP.search(words)
    named = _recipients(message, words)
    answers = _answers(words, named)
    return tuple(_bounce(name, answers[name], words, bool(waiting)) for name in named) or (
        _bounce("", words, words, bool(waiting)),
    )


def _bounce(recipient: str, answer: str, words: str, waiting: bool) -> Bounce:
    code = status(answer) or status(words) or _class(answer) or _class(words)
    if not code or (waiting and code[0] == "5"):
        code = "4.0.0" if waiting else "4.4.7" if _EXPIRED.search(answer) else "5.0.0"
    said = " ".join(answer.split())[:DIAGNOSTIC_CHARACTERS]
    return Bounce(recipient, code, "delayed" if waiting else "failed", said)


def _class(text: str) -> str:
    return f"{match[1]}.0.0" if (match := _REPLY.search(text)) else ""


def _answers(words: str, recipients: list[str]) -> dict[str, str]:
    """For each recipient the words from its name to the next one's."""
    lower = words.lower()
    starts = {name: lower.find(name.lower()) for name in recipients}
    ends = sorted(start for start in starts.values() if start >= 0)
    return {
        name: words[start : next((end for end in ends if end > start), None)] if start >= 0 else ""
        for name, start in starts.items()
    }


def _recipients(message: Parsed, words: str) -> list[str]:
    """Addresses that did not get the mail, from the surest sign to the weakest."""
    ours = {mailbox.address.lower() for mailbox in (*message.recipients, *message.senders)}
    ours |= {address.lower() for address in _SENDER_SIDE.findall(words)}
    signs = (
        _ANY.findall(", ".join(message.all("X-Failed-Recipients"))),
        [name for name in _AT_LINE_START.findall(words) if name.lower() not in ours],
        [name for name in _IN_SENTENCE.findall(words) if name.lower() not in ours],
        [name for name in _ANY.findall(words) if name.lower() not in ours],
        _of_copy(message),
    )
    found = next((kept for sign in signs if (kept := [name for name in sign if not _NOBODY.match(name)])), [])
    return list({name.lower(): name for name in reversed(found)}.values())[::-1]


def _of_copy(message: Parsed) -> list[str]:
    """To whom the enclosed copy was sent, when that was one address."""
    for part in message.parts:
        to = part.header("To") if part.depth else ""
        if to:
            names = _ANY.findall(to)
            return names if len(names) == 1 else []
    return []
