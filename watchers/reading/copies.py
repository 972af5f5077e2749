"""A file as it is handed out: byte for byte what came, but for links of ours.

In a text or a mail a mark takes the place of a link; in other files as many letters do, so that all else stays where
it is. Archives, office files and the pages of a PDF are looked into (`packed`); where a link cannot be taken out of
one, there is no copy.
Runs in child processes: strangers wrote what is taken apart here.
"""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ledger.masks import PLAIN_MARK, Mask, hashed
from watchers.reading import frames, headers, limits, message, packed, params, sniff, tnef, transfer, words
from watchers.reading.headers import Block

_BLOTTED = frozenset({sniff.PDF, sniff.OLE, *(kind for _, kind in sniff.STREAMS)})
_IN_BYTES = re.compile(rb"(/(?:r|join)/)([A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])")
_WIDE_LETTER = rb"[A-Za-z0-9_-]\0"
_IN_WIDE = re.compile(rb"(/\0(?:r|j\0o\0i\0n)\0/\0)((?:%b){43})(?!%b)" % (_WIDE_LETTER, _WIDE_LETTER))
_PATHS = (
    *((path, _IN_BYTES) for path in (b"/r/", b"/join/")),
    *((path.encode("utf-16-le"), _IN_WIDE) for path in ("/r/", "/join/")),
)
_WIDE_PATH = re.compile(rb"/\0(?:r|j\0o\0i\0n)\0/")
_MOST_PATHS = 1_000  # that are looked at before a file is given to a child
_XML = "text/xml"
_XML_NAMES = (".xml", ".rels")
_CHARSETS = ("utf-8", "latin-1")
_SIGNATURES = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


class Copy(NamedTuple):
    """A file as it may be handed out, and the hashes of what only the ledger can tell from a token."""

    content: bytes
    doubtful: tuple[str, ...]


class _Change(NamedTuple):
    """Bytes that take the place of others."""

    start: int
    end: int
    content: bytes


def answer(content: bytes, name: str, mask: packed.Opening) -> list[bytes]:
    """The pieces that tell the copy of a file. Raises ValueError for one that is nested too deeply or hides a link."""
    shown = copy(content, name, mask)
    told = json.dumps({"doubtful": sorted(mask.doubtful), "documents": [{"size": len(shown)}]}).encode()
    return [frames.ANSWER.pack(len(told)) + told, shown]


def answered(facts: dict[str, Any], contents: list[bytes]) -> Copy | None:
    """The copy that an answer tells, or None where there is none."""
    return Copy(contents[0], tuple(map(str, facts["doubtful"]))) if contents else None


def looks_through(content: bytes) -> bool:
    """Whether such a file can have a link that is masked: other files are handed out as they are.

    Where a child finds none in a file, it is not asked again (`Painter`): hundreds fetch a circular at once.
    """
    kind = sniff.by_start(content)
    if kind == sniff.OLE:
        return any(_has(content, path, pattern) for path, pattern in _PATHS)
    return not kind or kind.startswith("text/") or kind in (sniff.PDF, sniff.ZIP, sniff.TNEF)


def _has(content: bytes, path: bytes, pattern: re.Pattern[bytes]) -> bool:
    """Whether a token stands behind a path somewhere; where there are too many to look at, a child shall."""
    at = content.find(path)
    for _ in range(_MOST_PATHS):
        if at < 0 or pattern.match(content, at):
            return at >= 0
        at = content.find(path, at + 1)
    return True


def copy(content: bytes, name: str, mask: Mask, depth: int = 0) -> bytes:
    """`content` without links of ours; `name` is that of the file. Raises as `answer`."""
    if depth > limits.DEPTH:
        raise ValueError("too deep")
    kind = sniff.media_type_of(content)
    if (name and sniff.is_mail(content, name)) or sniff.begins_as_mail(content):
        return _mail(content, mask, depth)
    if kind == sniff.PDF:
        return _printed(_blotted(content, mask), mask)
    if kind in _BLOTTED:
        return _blotted(content, mask)
    if kind == sniff.TNEF:
        return _winmail(content, mask, depth)
    if sniff.by_start(content) == sniff.ZIP:
        return _archive(content, mask, depth)
    return _text(content, "", mask) if kind.startswith("text/") or kind in ("", sniff.SVG) else content


def _archive(content: bytes, mask: Mask, depth: int) -> bytes:
    """Opened for who hands it out; a reading keeps nothing of what is inside."""
    if not isinstance(mask, packed.Opening):
        return content

    def shown(data: bytes, name: str) -> bytes:
        if sniff.media_type_of(data) != _XML and not name.lower().endswith(_XML_NAMES):
            return copy(data, name, mask, depth + 1)
        blotted = _blotted(data, mask)
        packed.must_show_none(blotted, mask)
        return blotted

    copied = packed.archive(content, mask, shown)
    packed.must_be(copied, _blotted(copied, mask))  # in a comment, or before or behind the archive
    return copied


def _winmail(content: bytes, mask: Mask, depth: int) -> bytes:
    """Outlook's file: letters take the place of a link, but not within what it has attached."""
    blotted = _blotted(content, mask)
    shown = content if blotted == content else tnef.summed(blotted)
    if isinstance(mask, packed.Opening):
        found = tnef.read(shown, [])
        packed.must_show_none("\n".join((found.text, found.html)).encode("utf-8", "replace"), mask)
        for file in found.files:
            packed.must_be(file.content, copy(file.content, file.name or "x", mask, depth + 1))
    return shown


def _printed(content: bytes, mask: Mask) -> bytes:
    if isinstance(mask, packed.Opening):
        packed.must_show_none("\n".join(mask.pages(content)).encode("utf-8", "replace"), mask)
    return content


def _blotted(content: bytes, mask: Mask) -> bytes:
    def blot(found: re.Match[bytes]) -> bytes:
        wide, token = found[2][1:2] == b"\0", found[2].replace(b"\0", b"").decode()
        if not mask.is_ours(token):
            return found[0]
        mask.links.add(hashed(token))
        return found[1] + (b"x\0" if wide else b"x") * len(packed.BLOT)

    return _IN_WIDE.sub(blot, _IN_BYTES.sub(blot, content))


def _text(content: bytes, charset: str, mask: Mask) -> bytes:
    signed = next((name for mark, name in _SIGNATURES.items() if content.startswith(mark)), "")
    for name in filter(None, (charset, signed or _wide(content), *_CHARSETS)):
        try:
            text = content.decode(name)
        except (UnicodeError, LookupError, ValueError):
            continue
        masked = mask.text(text)
        return content if masked == text else _encoded(masked, mask.text(text, PLAIN_MARK), name)
    return content


def _wide(content: bytes) -> str:
    """The charset of a text of two bytes a letter that does not say so, as the path of a link in it shows."""
    path = _WIDE_PATH.search(content)
    return ("utf-16-be" if path.start() % 2 else "utf-16-le") if path else ""


def _encoded(masked: str, plain: str, charset: str) -> bytes:
    try:
        return masked.encode(charset)
    except UnicodeError:
        return plain.encode(charset)


def _mail(content: bytes, mask: Mask, depth: int) -> bytes:
    pieces, at = [], 0
    for change in _changes(message.Range(content, message.beginning(content), len(content), depth), mask):
        pieces += [content[at : change.start], change.content]
        at = change.end
    return b"".join([*pieces, content[at:]])


def _changes(here: message.Range, mask: Mask) -> Iterator[_Change]:
    """What is masked in a part and those below it, in order."""
    if here.depth > limits.DEPTH:
        raise ValueError("too deep")
    block = headers.read(here.content, here.start, here.end, [])
    head = here.content[here.start : block.body]
    if (shown := _head(head, block, mask)) != head:
        yield _Change(here.start, block.body, shown)
    media_type, parameters = params.read(block.first("content-type"), "", [])
    inside = message.Range(here.content, block.body, here.end, here.depth)
    below = []
    if media_type.startswith("multipart/"):
        below = message.split(inside, parameters.get("boundary", ""), media_type, 0, message.Notes())
    for part in below:
        yield from _changes(part, mask)
    if not below:
        yield from _leaf(inside, block, media_type, parameters, mask)


def _head(head: bytes, block: Block, mask: Mask) -> bytes:
    """A header block, its encoded words included."""
    for _, raw in block.raw:
        if b"=?" in raw:
            value = words.text(words.unfold(raw), "", [])
            if (shown := mask.text(value)) != value:
                end = b"\r\n" if raw.endswith(b"\r\n") else b"\n" if raw.endswith(b"\n") else b""
                coded = binascii.b2a_base64(shown.encode(), newline=False)
                head = head.replace(raw, b" =?utf-8?B?" + coded + b"?=" + end)
    return _text(head, _seven_bits(head), mask)


def _leaf(
    here: message.Range, block: Block, media_type: str, parameters: dict[str, str], mask: Mask
) -> Iterator[_Change]:
    content = message.decoded(here, block)
    if media_type in message.ENCLOSED:
        shown = _mail(content, mask, here.depth + 1)
    elif media_type.startswith(("text/", "message/")) or not media_type:
        encoded = message.coding(block) in transfer.DECODERS
        shown = _text(content, (encoded and parameters.get("charset")) or _seven_bits(content), mask)
    else:
        shown = copy(content, parameters.get("name", ""), mask, here.depth + 1)
    if shown != content:
        yield _Change(here.start, here.end, _as_it_travels(shown, block))


def _seven_bits(content: bytes) -> str:
    """Nothing brings more than seven bits into what has no more."""
    return "ascii" if content.isascii() else ""


def _as_it_travels(content: bytes, block: Block) -> bytes:
    coding = message.coding(block)
    if coding == b"base64":
        lines = (content[at : at + 57] for at in range(0, len(content), 57))
        return b"\r\n".join(binascii.b2a_base64(line, newline=False) for line in lines) + b"\r\n"
    if coding == b"quoted-printable":
        return binascii.b2a_qp(content)
    return content if coding not in transfer.DECODERS else transfer.uuencode(content)
