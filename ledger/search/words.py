"""The spelling that texts are indexed in and words are looked for in, and the words of what somebody typed.

Thai digits are Arabic, SARA AM and tone marks stand one way, case is gone, blanks are single. Characters for private
use never pass: the index keeps its own marks with them, so that no text and no query can forge one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ledger.thai import canonical

LONGEST = 200  # characters of a query
MOST = 10  # words of a query

_RAW = 2000  # characters that are looked at; what is invisible counts here
_STRANGE = re.compile("[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff\ue000-\uf8ff\ufffe\uffff\U000f0000-\U0010ffff]")
_BLANKS = re.compile(" {2,}")
_WORD = re.compile('"([^"]*)"|([^ "]+)')
_QUOTES = str.maketrans("“”„", '"""')
_AT = "ที่"  # before a letter's number it is no part of it


def fold(text: str) -> str:
    """`text` as it is indexed, on one line."""
    return fold_all([text])[0]


def fold_all(texts: Iterable[str]) -> list[str]:
    """Every text as it is indexed: at once, since each look over a text costs more than its length."""
    lines = "\n".join(" ".join(text.split()) for text in texts)
    return _BLANKS.sub(" ", _STRANGE.sub(" ", canonical(lines).casefold())).split("\n")


def bare(folded: str) -> str:
    """A number without its blanks: "ศธ 04022/345" and "ศธ04022/345" are one."""
    return folded.replace(" ", "")


def words_of(query: str) -> tuple[str, ...]:
    """The words of a query, folded: all must be found. What stands in quotes is one word with its blanks."""
    typed = _typed(query)
    found = [(phrase or word).strip() for phrase, word in _WORD.findall(typed)]
    if len(found) > 1 and found[0] == _AT and _has_digit(typed):
        found = found[1:]
    return tuple(dict.fromkeys(filter(None, found)))[:MOST]


def number_of(query: str) -> str:
    """The number that a query may be as a whole, without blanks; "" when it is none."""
    typed = bare(_typed(query).removeprefix(f"{_AT} "))
    return typed if _has_digit(typed) and '"' not in typed else ""


def _typed(query: str) -> str:
    return fold(query[:_RAW].translate(_QUOTES))[:LONGEST].strip()


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)
