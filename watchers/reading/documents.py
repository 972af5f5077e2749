"""The files of a letter: enclosures, inline pictures, enclosed mails, and what lies in a winmail.dat."""

from __future__ import annotations

from hashlib import sha256

from ledger.values import Document
from watchers.reading import body, guard, sniff, tnef
from watchers.reading.filename import extension, extension_of, stored_name
from watchers.reading.html import text_of
from watchers.reading.parsed import Parsed, Part

_REPORTS = frozenset({"message/delivery-status", "message/disposition-notification", "text/rfc822-headers"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})


def of_mail(message: Parsed, problems: list[str], defects: list[str]) -> tuple[tuple[Document, ...], str]:
    """Every file of a mail and of the mails enclosed in it, in order; and the text that a winmail.dat hides."""
    words = set(body.own(message.parts))
    found: list[Document] = []
    text = ""
    for index, part in enumerate(message.parts):
        if not _is_file(part, index in words):
            continue
        inline = part.media_type.startswith("image/") and _is_in_text(message, part)
        files = [(part.filename or _title(message, index), part.media_type, part.content)]
        if part.media_type in _TNEF or part.content.startswith(tnef.SIGNATURE):
            contents = tnef.read(part.content, problems)
            defects += ["tnef"] if contents.broken else []
            files = [(file.name, file.media_type, file.content) for file in contents.files] or files
            text = text or contents.text or text_of(contents.html)
        found += [document(*file, number=len(found) + n, inline=inline) for n, file in enumerate(files, 1)]
    return tuple(found), text


def document(name: str, declared: str, content: bytes, *, number: int = 1, inline: bool = False) -> Document:
    """One file with its real type, its digest, a safe name, and whether it may be served."""
    sniffed = sniff.media_type_of(content)
    suffix = extension_of(sniffed) if name and not extension(name) else ""
    return Document(
        name=name,
        stored_name=stored_name(name + suffix, sniffed or declared, number),
        media_type=declared,
        sniffed_type=sniffed,
        content=content,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        inline=inline,
        withheld=guard.reason(name, declared, sniffed),
    )


def _is_file(part: Part, is_words: bool) -> bool:
    """Neither a container, nor a report for machines, nor the bare text of the mail or of an enclosed one."""
    if part.media_type.startswith("multipart/") or part.media_type in _REPORTS:
        return False
    if part.filename or part.disposition == "attachment":
        return True
    return not is_words and part.media_type not in body.WORDS


def _is_in_text(message: Parsed, part: Part) -> bool:
    """Whether a picture belongs into the text; a scan that a phone calls inline stands for itself."""
    name = part.header("Content-ID").strip(" <>")
    if name and f"cid:{name}" in message.html:
        return True
    around = message.parts[part.parent].media_type if part.parent >= 0 else ""
    return around == "multipart/related" and part.disposition != "attachment"


def _title(message: Parsed, index: int) -> str:
    """An enclosed mail without a name is called by its subject."""
    below = message.parts[index + 1 : index + 2]
    enclosed = below and below[0].parent == index
    subject = below[0].header("subject") if enclosed else ""
    return f"{subject}.eml" if subject else ""
