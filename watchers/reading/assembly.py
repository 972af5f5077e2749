"""One arrival read: a mail, or a dropped file of any sort."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256

from ledger.era import day_of
from ledger.values import Reading, ReadingKind
from watchers.reading import body, charset, documents, identity, kinds, letterhead, limits, message, rescue, sniff
from watchers.reading.filename import title
from watchers.reading.masking import hidden
from watchers.reading.parsed import Parsed


def read(content: bytes, *, name: str = "", sender: str | None = None, known: Collection[str] = ()) -> Reading:
    """What `content` says, without links of ours; never raises.

    `name` is the name of a dropped file, "" for what came by mail. `sender` is the envelope sender ("" or "<>" is
    the null sender), `None` where there is none. `known`: as for `masking.hidden`.
    """
    try:
        return hidden(_read(content, name, sender), known)
    except MemoryError:
        return rescue.reading(content, name, "memory", known)
    except Exception:  # a hole in a parser must not lose a letter (P-8)
        return rescue.reading(content, name, "crash", known)


def own(content: bytes, *, name: str = "") -> Reading:
    """What a mail of our own says, links and all; for who sends it or stands for its recipient. Raises anything."""
    return _read(content, name, None)


def _read(content: bytes, name: str, sender: str | None) -> Reading:
    name = name if name.isprintable() else _readable(name)
    return _mail(content, name, sender) if sniff.is_mail(content, name) else _file(content, name)


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
    head = letterhead.read(mail.subject, text, name, today=day_of(mail.date) if mail.date else None)
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
