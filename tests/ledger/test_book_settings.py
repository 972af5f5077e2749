"""What an organisation sets of its registers, and who may (F37 to F39, C4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from ledger_world import World
from shelf_world import (
    CERTIFICATE,
    INCOMING,
    OFFICE,
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

from ledger import book_settings, verify
from ledger.access import Duty, Window
from ledger.book_settings import (
    BAD_START,
    CIRCULAR,
    IN_USE,
    NO_YEAR,
    Book,
    year_state,
)
from ledger.directory import DutyRow, OrganisationRow, PersonRow
from ledger.errors import ChangedMeanwhile, NotAllowed, NotFound, RegisterClosed, RegisterOff
from ledger.history import HistoryRow
from ledger.registers import RegisterRow
from ledger.values import RegisterKind


@pytest.fixture(autouse=True)
def _sound(world: World) -> Iterator[None]:
    """Whatever is set, records stay whole."""
    yield
    with world.database.read() as session:
        assert list(verify.faults(session, world.originals)) == []


# What stands


def test_at_first_everything_is_as_it_was_always(world: World) -> None:
    stands = shelf(world)
    assert (stands.year_in_use, stands.prefix, stands.circular_series) == (None, "ศธ 04022/", "shared")
    assert {book.start for book in stands.books.values()} == {1}
    assert stands.windows == {
        INCOMING: Window(3, 3),
        OUTGOING: Window(1, 1),
        ORDER: Window(15, 15),
        CERTIFICATE: Window(30, 30),
    }
    assert count(world, RegisterRow) == 0  # looking opens no book


def test_the_next_numbers_are_told_as_people_will_write_them(world: World) -> None:
    enter(world), enter(world, OUTGOING), enter(world, OUTGOING, circular=True)
    stands = shelf(world)
    with world.database.read() as session:
        owner = session.get_one(OrganisationRow, 1)
        told = {key: stands.next_text(owner, key) for key in stands.books}
        circular = stands.next_text(owner, (OUTGOING, ""), circular=True)
        over = replace(stands, year_in_use=YEAR - 1).next_text(owner, (INCOMING, ""))
        off = with_book(stands, ORDER, start=0).next_text(owner, (ORDER, ""))
    assert told[INCOMING, ""] == "2/2569"
    assert told[OUTGOING, ""] == "ศธ 04022/3"
    assert told[ORDER, ""] == "1/2569"
    assert (circular, told[OUTGOING, CIRCULAR], over, off) == ("ศธ 04022/ว3", "ศธ 04022/ว1", "", "")
    assert enter(world, OUTGOING) == told[OUTGOING, ""]


def test_a_year_to_come_begins_off_where_this_one_is(world: World) -> None:
    enter(world)
    change(world, with_book(with_book(shelf(world), INCOMING, closed=True), ORDER, start=0))
    starts = {key: book.start for key, book in shelf(world, year=YEAR + 1).books.items()}
    assert (starts[INCOMING, ""], starts[ORDER, ""], starts[OUTGOING, ""]) == (0, 0, 1)


# Start numbers


def test_a_start_number_is_set_before_the_first_number_and_never_after(world: World) -> None:
    change(world, with_book(shelf(world), ORDER, start=88))
    assert [enter(world, ORDER), enter(world, ORDER)] == ["88/2569", "89/2569"]
    assert problems(world, with_book(shelf(world), ORDER, start=200)) == {"start_order": IN_USE}
    assert enter(world, ORDER) == "90/2569"


@pytest.mark.parametrize("start", [-1, 1_000_000])
def test_a_start_number_has_bounds(world: World, start: int) -> None:
    assert problems(world, with_book(shelf(world), INCOMING, start=start)) == {"start_incoming": BAD_START}


def test_zero_switches_a_register_off_and_another_number_on_again(world: World) -> None:
    change(world, with_book(shelf(world), CERTIFICATE, start=0))
    with pytest.raises(RegisterOff):
        enter(world, CERTIFICATE)
    change(world, with_book(shelf(world), CERTIFICATE, start=7))
    assert enter(world, CERTIFICATE) == "7/2569"


def test_a_register_that_was_used_is_closed_and_goes_on_where_it_was(world: World) -> None:
    enter(world)
    change(world, with_book(shelf(world), INCOMING, closed=True))
    with pytest.raises(RegisterOff):
        enter(world)
    change(world, with_book(shelf(world), INCOMING, closed=False))
    assert enter(world) == "2/2569"


def test_start_numbers_of_the_next_year_are_set_ahead_and_nothing_else(world: World) -> None:
    ahead = with_book(shelf(world, year=YEAR + 1), INCOMING, start=500)
    change(world, replace(ahead, prefix="ผิด/", year_in_use=YEAR + 1, circular_series="own"))
    assert shelf(world).prefix == "ศธ 04022/"
    assert shelf(world).year_in_use is None
    assert enter(world) == "1/2569"
    world.now = datetime(2026, 12, 31, 17, 0, 0, tzinfo=UTC)
    assert enter(world) == "500/2570"


@pytest.mark.parametrize("year", [YEAR - 1, YEAR + 2, 0])
def test_other_years_are_not_to_be_set(world: World, year: int) -> None:
    with pytest.raises(NotFound):
        change(world, replace(shelf(world), year=year), seen="x")


# Year in use


def test_a_year_set_by_hand_ends_every_register_until_the_next_is_set(world: World) -> None:
    change(world, year_in_use=YEAR)
    assert enter(world) == "1/2569"
    world.now = datetime(2026, 12, 31, 17, 0, 0, tzinfo=UTC)
    for kind in RegisterKind:
        with pytest.raises(RegisterClosed) as closed:
            enter(world, kind)
        assert "2569" in closed.value.sentence()
    change(world, shelf(world, year=YEAR + 1), year_in_use=YEAR + 1)
    assert enter(world) == "1/2570"


def test_the_next_year_may_be_set_ahead_and_this_one_goes_on(world: World) -> None:
    change(world, year_in_use=YEAR + 1)
    assert enter(world) == "1/2569"
    world.now = datetime(2026, 12, 31, 17, 0, 0, tzinfo=UTC)
    assert enter(world) == "1/2570"


def test_by_the_calendar_again_registers_open_by_themselves(world: World) -> None:
    change(world, year_in_use=YEAR)
    change(world, year_in_use=None)
    world.now = datetime(2026, 12, 31, 17, 0, 0, tzinfo=UTC)
    assert enter(world) == "1/2570"


@pytest.mark.parametrize("year", [YEAR - 1, YEAR + 2, -1, 0])
def test_no_other_year_can_be_chosen(world: World, year: int) -> None:
    assert problems(world, replace(shelf(world), year_in_use=year)) == {"year_in_use": NO_YEAR}


def test_a_year_that_is_over_may_stay_while_other_things_are_set(world: World) -> None:
    change(world, year_in_use=YEAR)
    world.now = datetime(2027, 1, 5, tzinfo=UTC)
    change(world, shelf(world, year=YEAR + 1), prefix="ศธ 04099/")
    assert shelf(world, year=YEAR + 1).year_in_use == YEAR


@pytest.mark.parametrize(
    ("year_in_use", "today", "state"),
    [
        (None, date(2026, 12, 31), ""),
        (2569, date(2026, 11, 30), ""),
        (2569, date(2026, 12, 1), "ending"),
        (2569, date(2026, 12, 31), "ending"),
        (2569, date(2027, 1, 1), "over"),
        (2570, date(2026, 12, 31), ""),
    ],
)
def test_the_end_of_a_year_is_told_from_december_on(year_in_use: int | None, today: date, state: str) -> None:
    assert year_state(year_in_use, today) == state


# Who, and what others did


@pytest.mark.parametrize(
    ("kind", "duties", "may"),
    [
        ("office", {Duty.REGISTER_ADMIN}, True),
        ("office", {Duty.REGISTER_OFFICER}, True),
        ("office", {Duty.DIRECTOR, Duty.ADMINISTRATOR, Duty.CENTRAL_CLERK}, False),
        ("office", set(), False),
        ("school", {Duty.DIRECTOR}, True),
        ("school", {Duty.DEPUTY}, True),
        ("school", {Duty.REGISTER_OFFICER}, True),
        ("school", {Duty.SCHOOL_CLERK}, False),
        ("outside", {Duty.DIRECTOR}, False),
    ],
)
def test_only_those_whom_the_table_names_look_and_set(world: World, kind: str, duties: set[Duty], may: bool) -> None:
    viewer = replace(OFFICE, kind=kind, duties=frozenset(duties))
    if may:
        change(world, viewer=viewer, prefix="ศธ 1/")
        return
    stands = shelf(world)
    with pytest.raises(NotAllowed):
        shelf(world, viewer)
    with world.act() as act, pytest.raises(NotAllowed):
        book_settings.change(act, viewer, stands, stands.version)


def test_only_the_own_organisation_is_set(world: World) -> None:
    school = replace(OFFICE, organisation_id=2, kind="school", duties=frozenset({Duty.DIRECTOR}))
    change(world, with_book(replace(shelf(world, school), prefix="ศธ 04022.1/"), INCOMING, start=0), viewer=school)
    assert shelf(world).prefix == "ศธ 04022/"
    assert enter(world) == "1/2569"
    with pytest.raises(RegisterOff):
        enter(world, owner=2)


def test_an_older_form_changes_nothing(world: World) -> None:
    seen = shelf(world).version
    for values in ({"prefix": "ศธ 1/"}, {"year_in_use": YEAR}, {"circular_series": "own"}):
        stands = shelf(world)
        change(world, stands, **values)
        with pytest.raises(ChangedMeanwhile):
            change(world, stands, seen)
        assert getattr(shelf(world), next(iter(values))) == next(iter(values.values()))
    change(world, with_book(shelf(world), ORDER, start=3))
    change(world, windows={**shelf(world).windows, ORDER: Window(9, 9)})
    assert len({seen, shelf(world).version}) == 2


def test_numbers_that_are_given_meanwhile_do_not_spoil_a_form(world: World) -> None:
    enter(world)
    stands = shelf(world)
    enter(world)
    assert shelf(world).version == stands.version
    change(world, stands, prefix="ศธ 2/")


def test_a_first_number_meanwhile_does_when_its_start_was_to_change(world: World) -> None:
    stands = shelf(world)
    enter(world, ORDER)
    assert problems(world, with_book(stands, ORDER, start=5)) == {"start_order": IN_USE}


def test_every_change_is_in_the_history_and_nothing_else(world: World) -> None:
    before = count(world, HistoryRow)
    change(world)
    assert count(world, HistoryRow) == before
    change(world, with_book(replace(shelf(world), prefix="ศธ 3/"), ORDER, start=5))
    with world.database.read() as session:
        line = session.query(HistoryRow).order_by(HistoryRow.id.desc()).first()
        assert line is not None
        assert (line.who, line.what, line.about) == ("Malee", "registers set", "registers of organisation 1")
        assert "ศธ 04022/" in line.changes
        assert "ศธ 3/" in line.changes
        assert '"start":5' in line.changes


def test_those_who_may_set_are_named(world: World) -> None:
    with world.act() as act:
        for code, duty, active in (
            ("a", "register_admin", True),
            ("b", "director", True),
            ("c", "register_officer", False),
        ):
            key = act.add(PersonRow, organisation_id=1, code=code, name=code, active=active)
            act.add(DutyRow, person_id=key, duty=duty)
    with world.database.read() as session:
        assert book_settings.officers(session, OFFICE) == [("a", Duty.REGISTER_ADMIN)]


def test_a_book_knows_what_comes_next() -> None:
    assert [Book(INCOMING, "", 5).next, Book(INCOMING, "", 5, last=9).next] == [5, 10]
    assert [Book(INCOMING, "", 0).off, Book(INCOMING, "", 1, closed=True).off, Book(INCOMING, "", 1).off] == [
        True, True, False,
    ]  # fmt: skip
