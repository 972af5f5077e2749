"""Statements that every letter runs, compiled once and handed to the driver as they are.

Finding, checking and compiling a statement again costs SQLAlchemy more than the database needs to run it; a letter
runs fourteen. What a statement returns comes as it is stored, so only ask for numbers and texts this way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from ledger.database import plain

_Compiled = tuple[str, tuple[str, ...], dict[str, Any]]  # text, names of its values in order, those that are fixed


class Prepared:
    """One statement. Its open values are `sa.bindparam`s."""

    def __init__(self, statement: sa.sql.ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}  # by dialect

    def run(self, connection: sa.Connection, /, **values: Any) -> Any:
        """The driver's cursor after the statement ran. Errors: those of SQLAlchemy, such as `OperationalError`."""
        text, order, fixed = self._compiled.get(connection.dialect.name) or self._compile(connection.dialect)
        given = [plain(values[name]) if name in values else fixed[name] for name in order]
        return _told(connection, text, lambda cursor: cursor.execute(text, given))

    def run_many(self, connection: sa.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """The same for each of `rows`, which must name every open value."""
        text, order, fixed = self._compiled.get(connection.dialect.name) or self._compile(connection.dialect)
        given = [[plain(row[name]) if name in row else fixed[name] for name in order] for row in rows]
        _told(connection, text, lambda cursor: cursor.executemany(text, given))

    def _compile(self, dialect: sa.Dialect) -> _Compiled:
        compiled: Any = self._statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        fixed = {name: plain(value) for name, value in compiled.params.items()}
        self._compiled[dialect.name] = found = str(compiled), tuple(compiled.positiontup or ()), fixed
        return found


def _told(connection: sa.Connection, text: str, run: Callable[[Any], object]) -> Any:
    """A cursor after `run`, whose errors are told as SQLAlchemy does."""
    cursor, dialect = connection.connection.cursor(), connection.dialect
    try:
        run(cursor)
    except dialect.loaded_dbapi.Error as error:
        raise sa.exc.DBAPIError.instance(
            text, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
        ) from error
    return cursor
