"""Undoing transfer encodings (RFC 2045 section 6), and keeping what can be kept of broken ones."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_FOREIGN = bytes(set(range(256)) - set(_BASE64))
_PIECE = re.compile(rb"[^=]+=*")
_UU = re.compile(rb"^begin [0-7]{3,4} [^\n]*\n", re.M)


def base64(content: bytes | memoryview) -> bytes:
    """Base64 with anything between its letters, a wrong end, or several padded pieces behind each other."""
    try:
        found = binascii.a2b_base64(content)
    except binascii.Error:
        found = b""
    # The C decoder stops at the first padding, and refuses a wrong length.
    if len(found) < len(content) * 2 // 3:
        first, *others = _PIECE.findall(content) or [b""]
        found = _piece(first) + b"".join(_piece(other) for other in others if _is_whole(other))
    return found


def quoted_printable(content: bytes | memoryview) -> bytes:
    """Quoted-printable; what is no escape stays as it is."""
    return binascii.a2b_qp(content)


def uuencoded(content: bytes | memoryview) -> bytes:
    """The file inside `begin` and `end` lines, as far as its lines are whole."""
    text = bytes(content)
    begin = _UU.search(text)
    lines = text[begin.end() :].splitlines() if begin else []
    found = []
    for line in lines:
        if line == b"end":
            break
        try:
            found.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some encoders pad a line; its first byte tells how much of it counts.
            found.append(binascii.a2b_uu(line[: ((line[0] - 32 & 63) * 4 + 5) // 3 + 1]))
    return b"".join(found)


def uuencode(content: bytes) -> bytes:
    """The opposite of `uuencoded`, under a name of ours."""
    lines = (binascii.b2a_uu(content[at : at + 45]) for at in range(0, len(content), 45))
    return b"begin 644 file\n" + b"".join(lines) + b"`\nend\n"


DECODERS: dict[bytes, Callable[[bytes | memoryview], bytes]] = {
    b"base64": base64,
    b"quoted-printable": quoted_printable,
    b"x-uuencode": uuencoded,
    b"x-uue": uuencoded,
    b"uuencode": uuencoded,
}


def _piece(content: bytes) -> bytes:
    letters = content.translate(None, _FOREIGN)
    whole = letters[:-1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def _is_whole(content: bytes) -> bool:
    """Whether what follows a padding is base64 again, not the footer of a mailing list."""
    letters = b"".join(content.split())
    return len(letters) % 4 == 0 and not letters.rstrip(b"=").translate(None, _BASE64)
