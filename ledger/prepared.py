"""Statements that every letter runs, compiled once and handed to the driver as they are.

Finding, checking and compiling a statement again costs SQLAlchemy more than the database needs to run it; a letter
runs fourteen. What a statement returns comes as it is stored, so only ask for numbers and texts this way.
"""

from __future__ import annotations

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
        cursor, driver = connection.connection.cursor(), connection.dialect.loaded_dbapi
        try:
            cursor.execute(text, [plain(values[name]) if name in values else fixed[name] for name in order])
        except driver.Error as error:
            raise sa.exc.DBAPIError.instance(
                text, None, error, driver.Error, hide_parameters=True, dialect=connection.dialect
            ) from error
        return cursor

    def _compile(self, dialect: sa.Dialect) -> _Compiled:
        compiled: Any = self._statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        fixed = {name: plain(value) for name, value in compiled.params.items()}
        self._compiled[dialect.name] = found = str(compiled), tuple(compiled.positiontup or ()), fixed
        return found
