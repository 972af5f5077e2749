"""Counting the registers: their years, letters per day, today's numbers."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger.database import table_of
from ledger.listing.narrowed import books, in_days
from ledger.registers import EntryRow, RegisterRow
from ledger.values import RegisterKind

_ENTRY, _REGISTER = table_of(EntryRow), table_of(RegisterRow)


def years(session: Session, organisation_id: int, kind: RegisterKind) -> list[int]:
    """The B.E. years that have a register of this kind, newest first."""
    return sorted({book.year for book in books(session, organisation_id, kind)}, reverse=True)


def per_day(
    session: Session, organisation_id: int, days: int, today: date
) -> list[tuple[date, dict[RegisterKind, int]]]:
    """How many numbers each kind of register gave on each of the last `days` days, today the last of them."""
    first = today - timedelta(days=days - 1)
    counts: dict[date, dict[RegisterKind, int]] = {
        first + timedelta(days=n): dict.fromkeys(RegisterKind, 0) for n in range(days)
    }
    day = sa.func.date(sa.type_coerce(_ENTRY.c.registered_at, sa.String), "+7 hours").label("day")  # Bangkok's
    wanted = sa.select(_REGISTER.c.kind, day, sa.func.count()).select_from(_given())
    wanted = wanted.where(_REGISTER.c.organisation_id == organisation_id, *in_days(first, today))
    for kind, told, count in session.connection().execute(wanted.group_by(_REGISTER.c.kind, day)):
        counts[date.fromisoformat(told)][kind] = count
    return list(counts.items())


def today_numbers(session: Session, organisation_id: int, today: date) -> dict[RegisterKind, tuple[str, str, int]]:
    """The first and the last number of today as people write them, and how many, of each register that gave one."""
    first, last = sa.func.min(_ENTRY.c.id).label("first"), sa.func.max(_ENTRY.c.id).label("last")
    counted = sa.select(_REGISTER.c.kind, first, last, sa.func.count().label("count")).select_from(_given())
    counted = counted.where(_REGISTER.c.organisation_id == organisation_id, *in_days(today, today))
    given = counted.group_by(_REGISTER.c.kind).subquery()
    one, other = _ENTRY.alias("one"), _ENTRY.alias("other")
    wanted = sa.select(given.c.kind, one.c.text, other.c.text, given.c.count)
    wanted = wanted.join(one, one.c.id == given.c.first).join(other, other.c.id == given.c.last)
    return {kind: (begin, end, count) for kind, begin, end, count in session.connection().execute(wanted)}


def _given() -> sa.FromClause:
    return _REGISTER.join(_ENTRY, _ENTRY.c.register_id == _REGISTER.c.id)
