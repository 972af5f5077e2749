"""What waits for a person, and since when: letters to acknowledge, the tray, held numbers that are overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import holding
from ledger.access import Right, Viewer
from ledger.intakes import IntakeRow, OutcomeRow
from ledger.letters import DeliveryRow
from ledger.receipts import ReceiptRow
from ledger.registers import EntryRow, RegisterRow


@dataclass(frozen=True, slots=True)
class Pile:
    """How many things wait, and since when the oldest does."""

    count: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is in front of a person."""

    letters: Pile  # to acknowledge
    tray: Pile
    overdue: int  # own held numbers that nobody filled in time; all of the organisation's for who overrules


def of(session: Session, viewer: Viewer, today: date) -> Waiting:
    """Everything that waits for this viewer."""
    return Waiting(_letters(session, viewer), _tray(session, viewer), _overdue(session, viewer, today))


def _letters(session: Session, viewer: Viewer) -> Pile:
    """Deliveries without a receipt."""
    wanted = sa.select(sa.func.count(DeliveryRow.id), sa.func.min(DeliveryRow.made_at))
    wanted = wanted.outerjoin(ReceiptRow, ReceiptRow.delivery_id == DeliveryRow.id)
    return _pile(session, wanted.where(ReceiptRow.id.is_(None), holding.mine(viewer)))


def _tray(session: Session, viewer: Viewer) -> Pile:
    if not viewer.may(Right.TRAY):
        return Pile()
    wanted = sa.select(sa.func.count(IntakeRow.id), sa.func.min(IntakeRow.taken_at))
    wanted = wanted.join(OutcomeRow, OutcomeRow.intake_id == IntakeRow.id)
    held = sa.text("outcomes.kind = 'held'")  # in the statement, so that SQLite takes the small index
    return _pile(session, wanted.where(held, IntakeRow.organisation_id == viewer.organisation_id))


def _overdue(session: Session, viewer: Viewer, today: date) -> int:
    wanted = sa.select(sa.func.count(EntryRow.id)).join(RegisterRow, RegisterRow.id == EntryRow.register_id)
    wanted = wanted.where(RegisterRow.organisation_id == viewer.organisation_id, EntryRow.reserved_until < today)
    wanted = wanted.where(EntryRow.filled_at.is_(None), EntryRow.voided_at.is_(None))
    if not viewer.may(Right.OVERRULE):
        wanted = wanted.where(EntryRow.registrant_id == viewer.person_id)
    return session.execute(wanted).scalar_one()


def _pile(session: Session, wanted: sa.Select[int, datetime]) -> Pile:
    count, oldest = session.execute(wanted).one()
    return Pile(count, oldest)
