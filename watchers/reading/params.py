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
    sections: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for count, found in enumerate(_PARAMETER.finditer(raw, len(head))):
        if count == limits.PARAMETERS:
            break
        written = _ESCAPED.sub(rb"\1", found[2]) if found[2] is not None else found[3].strip()
        if name := _SECTION.fullmatch(found[1].decode("latin-1").lower()):
            number = -1 if not name[2] and not name[3] else int(name[2] or 0)
            sections.setdefault(name[1], {}).setdefault(number, (written, bool(name[3])))
    return head.decode("latin-1").lower(), {
        name: _joined(pieces, charset, problems) for name, pieces in sections.items()
    }


def _joined(pieces: dict[int, tuple[bytes, bool]], charset: str, problems: list[str]) -> str:
    """One parameter; its RFC 2231 form, where there is one, is the one meant."""
    numbered = sorted(number for number in pieces if number >= 0)
    if not numbered:
        return words.text(pieces[-1][0], charset, problems)
    first, encoded = pieces[numbered[0]]
    label = charset
    if encoded and first.count(b"'") >= 2:
        name, _, first = first.split(b"'", 2)
        label = name.decode("latin-1") or charset
        pieces[numbered[0]] = (first, True)
    pairs = (pieces[number] for number in numbered)
    content = b"".join(unquote_to_bytes(piece) if encoded else piece for piece, encoded in pairs)
    return words.text(content, label, problems)
