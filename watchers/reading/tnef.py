"""Outlook's winmail.dat: the files and texts inside it, to the byte ([MS-OXTNEF]).

Lengths are those of the stream; what is broken ends the reading and keeps what was found before.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from watchers.reading.charset import decode

SIGNATURE = b"\x78\x9f\x3e\x22"
_ATTACHMENT_LEVEL = 2
_BODY, _ATTACH_DATA, _ATTACH_TITLE = 0x800C, 0x800F, 0x8010
_ATTACH_BEGIN, _PROPERTIES, _ATTACH_PROPERTIES, _CODEPAGE = 0x9002, 0x9003, 0x9005, 0x9007
_ATTACHED_FILE, _ATTACHED_NAME, _LONG_NAME, _DISPLAY_NAME, _MIME_TAG = 0x3701, 0x3704, 0x3707, 0x3001, 0x370E
_TEXT, _HTML = 0x1000, 0x1013
_STRING, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_SIZES = {0x00: 0, 0x01: 0, 0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8}
_SIZES |= {0x40: 8, 0x48: 16}
_SEVERAL, _NAMED = 0x1000, 0x8000
_EMBEDDED = 16  # bytes of the interface id before an embedded message
_DEEPEST = 4


@dataclass(slots=True)
class File:
    """One attachment. `name` is as it was written, not safe for a disk."""

    name: str = ""
    media_type: str = ""
    content: bytes = field(default=b"", repr=False)


@dataclass(slots=True)
class Contents:
    """What a winmail.dat holds."""

    files: list[File] = field(default_factory=list)
    text: str = ""
    html: str = ""
    broken: bool = False


def read(content: bytes, problems: list[str], depth: int = 0) -> Contents:
    """`content` taken apart; never raises."""
    found = Contents(broken=not content.startswith(SIGNATURE))
    label = "cp1252"
    current = File()
    try:
        for level, name, value in () if found.broken else _attributes(content):
            if name == _CODEPAGE:
                label = f"cp{struct.unpack_from('<I', value)[0]}"
            elif name == _BODY:
                found.text = found.text or _string(value, label, problems)
            elif name == _PROPERTIES:
                _take_message(found, value, label, problems)
            elif name == _ATTACH_BEGIN:
                current = File()
                found.files.append(current)
            elif level == _ATTACHMENT_LEVEL:
                _take_file(found, current, name, value, label, problems, depth)
    except (struct.error, ValueError):
        found.broken = True
    return found


def summed(content: bytes) -> bytes:
    """`content`, some of which was overwritten, with the checksums of its attributes made anew."""
    made, at = bytearray(content), 6
    with suppress(ValueError):  # what is cut short has none behind
        for _, _, value in _attributes(content):
            at += 9 + len(value)
            made[at : at + 2] = struct.pack("<H", sum(value) & 0xFFFF)
            at += 2
    return bytes(made)


def _attributes(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Level, name and value of each attribute of the stream."""
    at = 6
    while at + 9 < len(content):
        level, name, _, length = struct.unpack_from("<BHHI", content, at)
        if at + 9 + length > len(content):
            raise ValueError("cut short")
        yield level, name, content[at + 9 : at + 9 + length]
        at += 9 + length + 2  # two bytes of checksum


def _properties(value: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Name, type and first value of each MAPI property."""
    (count,) = struct.unpack_from("<I", value)
    at = 4
    for _ in range(count):
        kind, name = struct.unpack_from("<HH", value, at)
        at += 4
        if name >= _NAMED:
            at = _past_name(value, at)
        several = kind & _SEVERAL
        kind &= ~_SEVERAL
        varies = kind in (_STRING, _UNICODE, _OBJECT, _BINARY)
        values = 1
        if several or varies:
            (values,) = struct.unpack_from("<I", value, at)
            at += 4
        for number in range(values):
            length = struct.unpack_from("<I", value, at)[0] if varies else _size(kind)
            at += 4 if varies else 0
            if at + length > len(value):
                raise ValueError("cut short")
            if number == 0:
                yield name, kind, value[at : at + length]
            at += length + -length % 4


def _past_name(value: bytes, at: int) -> int:
    """Past the GUID and the number or text that name a property."""
    kind, length = struct.unpack_from("<II", value, at + 16)
    return at + 24 + (length + -length % 4 if kind else 0)


def _size(kind: int) -> int:
    if kind not in _SIZES:
        raise ValueError("unknown type")
    return _SIZES[kind]


def _take_message(found: Contents, value: bytes, label: str, problems: list[str]) -> None:
    for name, kind, content in _properties(value):
        if name == _TEXT:
            found.text = _typed(kind, content, label, problems)
        elif name == _HTML:
            found.html = _typed(kind, content, label, problems)


def _take_file(
    found: Contents, file: File, name: int, value: bytes, label: str, problems: list[str], depth: int
) -> None:
    if name == _ATTACH_TITLE:
        file.name = file.name or _string(value, label, problems)
    elif name == _ATTACH_DATA:
        file.content = value
    elif name == _ATTACH_PROPERTIES:
        given = {name: (kind, content) for name, kind, content in _properties(value)}
        for wanted in (_LONG_NAME, _ATTACHED_NAME, _DISPLAY_NAME):
            if wanted in given and (written := _typed(*given[wanted], label, problems)):
                file.name = written
                break
        if _MIME_TAG in given:
            file.media_type = _typed(*given[_MIME_TAG], label, problems).lower()
        if _ATTACHED_FILE in given:
            _take_object(found, file, given[_ATTACHED_FILE][1], problems, depth)


def _take_object(found: Contents, file: File, content: bytes, problems: list[str], depth: int) -> None:
    """An embedded message gives its files to this one; anything else is the file."""
    embedded = content[_EMBEDDED:]
    if embedded.startswith(SIGNATURE) and depth < _DEEPEST:
        found.files += read(embedded, problems, depth + 1).files
        content = embedded
    file.content = file.content or content


def _typed(kind: int, content: bytes, label: str, problems: list[str]) -> str:
    return _string(content, "utf-16-le" if kind == _UNICODE else label, problems)


def _string(content: bytes, label: str, problems: list[str]) -> str:
    return decode(content, label, problems).rstrip("\0").strip()
