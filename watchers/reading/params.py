"""Content-Type and Content-Disposition: a value and its parameters (RFC 2045, RFC 2231)."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from watchers.reading import limits, words

_VALUE = re.compile(rb"[^;\s]*")
_PARAMETER = re.compile(rb'([^\s=;"]{1,100})\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))', re.S)
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
_ESCAPED = re.compile(rb"\\(.)", re.S)


def read(raw: bytes, charset: str, problems: list[str]) -> tuple[str, dict[str, str]]:
    """The value and the parameters of an unfolded header, names in lower case."""
    value = _VALUE.match(raw)
    head = value[0] if value else b""
    written: dict[str, bytes] = {}
    for found in _PARAMETER.finditer(raw, len(head)):
        content = _ESCAPED.sub(rb"\1", found[2]) if found[2] is not None else found[3].strip()
        written.setdefault(found[1].decode("latin-1").lower(), content)
        if len(written) == limits.PARAMETERS:
            break
    read = {name: words.text(content, charset, problems) for name, content in written.items() if "*" not in name}
    if len(read) < len(written):
        read |= _extended(written, charset, problems)
    return head.decode("latin-1").lower(), read


def _extended(written: dict[str, bytes], charset: str, problems: list[str]) -> dict[str, str]:
    """The parameters in RFC 2231 form: in numbered pieces, or with a charset. Beside a plain form they are meant."""
    pieces: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for name, content in written.items():
        section = _SECTION.fullmatch(name)
        if section and (section[2] or section[3]):
            pieces.setdefault(section[1], {})[int(section[2] or 0)] = (content, bool(section[3]))
    return {name: _joined(numbered, charset, problems) for name, numbered in pieces.items()}


def _joined(pieces: dict[int, tuple[bytes, bool]], charset: str, problems: list[str]) -> str:
    (first, encoded), *others = (pieces[number] for number in sorted(pieces))
    if encoded and first.count(b"'") >= 2:
        label, _, first = first.split(b"'", 2)
        charset = label.decode("latin-1") or charset
    content = b"".join(unquote_to_bytes(piece) if coded else piece for piece, coded in [(first, encoded), *others])
    return words.text(content, charset, problems)
