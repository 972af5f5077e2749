"""Short ways to set the registers of the small world, and to look at what stands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ledger_world import World

from ledger import book_settings, registers
from ledger.access import Duty, Viewer
from ledger.book_settings import Shelf
from ledger.directory import OrganisationRow
from ledger.errors import FieldsWrong
from ledger.history import HistoryRow
from ledger.values import RegisterKind

INCOMING, OUTGOING, ORDER, CERTIFICATE = RegisterKind
YEAR = 2569
OFFICE = Viewer(1, "Malee", 1, "สพป.ตัวอย่าง เขต 4", "office", None, frozenset({Duty.REGISTER_ADMIN}))


def shelf(world: World, viewer: Viewer = OFFICE, year: int = YEAR) -> Shelf:
    with world.database.read() as session:
        return book_settings.of(session, viewer, year)


def change(world: World, wanted: Shelf | None = None, seen: str = "", viewer: Viewer = OFFICE, **values: Any) -> None:
    """Set something, from a form that was opened just now unless `seen` tells otherwise."""
    stands = shelf(world, viewer, wanted.year if wanted else YEAR)
    with world.act("registers set") as act:
        book_settings.change(act, viewer, replace(wanted or stands, **values), seen or stands.version)


def with_book(stands: Shelf, kind: RegisterKind, series: str = "", **values: Any) -> Shelf:
    book = stands.books[kind, series]
    return replace(stands, books={**stands.books, (kind, series): replace(book, **values)})


def enter(world: World, kind: RegisterKind = INCOMING, *, circular: bool = False, owner: int = 1) -> str:
    with world.act() as act:
        organisation = act.session.get_one(OrganisationRow, owner)
        return registers.enter(act, organisation, kind, circular=circular).text


def problems(world: World, wanted: Shelf) -> dict[str, str]:
    before = count(world, HistoryRow)
    with pytest.raises(FieldsWrong) as wrong:
        change(world, wanted)
    assert count(world, HistoryRow) == before
    return wrong.value.problems


def count(world: World, row: type) -> int:
    with world.database.read() as session:
        return session.query(row).count()
