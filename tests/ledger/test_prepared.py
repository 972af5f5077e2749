"""Prepared statements: values as they are stored, errors as SQLAlchemy's, nothing of a letter in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger.database import Choice, Database, Moment
from ledger.prepared import Prepared
from ledger.values import Urgency

METADATA = sa.MetaData()
THINGS = sa.Table(
    "things",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, unique=True),
    sa.Column("urgency", Choice(Urgency)),
    sa.Column("at", Moment),
    sa.Column("day", sa.Date),
)
INSERT = Prepared(sa.insert(THINGS).values({name: sa.bindparam(name) for name in ("name", "urgency", "at", "day")}))
URGENT = Prepared(
    sa.select(THINGS.c.id).where(THINGS.c.urgency == Urgency.URGENT, THINGS.c.name == sa.bindparam("wanted")).limit(1)
)
MADE = {
    "name": "หนังสือ",
    "urgency": Urgency.URGENT,
    "at": datetime(2026, 11, 27, 3, 4, 5, 6, UTC),
    "day": date(2026, 11, 27),
}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sa.Connection]:
    database = Database(tmp_path)
    with database.write() as session:
        METADATA.create_all(session.connection())
        yield session.connection()
    database.close()


def test_what_it_writes_the_column_types_read(connection: sa.Connection) -> None:
    key = INSERT.run(connection, **MADE).lastrowid
    assert connection.execute(sa.select(THINGS)).one()._asdict() == {"id": key, **MADE}


def test_fixed_and_open_values(connection: sa.Connection) -> None:
    key = INSERT.run(connection, **MADE).lastrowid
    assert URGENT.run(connection, wanted="หนังสือ").fetchall() == [(key,)]
    assert URGENT.run(connection, wanted="' OR 1=1 --").fetchall() == []


def test_a_fault_is_told_as_sqlalchemy_does_and_names_no_value(connection: sa.Connection) -> None:
    INSERT.run(connection, **MADE)
    with pytest.raises(sa.exc.IntegrityError) as told:
        INSERT.run(connection, **MADE)
    assert "หนังสือ" not in str(told.value)
