"""Letters of which a link came back or a code was guessed, and whose link nobody has replaced since (P-21)."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import access
from ledger.access import Right, Viewer
from ledger.letters import DeliveryRow, LetterRow, LinkRow
from ledger.quoted import QuotedRow
from ledger.registers import EntryRow, RegisterRow
from ledger.unlocking import SilenceRow

MOST = 5


class Warned(NamedTuple):
    """A line in the books of who sent the letter, and how many of its holders are concerned."""

    entry_id: int
    text: str
    holders: int


def of(session: Session, viewer: Viewer) -> list[Warned]:
    """The newest `MOST` letters whose links this viewer may replace."""
    wanted = sa.select(EntryRow.id, EntryRow.text, sa.func.count(DeliveryRow.id))
    wanted = wanted.join(RegisterRow, RegisterRow.id == EntryRow.register_id)
    wanted = wanted.join(LetterRow, LetterRow.id == EntryRow.letter_id)
    wanted = wanted.join(DeliveryRow, DeliveryRow.letter_id == LetterRow.id)
    wanted = wanted.where(RegisterRow.organisation_id == viewer.organisation_id, access.readable(viewer))
    wanted = wanted.where(LetterRow.organisation_id == viewer.organisation_id, DeliveryRow.id.in_(_deliveries()))
    if not (viewer.may(Right.TRAY) or viewer.may(Right.OVERRULE)):
        wanted = wanted.where(EntryRow.registrant_id == viewer.person_id)
    rows = session.execute(wanted.group_by(EntryRow.id, EntryRow.text).order_by(EntryRow.id.desc()).limit(MOST))
    return [Warned(*row) for row in rows]


def _deliveries() -> sa.CompoundSelect[int]:
    quoted = sa.select(QuotedRow.delivery_id).join(LinkRow, LinkRow.id == QuotedRow.link_id)
    renewed = sa.select(LinkRow.id).where(
        LinkRow.delivery_id == SilenceRow.delivery_id, LinkRow.revoked_at >= SilenceRow.since
    )
    guessed = sa.select(SilenceRow.delivery_id).where(~renewed.exists())
    return sa.union(quoted.where(LinkRow.revoked_at.is_(None)), guessed)
