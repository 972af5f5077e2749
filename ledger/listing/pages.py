"""Walking a list: one page of it newest first with the count of all, or all of it in order of number.

A list is walked year by year, so that a later year comes first whatever its entries' ids. Where words are asked for,
the index finds the ids in order; rights are always those of the entries as they are now.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import access, search
from ledger.access import Viewer
from ledger.database import table_of
from ledger.listing import lines
from ledger.listing.lines import Line
from ledger.listing.narrowed import Book, Filter, books, conditions, narrowed_ids, sought, unreadable
from ledger.registers import EntryRow
from ledger.search import Sought

_MOST_FIRST = 50  # lines with the very number that was typed

_ENTRY = table_of(EntryRow)
# Each with a plus, so that SQLite checks what it found and does not look for each of the ids.
_THIS_ENTRY: sa.ColumnElement[int] = sa.literal_column("+entries.id")
_THIS_TEXT: sa.ColumnElement[int] = sa.literal_column("+entry_texts.rowid")


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines of a list, and how many it has."""

    lines: tuple[Line, ...]
    total: int


class _List(Protocol):
    """The ids of what is listed of one year, newest first."""

    def count(self, year: int) -> int: ...

    def ids(self, year: int, offset: int, limit: int, *, backwards: bool = False) -> list[int]: ...


def page(session: Session, viewer: Viewer, wanted: Filter, *, offset: int, limit: int, today: date) -> Page:
    """`limit` lines of the viewer's own registers from the `offset`-th on, newest first.

    Lines whose number is what was typed as `words` come before all others. Arguments: `today` is Bangkok's; what is
    held longer is overdue. The texts are as fresh as the index (`search.catch_up`).
    """
    asked, texts = _Asked(session, viewer, wanted, today), sought(session, wanted)
    offset, limit = max(offset, 0), max(limit, 0)
    if texts is None:
        ids, total = _window(_Plain(asked), asked.years, offset, limit)
    else:
        ids, total = _best_first(asked, texts, offset, limit)
    return Page(lines.of_ids(session, viewer, ids), total)


def each(session: Session, viewer: Viewer, wanted: Filter, *, today: date) -> Iterator[Line]:
    """Every line in order of register, year and number, read as it is taken; for export and print."""
    texts, narrowed = sought(session, wanted), conditions(viewer, wanted, today)
    if texts is not None:
        narrowed = (*narrowed, access.readable(viewer))
    for book in books(session, viewer.organisation_id, wanted.kind, wanted.year):
        statement = lines.wanted(viewer).where(_ENTRY.c.register_id == book.id, *narrowed)
        if texts is not None:
            statement = statement.where(
                _THIS_ENTRY.in_(search.found(texts, viewer.organisation_id, book.kind, book.year))
            )
        yield from lines.stream(session, statement.order_by(_ENTRY.c.number))


class _Asked:
    """One question to the books."""

    def __init__(self, session: Session, viewer: Viewer, wanted: Filter, today: date) -> None:
        self.session, self.viewer, self.kind = session, viewer, wanted.kind
        self.number = search.numbered(wanted.words) if wanted.field in ("", "number") else None
        self.narrowed = conditions(viewer, wanted, today)
        self.dated = wanted.since is not None or wanted.until is not None
        self._books = books(session, viewer.organisation_id, wanted.kind, wanted.year)
        self.years = sorted({book.year for book in self._books}, reverse=True)

    def books(self, year: int) -> list[Book]:
        """The registers of a year that are meant."""
        return [book for book in self._books if book.year == year]

    def narrowed_ids(self, year: int) -> sa.Select[Any]:
        """The ids of the entries of a year that fulfil the conditions, words apart."""
        return narrowed_ids([book.id for book in self.books(year)], self.narrowed)

    def unreadable(self) -> list[int]:
        """The ids that the viewer does not read, in all registers that are meant."""
        return unreadable(self.session, self.viewer, [book.id for book in self._books])

    def rows(self, statement: Any) -> list[int]:
        """What a statement finds, its first column only."""
        return list(self.session.connection().execute(statement).scalars())


class _Plain:
    """The lines themselves: registers of one year, merged in order of registration."""

    def __init__(self, asked: _Asked) -> None:
        self._asked = asked

    def count(self, year: int) -> int:
        """How many lines the year has."""
        ids = self._asked.narrowed_ids(year)
        return self._asked.rows(ids.with_only_columns(sa.func.count()).select_from(_ENTRY))[0]

    def ids(self, year: int, offset: int, limit: int, *, backwards: bool = False) -> list[int]:
        """Some ids of the year."""
        order = (_ENTRY.c.registered_at, _ENTRY.c.number, _ENTRY.c.register_id)
        each_book = [
            sa.select(_ENTRY.c.id, *order).where(_ENTRY.c.register_id == book.id, *self._asked.narrowed)
            for book in self._asked.books(year)
        ]
        ordered: list[Any] = [sa.asc(column.name) if backwards else sa.desc(column.name) for column in order]
        merged: Any = sa.union_all(*each_book) if len(each_book) > 1 else each_book[0]
        return self._asked.rows(merged.order_by(*ordered).limit(limit).offset(offset))


class _Found:
    """The lines that the index finds, without `without`: what the viewer does not read, and what came first already."""

    def __init__(self, asked: _Asked, texts: Sought, without: Sequence[int]) -> None:
        self._asked, self._texts, self._without = asked, texts, json.dumps(list(without))

    def count(self, year: int) -> int:
        """How many lines of the year are found."""
        return self._asked.rows(self._found(year).with_only_columns(sa.func.count()))[0]

    def ids(self, year: int, offset: int, limit: int, *, backwards: bool = False) -> list[int]:
        """Some ids of what is found in the year."""
        rowid = search.ROWID.asc() if backwards else search.ROWID.desc()
        return self._asked.rows(self._found(year).order_by(rowid).limit(limit).offset(offset))

    def _found(self, year: int) -> sa.Select[Any]:
        found = search.found(self._texts, self._asked.viewer.organisation_id, self._asked.kind, year)
        if self._without != "[]":
            without = sa.select(sa.func.json_each(self._without).table_valued("value").c.value)
            found = found.where(_THIS_TEXT.not_in(without))
        if not self._asked.narrowed:
            return found
        narrowed = self._asked.narrowed_ids(year)
        if self._asked.dated:  # then few of the year's ids come into question
            bounds, rowid = narrowed.subquery(), search.ROWID
            first, last = (sa.select(bound(bounds.c.id)).scalar_subquery() for bound in (sa.func.min, sa.func.max))
            found = found.where(rowid >= first, rowid <= last)
        return found.where(_THIS_TEXT.in_(narrowed))


def _best_first(asked: _Asked, texts: Sought, offset: int, limit: int) -> tuple[list[int], int]:
    """A page of what is found, the very number first."""
    hidden, first = asked.unreadable(), []
    if asked.number is not None:
        exact = _Found(asked, texts.also(asked.number), hidden)
        first = [key for year in asked.years for key in exact.ids(year, 0, _MOST_FIRST)]
    ids = first[offset : offset + limit]
    rest, total = _window(
        _Found(asked, texts, [*hidden, *first]), asked.years, max(offset - len(first), 0), limit - len(ids)
    )
    return ids + rest, total + len(first)


def _window(listed: _List, years: Sequence[int], offset: int, limit: int) -> tuple[list[int], int]:
    """The ids of a page over several years, and the count of all."""
    ids: list[int] = []
    total = 0
    for year in years:
        found, count = _part(listed, year, max(offset - total, 0), limit - len(ids))
        ids, total = ids + found, total + count
    return ids, total


def _part(listed: _List, year: int, skipped: int, limit: int) -> tuple[list[int], int]:
    """The ids that one year gives to a page, and the count of the year."""
    if skipped == 0 and limit > 0:
        ids = listed.ids(year, 0, limit)
        return ids, len(ids) if len(ids) < limit else listed.count(year)
    count = listed.count(year)
    wanted = min(limit, count - skipped)
    if wanted <= 0:
        return [], count
    if skipped <= count // 2:
        return listed.ids(year, skipped, wanted), count
    return listed.ids(year, count - skipped - wanted, wanted, backwards=True)[::-1], count
