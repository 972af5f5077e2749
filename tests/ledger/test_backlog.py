"""The figures of an office, and that they cost nothing beside its work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ledger.backlog import Backlog, backlog
from ledger.database import Database, open_database

AT = datetime(2026, 8, 14, 3, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = open_database(tmp_path / "data")
    yield made
    made.close()


def test_of_an_empty_ledger_nothing_is_told(database: Database) -> None:
    with database.read() as session:
        assert backlog(session) == Backlog()


def test_what_waits_is_counted_with_its_oldest(database: Database) -> None:
    with database.write() as session:
        connection = session.connection()
        for place, settled in enumerate((AT, None, None)):
            _insert(connection, "intakes", id=place + 1, taken_at=_at(place), settled_at=settled and _at(0))
        for place, (due, gave_up) in enumerate(((_at(9), None), (None, None), (_at(5), None), (None, _at(1)))):
            _insert(
                connection,
                "outbox",
                id=place + 1,
                message_id=str(place),
                made_at=_at(place),
                due=due,
                gave_up_at=gave_up,
            )
        found = backlog(session)
        session.rollback()  # such rows belong to nobody
    assert (found.taken, found.unsettled, found.oldest_unsettled) == (3, 2, AT + timedelta(minutes=1))
    assert found.last_taken_at == AT + timedelta(minutes=2)
    assert (found.outbox_waiting, found.outbox_oldest, found.outbox_due) == (2, AT, AT + timedelta(minutes=5))
    assert (found.held, found.outbox_given_up) == (0, 1)


def test_no_statement_walks_the_rows_of_a_table(database: Database) -> None:
    said: list[tuple[str, Any]] = []
    with database.read() as session:
        connection = session.connection()
        sa.event.listen(connection, "before_cursor_execute", lambda *told: said.append((told[2], told[3])))
        backlog(session)
        whole = [(text, words) for text, words in said if "LIMIT" not in text]
        plans = [row[3] for text, words in whole for row in _plan(connection, text, words)]
    assert len(plans) >= 6
    assert [plan for plan in plans if plan.startswith("SCAN") and "INDEX" not in plan] == []


def _plan(connection: sa.Connection, text: str, words: Any) -> list[Any]:
    return list(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", words))


def _at(minutes: int) -> str:
    return (AT + timedelta(minutes=minutes)).isoformat(timespec="microseconds")


def _insert(connection: sa.Connection, table: str, **values: Any) -> None:
    """A row with just something in every other column that wants it."""
    columns = connection.exec_driver_sql(f"PRAGMA table_info({table})").mappings().all()
    wanted = {one["name"]: 0 if one["type"] == "INTEGER" else "" for one in columns if one["notnull"]}
    row = wanted | values
    names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
    connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))
