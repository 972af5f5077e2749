"""The seal of a day, and what history keeps of files that left the system (I7, P-23)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from clerks import INCOMING, OFFICE, OUTGOING, faults, person, register, rows
from ledger_world import World

from ledger import exports, history
from ledger.exports import ExportRow
from ledger.history import START, HistoryRow


def before(world: World, moment: datetime) -> str:
    with world.database.read() as session:
        return history.head_before(session, moment)


def test_the_head_before_a_moment_is_that_of_the_last_line_before_it(world: World) -> None:
    clerk = person(world)
    for _ in range(30):
        world.later(hours=5)
        register(world, clerk)
    lines = rows(world, HistoryRow)
    for line in lines:
        for moment in (line.at, line.at + timedelta(microseconds=1), line.at - timedelta(microseconds=1)):
            expected = [one.hash for one in lines if one.at < moment]
            assert before(world, moment) == (expected[-1] if expected else START)


def test_before_everything_it_is_the_start_and_after_everything_the_head(world: World) -> None:
    register(world, person(world))
    with world.database.read() as session:
        assert history.head_before(session, datetime(2999, 1, 1, tzinfo=UTC)) == history.head(session)
    assert before(world, datetime(2000, 1, 1, tzinfo=UTC)) == START


def test_the_seal_of_a_day_that_is_over_does_not_change(world: World) -> None:
    clerk = person(world)
    register(world, clerk)
    midnight = datetime(2026, 11, 23, 17, tzinfo=UTC)
    seal = before(world, midnight)
    world.now = midnight
    register(world, clerk)
    assert before(world, midnight) == seal
    assert before(world, midnight + timedelta(microseconds=1)) != seal


def test_a_file_that_left_is_sealed_with_who_and_what(world: World) -> None:
    clerk = person(world, name="นางมาลี")
    with world.act("exported", clerk.name) as act:
        exports.note(act, clerk, OUTGOING, "xlsx", "year=2569&words=" + "ก" * 2000, 12)
        exports.note(act, clerk, INCOMING, "pdf", "", 0)
    first, second = rows(world, ExportRow)
    assert (first.organisation_id, first.person_id, first.kind, first.form, first.lines) == (
        OFFICE,
        clerk.person_id,
        OUTGOING,
        "xlsx",
        12,
    )
    assert (len(first.narrowed), first.at, second.narrowed) == (1000, world.now, "")
    line = rows(world, HistoryRow)[-1]
    assert (line.what, line.who) == ("exported", "นางมาลี")
    assert line.changes.count('["exports"') == 2
    assert faults(world) == []
    with world.database.write() as session:
        session.connection().exec_driver_sql("UPDATE exports SET lines = 1 WHERE id = 1")
    assert [fault.split()[0] for fault in faults(world)] == ["exports"]
