"""The chained record of every change: who, when, what, before, after (I7).

An `Act` is the only way to insert or change a sealed row, so the tables and their history cannot disagree: each act
writes one line that holds every row it touched (a new row whole, a changed one by its changed columns). Lines are
chained by SHA-256; `ledger.verify` turns the chain back into the rows that must exist now.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import pkgutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

import ledger
from ledger import tokens
from ledger.database import Database, Moment, Row, moment_text, plain, table_of
from ledger.masks import SHORTEST
from ledger.prepared import Prepared

START = "0" * 63 + "1"  # what the first line is chained to
OLD_START = "0" * 64  # in ledgers from before links were masked (`masked_lines`)

Values = dict[str, Any]

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_SPACED = json.JSONEncoder(ensure_ascii=False).encode

_HEAD = "history head"  # in `session.info`: only this transaction writes while it lasts


class HistoryRow(Row):
    """One line of the chain."""

    __tablename__ = "history"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str]
    what: Mapped[str]
    about: Mapped[str]
    changes: Mapped[str]  # JSON, exactly as hashed
    previous: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)


class Act:
    """One thing that somebody does, inside one transaction of `session`.

    Arguments: who did it (a person's name, or a part such as "smtp"), what (a past participle: "registered"),
    about ("entry 12"), and the moment. Use as a context manager; its end writes the line.
    """

    def __init__(self, session: Session, who: str, what: str, at: datetime, about: str = "") -> None:
        self.session, self.who, self.what, self.at, self.about = session, who, what, at, about
        self.connection = session.connection()
        self._changes: list[tuple[str, int, Values | None, Values | None]] = []

    def __enter__(self) -> Act:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None and self._changes:
            _append(self)

    def add(self, row: type[Row], **values: object) -> int:
        """Insert a row; returns its id."""
        table = table_of(row)
        stored = {name: plain(value) for name, value in {**_defaults(table), **self._masked(values)}.items()}
        key = stored["id"] = _insert(self.connection, table, stored)
        self._changes.append((table.name, key, None, {name: stored.get(name) for name in _sealed_columns(row)}))
        return key

    def alter(self, row: type[Row], key: int, **values: object) -> None:
        """Change columns of the row with the id `key`."""
        table, before, values = table_of(row), self._read(row, key), self._masked(values)
        self.connection.execute(sa.update(table).where(table.c.id == key).values(values))
        self._note(row, key, before, values)

    def alter_many(self, row: type[Row], wanted: Sequence[tuple[int, Values, Values]]) -> None:
        """Change many rows in one statement: (id, what the sealed columns are now, what all columns become).

        Every row must change the same columns.
        """
        if not wanted:
            return
        names, wanted = tuple(wanted[0][2]), [(key, before, self._masked(new)) for key, before, new in wanted]
        rows = [[key, *(plain(new[name]) for name in names)] for key, _, new in wanted]
        _change(table_of(row), names).run(self.connection, rows=_COMPACT(rows))
        for key, before, new in wanted:
            self._note(row, key, before, new)

    def remove(self, row: type[Row], key: int) -> None:
        """Delete a row whose existence is itself changeable (directory, rules); entries and letters never are."""
        before, table = self._read(row, key), table_of(row)
        self.connection.execute(sa.delete(table).where(table.c.id == key))
        self._changes.append((table.name, key, _sealed(row, before), None))

    def seal(self, row: type[Row], values: Values) -> None:
        """Take a row that was written without an act (an intake) into the history, as it is by now."""
        self._changes.append((table_of(row).name, values["id"], None, _sealed(row, values)))

    def unseal(self, row: type[Row], key: int) -> None:
        """The opposite of `seal`: the row stays, and will be sealed anew when it is settled again."""
        self._changes.append((table_of(row).name, key, _sealed(row, self._read(row, key)), None))

    def _masked(self, values: Values) -> Values:
        """What is written, without links of ours: whoever quoted one would publish it to every later reader."""
        return {
            name: tokens.without_links(self.session, value) if type(value) is str and len(value) > SHORTEST else value
            for name, value in values.items()
        }

    def _note(self, row: type[Row], key: int, before: Values, new: Values) -> None:
        """Remember the sealed columns that change."""
        names = [n for n in _sealed_columns(row) if n in new and plain(new[n]) != plain(before.get(n))]
        if names:
            old, now = ({n: plain(values.get(n)) for n in names} for values in (before, new))
            self._changes.append((table_of(row).name, key, old, now))

    def _read(self, row: type[Row], key: int) -> Values:
        found = self.connection.execute(_by_id(table_of(row)), {"key": key}).one()
        return dict(found._mapping)

    def line(self) -> str:
        """The changes as JSON."""
        return _COMPACT(self._changes)


@contextmanager
def acting(database: Database, who: str, what: str, at: datetime, about: str = "") -> Iterator[Act]:
    """One writing transaction with one act in it."""
    with database.write() as session, Act(session, who, what, at, about) as act:
        yield act


def lines(session: Session) -> Iterator[sa.Row[Any]]:
    """Every line as it is stored, oldest first."""
    yield from raw_rows(session, HistoryRow)


def raw_rows(session: Session, row: type[Row]) -> Iterator[sa.Row[Any]]:
    """The rows of a table as they are stored, so that even what no column type can read is told apart."""
    table = table_of(row)
    columns = [sa.type_coerce(column, sa.types.NullType()).label(column.name) for column in table.columns]
    wanted: Any = sa.select(*columns).order_by(table.c.id)
    yield from session.connection().execution_options(yield_per=1000).execute(wanted)


def chain_hash(previous: str, at: str, who: str, what: str, about: str, changes: str) -> str:
    """The hash of a line: SHA-256 over the hash before it and all its fields."""
    body = _SPACED([previous, at, who, what, about, changes])
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def newest(session: Session) -> int:
    """The number of the newest line; 0 where nothing has happened yet."""
    return session.connection().execute(sa.select(sa.func.max(table_of(HistoryRow).c.id))).scalar() or 0


def head(session: Session) -> str:
    """The hash of the newest line; whoever knows it can prove later that nothing before it changed (P-23)."""
    if _HEAD not in session.info:
        session.info[_HEAD] = session.connection().execute(_newest()).scalar() or START
    known: str = session.info[_HEAD]
    return known


def head_before(session: Session, moment: datetime) -> str:
    """The hash of the newest line before a moment, such as the end of a day: its seal on paper."""
    table, wanted = table_of(HistoryRow), moment_text(moment)
    low, high = 0, newest(session)
    while low < high:  # lines are in order of time, and have no index over it
        middle = (low + high + 1) // 2
        at = session.connection().execute(sa.select(sa.type_coerce(table.c.at, sa.String)).where(table.c.id == middle))
        low, high = (middle, high) if (at.scalar() or "") < wanted else (low, middle - 1)
    return session.connection().execute(sa.select(table.c.hash).where(table.c.id == low)).scalar() or START


def sealed_tables() -> dict[str, type[Row]]:
    """Every table whose rows history seals, whether this program works with it or not."""
    for found in pkgutil.walk_packages(ledger.__path__, "ledger."):
        if not found.name.startswith("ledger.migrations."):
            importlib.import_module(found.name)  # a class that nobody asked for is not mapped yet
    mapped: list[type[Row]] = [mapper.class_ for mapper in Row.registry.mappers]
    return {table_of(row).name: row for row in mapped if row is not HistoryRow and _sealed_columns(row)}


def sealed_values(row: type[Row], values: Values) -> Values:
    """The part of a row that history seals, as plain values."""
    return _sealed(row, values)


def _append(act: Act) -> None:
    previous, changes, at = head(act.session), act.line(), moment_text(act.at)
    who, about = tokens.without_links(act.session, act.who), tokens.without_links(act.session, act.about)
    digest = chain_hash(previous, at, who, act.what, about, changes)
    line = {
        "at": at,
        "who": who,
        "what": act.what,
        "about": about,
        "changes": changes,
        "previous": previous,
        "hash": digest,
    }
    _insert(act.connection, table_of(HistoryRow), line)
    act.session.info[_HEAD] = digest


def _sealed(row: type[Row], values: Values) -> Values:
    return {name: plain(values.get(name)) for name in _sealed_columns(row)}


def _sealed_columns(row: type[Row]) -> tuple[str, ...]:
    return _columns_but(table_of(row), row.loose)


@cache
def _columns_but(table: sa.Table, loose: frozenset[str]) -> tuple[str, ...]:
    return () if "*" in loose else tuple(c.name for c in table.columns if c.name not in loose)


# Statements are built once: building one costs more than running it.


@cache
def _defaults(table: sa.Table) -> Values:
    columns = {column.name: column.default for column in table.columns}
    return {name: default.arg for name, default in columns.items() if isinstance(default, sa.ColumnDefault)}


def _insert(connection: sa.Connection, table: sa.Table, stored: Values) -> int:
    """Insert values as they are stored. Returns the id."""
    return int(_insertion(table, tuple(stored)).run(connection, **stored).lastrowid)


@cache
def _insertion(table: sa.Table, columns: tuple[str, ...]) -> Prepared:
    return Prepared(sa.insert(table).values({name: sa.bindparam(name) for name in columns}))


@cache
def _change(table: sa.Table, columns: tuple[str, ...]) -> Prepared:
    # One statement and one list: a driver that is called for each row gives up the interpreter's lock for each, and
    # has to win it back from the threads that send.
    new = sa.func.json_each(sa.bindparam("rows")).table_valued("value", name="new")
    cell = new.c.value.op("->>")
    changed = sa.update(table).where(table.c.id == cell(sa.literal_column("0")))
    return Prepared(changed.values({name: cell(sa.literal_column(str(n))) for n, name in enumerate(columns, 1)}))


@cache
def _by_id(table: sa.Table) -> sa.Select[Any]:
    return sa.select(table).where(table.c.id == sa.bindparam("key"))


@cache
def _newest() -> sa.Select[Any]:
    table = table_of(HistoryRow)
    return sa.select(table.c.hash).order_by(table.c.id.desc()).limit(1)
