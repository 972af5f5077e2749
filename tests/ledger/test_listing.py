"""Lists page without gap or twin, in order, and are narrowed by what is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from books_world import (
    ALL,
    CERTIFICATE,
    CLERK,
    INCOMING,
    ORDER,
    OUTGOING,
    SETTINGS,
    STRANGER,
    TODAY,
    catch_up,
    each,
    enclose,
    enter,
    ids,
    page,
    texts,
    viewer,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_world import World

from ledger import listing, registers
from ledger.access import Viewer
from ledger.directory import OrganisationRow
from ledger.letters import DocumentRow
from ledger.listing import Filter, Line, Page
from ledger.registers import EntryRow, RegisterRow
from ledger.search.words import fold, words_of
from ledger.values import RegisterKind, Secrecy, Urgency

# Order


def test_newest_comes_first_and_a_later_year_before_it(world: World) -> None:
    for kind in (INCOMING, OUTGOING, INCOMING):
        enter(world, kind)
    world.later(days=60)
    enter(world)
    world.later(days=-40)  # a clock that was set back to the year before
    enter(world, ORDER)
    assert texts(page(world, Filter(INCOMING, None))) == ["1/2570", "2/2569", "1/2569"]
    assert texts(page(world, Filter(INCOMING, 2569))) == ["2/2569", "1/2569"]
    assert texts(page(world, ALL)) == ["1/2570", "1/2569", "2/2569", "ศธ 04022/1", "1/2569"]
    catch_up(world)
    assert texts(page(world, Filter(None, None, words="/"))) == texts(page(world, ALL))


def test_an_own_series_of_circulars_is_merged_into_its_register(world: World) -> None:
    with world.act() as act:
        act.alter(OrganisationRow, 1, circular_series="own")
    for circular in (False, True, False, True):
        with world.act() as act:
            registers.enter(act, world.office(act), OUTGOING, circular=circular)
    assert ids(page(world, Filter(OUTGOING, 2569))) == [4, 3, 2, 1]
    assert [line.id for line in each(world, Filter(OUTGOING, 2569))] == [1, 3, 2, 4]


def test_all_of_it_is_read_in_order_of_register_year_and_number(world: World) -> None:
    for kind in (CERTIFICATE, INCOMING, ORDER, OUTGOING, INCOMING):
        enter(world, kind)
    world.later(days=60)
    enter(world)
    told = [(line.kind, line.year, line.number) for line in each(world, ALL)]
    incoming = [(INCOMING, 2569, 1), (INCOMING, 2569, 2), (INCOMING, 2570, 1)]
    assert told == [*incoming, (OUTGOING, 2569, 1), (ORDER, 2569, 1), (CERTIFICATE, 2569, 1)]


def test_what_has_no_register_is_an_empty_page(world: World) -> None:
    assert page(world, ALL) == page(world, Filter(ORDER, 2400, words="x")) == Page((), 0)
    assert each(world, ALL) == []


# Everything that a list can be narrowed by, against the entries themselves

WORDS = ["", "ประชุม", "น้ำ", "ปร", "1", "2569", "ครู ประชุม", "ศธ 0", "เขต"]
DAYS = st.dates(date(2026, 11, 20), date(2027, 1, 20)) | st.sampled_from([date.min, date.max])
NARROWINGS: dict[str, st.SearchStrategy[Any]] = {
    "kind": st.sampled_from([INCOMING, OUTGOING, ORDER]),
    "year": st.sampled_from([2569, 2570, 2571]),
    "words": st.sampled_from(WORDS),
    "field": st.sampled_from(["subject", "number", "sender", "file"]),
    "since": DAYS,
    "until": DAYS,
    "sender": st.sampled_from(["เขต", "จ"]),
    "recipient": st.just("ครู"),
    "group_id": st.sampled_from([1, 2]),
    "urgency": st.sampled_from(Urgency),
    **dict.fromkeys(("files", "void", "reserved", "overdue"), st.booleans()),
}
# A few at once: of many together, hardly a line is left.
FILTERS = st.lists(st.sampled_from(list(NARROWINGS)), max_size=3, unique=True).flatmap(
    lambda names: st.builds(lambda **values: replace(ALL, **values), **{name: NARROWINGS[name] for name in names})
)


def fill(world: World) -> None:
    """Some of everything, in two years."""
    subjects, parties = ["ประชุมครู", "น้ำท่วม", "ครู ๒๕๖๙", ""], ["เขต 4", "จังหวัด", "ครูดี", ""]
    for number in range(36):
        columns = {
            "subject": subjects[number % 4],
            "sender": parties[number // 2 % 4],
            "recipient": parties[number // 3 % 4],
            "urgency": list(Urgency)[number // 5 % 4],
            "group_id": [None, 1, 2][number // 2 % 3],
            "secrecy": Secrecy.SECRET if number % 5 == 0 else Secrecy.ORDINARY,
            "registrant_id": 1 if number % 10 == 0 else None,
        }
        if number % 6 == 0:
            columns |= {"reserved_until": TODAY + timedelta(days=number % 4 - 2)}
        key = enter(world, list(RegisterKind)[number % 3], **columns)
        if number % 7 < 3:
            enclose(world, key, f"ประชุม {number}.pdf")
        with world.act() as act:
            if number % 8 == 1:
                act.alter(EntryRow, key, voided_at=world.now, void_reason="ผิด")
            if number % 9 == 0:
                act.alter(EntryRow, key, filled_at=world.now)
            if number % 14 == 2:
                act.alter(
                    DocumentRow,
                    act.connection.exec_driver_sql("SELECT max(id) FROM documents").scalar(),
                    removed_at=world.now,
                )
        world.later(hours=31)
    catch_up(world)


def fits(world: World, line: Line, wanted: Filter) -> bool:
    """What a filter means, said once more in plain Python about a line that is not hidden."""
    with world.database.read() as session:
        entry = session.get_one(EntryRow, line.id)
        files = list(
            session.execute(
                sa.select(DocumentRow.name, DocumentRow.description).where(
                    DocumentRow.letter_id == entry.letter_id, DocumentRow.removed_at.is_(None)
                )
            )
        )
    said = {"number": entry.text, "subject": entry.subject, "sender": entry.sender, "recipient": entry.recipient}
    said["file"] = " ".join(name for name, _ in files)
    day = (line.registered_at + timedelta(hours=7)).date()
    overdue = entry.reserved and entry.reserved_until is not None and entry.reserved_until < TODAY

    def has(words: str, field: str) -> bool:
        places = [said[field]] if field else list(said.values())
        return all(any(word in fold(place) for place in places) for word in words_of(words))

    return all(
        [
            wanted.kind in (None, line.kind),
            wanted.year in (None, line.year),
            has(wanted.words, wanted.field),
            has(wanted.sender, "sender"),
            has(wanted.recipient, "recipient"),
            wanted.since is None or wanted.since <= day,
            wanted.until is None or day <= wanted.until,
            wanted.group_id in (None, entry.group_id),
            wanted.urgency in (None, entry.urgency),
            wanted.files in (None, bool(files)),
            wanted.void in (None, entry.voided_at is not None),
            wanted.reserved in (None, entry.reserved),
            wanted.overdue in (None, overdue),
        ]
    )


def test_every_filter_means_what_it_says_and_pages_are_parts_of_one_list(world: World) -> None:
    fill(world)
    everything = {line.id: line for line in each(world, ALL)}

    @settings(SETTINGS, max_examples=100)
    @given(FILTERS, st.sampled_from([CLERK, viewer(person_id=1)]), st.integers(-2, 40), st.integers(0, 12))
    def check(wanted: Filter, seen_by: Viewer, offset: int, limit: int) -> None:
        seen = {line.id: line for line in each(world, ALL, seen_by)}
        asks_hidden = any((wanted.words, wanted.sender, wanted.recipient, wanted.group_id, wanted.files is not None))
        expected = {
            key
            for key, line in everything.items()
            if fits(world, line, wanted) and not (seen[key].hidden and asks_hidden)
        }
        whole = page(world, wanted, seen_by)
        assert {line.id for line in each(world, wanted, seen_by)} == set(ids(whole)) == expected
        part = page(world, wanted, seen_by, offset, limit)
        assert part.lines == whole.lines[max(offset, 0) : max(offset, 0) + limit]
        assert part.total == whole.total == len(expected)

    check()


def test_a_day_is_bangkoks(world: World) -> None:
    world.now = datetime(2026, 11, 22, 16, 59, 59, tzinfo=UTC)
    enter(world)
    world.later(seconds=1)
    enter(world, ORDER)
    assert ids(page(world, replace(ALL, until=date(2026, 11, 22)))) == [1]
    assert ids(page(world, replace(ALL, since=date(2026, 11, 23)))) == [2]
    with world.database.read() as session:
        days = listing.per_day(session, 1, 3, TODAY)
        assert [(day.day, counts[INCOMING], counts[ORDER]) for day, counts in days] == [
            (21, 0, 0),
            (22, 1, 0),
            (23, 0, 1),
        ]
        assert listing.today_numbers(session, 1, TODAY) == {ORDER: ("1/2569", "1/2569", 1)}
        assert listing.today_numbers(session, 2, TODAY) == {}


def test_todays_numbers_are_the_first_and_the_last_of_each_register(world: World) -> None:
    for kind in (INCOMING, OUTGOING, INCOMING, INCOMING):
        enter(world, kind)
    enter(world, owner=2)
    with world.database.read() as session:
        assert listing.today_numbers(session, 1, TODAY) == {
            INCOMING: ("1/2569", "3/2569", 3),
            OUTGOING: ("ศธ 04022/1", "ศธ 04022/1", 1),
        }
        assert listing.per_day(session, 1, 1, TODAY) == [(TODAY, {INCOMING: 3, OUTGOING: 1, ORDER: 0, CERTIFICATE: 0})]
        assert listing.years(session, 1, INCOMING) == [2569]


# Speed, as far as plans tell


def plans(world: World, wanted: Filter, seen_by: Viewer) -> Iterator[tuple[str, str]]:
    asked: list[tuple[str, Any]] = []

    def listen(_connection: object, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        asked.append((statement, values))

    with world.database.read() as session:
        connection = session.connection()
        sa.event.listen(connection, "before_cursor_execute", listen)
        listing.page(session, seen_by, wanted, offset=3, limit=2, today=TODAY)
        sa.event.remove(connection, "before_cursor_execute", listen)
        for statement, values in asked:
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values):
                yield statement, step.detail


@pytest.mark.parametrize("seen_by", [CLERK, STRANGER], ids=["clerk", "stranger"])
@pytest.mark.parametrize(
    "wanted",
    [
        *(ALL, Filter(INCOMING, 2569), replace(ALL, group_id=1), replace(ALL, files=True), replace(ALL, words="ประชุม")),
        *(replace(ALL, words="ครู", group_id=1), replace(ALL, words="12"), replace(ALL, since=TODAY, void=False)),
    ],
    ids=repr,
)
def test_no_page_reads_or_sorts_all_entries(world: World, wanted: Filter, seen_by: Viewer) -> None:
    fill(world)
    for statement, step in plans(world, wanted, seen_by):
        assert not step.startswith(("SCAN entries", "SCAN documents", "SCAN deliveries", "USE TEMP B-TREE")), statement
        assert "register_id=?)" not in step or "ix_entries" in step or "count(*)" in statement, statement


def test_the_registers_own_last_numbers_agree(world: World) -> None:
    fill(world)
    with world.database.read() as session:
        given = sum(session.execute(sa.select(RegisterRow.last)).scalars())
    assert page(world, ALL).total == given
