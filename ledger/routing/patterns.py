"""Regular expressions in rules: RE2 with Thai-aware classes, work bounded before it begins (attack 25).

RE2 is linear in the text, but its fallback automaton takes a step for each instruction and byte: `.{900}x`
needs three seconds for 256 KiB. So each pattern has a weight, and a rule set reads as far as that allows.
"""

from __future__ import annotations

import re
from functools import lru_cache

import re2

from ledger.thai import canonical

PATTERN_LIMIT = 1_000  # characters
TEXT_LIMIT = 256 * 1024  # bytes of one letter's text that rules look at
BUDGET = 60_000_000  # instructions × bytes for one letter: under 250 ms where RE2 does 250 a microsecond
LEAST_REACH = 4 * 1024  # bytes; rules that could read less of a letter are refused
_MEMORY = 1 << 20  # bytes for one compiled pattern

_WORD = r"\p{Thai}\p{Latin}0-9_"
_SPACE = r"\s\p{Z}"
_OUTSIDE = {
    r"\w": f"[{_WORD}]",
    r"\W": f"[^{_WORD}]",
    r"\s": f"[{_SPACE}]",
    r"\S": f"[^{_SPACE}]",
    r"\b": rf"(?:\b|^|$|[^{_WORD}])",
}
_INSIDE = {r"\w": _WORD, r"\s": _SPACE}
_NOWHERE = frozenset({r"\B", r"\Q", r"\C"})
_NOT_IN_SET = _NOWHERE | {r"\W", r"\S", r"\b"}
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_PIECE = re.compile(
    # The last one is a set without its end, which RE2 refuses; there is none behind it either.
    r"(?P<plain>(?>(?:\\.|[^\[\\])+))|(?P<set>\[\^?\]?(?>(?:\[:\^?[a-z]+:\]|\\.|[^\]\\])*)\])|\[(?>.*)",
    re.DOTALL,
)
_THAI_DIGITS = re.compile(r"(\\?[^\\])-([๐-๙])|[๐-๙]", re.DOTALL)


class Unusable(ValueError):
    """A wanted value that cannot be used; the arguments are the Thai and the English sentence."""


class Pattern:
    """One compiled pattern; upper and lower case, Thai and Arabic digits are alike."""

    def __init__(self, source: str) -> None:
        options = re2.Options()
        options.log_errors = False
        options.never_capture = True
        options.case_sensitive = False
        options.max_mem = _MEMORY
        try:
            self._compiled = re2.compile(translate(source).encode(), options)
        except re2.error as problem:
            said = problem.args[0].decode("utf-8", "replace")
            raise Unusable(f"รูปแบบ /{source}/ ใช้ไม่ได้: {said}", f"Pattern /{source}/: {said}") from None
        # Forward and back; the reverse size is -1 where only the forward one fits the memory.
        self.weight: int = 2 * max(self._compiled.programsize, self._compiled.reverseprogramsize)

    def found(self, text: bytes) -> bool:
        """Whether the pattern occurs in canonical text."""
        return self._compiled.search(text) is not None


@lru_cache(maxsize=1024)
def compiled(source: str) -> Pattern:
    """The pattern for what stands between the slashes.

    Errors: `Unusable`: too long, not RE2, too large for 1 MiB.
    """
    if len(source) > PATTERN_LIMIT:
        raise Unusable(f"รูปแบบยาวเกิน {PATTERN_LIMIT} ตัวอักษร", f"The pattern is longer than {PATTERN_LIMIT} characters.")
    if not canonical(source).isprintable():
        raise Unusable("รูปแบบมีอักขระควบคุม", "The pattern holds control characters.")
    return Pattern(source)


def translate(source: str) -> str:
    r"""The pattern as RE2 wants it, to be searched in canonical text.

    `\w` means Thai and Latin letters, digits and `_`; `\s` any space; `\d` needs nothing, since canonical
    text has Arabic digits only. RE2 cannot look around, so `\b` is the border between Latin and other text,
    an end of the text, or one character that is no `\w`.
    Errors: `Unusable`: a class that RE2 has no words for.
    """
    return _PIECE.sub(_piece, source)


def reach(weight: int) -> int:
    """How many bytes of a letter may be searched by patterns of this weight in all."""
    return min(TEXT_LIMIT, BUDGET // max(weight, 1))


def _piece(found: re.Match[str]) -> str:
    if found["plain"]:
        return _plain(found[0])
    return _set(found[0]) if found["set"] else found[0]


def _plain(piece: str) -> str:
    _sayable(piece, _NOWHERE)
    return _ESCAPE.sub(lambda escape: _OUTSIDE.get(escape[0], escape[0]), canonical(piece))


def _set(piece: str) -> str:
    _sayable(piece, _NOT_IN_SET)
    return _ESCAPE.sub(lambda escape: _INSIDE.get(escape[0], escape[0]), _THAI_DIGITS.sub(_arabic, piece))


def _arabic(found: re.Match[str]) -> str:
    """Thai digits of a set as Arabic ones; of ก-๙ the Thai letters stay."""
    first, last = found[1], found[2]
    if last is None:
        return canonical(found[0])
    return f"{canonical(first)}-{canonical(last)}" if "๐" <= first <= last else rf"{first}-\x{{e59}}0-{canonical(last)}"


def _sayable(piece: str, unsayable: frozenset[str]) -> None:
    for escape in _ESCAPE.findall(piece):
        if escape in unsayable:
            raise Unusable(f"ใช้ {escape} ตรงนี้ไม่ได้", f"{escape} cannot be used here.")
