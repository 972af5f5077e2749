"""A ledger from before links were masked: the upgrade masks all of it, and still nobody can change a line unseen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger import drafts, history, masked_lines, search
from ledger.database import FILE, Database, table_of
from ledger.directory import OrganisationRow, PersonRow
from ledger.history import HistoryRow, acting, chain_hash
from ledger.letters import LetterRow, token_hash
from ledger.masked_lines import WHAT
from ledger.masks import MARK
from ledger.registers import EntryRow
from tests.ledger.test_upgrading import NOW, Old, faults, old, upgraded

__all__ = ["old"]

TOKEN = "wL3-q_7Rk2ZyT0aVbN8cXd5eFgH1iJ4mKoPsQuWxY9z"
WAITING = "aL3-q_7Rk2ZyT0aVbN8cXd5eFgH1iJ4mKoPsQuWxY9b"  # of a mail that has not left
LINK = f"https://saraban.office.example/r/{TOKEN}"


@pytest.fixture
def quoted(old: Old) -> Old:
    """Texts of every sort have a live link; a mail that waits has its own token."""
    failed = json.dumps([["s1@schools.example", f"554 blocked {LINK}"]])
    with old.database.write() as session:
        add = old.add
        told = [
            add(session, "links", id=2, token_hash=token_hash(TOKEN)),
            add(session, "letters", id=2, subject=f"ตอบ {LINK}", summary=f"> {LINK[:60]}\n> {LINK[60:]}\nข้อความ"),
            add(session, "entries", id=4, number=4, text="4/2569", subject=f"รหัส {TOKEN}", letter_id=2),
            add(session, "documents", id=2, letter_id=2, position=2, name=f"saraban_r_{TOKEN}.html"),
            add(session, "outbox", id=2, message_id="2@x", failed=failed, answer=f"554 {LINK}", token=WAITING),
        ]
        old.line(session, "registered", *told)
        before, after = {"subject": f"รหัส {TOKEN}"}, {"subject": f"ดู {LINK}"}
        old.line(session, "amended", old.alter(session, "entries", 4, before, after))
        session.connection().exec_driver_sql("UPDATE registers SET last = 4")
    return old


def everything(database: Database) -> str:
    """Every value of every table."""
    with database.read() as session:
        ask = session.connection().exec_driver_sql
        names = ask("SELECT name FROM sqlite_schema WHERE type = 'table'").scalars().all()
        return "\n".join(str(tuple(row)) for name in names for row in ask(f'SELECT * FROM "{name}"'))


def line(database: Database, key: int) -> sa.Row[tuple[object, ...]]:
    with database.read() as session:
        return next(one for one in history.lines(session) if one.id == key)


def declare_too_late(database: Database, changes: str) -> None:
    """A line at the end of the chain, as somebody with the file and this program's code would write it."""
    with database.write() as session:
        last = list(history.lines(session))[-1]
        told = {"at": last.at, "who": "saraban", "what": WHAT, "about": "", "changes": changes, "previous": last.hash}
        told["hash"] = chain_hash(last.hash, last.at, "saraban", WHAT, "", changes)
        session.connection().execute(sa.insert(sa.table("history", *map(sa.column, told))).values(told))


def test_an_old_ledger_is_masked_in_every_table_and_in_its_file(quoted: Old, tmp_path: Path) -> None:
    with upgraded(tmp_path) as database:
        assert TOKEN not in everything(database)
        assert WAITING in everything(database)
        with database.read() as session:
            assert session.get_one(EntryRow, 4).subject == f"ดู {MARK}"
        assert faults(database, tmp_path) == []
    quoted.database.close()
    content = b"".join(file.read_bytes() for file in (tmp_path / "data").glob(f"{FILE}*"))
    assert TOKEN.encode() not in content
    assert WAITING.encode() in content


@pytest.mark.parametrize(
    "hostile",
    ["[" * 4000, "[" * 300 + f'"{LINK}"' + "]" * 300, f'["\\ud800 {LINK}"]', f'{{"a": 1{"0" * 4000}, "b": "{LINK}"}}'],
    ids=["deep", "deep with its end", "half a character", "a long number"],
)
def test_a_text_that_only_looks_like_ours_does_not_stop_the_upgrade(old: Old, tmp_path: Path, hostile: str) -> None:
    with old.database.write() as session:
        told = [
            old.add(session, "links", id=2, token_hash=token_hash(TOKEN)),
            old.add(session, "letters", id=2, summary=hostile),
        ]
        old.line(session, "registered", *told)
    with upgraded(tmp_path) as database:
        assert TOKEN not in everything(database)
        assert faults(database, tmp_path) == []


def test_the_link_of_another_office_stays_in_what_is_stored(old: Old, tmp_path: Path) -> None:
    with old.database.write() as session:
        old.line(session, "registered", old.add(session, "letters", id=2, subject=LINK))
    with upgraded(tmp_path) as database:
        with database.read() as session:
            assert session.get_one(LetterRow, 2).subject == LINK
        assert faults(database, tmp_path) == []


def test_the_chain_keeps_its_hashes_and_one_line_tells_what_was_masked(quoted: Old, tmp_path: Path) -> None:
    with quoted.database.read() as session:
        before = [one.hash for one in history.lines(session)]
    with upgraded(tmp_path) as database, database.read() as session:
        *lines, told = history.lines(session)
        assert [one.hash for one in lines] == before
        masked = [one.id for one in lines if MARK in one.changes]
        assert (told.what, [key for _, key, *_ in json.loads(told.changes)]) == (WHAT, masked)
        assert len(masked) == 2


def test_the_index_finds_what_is_left_and_no_link(quoted: Old, tmp_path: Path) -> None:
    with upgraded(tmp_path) as database, database.write() as session:
        while search.catch_up(session):
            pass
        texts = session.connection().exec_driver_sql("SELECT subject, summary, file FROM entry_texts").all()
        assert len(texts) == 4
        assert "ข้อความ" in str(texts)
        assert TOKEN.casefold() not in str(texts).casefold()


def test_a_masked_ledger_is_worked_on_and_opened_again(quoted: Old, tmp_path: Path) -> None:
    for _ in range(2):
        with upgraded(tmp_path) as database:
            with acting(database, "นางมาลี", "amended", NOW) as act:
                act.alter(EntryRow, 1, remark=str(act.at))
            assert faults(database, tmp_path) == []


@pytest.mark.parametrize("column", ["who", "about", "changes", "at", "what"])
def test_a_masked_line_that_is_changed_afterwards_is_named(quoted: Old, tmp_path: Path, column: str) -> None:
    with upgraded(tmp_path) as database:
        key = next(one for one in range(1, 99) if MARK in str(line(database, one)))
        with database.write() as session:
            table = table_of(HistoryRow)
            wrong = sa.func.replace(table.c[column], "2", "3") if column in ("changes", "at") else "อื่น"
            session.connection().execute(
                sa.update(table).where(table.c.id == key).values({column: sa.type_coerce(wrong, sa.String)})
            )
        assert any(f"บรรทัดที่ {key} ถูกแก้ไข" in fault for fault in faults(database, tmp_path))


def test_a_line_that_was_changed_before_the_upgrade_is_not_excused_by_it(quoted: Old, tmp_path: Path) -> None:
    with quoted.database.write() as session:
        ask = session.connection().exec_driver_sql
        key = ask("SELECT max(id) FROM history WHERE changes LIKE '%/r/%'").scalar_one()
        ask("UPDATE history SET who = 'Nobody' WHERE id = ?", (key,))
    with upgraded(tmp_path) as database:
        assert any(f"บรรทัดที่ {key} ถูกแก้ไข" in fault for fault in faults(database, tmp_path))
        assert TOKEN not in everything(database)


@pytest.mark.parametrize("older", [True, False])
def test_nobody_excuses_a_change_by_a_later_declaration(tmp_path: Path, old: Old, older: bool) -> None:
    """The line is changed, and a declaration that fits it perfectly is chained behind all others."""
    folder = tmp_path if older else tmp_path / "new"
    with upgraded(folder) as database:
        key = an_organisation(database)
        was, who = line(database, key), f"ผู้อื่น {MARK}"
        with database.write() as session:
            session.connection().exec_driver_sql("UPDATE history SET who = ? WHERE id = ?", (who, key))
        now = chain_hash(was.previous, was.at, who, was.what, was.about, was.changes)
        declare_too_late(database, json.dumps([[masked_lines.TABLE, key, {"hash": was.hash}, {"hash": now}]]))
        found = faults(database, folder)
    assert any(f"บรรทัดที่ {key} ถูกแก้ไข" in fault for fault in found)
    assert any("อ้างการปิดลิงก์ที่ระบบไม่ได้ทำ" in fault for fault in found)


def test_an_old_chain_without_its_declaration_is_named(old: Old, tmp_path: Path) -> None:
    with upgraded(tmp_path) as database:
        with database.write() as session:
            session.connection().exec_driver_sql(f"DELETE FROM history WHERE what = '{WHAT}'")
        assert any("การปรับรุ่นบันทึกการปิดลิงก์" in fault for fault in faults(database, tmp_path))


def test_a_chain_that_is_made_to_look_older_is_named(tmp_path: Path) -> None:
    with upgraded(tmp_path) as database:
        an_organisation(database)
        with database.write() as session:
            session.connection().exec_driver_sql("UPDATE history SET previous = ?", (history.OLD_START,))
        assert any("บรรทัดที่ 1 ถูกแก้ไข" in fault for fault in faults(database, tmp_path))


@pytest.mark.parametrize("size", [100, 5_000, 60_000])
def test_the_file_keeps_nothing_of_what_was_removed(tmp_path: Path, size: int) -> None:
    with upgraded(tmp_path) as database:
        key = an_organisation(database)
        for fields in ({"x": TOKEN * (size // len(TOKEN) + 1)}, {}):  # an original while it waits is such a text
            with database.write() as session:
                drafts.keep(session, key, "x", fields, NOW, 2 * size)
    assert TOKEN.encode() not in (tmp_path / "data" / FILE).read_bytes()


def an_organisation(database: Database) -> int:
    """Adds one with its first person. Returns the id of the line that tells of it."""
    with acting(database, "นางมาลี", "added", NOW) as act:
        office = act.add(OrganisationRow, code="o", name="สพป.", kind="office")
        act.add(PersonRow, organisation_id=office, code="p", name="นางมาลี")
    with database.read() as session:
        return [one.id for one in history.lines(session)][-1]
