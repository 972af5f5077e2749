"""Whatever is changed behind our back is found and named (I7, P-22)."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from ledger_world import LIFE, World, sender_of

import ledger
from ledger import registers, sending, verify
from ledger.history import raw_rows, sealed_tables
from ledger.originals import digest
from ledger.registers import EntryRow
from ledger.sending import Dispatched
from ledger.values import Document, RegisterKind

PDF = b"%PDF-1.4 ..."


@pytest.fixture
def busy(world: World) -> World:
    """A world in which something of everything happened."""
    world.originals.put([PDF])
    with world.act("sent") as act:
        document = Document("a.pdf", "a.pdf", "application/pdf", "application/pdf", PDF, len(PDF), digest(PDF))
        wanted = Dispatched(to=["all", "finance"], subject="ขอเชิญประชุม", documents=[document])
        sending.send(act, world.office(act), wanted, LIFE, sender_of)
    for number in range(3):
        with world.act("registered") as act:
            registers.enter(act, world.office(act), RegisterKind.INCOMING, subject=f"เรื่องที่ {number}")
    with world.act("amended") as act:
        act.alter(EntryRow, 2, action="นางสมศรี ใจดี")
    assert faults(world) == []
    return world


def faults(world: World) -> list[str]:
    with world.database.read() as session:
        return list(verify.faults(session, world.originals))


def sql(world: World, statement: str, *values: object) -> None:
    with world.database.write() as session:
        session.connection().exec_driver_sql(statement, values)


def test_every_sealed_field_of_every_table_is_watched(busy: World) -> None:
    for name, row in sealed_tables().items():
        with busy.database.read() as session:
            rows = [dict(found._mapping) for found in raw_rows(session, row)]
        linked = {"id", *(column.name for column in row.__table__.columns if column.foreign_keys)}
        for values in rows[:3]:
            for column in values.keys() - row.loose - linked:
                _is_watched(busy, name, values["id"], column, values[column])
    assert faults(busy) == []


def _is_watched(world: World, table: str, key: int, column: str, value: Any) -> None:
    changed = 1 - value if value in (0, 1) else f"{value or ''}x"
    sql(world, f'UPDATE {table} SET "{column}" = ? WHERE id = ?', changed, key)
    assert any(fault.startswith(f"{table} {key} ") and column in fault for fault in faults(world)), (table, column)
    sql(world, f'UPDATE {table} SET "{column}" = ? WHERE id = ?', value, key)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE entries SET registered_at = '2026-11-22T03:30:00.000000+00:00' WHERE id = 3", "entries 3"),
        ("UPDATE entries SET letter_date = '2020-01-01' WHERE id = 1", "entries 1"),
        ("UPDATE entries SET urgency = 'urgent' WHERE id = 1", "entries 1"),
        ("UPDATE letters SET secrecy = 'secret' WHERE id = 1", "letters 1"),
        ("UPDATE entries SET voided_at = '2026-11-22T03:30:00.000000+00:00' WHERE id = 2", "entries 2"),
        ("DELETE FROM entries WHERE id = 4", "entries 4"),
        ("DELETE FROM deliveries WHERE id = 2", "deliveries 2"),
        ("UPDATE entries SET number = 9 WHERE id = 4", "เลข 3"),
        ("UPDATE registers SET last = 7 WHERE id = 2", "เลขล่าสุด"),
        ("UPDATE history SET who = 'Nobody' WHERE id = 2", "บรรทัดที่ 2"),
        ("UPDATE history SET at = '2020-01-01T00:00:00.000000+00:00' WHERE id = 2", "บรรทัดที่ 2"),
        ("DELETE FROM history WHERE id = 3", "บรรทัดที่ 3"),
        ("DELETE FROM history WHERE id = (SELECT max(id) FROM history)", "entries 2"),
        (
            "INSERT INTO entries (register_id, number, text, letter_number, sender, recipient, subject, action,"
            " remark, urgency, secrecy, rule, reason, registered_at, registered_by, voided_by, void_reason)"
            " VALUES (2, 4, '4/2569', '', '', '', 'เติมเอง', '', '', 'normal', 'ordinary', '', '',"
            " '2026-11-23T03:30:00.000000+00:00', 'x', '', '')",
            "entries 5",
        ),
    ],
)
def test_a_change_by_sql_is_named(busy: World, statement: str, named: str) -> None:
    with busy.database.write() as session:
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        session.connection().exec_driver_sql(statement)
        if "deliveries" in statement:
            session.connection().exec_driver_sql("DELETE FROM outbox WHERE delivery_id = 2")
            session.connection().exec_driver_sql("DELETE FROM links WHERE delivery_id = 2")
    assert any(named in fault for fault in faults(busy)), faults(busy)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: content[:3],
        lambda content: content + b"\n",
        lambda _: b"",
    ],
)
def test_an_altered_original_is_named(busy: World, damage: Callable[[bytes], bytes]) -> None:
    name = digest(PDF)
    path = busy.originals.path(name)
    path.write_bytes(damage(PDF))
    assert [name in fault for fault in faults(busy)] == [True]


def test_a_missing_original_is_named(busy: World) -> None:
    busy.originals.path(digest(PDF)).unlink()
    assert [digest(PDF) in fault for fault in faults(busy)] == [True]


def test_an_altered_original_that_no_letter_needs_is_named_too(busy: World) -> None:
    (name,) = busy.originals.put([b"left behind by a crash"])
    assert faults(busy) == []
    busy.originals.path(name).write_bytes(b"left behind by a hand")
    assert [name in fault for fault in faults(busy)] == [True]


def test_every_table_is_known_to_a_program_that_works_with_none_of_them() -> None:
    for found in pkgutil.iter_modules(ledger.__path__, "ledger."):
        importlib.import_module(found.name)
    asked = "from ledger import history, verify; print(*sorted(history.sealed_tables()))"
    known = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    assert known == sorted(sealed_tables())
    assert {"exports", "accounts", "receipts", "windows"} <= set(known)
