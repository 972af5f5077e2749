"""A ledger of the first schema is brought up to date and still agrees with the history that it wrote (P-22, P-28)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy import event

from ledger import history, registers, verify
from ledger.database import SCHEMA, Database, moment_text, open_database, plain
from ledger.directory import OrganisationRow
from ledger.history import acting, sealed_tables
from ledger.letters import DocumentRow
from ledger.migrations.run import configuration
from ledger.originals import Originals, digest
from ledger.registers import EntryRow, RegisterRow
from ledger.values import RegisterKind

NOW = datetime(2026, 9, 1, 3, 0, tzinfo=UTC)
PDF = b"%PDF-1.4 old"
# What the old program wrote where any text will not do.
SAID: dict[str, dict[str, Any]] = {
    "organisations": {"kind": "office", "circular_series": "shared"},
    "intakes": {"channel": "smtp", "register": "incoming", "sha256": digest(PDF), "content": None},
    "outcomes": {"kind": "registered", "secrecy": "ordinary"},
    "registers": {"kind": "incoming", "series": "", "year": 2569, "start": 1, "last": 3},
    "letters": {"urgency": "normal", "secrecy": "ordinary"},
    "entries": {"urgency": "urgent", "secrecy": "secret", "voided_at": None, "text": "1/2569"},
    "deliveries": {"holder_kind": "registry", "forwarded_from": None},
    "documents": {"sha256": digest(PDF)},
    "outbox": {"kind": "letter"},
}


@dataclass
class Old:
    """The ledger as the first schema's program kept it: whole rows of that schema's columns in the history."""

    database: Database
    tables: sa.MetaData = field(default_factory=sa.MetaData)
    head: str = history.OLD_START

    def sealed(self, table: sa.Table) -> list[str]:
        row = sealed_tables().get(table.name)
        loose = row.loose if row is not None else frozenset({"*"})
        return [] if "*" in loose else [column.name for column in table.columns if column.name not in loose]

    def add(self, session: sa.orm.Session, name: str, /, **values: Any) -> list[Any]:
        table = self.tables.tables[name]
        row = {column.name: _anything(column) for column in table.columns} | SAID.get(name, {}) | values
        session.connection().execute(sa.insert(table).values(row))
        return [name, row["id"], None, {key: plain(row[key]) for key in self.sealed(table)}]

    def alter(self, session: sa.orm.Session, name: str, key: int, before: dict[str, Any], after: Any) -> list[Any]:
        table = self.tables.tables[name]
        session.connection().execute(sa.update(table).where(table.c.id == key).values(after))
        return [name, key, before, after]

    def line(self, session: sa.orm.Session, what: str, *changes: list[Any]) -> None:
        at, text = moment_text(NOW), json.dumps(changes, ensure_ascii=False, separators=(",", ":"))
        new = history.chain_hash(self.head, at, "smtp", what, "", text)
        values = {
            "at": at,
            "who": "smtp",
            "what": what,
            "about": "",
            "changes": text,
            "previous": self.head,
            "hash": new,
        }
        session.connection().execute(sa.insert(self.tables.tables["history"]).values(values))
        self.head = new


def _anything(column: sa.Column[Any]) -> Any:
    """A value that the column takes; ids and what they refer to are 1."""
    if isinstance(column.type, sa.Boolean):
        return True
    if isinstance(column.type, sa.Date):
        return date(2026, 8, 31)
    if isinstance(column.type, sa.LargeBinary):
        return b"x"
    if isinstance(column.type, sa.Integer):
        return 1
    return moment_text(NOW) if column.name.endswith("_at") or column.name == "at" else f"{column.name} เก่า"


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Old]:
    """A row in every table of the first schema, one of them changed since."""
    (tmp_path / "data").mkdir()
    database = Database(tmp_path / "data")
    with database.write() as session:
        config = configuration()
        config.attributes["connection"] = session.connection()
        command.upgrade(config, "0001")
    made = Old(database)
    with database.write() as session:
        made.tables.reflect(session.connection())
        names = [table.name for table in made.tables.sorted_tables if table.name not in ("alembic_version", "history")]
        for name in names:
            told = made.add(session, name)
            made.line(session, "registered", *([told] if told[3] else []))
        more = [made.add(session, "entries", id=n, number=n, text=f"{n}/2569", subject=f"เรื่อง {n}") for n in (2, 3)]
        made.line(session, "registered", *more)
        before, after = {"subject": "เรื่อง 2", "action": "action เก่า"}, {"subject": "แก้แล้ว", "action": ""}
        made.line(session, "amended", made.alter(session, "entries", 2, before, after))
        gone = made.add(session, "rules", id=2)
        made.line(session, "added", gone)
        session.connection().execute(sa.delete(made.tables.tables["rules"]).where(sa.text("id = 2")))
        made.line(session, "removed", ["rules", 2, gone[3], None])
    Originals(tmp_path / "data" / "originals").put([PDF])
    yield made
    database.close()


@contextmanager
def upgraded(folder: Path) -> Iterator[Database]:
    database = open_database(folder / "data")
    try:
        yield database
    finally:
        database.close()


def faults(database: Database, folder: Path) -> list[str]:
    with database.read() as session:
        return list(verify.faults(session, Originals(folder / "data" / "originals")))


def test_every_row_of_an_old_ledger_agrees_with_its_history(old: Old, tmp_path: Path) -> None:
    filled = {table.name for table in old.tables.sorted_tables} - {"alembic_version"}
    assert filled >= {"organisations", "people", "registers", "entries", "documents", "receipts", "outbox", "rules"}
    with upgraded(tmp_path) as database:
        with database.read() as session:
            assert session.connection().exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == SCHEMA
            assert session.get_one(EntryRow, 2).subject == "แก้แล้ว"
            assert (session.get_one(EntryRow, 1).reserved, session.get_one(EntryRow, 1).origin) == (False, "")
        assert faults(database, tmp_path) == []


def test_an_upgraded_ledger_is_worked_on_and_still_agrees(old: Old, tmp_path: Path) -> None:
    with upgraded(tmp_path) as database:
        with acting(database, "นางมาลี", "amended", NOW) as act:
            act.alter(EntryRow, 1, group_id=1, reserved_for="ผอ.", registrant_id=1)
            act.alter(DocumentRow, 1, removed_at=NOW, removed_by="นางมาลี", removed_reason="ผิด", description="ลงนามแล้ว")
            act.alter(OrganisationRow, 1, year_in_use=2569)
            act.alter(RegisterRow, 1, closed=True)
        with acting(database, "นางมาลี", "reopened", NOW) as act:
            act.alter(RegisterRow, 1, closed=False)
            entered = registers.enter(act, act.session.get_one(OrganisationRow, 1), RegisterKind.INCOMING)
        assert entered.text == "4/2569"
        assert faults(database, tmp_path) == []
    with upgraded(tmp_path) as database:  # opened again
        assert faults(database, tmp_path) == []


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("entries", "registrant_id", 1),
        ("entries", "reserved_for", "ผู้อื่น"),
        ("entries", "origin", "paper"),
        ("entries", "form_key", "x"),
        ("documents", "removed_at", moment_text(NOW)),
        ("documents", "removed_reason", "อื่น"),
        ("documents", "description", "อื่น"),
        ("deliveries", "unlocked_at", moment_text(NOW)),
        ("registers", "closed", 1),
        ("organisations", "year_in_use", 2569),
        ("people", "account_id", 1),
    ],
)
def test_a_column_that_came_later_is_watched_from_the_first_day(
    old: Old, tmp_path: Path, table: str, column: str, value: object
) -> None:
    with upgraded(tmp_path) as database:
        with database.write() as session:
            ask = session.connection().exec_driver_sql
            ask("INSERT INTO accounts VALUES (1, 'x', '', '', 0, 0, 1, '2026', NULL, NULL)")
            ask(f"UPDATE {table} SET {column} = ? WHERE id = 1", (value,))
        found = [fault for fault in faults(database, tmp_path) if fault.startswith(f"{table} 1 ")]
        assert len(found) == 1
        assert column in found[0]


def test_an_upgrade_that_fails_at_any_statement_leaves_the_old_ledger(old: Old, tmp_path: Path) -> None:
    old.database.close()

    class Cut(Exception):
        pass

    left = 0

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Cut

    event.listen(sa.Engine, "before_cursor_execute", count)
    try:
        for statements in range(1000):
            left = statements
            try:
                open_database(tmp_path / "data").close()
                break
            except Cut:
                pass
            left = 10_000
            with old.database.read() as session:
                ask = session.connection().exec_driver_sql
                assert ask("SELECT version_num FROM alembic_version").scalar() == "0001"
                assert "closed" not in {row[1] for row in ask("PRAGMA table_info(registers)")}
                assert ask("SELECT count(*) FROM sqlite_master WHERE name = 'accounts'").scalar() == 0
    finally:
        event.remove(sa.Engine, "before_cursor_execute", count)
    assert statements > 30
    with upgraded(tmp_path) as database:
        assert faults(database, tmp_path) == []
