"""A stranger's words in a mail of ours: few of them, plain ones, and nothing that a mail program makes clickable."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 80  # characters
_LOOKED_AT = 5 * _LONGEST
_LEFT_OUT = "…"

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
# Thai is written without spaces: what may be a link ends where Thai begins.
_PIECE = re.compile(r"[^\s\u0e00-\u0e7f]+")
_THAI_DOMAIN = re.compile(r"[.。]ไทย(?![\u0e00-\u0e7f])")
# Mail programs guess: an address with or without its scheme, a bare domain of any script, numbers of the net, a share.
_LINK = re.compile(
    r"://|\\\\|@|^//"
    r"|(?:^|\W)(?:https?|mailto|tel|sms|callto|facetime|skype|line|viber|tg|data|javascript|file|magnet):\S"
    r"|[.。](?:[^\W\d_]{2}|xn--)|\d[.。]\d+[.。]\d+[.。]\d|\[[0-9a-f:]*:",
    re.IGNORECASE,
)
_JOINED = "\u0e33\u0eb3🏻🏼🏽🏾🏿"  # SARA AM and shades of skin belong to what is before them
_FLAGS = "".join(map(chr, range(ord("🇦"), ord("🇿") + 1)))  # two make one


def quoted(text: str) -> str:
    """`text` as one line of at most 80 characters, cut between graphemes; "…" stands for what is left out.

    Controls, direction marks and all else that is invisible go first, so that they hide no link.
    """
    seen = "".join(c for c in text[:_LOOKED_AT] if c.isspace() or unicodedata.category(c) not in _INVISIBLE)
    plain = _PIECE.sub(_without_link, _THAI_DOMAIN.sub(_LEFT_OUT, " ".join(seen.split())))
    return plain if len(plain) <= _LONGEST else _cut(plain, _LONGEST - 1).rstrip() + _LEFT_OUT


def _without_link(piece: re.Match[str]) -> str:
    return _LEFT_OUT if _LINK.search(unicodedata.normalize("NFKC", piece[0])) else piece[0]


def _cut(text: str, length: int) -> str:
    while length and _continues(text, length):
        length -= 1
    return text[:length]


def _continues(text: str, place: int) -> bool:
    """Whether the character at `place` belongs to the one before it (UAX 29, as far as visible ones go)."""
    character, before = text[place], text[:place]
    if unicodedata.category(character) in ("Mn", "Mc", "Me") or character in _JOINED:
        return True
    return character in _FLAGS and (len(before) - len(before.rstrip(_FLAGS))) % 2 == 1
