"""Many certificates in one act: a dense range, one order for them, and nothing when something is wrong (F29, F33)."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from desks import OFFICE, S1, line, person
from ledger_world import World

from ledger import many, registering, registers, verify
from ledger.access import Viewer
from ledger.content import Content
from ledger.directory import OrganisationRow
from ledger.errors import FieldsWrong, NotFound, RegisterClosed, RegisterOff
from ledger.history import HistoryRow
from ledger.registers import Entered, EntryRow, RegisterRow
from ledger.values import RegisterKind

CERTIFICATE, ORDER = RegisterKind.CERTIFICATE, RegisterKind.ORDER
COMMON = "อบรมเชิงปฏิบัติการ"


def names(count: int) -> list[Content]:
    return [Content(subject=COMMON, recipient=f"เด็กชายคนที่ {one}") for one in range(1, count + 1)]


def ordered(world: World, viewer: Viewer, count: int, key: str = "") -> tuple[Entered, list[Entered]]:
    with world.act("ordered", viewer.name) as act:
        return many.order_with_certificates(act, viewer, Content(subject="มอบเกียรติบัตร"), names(count), key=key)


def next_number(world: World, viewer: Viewer) -> int:
    with world.database.read() as session:
        return many.expected(session, viewer, CERTIFICATE, world.now)


def test_an_order_and_its_certificates_are_one_act(world: World) -> None:
    viewer = person(world, OFFICE)
    order, given = ordered(world, viewer, 3, "k")
    assert (order.text, [one.text for one in given]) == ("1/2569", ["1/2569", "2/2569", "3/2569"])
    assert {line(world, one.id).order_id for one in given} == {order.id}
    again, same = ordered(world, viewer, 3, "k")
    assert (again.id, [one.id for one in same]) == (order.id, [one.id for one in given])
    with world.database.read() as session:
        last = session.execute(sa.select(HistoryRow.what, HistoryRow.about).order_by(HistoryRow.id.desc())).first()
        assert last == ("ordered", f"entry {order.id}")
        assert list(verify.faults(session, world.originals)) == []


def test_a_fault_in_one_name_takes_no_number_of_either_register(world: World) -> None:
    viewer = person(world, OFFICE)
    with pytest.raises(FieldsWrong), world.act("ordered") as act:
        many.order_with_certificates(act, viewer, Content(subject="ก"), [*names(2), Content(subject="ก")])
    assert next_number(world, viewer) == 1
    with world.database.read() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(EntryRow)).scalar_one() == 0


def test_five_hundred_get_one_range_while_others_register(world: World) -> None:
    viewer, other = person(world, OFFICE), person(world, OFFICE)
    start, errors = threading.Barrier(3), []

    def one_by_one() -> None:
        start.wait()
        try:
            for _ in range(20):
                with world.act("registered", other.name) as act:
                    registering.register(act, other, CERTIFICATE, names(1)[0])
        except Exception as fault:
            errors.append(fault)

    crowd = [threading.Thread(target=one_by_one) for _ in range(2)]
    for thread in crowd:
        thread.start()
    start.wait()
    with world.act("certificates", viewer.name) as act:
        given = registering.certificates(act, viewer, names(500), key="k")
    for thread in crowd:
        thread.join()
    assert errors == []
    assert [one.number for one in given] == list(range(given[0].number, given[0].number + 500))
    with world.database.read() as session:
        numbers = list(session.execute(sa.select(EntryRow.number).order_by(EntryRow.number)).scalars())
        assert numbers == list(range(1, 541))
        found = many.between(session, viewer, given[0].id, given[-1].id)
    assert [one.recipient for one in found] == [one.recipient for one in names(500)]


def test_the_expected_number_is_what_the_next_line_gets(world: World) -> None:
    viewer = person(world, OFFICE)
    assert next_number(world, viewer) == 1
    with world.act() as act:
        registers.set_start(act, world.office(act), CERTIFICATE, 2569, 40)
    assert next_number(world, viewer) == 40
    _, given = ordered(world, viewer, 2)
    assert given[0].number == 40
    assert next_number(world, viewer) == 42
    assert next_number(world, person(world, S1)) == 1


def test_a_register_that_is_off_or_closed_says_so_before_anything_is_typed(world: World) -> None:
    viewer, teacher = person(world, OFFICE), person(world, S1)
    with world.act() as act:
        registers.set_start(act, world.office(act), CERTIFICATE, 2569, 0)
        act.alter(OrganisationRow, S1, year_in_use=2568)
    with pytest.raises(RegisterOff):
        next_number(world, viewer)
    with pytest.raises(RegisterClosed):
        next_number(world, teacher)
    world.later(days=60)  # a new year opens as the old one was
    with pytest.raises(RegisterOff):
        next_number(world, viewer)
    with world.act() as act:
        book = act.session.execute(sa.select(RegisterRow).where(RegisterRow.start == 0)).scalar_one()
        act.alter(RegisterRow, book.id, start=7)
    assert next_number(world, viewer) == 1


def test_a_range_is_read_only_in_the_own_registers(world: World) -> None:
    viewer, teacher = person(world, OFFICE), person(world, S1)
    order, given = ordered(world, viewer, 3)
    _, theirs = ordered(world, teacher, 1)
    first, last = given[0].id, given[-1].id
    with world.database.read() as session:
        assert [one.id for one in many.between(session, viewer, first, last)] == [one.id for one in given]
        for reader, begin, end in (
            (teacher, first, last),
            (viewer, last, first),
            (viewer, first, theirs[0].id),
            (viewer, order.id, last),
            (viewer, first, 9999),
        ):
            with pytest.raises(NotFound):
                many.between(session, reader, begin, end)
