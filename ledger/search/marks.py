"""Shows what matched: the original text in segments, although digits, marks, case and blanks may be written otherwise.

The text is cut into the smallest pieces that are folded alone as they are within the whole: a base with its marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from ledger.search.words import bare, fold, words_of

Segments = tuple[tuple[str, bool], ...]

_UNSEEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_MARK = f"[\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\uf701-\uf70e\uf710-\uf71a{_UNSEEN}]"
_PIECE = re.compile(
    rf"\s[\s{_UNSEEN}]*"
    rf"|เ[{_UNSEEN}]*เ{_MARK}*"
    # SARA AM in two characters
    rf"|.?(?>(?:(?![\u0e4d\uf711]){_MARK})*)[\u0e4d\uf711](?>{_MARK}*)[\u0e32\u0e45]{_MARK}*"
    rf"|.?(?>{_MARK}*)\u0e33{_MARK}+"  # a tone behind it
    rf"|.{_MARK}*",
    re.DOTALL,
)


def marked(text: str, words: str) -> Segments:
    """`text` in segments, True for what the query `words` matches; joined again they are `text`."""
    wanted = words_of(words)
    folded = fold(text)
    if not any(word in folded or _is_number(word) for word in wanted):
        return ((text, False),) if text else ()
    pieces = _PIECE.findall(text)
    hit = _matched(pieces, wanted)
    runs = groupby(range(len(pieces)), key=hit.__contains__)
    return tuple(("".join(pieces[place] for place in places), flag) for flag, places in runs)


def _matched(pieces: list[str], wanted: tuple[str, ...]) -> set[int]:
    """The places of the pieces that some word covers."""
    letters = [(letter, place) for place, piece in enumerate(pieces) for letter in _folded(piece)]
    tight = [(letter, place) for letter, place in letters if letter != " "]
    hit: set[int] = set()
    for word in wanted:
        found = set(_covered(letters, word))
        hit |= found or (set(_covered(tight, bare(word))) if _is_number(word) else found)
    return hit


def _covered(letters: list[tuple[str, int]], word: str) -> Iterator[int]:
    text = "".join(letter for letter, _ in letters)
    at, done = text.find(word), 0
    while at >= 0:
        end = letters[at + len(word) - 1][1] + 1
        yield from range(max(done, letters[at][1]), end)
        at, done = text.find(word, at + 1), end


@lru_cache(maxsize=4096)
def _folded(piece: str) -> str:
    return " " if piece[0].isspace() else fold(piece)


def _is_number(word: str) -> bool:
    """Only in numbers are blanks overlooked."""
    return any(character.isdigit() for character in word)
