"""Masks the links that a ledger kept before all that comes in was masked: in every text of every table, and in history.

A row and the lines that tell of it are masked by one function, text by text, so they still agree.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from ledger import history, masked_lines
from ledger.masked_lines import Masked
from ledger.masks import SHORTEST, Mask

# The index is made anew; a mail that waits needs its token.
_OTHERWISE = ("alembic_version", "history", "entry_texts", "sqlite_")
_NEEDED = {("outbox", "token")}
_AT_ONCE = 500  # rows in memory
_DEEPEST = 8  # lists and objects in each other; what we write has four
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Masking:
    """One pass over a ledger, inside the transaction of its upgrade."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        tokens = "SELECT token_hash FROM links UNION SELECT token_hash FROM invitations"
        self._known = frozenset(connection.exec_driver_sql(tokens).scalars())

    def run(self) -> None:
        """Mask all, declare what of history was masked, and have the index made anew where anything was."""
        changed = sum(self._table(name, columns) for name, columns in self._texts().items())
        masked = list(self._history())
        if self._connection.exec_driver_sql("SELECT count(*) FROM history").scalar():
            masked_lines.declare(self._connection, masked)
        if changed or masked:
            self._forget_the_index()

    def text(self, text: str) -> str:
        """A stored text, or the texts in it when it is JSON."""
        if len(text) < SHORTEST:
            return text
        if text[0] in "[{":
            with suppress(ValueError, RecursionError):  # it is none, or none of ours
                told = json.loads(text)
                shown = self._all(told, _DEEPEST)
                return text if shown == told else _COMPACT(shown).encode().decode()  # half a character cannot be kept
        return Mask(self._known).text(text)

    def _all(self, told: Any, levels: int) -> Any:
        if isinstance(told, str):
            return self.text(told)
        if not isinstance(told, list | dict):
            return told
        if not levels:
            raise ValueError("deeper than what we write")
        if isinstance(told, list):
            return [self._all(one, levels - 1) for one in told]
        return {name: self._all(one, levels - 1) for name, one in told.items()}

    def _texts(self) -> dict[str, list[str]]:
        """The columns of text in each table."""
        asked = "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c"
        asked += " WHERE t.type = 'table' AND upper(c.type) LIKE '%CHAR%' ORDER BY t.name, c.cid"
        found: dict[str, list[str]] = {}
        for table, column in self._connection.exec_driver_sql(asked):
            if not table.startswith(_OTHERWISE) and (table, column) not in _NEEDED:
                found.setdefault(table, []).append(column)
        return found

    def _table(self, name: str, texts: list[str]) -> int:
        """Mask the texts of a table; returns how many rows had something to mask."""
        table = sa.table(name, *(sa.column(one, sa.String) for one in texts), sa.column("id", sa.Integer))
        long = sa.or_(*(sa.func.length(table.c[one]) >= SHORTEST for one in texts))
        return sum(self._row(table, row, texts) != row for row in self._pages(table, long))

    def _row(self, table: Any, row: dict[str, Any], texts: Collection[str]) -> dict[str, Any]:
        """The row with these texts masked, as it lies in the table from now on."""
        shown = row | {name: self.text(row[name]) for name in texts if isinstance(row[name], str)}
        if shown != row:
            self._connection.execute(sa.update(table).where(table.c.id == row["id"]).values(shown))
        return shown

    def _history(self) -> Iterator[Masked]:
        """Mask the lines; a line whose hash was wrong before is masked as well, but not excused."""
        texts = ("who", "what", "about", "changes")
        names = (*texts, "at", "previous", "hash")
        table = sa.table("history", *(sa.column(name, sa.String) for name in names), sa.column("id", sa.Integer))
        for line in self._pages(table, sa.true()):
            shown = self._row(table, line, texts)
            if shown != line and line["hash"] == _hash_of(line):
                yield Masked(line["id"], line["hash"], _hash_of(shown))

    def _pages(self, table: Any, condition: sa.ColumnElement[bool]) -> Iterator[dict[str, Any]]:
        """The rows, a few at a time: they are changed meanwhile."""
        last = 0
        while True:
            wanted = sa.select(table).where(condition, table.c.id > last).order_by(table.c.id).limit(_AT_ONCE)
            rows = [dict(row._mapping) for row in self._connection.execute(wanted)]
            yield from rows
            if not rows:
                return
            last = rows[-1]["id"]

    def _forget_the_index(self) -> None:
        ask = self._connection.exec_driver_sql
        made = ask("SELECT sql FROM sqlite_schema WHERE name = 'entry_texts'").scalar_one()
        ask("DROP TABLE entry_texts")
        ask(made)
        ask("DELETE FROM indexed")  # whoever searches next, or the daemon's index, begins at the first line


def _hash_of(line: dict[str, Any]) -> str:
    told = (line[name] for name in ("previous", "at", "who", "what", "about", "changes"))
    return history.chain_hash(*told)
