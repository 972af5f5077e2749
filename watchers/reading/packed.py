"""What files compress is looked into before they are handed out: archives, office files, pages of a PDF.

Nothing is unpacked to the disk, and no more bytes than `Opening.room` in all (reliability.md, 7). Runs in a child.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from io import BytesIO

from ledger.masks import SHORTEST, Mask

MEMBERS = 5_000  # of one archive
ROOM = 64 * 1024 * 1024  # bytes that are unpacked of one file, with what is packed inside of it
_SHOWN = 4 * 1024 * 1024  # characters near something like a link; no letter has more

BLOT = "x" * SHORTEST
_ENCRYPTED = 1
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError)
_TAG = re.compile(rb"<[^<>]*>")
_HINT = re.compile(
    rb"/[\s>|:]{0,40}(?:r|join)[\s>|:]{0,40}/|_(?:r|join)_|%[2-7]|=2F|&(?:amp;)*(?:#|sol;)|\\/|\\u00|aHR0c|[A-Za-z0-9_-]{43}"
)
_BEFORE, _BEHIND = 100, 1_500  # bytes around a hint that may be of a link


class Hidden(ValueError):
    """There is a link, or more than may be looked at, where it cannot be taken out."""


class Opening(Mask):
    """A mask for what is handed out: it opens what is packed as well, as long as there is room.

    Arguments: `pages`, which tells what can be read on the pages of a PDF.
    """

    def __init__(
        self, known: Collection[str] = (), room: int = ROOM, pages: Callable[[bytes], Iterable[str]] = lambda _: ()
    ) -> None:
        super().__init__(known)
        self.room, self.pages = room, pages


def archive(content: bytes, mask: Opening, shown: Callable[[bytes, str], bytes]) -> bytes:
    """A ZIP whose members are as `shown` tells by their bytes and names; the same bytes where none has changed.

    What cannot be opened is nobody's to read, and stays; beside a link it cannot. Errors: `Hidden`, those of `shown`.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            if len(packed.infolist()) > MEMBERS:
                raise Hidden("too many members")
            for info in packed.infolist():
                must_be(info.filename, mask.text(info.filename))
            members = [(info, _unpacked(packed, info, mask)) for info in packed.infolist()]
    except _BROKEN:
        return content
    changed = [(info, data, shown(data, info.filename)) for info, data in members if data is not None]
    if all(data == copy for _, data, copy in changed):
        return content
    if len(changed) < len(members):
        raise Hidden("beside what cannot be opened")
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as written:
        for info, _, copy in changed:
            written.writestr(info, copy)
    return made.getvalue()


def must_be(was: bytes | str, shown: bytes | str) -> None:
    """Raise `Hidden` where something was masked that cannot be written as it is shown."""
    if was != shown:
        raise Hidden("a link")


def must_show_none(text: bytes, mask: Mask) -> None:
    """Raise `Hidden` where a link stands in a text or, with its tags taken out, in what a person reads of it."""
    for form in (text, _TAG.sub(b"", text)):
        for piece in _near(form):
            must_be(piece, mask.text(piece))


def _unpacked(packed: zipfile.ZipFile, info: zipfile.ZipInfo, mask: Opening) -> bytes | None:
    """The bytes of a member, or None where it has a password or is broken."""
    if info.flag_bits & _ENCRYPTED:
        return None
    try:
        with packed.open(info) as member:
            data = member.read(mask.room + 1)
    except _BROKEN:
        return None
    mask.room -= len(data)
    if mask.room < 0:
        raise Hidden("too much is packed")
    return data


def _near(text: bytes) -> Iterator[str]:
    """The pieces of a text that may have a link; what was blotted is none."""
    length = start = end = 0
    for hint in _HINT.finditer(text):
        if hint.start() > end:
            if end:
                yield _readable(text[start:end])
            length += end - start
            start = max(end, hint.start() - _BEFORE)
        end = hint.end() + _BEHIND
        if length + end - start > _SHOWN:
            raise Hidden("too much to look at")
    if end:
        yield _readable(text[start:end])


def _readable(piece: bytes) -> str:
    return piece.decode("utf-8", "replace").replace(BLOT, BLOT[1:])
