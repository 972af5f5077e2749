"""A mail taken apart: a loop over byte ranges, so that neither depth nor number of parts stops it (attack 5).

Bodies are cut with `bytes.find` and decoded in C; no line of an attachment is ever a Python string.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger.values import Address
from watchers.reading import addresses, body, charset, dates, headers, limits, params, transfer
from watchers.reading.headers import Block
from watchers.reading.parsed import Parsed, Part

_TYPE = re.compile(r"[^\s/]+/[^\s/]+")
ENCLOSED = frozenset({"message/rfc822", "message/global", "message/news"})
_WORD = re.compile(rb"[^\s;(]+")
_META = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([\w-]{1,40})", re.I)
_BREAK = re.compile("\r\n?|\f")
_GUESSED_BOUNDARY = re.compile(rb"^--([^\r\n]{1,200}?)[ \t]*\r?\nContent-[TD]", re.M | re.I)


@dataclass(slots=True)
class Range:
    """Bytes that wait to be read as one part."""

    content: bytes
    start: int
    end: int
    depth: int = 0
    parent: int = -1
    default: str = "text/plain"


@dataclass(slots=True)
class Notes:
    """What went wrong on the way."""

    defects: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def parse(content: bytes) -> Parsed:
    """`content` as a mail. Never raises; what exceeds a limit is left out and named in `defects`."""
    if b"\n" not in content[: limits.HEADER_BLOCK] and b"\r" in content:
        content = content.replace(b"\r", b"\n")  # a dropped file from an old Macintosh
    notes = Notes()
    top = headers.read(content, beginning(content), len(content), notes.defects)
    parts = tuple(_parts(Range(content, top.body, len(content)), top, notes))
    plain, html = body.choose(parts, body.own(parts))
    copies = _mailboxes(top, "cc", notes)
    return Parsed(
        headers=parts[0].headers,
        raw_headers=top.raw,
        parts=parts,
        text=plain,
        html=html,
        subject=parts[0].header("subject"),
        senders=_mailboxes(top, "from", notes),
        recipients=_mailboxes(top, "to", notes) + copies,
        copies=copies,
        date=dates.read(parts[0].header("date")),
        defects=tuple(dict.fromkeys(notes.defects)),
        charset_problems=tuple(notes.problems),
    )


def _parts(top: Range, block: Block, notes: Notes) -> Iterator[Part]:
    """Every part in document order. `block` is the header of `top`, whose range is its body."""
    waiting = [top]
    count = 0
    while waiting:
        here = waiting.pop()
        if count:
            block = headers.read(here.content, here.start, here.end, notes.defects)
            here.start = block.body
        part, below = _part(here, block, count, notes)
        yield part
        count += 1
        room = limits.PARTS - count - len(waiting)
        if len(below) > room:
            notes.defects.append("too_many_parts")
        waiting += reversed(below[: max(room, 0)])


def _part(here: Range, block: Block, index: int, notes: Notes) -> tuple[Part, list[Range]]:
    """The part whose body is `here`, and the ranges of the parts below it."""
    media_type, parameters = params.read(block.first("content-type"), "", notes.problems)
    media_type = media_type if _TYPE.fullmatch(media_type) else here.default
    label = parameters.get("charset", "")
    disposition, details = params.read(block.first("content-disposition"), label, notes.problems)
    below: list[Range] = []
    content = b""
    if media_type.startswith("multipart/"):
        below = split(here, parameters.get("boundary", ""), media_type, index, notes)
        media_type = media_type if below else "text/plain"
    if not below:
        content = decoded(here, block)
    if media_type in ENCLOSED and _allowed(here.depth, notes):
        below = [Range(content, beginning(content), len(content), here.depth + 1, index)]
    return Part(
        media_type=media_type,
        charset=label.lower(),
        params=tuple(parameters.items()),
        disposition=disposition,
        filename=details.get("filename") or parameters.get("name", ""),
        depth=here.depth,
        parent=here.parent,
        headers=block.decoded(label, notes.problems),
        content=content,
        text=_text(media_type, content, label, notes),
    ), below


def split(here: Range, boundary: str, media_type: str, index: int, notes: Notes) -> list[Range]:
    """The ranges between the boundary lines of a multipart; [] where it has none and is read as text."""
    if not _allowed(here.depth, notes):
        return []
    default = "message/rfc822" if media_type == "multipart/digest" else "text/plain"
    cuts = _cut(here, boundary.encode("utf-8", "ignore")[: limits.BOUNDARY].rstrip()) if boundary else []
    if not cuts:
        guessed = _GUESSED_BOUNDARY.search(here.content, here.start, here.end)
        notes.defects.append("boundary")
        cuts = _cut(here, guessed[1]) if guessed else []
    return [Range(here.content, start, end, here.depth + 1, index, default) for start, end in cuts]


def _cut(here: Range, boundary: bytes) -> list[tuple[int, int]]:
    """Where the parts between lines of `boundary` begin and end; the last one may lack its closing line."""
    content, mark = here.content, b"--" + boundary
    cuts: list[tuple[int, int]] = []
    begin = -1
    at = content.find(mark, here.start, here.end)
    while at >= 0 and len(cuts) <= limits.PARTS:
        line = content.find(b"\n", at, here.end)
        tail = content[at + len(mark) : line if line >= 0 else here.end].strip()
        if (at == here.start or content[at - 1] == 10) and tail in (b"", b"--"):
            if begin >= 0:
                cuts.append((begin, max(begin, at - 1 - (content[at - 2 : at - 1] == b"\r"))))
            begin = line + 1 if line >= 0 and not tail else -1
            if tail:
                return cuts
        at = content.find(mark, line, here.end) if line >= 0 else -1
    if begin >= 0:
        cuts.append((begin, here.end))
    return cuts


def coding(block: Block) -> bytes:
    """The transfer encoding that a part declares, in lower case, or b""."""
    encoding = _WORD.match(block.first("content-transfer-encoding"))
    return encoding[0].lower() if encoding else b""


def decoded(here: Range, block: Block) -> bytes:
    """The bytes of a part whose body is `here`."""
    decoder = transfer.DECODERS.get(coding(block))
    content = memoryview(here.content)[here.start : here.end]
    return decoder(content) if decoder else bytes(content)


def _text(media_type: str, content: bytes, label: str, notes: Notes) -> str:
    if not media_type.startswith(("text/", "message/")) or media_type in ENCLOSED:
        return ""
    if not label and media_type == "text/html" and (named := _META.search(content[:2048])):
        label = named[1].decode()
    if len(content) > limits.TEXT_BYTES:
        content = content[: content.rfind(b"\n", 0, limits.TEXT_BYTES) + 1 or limits.TEXT_BYTES]
    return _BREAK.sub("\n", charset.decode(content, label, notes.problems))


def _allowed(depth: int, notes: Notes) -> bool:
    if depth >= limits.DEPTH:
        notes.defects.append("too_deep")
    return depth < limits.DEPTH


def beginning(content: bytes) -> int:
    """Past a byte order mark and blank lines, which mails saved by hand begin with."""
    at = 3 if content.startswith(b"\xef\xbb\xbf") else 0
    while content[at : at + 1] in (b"\r", b"\n"):
        at += 1
    return at


def _mailboxes(block: Block, wanted: str, notes: Notes) -> tuple[Address, ...]:
    """The mailboxes of every header of that name; several From lines are named (attack 6)."""
    lines = block.named.get(wanted, [])
    if len(lines) > 1 and wanted == "from":
        notes.defects.append("several_from")
    found = (addresses.read(charset.decode(line, "", notes.problems), notes.problems, notes.defects) for line in lines)
    return tuple(mailbox for line in found for mailbox in line)
