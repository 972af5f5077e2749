"""Lines of history that were masked after they were chained (P-21).

The chain keeps the hash of what each line said. The upgrade that masks old lines writes one line more, chained as any
other, which names every masked line with the hash of what it says now; `verify` accepts that text there and no other.
Nobody can excuse a change by such a line later: an older ledger has exactly one, and a newer one, whose chain begins
elsewhere (`history.START`), has none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import history
from ledger.database import moment_text, table_of
from ledger.history import HistoryRow
from ledger.masks import MARK

WHAT = "links masked"
TABLE = "history"  # in the changes of that line
_WHO = "saraban"


class Masked(NamedTuple):
    """One line: the hash that the chain has, and that of what it says now."""

    line: int
    was: str
    now: str


class Excuses:
    """What the upgrade of a ledger declared to have masked."""

    def __init__(self, session: Session) -> None:
        table = table_of(HistoryRow)
        first = sa.select(table.c.previous).order_by(table.c.id).limit(1)
        wanted = sa.select(table.c.id, table.c.changes).where(table.c.what == WHAT).order_by(table.c.id)
        connection = session.connection()
        self._older = connection.execute(first).scalar() == history.OLD_START
        self._found = [(row.id, row.changes) for row in connection.execute(wanted)]
        self._masked = {one.line: one for line, changes in self._found[:1] for one in _told(line, changes)}

    def faults(self) -> Iterator[str]:
        """Declarations that no upgrade made, and one that is missing."""
        for line, _ in self._found[1 if self._older else 0 :]:
            yield f"ประวัติบรรทัดที่ {line} อ้างการปิดลิงก์ที่ระบบไม่ได้ทำ (history line {line} declares what no upgrade masked)"
        if self._older and not self._found:
            yield "ประวัติไม่มีบรรทัดที่การปรับรุ่นบันทึกการปิดลิงก์ไว้ (the line of the upgrade that masks is missing)"

    def excuse(self, line: Any, right: str) -> bool:
        """Whether a stored line, whose hash should be `right`, is one that the upgrade left so."""
        marked = MARK in line.changes or MARK in line.about or MARK in line.who
        return self._older and marked and self._masked.get(line.id) == Masked(line.id, line.hash, right)


def declare(connection: sa.Connection, masked: Iterable[Masked]) -> None:
    """Write the one line, at the end of a chain that has lines already."""
    table = table_of(HistoryRow)
    newest = sa.select(table.c.hash, sa.type_coerce(table.c.at, sa.String).label("at"))
    last = connection.execute(newest.order_by(table.c.id.desc()).limit(1)).one()
    at = max(last.at, moment_text(datetime.now(UTC)))  # lines stand in the order of time
    changes = json.dumps([[TABLE, one.line, {"hash": one.was}, {"hash": one.now}] for one in masked])
    line = {"at": at, "who": _WHO, "what": WHAT, "about": "", "changes": changes, "previous": last.hash}
    digest = history.chain_hash(last.hash, at, _WHO, WHAT, "", changes)
    raw = sa.table(TABLE, *(sa.column(name, sa.String) for name in (*line, "hash")))
    connection.execute(sa.insert(raw).values(**line, hash=digest))


def _told(line: int, changes: str) -> Iterator[Masked]:
    try:
        for table, key, before, after in json.loads(changes):
            if table == TABLE and key < line:
                yield Masked(key, before["hash"], after["hash"])
    except (ValueError, TypeError, KeyError):
        return  # the line's hash has told already
