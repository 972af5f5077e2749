"""One line of a list: what the books say, and of a secret letter of others nothing but its number (I8, R14)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import access
from ledger.access import Viewer
from ledger.database import table_of
from ledger.directory import GroupRow
from ledger.letters import DocumentRow
from ledger.registers import EntryRow, RegisterRow
from ledger.values import RegisterKind, Secrecy, Urgency

_AT_ONCE = 500  # lines in memory while a list is read through
# With a plus, so that SQLite comes from the entries that are asked for, not from all books of an organisation.
_OWNER: sa.ColumnElement[int] = sa.literal_column("+registers.organisation_id")


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as its viewer may see it. While `hidden`, everything that the letter says is empty."""

    id: int  # of the entry
    kind: RegisterKind
    number: int
    year: int  # B.E.
    text: str  # the number as people write it
    letter_number: str
    letter_date: date | None
    sender: str
    recipient: str
    subject: str
    action: str
    remark: str
    urgency: Urgency
    secrecy: Secrecy
    registered_at: datetime
    registered_by: str
    registrant_id: int | None
    letter_id: int | None
    group: str  # its name, "" for none
    origin: str
    files: int  # how many
    voided_at: datetime | None
    voided_by: str
    void_reason: str
    reserved_for: str
    reserved_until: date | None
    filled_at: datetime | None
    hidden: bool

    @property
    def reserved(self) -> bool:
        """Whether the number is held and still without content."""
        return self.reserved_until is not None and self.filled_at is None and self.voided_at is None


def of_ids(session: Session, viewer: Viewer, ids: list[int]) -> tuple[Line, ...]:
    """The lines of these entries of the viewer's organisation, in the order of the ids."""
    found = {line.id: line for line in _read(session, wanted(viewer).where(EntryRow.id.in_(ids)))}
    return tuple(found[key] for key in ids if key in found)


def stream(session: Session, statement: sa.Select[Any]) -> Iterator[Line]:
    """The lines of a statement made from `wanted`, a few in memory at a time."""
    return _read(session, statement.execution_options(yield_per=_AT_ONCE))


def wanted(viewer: Viewer) -> sa.Select[Any]:
    """A statement for lines of the viewer's own organisation (P-32), still without order."""
    entry, register = table_of(EntryRow), table_of(RegisterRow)
    columns: dict[str, Any] = {
        **{column.name: column for column in entry.columns},
        "kind": register.c.kind,
        "year": register.c.year,
    }
    columns["group"] = sa.func.coalesce(GroupRow.name, "").label("group")
    columns["files"] = _files().label("files")
    columns["hidden"] = access.readable(viewer).is_not(sa.true()).label("hidden")
    return (
        sa.select(*(columns[name] for name in Line.__dataclass_fields__))
        .join_from(entry, register, register.c.id == entry.c.register_id)
        .outerjoin(GroupRow, GroupRow.id == entry.c.group_id)
        .where(_OWNER.op("=")(viewer.organisation_id))
    )


def has_files() -> sa.ColumnElement[bool]:
    """The condition on `EntryRow` that its letter has a document that was not taken off."""
    return sa.exists().where(DocumentRow.letter_id == EntryRow.letter_id, DocumentRow.removed_at.is_(None))


def _files() -> sa.ScalarSelect[int]:
    counted = sa.select(sa.func.count(DocumentRow.id)).correlate(EntryRow)
    return counted.where(
        DocumentRow.letter_id == EntryRow.letter_id, DocumentRow.removed_at.is_(None)
    ).scalar_subquery()


def _read(session: Session, statement: sa.Select[Any]) -> Iterator[Line]:
    for row in session.connection().execute(statement):
        line = Line(*row)
        yield _without_content(line) if line.hidden else line


def _without_content(line: Line) -> Line:
    return replace(
        line,
        letter_number=line.letter_number if line.kind is RegisterKind.OUTGOING else "",
        letter_date=None,
        sender="",
        recipient="",
        subject="",
        action="",
        remark="",
        letter_id=None,
        group="",
        files=0,
        void_reason="",
    )
