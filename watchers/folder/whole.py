"""Is this file complete? Asked of its own bytes: types that carry an end mark are followed to it (P-6)."""

from __future__ import annotations

import re
import struct
from enum import Enum
from pathlib import PurePath

_TAIL = 1024  # bytes at the end of a PDF in which %%EOF must lie, as its readers have always allowed
_LINEAR = re.compile(rb"/Linearized\b.{0,200}?/L\s{1,9}([0-9]{1,12})", re.DOTALL)
_ZIP_END, _ZIP_FAR = b"PK\5\6", 0xFFFFFFFF
_ZIP_PARTS = (b"PK\1\2", b"PK\6\6", _ZIP_END)  # what a central directory may begin with
_JPEG_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")
_BOUNDARY = re.compile(rb'boundary\s?=\s?(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)

_PDF, _ZIP, _PNG, _JPEG, _GIF = b"%PDF-", b"PK\3\4", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8"
_PROMISES = {
    ".pdf": _PDF,
    ".png": _PNG,
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".gif": _GIF,
    **dict.fromkeys((".zip", ".docx", ".xlsx", ".pptx", ".odt", ".ods"), b"PK"),
}


class Wholeness(Enum):
    """What the bytes of a file say about its end."""

    WHOLE = "whole"  # it ends where its own structure says
    TORN = "torn"  # its type has an end mark, and that is missing
    UNKNOWN = "unknown"  # its type has none, or more bytes follow it


def wholeness(content: bytes, name: str = "") -> Wholeness:
    """Judge `content`; `name` helps only while too few bytes are here to know the type. Never raises."""
    if not content.strip(b"\0"):  # a placeholder, or space reserved for what is still to come
        return Wholeness.TORN
    if _PDF in content[:_TAIL]:
        return _pdf(content)
    if content.startswith((_ZIP, _ZIP_END)):
        return _zip(content)
    if content.startswith(_PNG):
        return _png(content)
    if content.startswith(_JPEG):
        return _jpeg(content)
    if content.startswith(_GIF):
        return _gif(content)
    return _without_mark(content, PurePath(name).suffix.lower())


def _without_mark(content: bytes, suffix: str) -> Wholeness:
    promise = _PROMISES.get(suffix, b"")
    if promise and promise.startswith(content[: len(promise)].rstrip(b"\0")):
        return Wholeness.TORN
    return _mail(content) if suffix == ".eml" else Wholeness.UNKNOWN


def _ending(content: bytes, end: int) -> Wholeness:
    if end > len(content):
        return Wholeness.TORN
    return Wholeness.WHOLE if end == len(content) else Wholeness.UNKNOWN


def _pdf(content: bytes) -> Wholeness:
    # Where startxref points does not count: mails and editors shift it, and readers repair it.
    mark = content.rfind(b"%%EOF", max(0, len(content) - _TAIL))
    linear = _LINEAR.search(content, 0, 2 * _TAIL)
    if mark < 0 or (linear and int(linear[1]) > len(content)):
        return Wholeness.TORN
    return _ending(content.rstrip(), mark + 5)


def _zip(content: bytes) -> Wholeness:
    at = content.rfind(_ZIP_END, max(0, len(content) - 0xFFFF - 22))
    if at < 0 or at + 22 > len(content):
        return Wholeness.TORN
    offset, comment = struct.unpack_from("<LH", content, at + 16)
    if offset == _ZIP_FAR:
        return Wholeness.UNKNOWN
    # An archive stored inside the archive has such an end record too, but its offset leads elsewhere.
    if not content.startswith(_ZIP_PARTS, offset):
        return Wholeness.TORN
    return _ending(content, at + 22 + comment)


def _png(content: bytes) -> Wholeness:
    at, kind = len(_PNG), b""
    while kind != b"IEND":
        if at + 12 > len(content):
            return Wholeness.TORN
        length, kind = struct.unpack_from(">I4s", content, at)
        at += 12 + length
    return _ending(content, at)


def _jpeg(content: bytes) -> Wholeness:
    """Follow the segments, because previews inside the header have end marks of their own."""
    at = 2
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            return Wholeness.UNKNOWN if content[at] else Wholeness.TORN  # reserved, not written yet
        marker = content[at + 1]
        if marker == 0xD9:
            break
        if marker == 0xFF:
            at += 1
            continue
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
        if marker == 0xDA:
            found = _JPEG_MARKER.search(content, at)
            at = found.start() if found else len(content)
    return _ending(content, at + 2) if content.startswith(b"\xff\xd9", at) else Wholeness.TORN


def _gif(content: bytes) -> Wholeness:
    at = 13 + _gif_table(content, 10)
    while at < len(content):
        block = content[at]
        if block == 0x3B:
            return _ending(content, at + 1)
        if block == 0x21:
            at = _gif_blocks(content, at + 2)
        elif block == 0x2C:
            at = _gif_blocks(content, at + 11 + _gif_table(content, at + 9))
        else:
            return Wholeness.UNKNOWN if block else Wholeness.TORN
    return Wholeness.TORN


def _gif_table(content: bytes, flags_at: int) -> int:
    flags = content[flags_at] if flags_at < len(content) else 0
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _gif_blocks(content: bytes, at: int) -> int:
    while at < len(content) and content[at]:
        at += content[at] + 1
    return at + 1


def _mail(content: bytes) -> Wholeness:
    headers = re.split(rb"\r?\n\r?\n", content[:0x20000], maxsplit=1)[0]
    found = _BOUNDARY.search(headers)
    closing = b"--" + (found[1] or found[2]) + b"--" if found else b""
    return Wholeness.WHOLE if closing and content.rstrip().endswith(closing) else Wholeness.UNKNOWN
