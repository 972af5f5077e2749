"""Header values to text: unfolding, encoded words (RFC 2047), and raw 8-bit bytes."""

from __future__ import annotations

import binascii
import re

from watchers.reading.charset import decode
from watchers.reading.transfer import base64

_WORD = re.compile(rb"=\?([\w.:+-]{1,40})(?:\*[\w-]{0,40})?\?([bq])\?(.{0,2000}?)\?=", re.I)
_PRINTABLE = re.compile(rb"[ -~]*")
_BREAKS = re.compile("[\t\n\r\f\x0b]+")


def unfold(raw: bytes) -> bytes:
    """One line of a header that was folded over several (RFC 5322 section 2.2.3)."""
    line = raw.strip()
    return line.replace(b"\r", b"").replace(b"\n", b"") if b"\n" in line or b"\r" in line else line


def text(raw: bytes, charset: str, problems: list[str]) -> str:
    """An unfolded header value as a person reads it; `charset` is that of bytes which no word encodes.

    Nothing in the result can break a line: encoded line breaks and tabs become spaces.
    """
    encoded = b"=?" in raw
    if not encoded and _PRINTABLE.fullmatch(raw):
        return raw.decode("ascii")
    if raw.isascii():
        charset = ""  # a header in UTF-7 or ISO-2022 is written in encoded words
    if not encoded:
        return _BREAKS.sub(" ", decode(raw, charset, problems))
    runs: list[tuple[str, bytes]] = []  # label and bytes; a character may span two encoded words
    at = 0
    inside = False
    for word in _WORD.finditer(raw):
        between = raw[at : word.start()]
        if between.strip() or not inside:
            runs.append((charset, between))
            inside = False
        label = word[1].decode("latin-1")
        content = base64(word[3]) if word[2] in b"bB" else binascii.a2b_qp(word[3], header=True)
        if inside and runs[-1][0] == label:
            runs[-1] = (label, runs[-1][1] + content)
        else:
            runs.append((label, content))
        at, inside = word.end(), True
    runs.append((charset, raw[at:]))
    return _BREAKS.sub(" ", "".join(decode(content, label, problems) for label, content in runs if content))
