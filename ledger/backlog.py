"""What has come, what waits and since when: the figures by which an office sees whether its system keeps up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import outbox
from ledger.intakes import IntakeRow, OutcomeRow
from ledger.outbox import OutboxRow
from ledger.values import OutcomeKind


@dataclass(frozen=True, slots=True)
class Backlog:
    """The figures of one moment."""

    taken: int = 0
    unsettled: int = 0
    oldest_unsettled: datetime | None = None  # when it was taken
    held: int = 0
    outbox_waiting: int = 0
    outbox_oldest: datetime | None = None  # when the oldest mail that waits was made
    outbox_due: datetime | None = None  # when the next mail may leave, or could have left
    outbox_given_up: int = 0
    last_taken_at: datetime | None = None


def backlog(session: Session) -> Backlog:
    """The figures of now."""
    # Asked every few seconds beside the work of years: each statement walks an index, none the rows.
    last = sa.select(IntakeRow.taken_at).order_by(IntakeRow.id.desc()).limit(1)
    waits = sa.select(sa.func.count(IntakeRow.id), sa.func.min(IntakeRow.taken_at))
    unsettled, oldest_unsettled = session.execute(waits.where(IntakeRow.settled_at.is_(None))).one()
    held = sa.select(sa.func.count()).where(OutcomeRow.kind == OutcomeKind.HELD)
    waiting, oldest = outbox.waiting(session)
    return Backlog(
        taken=session.execute(sa.select(sa.func.count()).select_from(IntakeRow)).scalar_one(),
        unsettled=unsettled,
        oldest_unsettled=oldest_unsettled,
        held=session.execute(held).scalar_one(),
        outbox_waiting=waiting,
        outbox_oldest=oldest,
        outbox_due=session.execute(sa.select(sa.func.min(OutboxRow.due))).scalar_one(),
        outbox_given_up=outbox.given_up(session),
        last_taken_at=session.execute(last).scalar(),
    )
