"""Finds any changed, missing or added line, any gap, any altered original (I7, P-22).

The chain of history is followed from its first line and folded into what every row must be now. A row is compared by
the sum of the hashes of its columns, so that a change touches only its own columns and memory stays small.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import history, masked_lines
from ledger.database import Row, plain
from ledger.directory import OrganisationRow
from ledger.errors import SarabanError
from ledger.intakes import IntakeRow, OutcomeRow
from ledger.letters import DocumentRow
from ledger.masked_lines import Excuses
from ledger.originals import Originals, digest
from ledger.registers import TITLES, EntryRow, RegisterRow

_SIZE = 2**256

Rows = dict[tuple[str, int], int]


def faults(session: Session, originals: Originals) -> Iterator[str]:
    """Every fault, as a Thai sentence that names the line, row, number or original; nothing when all is well."""
    expected: Rows = {}
    yield from _chain(session, expected)
    yield from _rows(session, expected)
    for further in (_numbers(session), _outcomes(session), _originals(session, originals)):
        try:
            yield from further
        except (ValueError, LookupError) as fault:  # a column holds what its type cannot read; its row was named above
            yield f"ตรวจต่อไม่ได้เพราะข้อมูลในตารางอ่านไม่ออก (a table cannot be read): {fault}"


def _chain(session: Session, expected: Rows) -> Iterator[str]:
    previous, last, excuses = "", 0, Excuses(session)
    yield from excuses.faults()
    for line in history.lines(session):
        if not last and line.previous in (history.START, history.OLD_START):
            previous = line.previous
        if line.id != last + 1:
            yield f"ประวัติบรรทัดที่ {last + 1} หายไป (history line {last + 1} is missing)"
        right = history.chain_hash(line.previous, line.at, line.who, line.what, line.about, line.changes)
        if line.previous != previous or (line.hash != right and not excuses.excuse(line, right)):
            yield f"ประวัติบรรทัดที่ {line.id} ถูกแก้ไข (history line {line.id} was changed)"
        previous, last = line.hash, line.id
        _fold(expected, line.changes)


def _whole(table: str, row: dict[str, Any] | None) -> dict[str, Any]:
    """A new row as it was told, with the columns that its table got later."""
    return {**_later().get(table, {}), **(row or {})}


@cache
def _later() -> dict[str, dict[str, Any]]:
    return {name: dict(row.later) for name, row in history.sealed_tables().items()}


def _fold(expected: Rows, changes: str) -> None:
    try:
        told = json.loads(changes)
    except ValueError:
        return  # the line's hash has told already
    for table, key, before, after in told:
        at = (table, key)
        if table == masked_lines.TABLE:
            continue
        if before is None:
            expected[at] = _sum(table, key, _whole(table, after))
        elif after is None:
            expected.pop(at, None)
        else:
            change = _sum(table, key, after) - _sum(table, key, before)
            expected[at] = (expected.get(at, 0) + change) % _SIZE


def _rows(session: Session, expected: Rows) -> Iterator[str]:
    for name, row in sorted(history.sealed_tables().items()):
        for found in history.raw_rows(session, row):
            values = _as_told(row, dict(found._mapping))
            told = expected.pop((name, values["id"]), None)
            if told is None:
                if row is not IntakeRow or values["settled_at"] is not None:  # sealed when settled
                    yield f"{name} {values['id']} ไม่มีในประวัติ ถูกเพิ่มเข้ามาเอง (is not in the history){_named(values)}"
            elif told != _sum(name, values["id"], history.sealed_values(row, values)):
                yield _what_changed(session, row, values)
    for name, key in sorted(expected):
        yield f"{name} {key} หายไปจากฐานข้อมูล (is missing from the database)"


def _what_changed(session: Session, row: type[Row], values: dict[str, Any]) -> str:
    """Read the history once more for this row alone, to name the columns."""
    name, key = str(row.__table__.description), values["id"]
    told: dict[str, Any] = {}
    for line in history.lines(session):
        for table, changed, _, after in json.loads(line.changes):
            if (table, changed) == (name, key):
                told.update(_whole(name, after) if not told else after or {})
    now = history.sealed_values(row, values)
    columns = ", ".join(column for column in now if now[column] != told.get(column))
    return f"{name} {key} ถูกแก้ไขนอกระบบ ช่อง {columns} (was changed outside the system: {columns}){_named(values)}"


def _numbers(session: Session) -> Iterator[str]:
    wanted = sa.select(RegisterRow, OrganisationRow.name).join(
        OrganisationRow, OrganisationRow.id == RegisterRow.organisation_id
    )
    for register, owner in session.execute(wanted.order_by(RegisterRow.id)).all():
        given = sa.select(EntryRow.number).where(EntryRow.register_id == register.id).order_by(EntryRow.number)
        numbers = list(session.execute(given).scalars())
        book = f"ทะเบียน{TITLES[register.kind]} {owner} ปี {register.year}"
        for want, got in zip(range(register.start, register.start + len(numbers)), numbers, strict=True):
            if want != got:
                yield f"{book}: เลข {want} หายไปหรือซ้ำ (number {want} is missing or doubled)"
                break
        newest = numbers[-1] if numbers else None
        if register.last != newest:
            yield f"{book}: เลขล่าสุดควรเป็น {newest} แต่บันทึกไว้ {register.last} (the newest number does not fit)"


def _outcomes(session: Session) -> Iterator[str]:
    settled = sa.select(sa.func.count(IntakeRow.id)).where(IntakeRow.settled_at.is_not(None))
    paired = settled.join(OutcomeRow, OutcomeRow.intake_id == IntakeRow.id)
    outcomes = sa.select(sa.func.count(OutcomeRow.id))
    if len({session.execute(count).scalar_one() for count in (settled, paired, outcomes)}) > 1:
        yield "จำนวนผลไม่เท่ากับจำนวนรายการนำเข้า (outcomes and intakes do not add up)"


def _originals(session: Session, originals: Originals) -> Iterator[str]:
    for intake in session.execute(sa.select(IntakeRow)).scalars().yield_per(200):
        if intake.content is not None and digest(intake.content) != intake.sha256:
            yield f"ต้นฉบับของรายการนำเข้า {intake.id} ถูกแก้ไข (the original of intake {intake.id} was altered)"
    wanted = sa.select(IntakeRow.sha256).where(IntakeRow.content.is_(None)).union(sa.select(DocumentRow.sha256))
    known = set(session.execute(wanted).scalars())
    for name in sorted(known.union(originals.names())):
        try:
            originals.get(name)
        except SarabanError as fault:
            yield fault.sentence()


def _as_told(row: type[Row], stored: dict[str, Any]) -> dict[str, Any]:
    """A stored row with its truth values as history tells them."""
    flags = [column.name for column in row.__table__.columns if isinstance(column.type, sa.Boolean)]
    return {**stored, **{name: bool(stored[name]) for name in flags if stored[name] in (0, 1)}}


def _named(values: dict[str, Any]) -> str:
    return f" — เลข {values['text']}" if "text" in values else ""


def _sum(table: str, key: int, values: dict[str, Any]) -> int:
    """The sum of the hashes of a row's columns."""
    return sum(_column_hash(table, key, column, value) for column, value in values.items()) % _SIZE


def _column_hash(table: str, key: int, column: str, value: Any) -> int:
    text = json.dumps([table, key, column, plain(value)], ensure_ascii=False)
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
