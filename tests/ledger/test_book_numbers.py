"""Prefix, series of circulars and windows as they are set: no number is ever given twice by it (R23, R24, C5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from ledger_world import World
from shelf_world import (
    INCOMING,
    ORDER,
    OUTGOING,
    YEAR,
    change,
    count,
    enter,
    problems,
    shelf,
    with_book,
)

from ledger import access, registers, verify
from ledger.access import Window
from ledger.book_settings import (
    BAD_DAYS,
    BAD_PREFIX,
    CIRCULAR,
    TWIN_CIRCULARS,
    TWIN_SERIES,
)
from ledger.directory import OrganisationRow
from ledger.errors import RegisterOff
from ledger.registers import WindowRow


@pytest.fixture(autouse=True)
def _sound(world: World) -> Iterator[None]:
    """Whatever is set, records stay whole."""
    yield
    with world.database.read() as session:
        assert list(verify.faults(session, world.originals)) == []


# Prefix and circulars


def test_another_prefix_is_for_numbers_to_come(world: World) -> None:
    assert enter(world, OUTGOING) == "ศธ 04022/1"
    change(world, prefix="ศธ 04099.2/")
    assert enter(world, OUTGOING, circular=True) == "ศธ 04099.2/ว2"
    with world.database.read() as session:
        owner = session.get_one(OrganisationRow, 1)
        assert registers.entry(session, owner, OUTGOING, 1, YEAR).text == "ศธ 04022/1"


@pytest.mark.parametrize("prefix", ["ศธ 04022", "ศธ ๐๔", "ศธ 04022/ว", "ก" * 61])
def test_a_prefix_must_not_run_into_the_number(world: World, prefix: str) -> None:
    assert problems(world, replace(shelf(world), prefix=prefix)) == {"prefix": BAD_PREFIX}


@pytest.mark.parametrize("prefix", ["", "ศธ 04022/", "รร.วัดป่า ", "ที่ ๑/"])
def test_prefixes_of_all_kinds(world: World, prefix: str) -> None:
    change(world, prefix=prefix)
    assert enter(world, OUTGOING) == f"{prefix}1"


def test_a_prefix_that_was_there_before_may_stay(world: World) -> None:
    with world.act() as act:
        act.alter(OrganisationRow, 1, prefix="ศธ 4")
    change(world, with_book(shelf(world), ORDER, start=5))


def test_circulars_of_their_own_begin_above_those_that_were_given(world: World) -> None:
    given = [enter(world, OUTGOING, circular=flag) for flag in (True, False, True)]
    assert given == ["ศธ 04022/ว1", "ศธ 04022/2", "ศธ 04022/ว3"]
    assert shelf(world).circulars == 3
    own = replace(shelf(world), circular_series="own")
    assert problems(world, own) == {"start_circular": TWIN_CIRCULARS}
    assert problems(world, with_book(own, OUTGOING, CIRCULAR, start=3)) == {"start_circular": TWIN_CIRCULARS}
    change(world, with_book(own, OUTGOING, CIRCULAR, start=4))
    assert [enter(world, OUTGOING, circular=True), enter(world, OUTGOING)] == ["ศธ 04022/ว4", "ศธ 04022/4"]


def test_a_void_circular_counts_and_an_ordinary_number_does_not(world: World) -> None:
    enter(world, OUTGOING, circular=True)
    with world.act() as act:
        registers.void(act, registers.entry(act.session, world.office(act), OUTGOING, 1, YEAR), "ลงซ้ำ")
    enter(world, OUTGOING)
    assert shelf(world).circulars == 1


def test_circulars_come_back_only_when_no_number_can_be_given_twice(world: World) -> None:
    change(world, circular_series="own")
    for _ in range(3):
        enter(world, OUTGOING, circular=True)
    enter(world, OUTGOING)
    for _ in range(2):
        assert problems(world, replace(shelf(world), circular_series="shared")) == {"circular_series": TWIN_SERIES}
        enter(world, OUTGOING)
    change(world, circular_series="shared")
    assert enter(world, OUTGOING, circular=True) == "ศธ 04022/ว4"
    assert problems(world, replace(shelf(world), circular_series="own")) == {"circular_series": TWIN_SERIES}


def test_with_the_new_year_the_series_may_change_freely(world: World) -> None:
    for _ in range(3):
        enter(world, OUTGOING, circular=True)
    world.now = datetime(2027, 1, 5, tzinfo=UTC)
    change(world, shelf(world, year=YEAR + 1), circular_series="own")
    assert enter(world, OUTGOING, circular=True) == "ศธ 04022/ว1"


def test_a_series_that_is_off_cannot_clash(world: World) -> None:
    enter(world, OUTGOING, circular=True)
    change(world, with_book(replace(shelf(world), circular_series="own"), OUTGOING, CIRCULAR, start=0))
    with pytest.raises(RegisterOff):
        enter(world, OUTGOING, circular=True)
    change(world, circular_series="shared")
    assert enter(world, OUTGOING, circular=True) == "ศธ 04022/ว2"


# Windows


def test_windows_are_each_organisations_own(world: World) -> None:
    change(world, windows={**shelf(world).windows, INCOMING: Window(0, 7), ORDER: Window(2, 2)})
    with world.database.read() as session:
        assert access.window(session, 1, True, INCOMING) == Window(0, 7)
        assert access.window(session, 1, True, ORDER) == Window(2, 2)
        assert access.window(session, 2, False, INCOMING) == Window(3, 3)
    assert count(world, WindowRow) == 2
    change(world, windows={**shelf(world).windows, INCOMING: Window(1, 1)})
    assert count(world, WindowRow) == 2
    assert shelf(world).windows[INCOMING] == Window(1, 1)


@pytest.mark.parametrize(("window", "field"), [(Window(-1, 1), "amend_order"), (Window(1, 367), "void_order")])
def test_days_have_bounds(world: World, window: Window, field: str) -> None:
    wanted = replace(shelf(world), windows={**shelf(world).windows, ORDER: window})
    assert problems(world, wanted) == {field: BAD_DAYS}


def test_all_faults_are_told_at_once(world: World) -> None:
    wanted = with_book(replace(shelf(world), prefix="9", year_in_use=1), INCOMING, start=-1)
    assert set(problems(world, wanted)) == {"prefix", "year_in_use", "start_incoming"}
