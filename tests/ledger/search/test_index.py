"""The index is what the entries say, however it came to be."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from books_world import CLERK, SETTINGS, THAI, TODAY, catch_up, enclose, enter
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_world import World

from ledger import listing, search
from ledger.database import Row, table_of
from ledger.directory import OrganisationRow
from ledger.letters import DocumentRow, LetterRow
from ledger.listing import Filter
from ledger.registers import EntryRow
from ledger.search import index
from ledger.story import EntryLineRow
from ledger.values import RegisterKind

pytestmark = pytest.mark.usefixtures("build")


def rows(world: World) -> list[sa.Row]:
    with world.database.write() as session:
        connection = session.connection()
        connection.exec_driver_sql("INSERT INTO entry_texts(entry_texts) VALUES ('integrity-check')")
        return list(connection.exec_driver_sql("SELECT rowid, * FROM entry_texts ORDER BY rowid"))


def found(world: World, words: str) -> list[int]:
    catch_up(world)
    with world.database.read() as session:
        page = listing.page(session, CLERK, Filter(None, None, words), offset=0, limit=50, today=TODAY)
    return [line.id for line in page.lines]


def test_the_index_follows_every_change(world: World) -> None:
    key = enter(world, subject="เดิม", summary="ต้นฉบับ")
    enclose(world, 1, "หนึ่ง.pdf")
    assert found(world, "เดิม ต้นฉบับ หนึ่ง") == [key]
    with world.act() as act:
        act.alter(EntryRow, key, subject="ใหม่")
    assert (found(world, "เดิม"), found(world, "ใหม่")) == ([], [key])
    with world.act() as act:
        act.alter(LetterRow, 1, summary="แก้ไข")
    assert (found(world, "ต้นฉบับ"), found(world, "แก้ไข")) == ([], [key])
    with world.act() as act:
        act.alter(DocumentRow, 1, removed_at=world.now, removed_by="Malee")
    assert (found(world, "หนึ่ง"), found(world, "ใหม่")) == ([], [key])


def test_it_takes_so_many_lines_at_once_and_tells_how_many_are_ahead(world: World) -> None:
    for _ in range(5):
        enter(world)
    with world.database.write() as session:
        assert search.behind(session) == 6  # and the line that set up the world
        assert [search.catch_up(session, most=4), search.catch_up(session, most=4)] == [2, 0]
        assert search.catch_up(session) == search.behind(session) == 0
    assert [row.rowid for row in rows(world)] == [1, 2, 3, 4, 5]


def test_a_text_that_looks_like_a_change_is_none(world: World) -> None:
    enter(world)
    catch_up(world)
    with world.act() as act:
        act.alter(OrganisationRow, 1, phone='[["entries",1,null,null]]')
    with world.database.read() as session:
        telling = session.connection().execute(index._telling(0, 99)).scalars().all()
    assert telling == [2]
    assert found(world, "1/2569") == [1]


def test_each_line_that_tells_of_an_entry_is_noted_for_its_story(world: World) -> None:
    enter(world)  # line 2
    enclose(world, 1, "a.pdf")  # 3
    with world.act() as act:  # 4
        act.alter(OrganisationRow, 1, phone="053")
    with world.act() as act:  # 5
        act.alter(DocumentRow, 1, removed_at=world.now)
    with world.act() as act:  # 6
        act.alter(LetterRow, 1, summary="x")
    catch_up(world)
    with world.database.read() as session:
        noted = session.connection().execute(sa.select(table_of(EntryLineRow))).all()
    assert [tuple(row) for row in noted] == [(1, 2), (1, 3), (1, 5), (1, 6)]


def _alter(world: World, row: type[Row], key: int, **columns: object) -> None:
    with world.act() as act:
        act.alter(row, key, **columns)


def _follow(world: World) -> None:
    with world.database.write() as session:
        search.catch_up(session, most=2)


# What may happen to an entry, its letter, and some document.
MOVES: dict[str, Callable[..., None]] = {
    "enter": lambda world, entry, letter, documents, text: None,
    "amend": lambda world, entry, letter, documents, text: _alter(world, EntryRow, entry, sender=text),
    "void": lambda world, entry, letter, documents, text: _alter(world, EntryRow, entry, void_reason=text),
    "letter": lambda world, entry, letter, documents, text: _alter(world, LetterRow, letter, summary=text),
    "enclose": lambda world, entry, letter, documents, text: enclose(world, letter, text, text[::-1]),
    "take off": lambda world, entry, letter, documents, text: _alter(
        world, DocumentRow, documents[0], removed_at=world.now
    ),
    "follow": lambda world, entry, letter, documents, text: _follow(world),
}


def test_following_and_making_anew_come_to_the_same(world: World) -> None:
    @settings(SETTINGS, max_examples=15)
    @given(st.lists(st.tuples(st.sampled_from(list(MOVES)), st.integers(0, 9), THAI), max_size=12))
    def check(steps: list[tuple[str, int, str]]) -> None:
        for what, which, text in steps:
            with world.database.read() as session:
                entries = session.execute(sa.select(EntryRow.id, EntryRow.letter_id)).all()
                documents = list(session.execute(sa.select(DocumentRow.id)).scalars())
            if what == "enter" or not entries:
                enter(world, list(RegisterKind)[which % 4], summary=text, subject=text)
            elif what != "take off" or documents:
                MOVES[what](world, *entries[which % len(entries)], documents[which % max(len(documents), 1) :], text)
        catch_up(world)
        followed = rows(world)
        with world.database.read() as session:
            count = session.execute(sa.select(sa.func.count(EntryRow.id))).scalar()
        assert search.rebuild(world.database, most=3) == count == len(followed)
        assert rows(world) == followed
        with world.database.read() as session:
            assert search.behind(session) == 0

    check()


def test_what_is_cut_short_is_done_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        enter(world, subject=f"เรื่อง {number}")
    catch_up(world)
    before, real = rows(world), index.put

    def once(session: object, ids: list[int]) -> None:
        monkeypatch.setattr(index, "put", fail)
        real(session, ids)

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(index, "put", once)
    with pytest.raises(ZeroDivisionError):
        search.rebuild(world.database, most=2)
    assert len(rows(world)) == 2
    monkeypatch.setattr(index, "put", real)
    catch_up(world)
    assert rows(world) == before
