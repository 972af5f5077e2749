"""Numbers run without gap or twin; a void stays; years and switches behave (I2, P-10 to P-12, C4)."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest
from ledger_world import World

from ledger import registers, verify
from ledger.directory import OrganisationRow
from ledger.errors import ClockBackwards, Refused, RegisterOff
from ledger.registers import EntryRow
from ledger.values import RegisterKind

INCOMING, OUTGOING = RegisterKind.INCOMING, RegisterKind.OUTGOING


def numbers(world: World, kind: RegisterKind = INCOMING, year: int | None = None) -> list[int]:
    with world.database.read() as session:
        owner = session.get_one(OrganisationRow, 1)
        return [entry.number for entry, _ in registers.entries(session, kind, owner, year)]


def enter(world: World, kind: RegisterKind = INCOMING, **columns: object) -> registers.Entered:
    with world.act() as act:
        return registers.enter(act, world.office(act), kind, **columns)


def test_each_kind_writes_its_number_as_offices_do(world: World) -> None:
    assert enter(world).text == "1/2569"
    assert enter(world, OUTGOING).text == "ศธ 04022/1"
    assert enter(world, OUTGOING, circular=True).text == "ศธ 04022/ว2"
    assert enter(world, RegisterKind.ORDER).text == "1/2569"
    assert enter(world, RegisterKind.CERTIFICATE).text == "1/2569"


def test_circulars_have_a_series_of_their_own_where_the_office_wants_it(world: World) -> None:
    with world.act() as act:
        act.alter(OrganisationRow, 1, circular_series="own")
    assert [enter(world, OUTGOING, circular=flag).text for flag in (False, True, True)] == [
        "ศธ 04022/1",
        "ศธ 04022/ว1",
        "ศธ 04022/ว2",
    ]


def test_threads_entering_at_once_get_every_number_once(world: World) -> None:
    threads = [threading.Thread(target=lambda: [enter(world) for _ in range(25)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numbers(world) == list(range(1, 201))


def test_processes_entering_at_once_get_every_number_once(world: World) -> None:
    code = (
        "import sys; from pathlib import Path; from datetime import UTC, datetime\n"
        "from ledger.database import open_database; from ledger.history import acting\n"
        "from ledger import registers, letters, receipts, intakes, outbox, rules\n"
        "from ledger.directory import OrganisationRow; from ledger.values import RegisterKind\n"
        "database = open_database(Path(sys.argv[1]))\n"
        "for _ in range(30):\n"
        "    with acting(database, 'process', 'tested', datetime.now(UTC)) as act:\n"
        "        registers.enter(act, act.session.get_one(OrganisationRow, 1), RegisterKind.INCOMING)\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, world.folder / "data"]) for _ in range(4)]
    assert [process.wait(60) for process in running] == [0, 0, 0, 0]
    assert numbers(world) == list(range(1, 121))
    with world.database.read() as session:
        assert list(verify.faults(session, world.originals)) == []


def test_a_failed_entry_takes_no_number(world: World) -> None:
    enter(world)
    with pytest.raises(ZeroDivisionError), world.act() as act:
        registers.enter(act, world.office(act), INCOMING)
        raise ZeroDivisionError
    assert enter(world).number == 2


def test_a_void_entry_keeps_number_and_text(world: World) -> None:
    enter(world, subject="ขอเชิญประชุม")
    with world.act("voided") as act:
        registers.void(act, act.session.get_one(EntryRow, 1), "ลงซ้ำ")
    assert enter(world).number == 2
    with world.database.read() as session:
        struck = session.get_one(EntryRow, 1)
    assert (struck.text, struck.subject, struck.void_reason, struck.voided_by) == (
        "1/2569",
        "ขอเชิญประชุม",
        "ลงซ้ำ",
        "Malee",
    )


@pytest.mark.parametrize("reason", ["", "  "])
def test_voiding_needs_a_reason(world: World, reason: str) -> None:
    enter(world)
    with pytest.raises(Refused), world.act() as act:
        registers.void(act, act.session.get_one(EntryRow, 1), reason)


def test_what_is_void_is_not_voided_again(world: World) -> None:
    enter(world)
    with world.act() as act:
        registers.void(act, act.session.get_one(EntryRow, 1), "ลงซ้ำ")
    with pytest.raises(Refused), world.act() as act:
        registers.void(act, act.session.get_one(EntryRow, 1), "ลงซ้ำ")


def test_a_new_year_opens_by_itself_at_midnight_in_bangkok(world: World) -> None:
    world.now = datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)
    assert enter(world).text == "1/2569"
    world.now = datetime(2026, 12, 31, 17, 0, 0, tzinfo=UTC)
    assert enter(world).text == "1/2570"
    assert numbers(world, year=2569) == numbers(world, year=2570) == [1]


def test_a_start_number_is_where_the_book_begins(world: World) -> None:
    with world.act() as act:
        registers.set_start(act, world.office(act), INCOMING, 2569, 500)
    assert [enter(world).number, enter(world).number] == [500, 501]
    with pytest.raises(Refused), world.act() as act:
        registers.set_start(act, world.office(act), INCOMING, 2569, 900)


def test_a_start_number_of_zero_switches_the_register_off_for_next_year_too(world: World) -> None:
    with world.act() as act:
        registers.set_start(act, world.office(act), INCOMING, 2569, 0)
    with pytest.raises(RegisterOff) as told:
        enter(world)
    assert "หนังสือรับ" in told.value.sentence()
    world.later(days=60)
    with pytest.raises(RegisterOff):
        enter(world)


def test_times_never_run_backwards_within_a_book(world: World) -> None:
    first = enter(world)
    world.later(seconds=-90)
    assert enter(world).registered_at == first.registered_at
    world.later(minutes=-10)
    with pytest.raises(ClockBackwards) as told:
        enter(world)
    assert "(23 พ.ย. 2569 10:30 น.)" in told.value.sentence()
    assert "(23 Nov 2026 (B.E. 2569) 10:30)" in told.value.sentence("en")
