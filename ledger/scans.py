"""Dropped files that are secret, from the first or since an amendment, and may still lie on a share (I8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import intakes
from ledger.database import table_of
from ledger.intakes import IntakeRow, OutcomeRow
from ledger.letters import LetterRow
from ledger.registers import EntryRow
from ledger.values import Channel, Scan

_INTAKE, _OUTCOME = table_of(IntakeRow), table_of(OutcomeRow)
_ENTRY, _LETTER = table_of(EntryRow), table_of(LetterRow)
_HIDDEN = "secrecy <> 'ordinary'"  # in the statement itself, as the small indexes have it


def secret(session: Session, source: str) -> list[Scan]:
    """The secret files that came from the folder `source` and are not known to have left it; oldest first."""
    wanted = sa.select(_INTAKE.c.id, _INTAKE.c.sha256, _INTAKE.c.size).join(
        _OUTCOME, _OUTCOME.c.intake_id == _INTAKE.c.id
    )
    wanted = wanted.where(_INTAKE.c.id.in_(_secret_intakes()), _OUTCOME.c.closed_at.is_(None))
    wanted = wanted.where(_INTAKE.c.channel == Channel.FOLDER, _INTAKE.c.source == source)
    found = []
    for key, sha256, size in session.connection().execute(wanted.order_by(_INTAKE.c.id)):
        outcome = intakes.outcome(session, key)
        assert outcome is not None  # it was just found
        found.append(Scan(replace(outcome, secret=True), sha256, size))
    return found


def closed(session: Session, intake_id: int, at: datetime) -> None:
    """Remember that the file of this intake is off the share."""
    mine = sa.update(_OUTCOME).where(_OUTCOME.c.intake_id == intake_id)
    session.connection().execute(mine.values(closed_at=at))


def _secret_intakes() -> sa.CompoundSelect[int]:
    """By their outcome, by the line that they got, or by the letter that they are a copy of."""
    intake, hidden = sa.select(_OUTCOME.c.intake_id), sa.text(_HIDDEN)
    by_entry = intake.where(_OUTCOME.c.entry_id.in_(sa.select(_ENTRY.c.id).where(hidden)))
    by_letter = intake.where(_OUTCOME.c.letter_id.in_(sa.select(_LETTER.c.id).where(hidden)))
    return sa.union(intake.where(hidden), by_entry, by_letter)
