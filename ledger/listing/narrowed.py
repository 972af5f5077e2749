"""What a list is narrowed by, as conditions on entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import access, search
from ledger.access import Viewer
from ledger.database import table_of
from ledger.era import BANGKOK
from ledger.listing.lines import has_files
from ledger.registers import EntryRow, RegisterRow
from ledger.search import Sought
from ledger.values import RegisterKind, Urgency

Condition = sa.ColumnElement[bool]

_KINDS = list(RegisterKind)
_FIRST_DAY, _LAST_DAY = date(1000, 1, 1), date(9000, 1, 1)  # between them, days have moments


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for; None and "" ask for everything.

    `words`, `sender` and `recipient` are searched for (`ledger.search`), `words` in the one `field` of
    `search.FIELDS` if it is given.
    """

    kind: RegisterKind | None
    year: int | None  # B.E.
    words: str = ""
    field: str = ""
    since: date | None = None  # day of registration in Bangkok
    until: date | None = None  # that day included
    sender: str = ""
    recipient: str = ""
    group_id: int | None = None
    urgency: Urgency | None = None
    files: bool | None = None
    void: bool | None = None
    reserved: bool | None = None  # held, still without content
    overdue: bool | None = None  # held longer than promised


class Book(NamedTuple):
    """One register."""

    id: int
    kind: RegisterKind
    year: int
    series: str


def books(session: Session, organisation_id: int, kind: RegisterKind | None, year: int | None = None) -> list[Book]:
    """The registers of an organisation, in order of kind, year and series."""
    table = table_of(RegisterRow)
    wanted = sa.select(table.c.id, table.c.kind, table.c.year, table.c.series)
    wanted = wanted.where(table.c.organisation_id == organisation_id)
    if kind is not None:
        wanted = wanted.where(table.c.kind == kind)
    if year is not None:
        wanted = wanted.where(table.c.year == year)
    found = [Book(*row) for row in session.connection().execute(wanted)]
    return sorted(found, key=lambda book: (_KINDS.index(book.kind), book.year, book.series))


def sought(session: Session, wanted: Filter) -> Sought | None:
    """What the texts are searched for; None for nothing."""
    asked = ((wanted.words, wanted.field), (wanted.sender, "sender"), (wanted.recipient, "recipient"))
    return search.sought(session, asked)


def conditions(viewer: Viewer, wanted: Filter, today: date) -> tuple[Condition, ...]:
    """What each entry must fulfil, words apart.

    What is hidden is not narrowed by either: it would be known from what is left.
    """
    return (*_narrowed(wanted, today), *(() if _keeps_hidden(wanted) else (access.readable(viewer),)))


def narrowed_ids(register_ids: Sequence[int], narrowed: Sequence[Condition]) -> sa.Select[Any]:
    """The ids of the entries of these registers that fulfil the conditions."""
    ids = sa.select(EntryRow.id).where(EntryRow.register_id.in_(register_ids), *narrowed)
    # Said so that the planner takes the index that spares it the lines of all but secret letters.
    return ids.where(EntryRow.registered_at >= midnight(_FIRST_DAY)) if narrowed else ids


def unreadable(session: Session, viewer: Viewer, register_ids: Sequence[int]) -> list[int]:
    """The ids of the entries of these registers that this viewer does not read, as they are now."""
    if viewer.reads_secrets:
        return []
    secret: Condition = sa.literal_column("entries.secrecy <> 'ordinary'")  # as the index over them is written
    of_books = sa.select(EntryRow.id).where(EntryRow.register_id.in_(register_ids), secret)
    not_read = access.readable(viewer).is_not(sa.true())
    return list(session.connection().execute(of_books.where(not_read)).scalars())


def midnight(day: date) -> datetime:
    """When a day begins in Bangkok; of days beyond all books, the nearest that has a moment."""
    return datetime.combine(min(max(day, _FIRST_DAY), _LAST_DAY), time(), BANGKOK)


def in_days(since: date | None, until: date | None) -> Iterator[Condition]:
    """Registered on one of these days."""
    if since is not None:
        yield EntryRow.registered_at >= midnight(since)
    if until is not None:
        yield EntryRow.registered_at < midnight(min(until, _LAST_DAY)) + timedelta(days=1)


def _narrowed(wanted: Filter, today: date) -> Iterator[Condition]:
    yield from in_days(wanted.since, wanted.until)
    if wanted.group_id is not None:
        yield EntryRow.group_id == wanted.group_id
    if wanted.urgency is not None:
        yield EntryRow.urgency == wanted.urgency
    if wanted.files is not None:
        yield has_files() if wanted.files else ~has_files()
    if wanted.void is not None:
        yield EntryRow.voided_at.is_not(None) if wanted.void else EntryRow.voided_at.is_(None)
    if wanted.reserved is not None:
        yield _among(_held(), wanted.reserved)
    if wanted.overdue is not None:
        yield _among(_held().where(sa.literal_column("held.reserved_until") < today.isoformat()), wanted.overdue)


def _keeps_hidden(wanted: Filter) -> bool:
    """Whether nothing is asked that a hidden line does not show."""
    return wanted.group_id is None and wanted.files is None


def _held() -> sa.Select[Any]:
    held = table_of(EntryRow).alias("held")
    empty = held.c.filled_at.is_(None), held.c.voided_at.is_(None)
    return sa.select(held.c.id).where(held.c.reserved_until.is_not(None), *empty)


def _among(ids: sa.Select[Any], wanted: bool) -> Condition:
    return EntryRow.id.in_(ids) if wanted else EntryRow.id.not_in(ids)
