"""Forms that come twice, certificates by the hundred, and numbers that are held (F29 to F36, P-10)."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from clerks import (
    CERTIFICATE,
    FULL,
    INCOMING,
    ORDER,
    OUTGOING,
    S1,
    faults,
    line,
    person,
    register,
    rows,
    scan,
)
from ledger_world import World

from ledger import registering
from ledger.access import Viewer
from ledger.content import Content
from ledger.errors import FieldsWrong, NotFound, Refused
from ledger.history import HistoryRow
from ledger.letters import DocumentRow, LetterRow
from ledger.registers import Entered, EntryRow
from ledger.values import RegisterKind

TODAY = date(2026, 11, 23)


# Forms that come twice


def test_a_form_that_is_sent_twice_takes_one_number(world: World) -> None:
    clerk = person(world)
    first = register(world, clerk, key="k", documents=[scan()])
    world.later(minutes=1)
    assert register(world, clerk, key="k", documents=[scan()]) == first
    assert len(rows(world, EntryRow)) == len(rows(world, LetterRow)) == len(rows(world, DocumentRow)) == 1


def test_a_form_key_is_of_one_person(world: World) -> None:
    assert [register(world, person(world), key="k").number for _ in range(2)] == [1, 2]


def test_without_a_key_every_form_is_new(world: World) -> None:
    clerk = person(world)
    assert [register(world, clerk).number for _ in range(2)] == [1, 2]


@pytest.mark.parametrize("kind", [INCOMING, OUTGOING])
def test_a_form_that_was_changed_after_its_number_is_not_thrown_away_unseen(world: World, kind: RegisterKind) -> None:
    clerk = person(world)
    register(world, clerk, key="k")
    with pytest.raises(FieldsWrong) as wrong:
        register(world, clerk, replace(FULL, subject="อีกเรื่อง"), kind, key="k")
    assert set(wrong.value.problems) == {"form"}
    assert len(rows(world, EntryRow)) == 1


def test_an_undated_form_sent_again_after_midnight_is_the_same(world: World) -> None:
    clerk, undated = person(world), replace(FULL, letter_date=None)
    first = register(world, clerk, undated, OUTGOING, key="k")
    world.later(days=1)
    assert register(world, clerk, undated, OUTGOING, key="k").id == first.id


def test_one_form_from_sixteen_threads_takes_one_number(world: World) -> None:
    clerk = person(world)
    got: list[Entered] = []

    def press() -> None:
        got.append(register(world, clerk, key="same", kind=OUTGOING))

    threads = [threading.Thread(target=press) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 16
    assert {one.id for one in got} == {1}
    assert len(rows(world, EntryRow)) == 1


def test_many_threads_get_dense_numbers_in_every_register(world: World) -> None:
    clerk = person(world)

    def write(kind: RegisterKind, thread: int) -> None:
        for turn in range(5):
            register(world, clerk, kind=kind, key=f"{kind} {thread} {turn}")

    threads = [threading.Thread(target=write, args=(kind, n)) for kind in RegisterKind for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for register_id in range(1, 5):
        numbers = sorted(row.number for row in rows(world, EntryRow) if row.register_id == register_id)
        assert numbers == list(range(1, 16))
    assert faults(world) == []


# Certificates


def certificates(world: World, viewer: Viewer, *names: str, **more: object) -> list[Entered]:
    contents = [Content(recipient=name, subject="อบรม") for name in names]
    with world.act("certificates", viewer.name) as act:
        return registering.certificates(act, viewer, contents, **more)  # type: ignore[arg-type]


def test_certificates_are_one_range_and_one_line_of_history(world: World) -> None:
    clerk = person(world)
    register(world, clerk, kind=CERTIFICATE)
    before = len(rows(world, HistoryRow))
    assert [one.text for one in certificates(world, clerk, "ก", "ข", "ค")] == ["2/2569", "3/2569", "4/2569"]
    assert [row.about for row in rows(world, HistoryRow)[before:]] == ["entries 2-4"]


@pytest.mark.parametrize("count", [0, registering.MOST_AT_ONCE + 1])
def test_as_many_certificates_as_one_act_takes(world: World, count: int) -> None:
    with pytest.raises(Refused):
        certificates(world, person(world), *["ก"] * count)
    assert rows(world, EntryRow) == []


def test_certificates_sent_twice_are_numbered_once_and_nobody_elses_come_along(world: World) -> None:
    clerk = person(world)
    first = certificates(world, clerk, "ก", "ข", key="k")
    world.later(seconds=1)
    register(world, clerk, kind=CERTIFICATE)
    register(world, person(world), kind=CERTIFICATE)
    assert certificates(world, clerk, "ก", "ข", key="k") == first
    assert certificates(world, clerk, "ก", "ข", "ค", "ง", key="k") == first
    assert len(rows(world, EntryRow)) == 4


def test_certificates_belong_to_an_order_of_the_own_organisation(world: World) -> None:
    clerk, teacher = person(world), person(world, place=S1)
    order, letter = register(world, clerk, kind=ORDER), register(world, clerk)
    theirs = register(world, teacher, kind=ORDER)
    certificates(world, clerk, "ก", order_id=order.id)
    for wrong in (theirs.id, letter.id, 999):
        with pytest.raises(NotFound):
            certificates(world, clerk, "ข", order_id=wrong)
    assert [row.order_id for row in rows(world, EntryRow) if row.recipient == "ก"] == [order.id]


# Held numbers


def reserve(
    world: World, viewer: Viewer, for_whom: str = "ผอ.", days: int = 7, count: int = 1, kind: RegisterKind = OUTGOING,
    key: str = "",
) -> list[Entered]:  # fmt: skip
    until = TODAY + timedelta(days=days)
    with world.act("reserved", viewer.name) as act:
        return registering.reserve(act, viewer, kind, for_whom, until, count, key=key)


def test_a_held_number_is_the_next_and_empty(world: World) -> None:
    clerk = person(world)
    register(world, clerk, kind=OUTGOING)
    (held,) = reserve(world, clerk, " ผอ. ")
    entry = line(world, held.id)
    assert (entry.text, entry.subject, entry.letter_id, entry.reserved) == ("ศธ 04022/2", "", None, True)
    assert (entry.reserved_for, entry.reserved_until, entry.letter_date) == ("ผอ.", date(2026, 11, 30), TODAY)
    assert register(world, clerk, kind=OUTGOING).number == 3


@pytest.mark.parametrize("kind", [INCOMING, CERTIFICATE])
def test_only_numbers_of_what_we_write_are_held(world: World, kind: RegisterKind) -> None:
    with pytest.raises(Refused):
        reserve(world, person(world), kind=kind)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"for_whom": "  "}, "reserved_for"), ({"days": -1}, "reserved_until"), ({"count": 0}, "count"),
     ({"count": -3}, "count"), ({"count": registering.MOST_RESERVED + 1}, "count")],
)  # fmt: skip
def test_what_holding_needs(world: World, wrong: dict[str, object], field: str) -> None:
    with pytest.raises(FieldsWrong) as told:
        reserve(world, person(world), **wrong)  # type: ignore[arg-type]
    assert set(told.value.problems) == {field}
    assert rows(world, EntryRow) == []


def test_many_are_held_in_one_act_and_once(world: World) -> None:
    clerk = person(world)
    held = reserve(world, clerk, count=50, kind=ORDER, key="k")
    assert [one.number for one in held] == list(range(1, 51))
    world.later(seconds=1)
    reserve(world, clerk, kind=ORDER)
    assert reserve(world, clerk, count=50, kind=ORDER, key="k") == held
    assert len(rows(world, EntryRow)) == 51
    assert faults(world) == []


def test_until_today_is_no_past_day_even_late_in_the_evening(world: World) -> None:
    world.now = datetime(2026, 11, 23, 16, 59, tzinfo=UTC)  # 23:59
    reserve(world, person(world), days=0)
    world.later(minutes=1)
    with pytest.raises(FieldsWrong):
        reserve(world, person(world), days=0)
