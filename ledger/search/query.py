"""What is asked of the index, in the language of FTS5.

Every word is a phrase of trigrams, quoted, so that no character of it means anything else. One and two characters are
no trigram: they stand for all trigrams of the index that begin with them, and only where those are very many the
texts themselves are looked through. A single digit has marks of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger.search.index import COLUMNS, DIGITS, END, HAS, TEXTS, place
from ledger.search.words import number_of, words_of
from ledger.values import RegisterKind

# The fields that a person may choose, and the columns they mean; "" means every text.
FIELDS = MappingProxyType({name: name for name in COLUMNS if name not in ("summary", "marks")})

_TRIGRAM = 3
_MOST_TERMS = 300  # beginning alike; more are slower to put together than texts are to read
_NOWHERE = f'"{END * 3}"'  # three ends never meet

_TERMS = sa.table("entry_texts_terms", sa.column("term", sa.String))


@dataclass(frozen=True, slots=True)
class Sought:
    """What must be found: an expression of FTS5, and what has to be read for: (column, or "" for all; characters)."""

    expression: str
    read_for: tuple[tuple[str, str], ...] = ()

    def also(self, other: Sought) -> Sought:
        """What must be found for both."""
        both = " AND ".join(filter(None, (self.expression, other.expression)))
        return Sought(both, self.read_for + other.read_for)


def sought(session: Session, asked: Iterable[tuple[str, str]]) -> Sought | None:
    """All of these queries, each in one field ("" or an unknown one: anywhere); None when none has a word."""
    parts, read_for = [], []
    for query, field in asked:
        column = FIELDS.get(field, "")
        for word in words_of(query):
            if len(word) == 1 and word in DIGITS and not column:
                parts.append(_phrase(HAS + word + HAS))
            elif expression := _expression(session, word):
                parts.append(f"{column} : ({expression})" if column else f"({expression})")
            else:
                read_for.append((column, word))
    return Sought(" AND ".join(parts), tuple(read_for)) if parts or read_for else None


def numbered(query: str) -> Sought | None:
    """The lines whose number, or letter number, is what was typed as a whole; None when that is no number."""
    number = number_of(query)
    return Sought(f"number : {_phrase(END + number + END)}") if number else None


def found(wanted: Sought, organisation_id: int, kind: RegisterKind | None, year: int) -> sa.Select[Any]:
    """The ids of the entries that are found in one organisation's register of a year, or in all four.

    Whether a viewer may read them is not in it: that is `access.readable`'s.
    """
    here = _phrase(place(organisation_id, kind, year))
    expression = f"{here} AND {wanted.expression}" if wanted.expression else here
    rows = sa.select(TEXTS.c.rowid).select_from(TEXTS).where(sa.literal_column("entry_texts").op("MATCH")(expression))
    return rows.where(*(_read(column, characters) for column, characters in wanted.read_for))


def _expression(session: Session, word: str) -> str:
    """A word in the language of FTS5; "" when it is better read for."""
    if len(word) >= _TRIGRAM:
        return _phrase(word)
    beginning = sa.select(_TERMS.c.term).where(_TERMS.c.term >= word, _TERMS.c.term <= word + chr(0x10FFFF))
    terms = list(session.connection().execute(beginning.limit(_MOST_TERMS + 1)).scalars())
    if len(terms) > _MOST_TERMS:
        return ""
    return " OR ".join(map(_phrase, terms)) or _NOWHERE


def _read(column: str, characters: str) -> sa.ColumnElement[bool]:
    columns = [column] if column else [name for name in COLUMNS if name != "marks"]
    return sa.or_(*(sa.func.instr(TEXTS.c[name], characters) > 0 for name in columns))


def _phrase(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
