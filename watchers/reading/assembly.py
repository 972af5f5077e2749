"""One arrival read: a mail, or a dropped file of any sort."""

from __future__ import annotations

import re
from hashlib import sha256

from ledger.values import Reading, ReadingKind
from watchers.reading import body, charset, documents, identity, kinds, letterhead, limits, message, rescue, sniff
from watchers.reading.filename import extension, title
from watchers.reading.parsed import Parsed

_MAIL_HEADER = re.compile(
    rb"^(?:from|to|subject|date|received|return-path|delivered-to|message-id|mime-version|content-type):", re.I | re.M
)
_MAIL_NAMES = frozenset({"eml", "", "mail", "msg", "txt"})


def read(content: bytes, *, name: str = "", sender: str | None = None) -> Reading:
    """What `content` says; never raises.

    `name` is the name of a dropped file, "" for what came by mail. `sender` is the envelope sender ("" or "<>" is
    the null sender), `None` where there is none.
    """
    name = name if name.isprintable() else _readable(name)
    try:
        return _mail(content, name, sender) if is_mail(content, name) else _file(content, name)
    except MemoryError:
        return rescue.reading(content, name, "memory")
    except Exception:  # a hole in a parser must not lose a letter (P-8)
        return rescue.reading(content, name, "crash")


def is_mail(content: bytes, name: str) -> bool:
    """Whether to read `content` as a mail: what came by mail always is, a file by its name and beginning."""
    if not name:
        return True
    suffix = extension(name)
    if suffix == "eml" and sniff.media_type_of(content) in ("", "text/plain"):
        return True
    head = content[:4096].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return suffix in _MAIL_NAMES and len(set(_MAIL_HEADER.findall(head))) >= 2


def _readable(name: str) -> str:
    """The name of a file on an old disk, whose bytes came as surrogates (PEP 383)."""
    try:
        raw = name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = name.encode("utf-8", "ignore")
    return charset.decode(raw, "", [])


def _mail(content: bytes, name: str, sender: str | None) -> Reading:
    mail = message.parse(content)
    problems, defects = list(mail.charset_problems), [*mail.defects, *([] if content else ["empty"])]
    enclosed, hidden = documents.of_mail(mail, problems, defects)
    kind = kinds.classify(mail, sender)
    text = mail.text or hidden
    if kind.kind is ReadingKind.LETTER:
        text = _with_enclosed(text, mail)
    head = letterhead.read(mail.subject, text, name, today=mail.date.date() if mail.date else None)
    return Reading(
        kind=kind.kind,
        senders=mail.senders,
        recipients=mail.recipients,
        copies=mail.copies,
        subject=mail.subject,
        date=mail.date,
        text=text,
        html=mail.html,
        documents=enclosed,
        letter_number=head.letter_number,
        letter_date=head.letter_date,
        urgency=head.urgency,
        secrecy=head.secrecy,
        message_id=next(iter(identity.ids(mail.header("Message-ID"))), ""),
        references=identity.ids(mail.header("In-Reply-To")) + identity.ids(mail.header("References")),
        bounces=kind.bounces,
        automatic=kind.automatic,
        loop_marks=mail.all("X-Saraban-Loop"),
        hops=len(mail.all("Received")),
        identity=identity.of_mail(mail, content),
        defects=tuple(dict.fromkeys(defects)),
        charset_problems=tuple(dict.fromkeys(problems)),
    )


def _with_enclosed(text: str, mail: Parsed) -> str:
    """`text`, and that of a mail passed on with it; without either, that of a text file."""
    inside = body.choose(mail.parts, body.enclosed(mail.parts))[0]
    found = "\n\n".join(filter(str.strip, (text, inside)))
    return found[: limits.TEXT] or body.choose(mail.parts, body.filed(mail.parts))[0]


def _file(content: bytes, name: str) -> Reading:
    enclosed = documents.document(name, "", content)
    subject = title(name)
    head = letterhead.read(subject, "", name)
    return Reading(
        subject=subject,
        documents=(enclosed,),
        letter_number=head.letter_number,
        letter_date=head.letter_date,
        urgency=head.urgency,
        secrecy=head.secrecy,
        identity=sha256(content).hexdigest(),
        defects=() if content else ("empty",),
    )
