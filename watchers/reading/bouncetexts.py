"""Bounces that only people can read: whom a mail system names in its text, and what it says of each."""

from __future__ import annotations

import re

from ledger.values import Bounce
from watchers.reading.bouncewords import COPY, EXPIRED, FAILURE, GIVEN_UP, SUBJECT, WAITING
from watchers.reading.parsed import Parsed
from watchers.reading.reports import ADDRESS, DIAGNOSTIC_CHARACTERS, RETURNED, own_parts, status

OWN_WORDS = 32 * 1024  # characters; what a mail system has to say stands at the top

_REPLY = re.compile(r"(?<![0-9.,:/-])([45])[0-5][0-9](?=[ -])")
_ANY = re.compile(ADDRESS)
_AT_LINE_START = re.compile(
    rf"^[ \t>|*•-]*(?:(?:to|rcpt to|recipient|addressed to|user|address)[ \t]*:[ \t]*|to[ \t]+)?[\"'<(\[]*({ADDRESS})"
    rf"(?=[\"'>)\]]*(?:[ \t]*[:;,.(<>\[-]|[ \t]+on[ \t]|[ \t]*$))",
    re.IGNORECASE | re.MULTILINE,
)
_IN_SENTENCE = re.compile(
    rf"\b(?:to|recipients?|users?|address\w*|mailbox|size|account|ถึง|ยัง|ผู้รับ)[\s:<\"'(]{{1,6}}({ADDRESS})",
    re.IGNORECASE,
)
_BY_CERTAINTY = (_AT_LINE_START, _IN_SENTENCE, _ANY)
_SENDER_SIDE = re.compile(
    rf"\b(?:mail from|envelope-from|from|sender|message sent by)[\s:<\"'(]{{1,8}}({ADDRESS})", re.IGNORECASE
)
_NOBODY = re.compile(r"(?:mailer-daemon|postmaster|abuse|support|hostmaster)@", re.IGNORECASE)


def own_words(message: Parsed) -> str:
    """What the mail system says itself: its plain text, or the HTML as text, up to the copy of what was sent."""
    words = _words(message)
    return words[: _copy_in(words)]


def has_copy(message: Parsed) -> bool:
    """Whether the mail that was sent comes back with it, enclosed or below the text."""
    return any(part.media_type in RETURNED for part in message.parts) or _copy_in(_words(message)) is not None


def _words(message: Parsed) -> str:
    texts = [part.text for part in own_parts(message) if part.media_type == "text/plain" and part.text.strip()]
    return ("\n\n".join(texts) or message.text)[:OWN_WORDS]


def _copy_in(words: str) -> int | None:
    """Where the copy of what was sent begins; what stands before it is never empty."""
    return next((match.start() for match in COPY.finditer(words) if words[: match.start()].strip()), None)


def failures(text: str) -> int:
    """In how many different ways `text` says that a mail did not arrive, or not yet."""
    return len({match[0].lower() for match in (*FAILURE.finditer(text), *WAITING.finditer(text))})


def subject_speaks_of_failure(subject: str) -> bool:
    """Whether a subject says so, where fewer words suffice."""
    return SUBJECT.search(subject) is not None or failures(subject) > 0


def recipients(message: Parsed, words: str) -> list[str]:
    """The addresses that did not get the mail, by the surest sign that there is."""
    ours = {mailbox.address.lower() for mailbox in (*message.recipients, *message.senders)}
    ours |= {address.lower() for address in _SENDER_SIDE.findall(words)}
    signs = (
        _ANY.findall(", ".join(message.all("X-Failed-Recipients"))),
        *([name for name in sign.findall(words) if name.lower() not in ours] for sign in _BY_CERTAINTY),
        _of_copy(message),
    )
    found = next((kept for sign in signs if (kept := [name for name in sign if not _NOBODY.match(name)])), [])
    return list({name.lower(): name for name in found}.values())


def read(message: Parsed, words: str) -> tuple[Bounce, ...]:
    """Whom `words` name, each with the answer that follows the name; one without a name when there is none."""
    waiting = bool(WAITING.search(f"{message.subject[:500]}\n{words}")) and not GIVEN_UP.search(words)
    answers = _answers(words, recipients(message, words)) or {"": words}
    return tuple(_bounce(name, answer, words, waiting) for name, answer in answers.items())


def _answers(words: str, names: list[str]) -> dict[str, str]:
    """For each name the words from there to the next one."""
    lower = words.lower()
    starts = {name: lower.find(name.lower()) for name in names}
    ends = sorted(starts.values())
    return {
        name: words[start : next((end for end in ends if end > start), None)] if start >= 0 else ""
        for name, start in starts.items()
    }


def _bounce(recipient: str, answer: str, words: str, waiting: bool) -> Bounce:
    said = " ".join(answer.split())[:DIAGNOSTIC_CHARACTERS]
    code = status(answer) or status(words) or _by_reply(answer) or _by_reply(words)
    if waiting:
        return Bounce(recipient, code if code[:1] == "4" else "4.0.0", "delayed", said)
    return Bounce(recipient, code or ("4.4.7" if EXPIRED.search(words) else "5.0.0"), "failed", said)


def _by_reply(text: str) -> str:
    return f"{match[1]}.0.0" if (match := _REPLY.search(text)) else ""


def _of_copy(message: Parsed) -> list[str]:
    """To whom the enclosed copy was sent, when that was one address."""
    to = next((to for part in message.parts if part.depth and (to := part.header("To"))), "")
    names = _ANY.findall(to)
    return names if len(names) == 1 else []
