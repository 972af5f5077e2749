"""Statements that every letter runs, compiled once and handed to the driver as they are.

Finding, checking and compiling a statement again costs SQLAlchemy more than the database needs to run it; a letter
runs fourteen. What a statement returns comes as it is stored, so only ask for numbers and texts this way.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ledger.database import plain


class Prepared:
    """One statement. Its open values are `sa.bindparam`s."""

    def __init__(self, statement: sa.sql.ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {}  # by dialect

    def run(self, connection: sa.Connection, /, **values: Any) -> Any:
        """The driver's cursor after the statement ran. Errors: those of SQLAlchemy, such as `OperationalError`."""
        dialect = connection.dialect
        text, order, fixed = self._compiled.get(dialect.name) or self._compile(dialect)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(text, [plain(values[name]) if name in values else fixed[name] for name in order])
        except dialect.loaded_dbapi.Error as error:
            raise sa.exc.DBAPIError.instance(
                text, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
            ) from error
        return cursor

    def _compile(self, dialect: sa.Dialect) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        compiled: Any = self._statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        fixed = {name: plain(value) for name, value in compiled.params.items()}
        self._compiled[dialect.name] = found = str(compiled), tuple(compiled.positiontup or ()), fixed
        return found
