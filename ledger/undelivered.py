"""Mails that were given up: for whom, why, and once more (P-15).

The registry sees them all, anybody else those of letters that they registered. A mail whose holder has acknowledged
meanwhile, in the console or by another link, is no trouble to anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import access, custody, outbox, registers
from ledger.access import Right, Viewer
from ledger.history import Act
from ledger.letters import DeliveryRow, LetterRow
from ledger.outbox import OutboxRow
from ledger.receipts import ReceiptRow
from ledger.registers import EntryRow
from ledger.values import NoticeKind, Secrecy

# A code is dead long before its mail is given up; its holder asks for a new one.
_ONCE_MORE = tuple(kind for kind in NoticeKind if kind is not NoticeKind.CODE)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """One mail that was given up."""

    mail: OutboxRow
    letter: LetterRow | None
    entry_id: int | None  # the letter's line in the viewer's books
    hidden: bool  # what a secret letter says
    mailbox: str  # where mail to this holder goes by now, "" where that is not known

    @property
    def again(self) -> bool:
        """Whether it is worth another try."""
        return self.mail.kind in _ONCE_MORE


def count(session: Session, viewer: Viewer) -> int:
    """How many mails of the viewer's organisation were given up, as far as they are this viewer's business."""
    return session.execute(sa.select(sa.func.count()).select_from(_given_up(viewer).subquery())).scalar_one()


def of(session: Session, viewer: Viewer, limit: int = 200) -> list[Undelivered]:
    """The newest of them."""
    wanted = sa.select(OutboxRow).where(OutboxRow.id.in_(_given_up(viewer)))
    rows = session.execute(wanted.order_by(OutboxRow.gave_up_at.desc(), OutboxRow.id.desc()).limit(limit)).scalars()
    return [_told(session, viewer, row) for row in rows]


def retry(act: Act, viewer: Viewer, keys: Sequence[int] | None = None) -> int:
    """Make these mails due again, or all; to where the holder's mail goes by now. Returns how many they are.

    Ids that are not this viewer's business are passed over (P-32).
    """
    wanted = _given_up(viewer).where(OutboxRow.kind.in_(_ONCE_MORE))
    if keys is not None:
        wanted = wanted.where(OutboxRow.id.in_(keys))
    found = list(act.session.execute(wanted).scalars())
    for key in found:
        row = act.session.get_one(OutboxRow, key)
        mailbox = _mailbox_now(act.session, row)
        if mailbox and mailbox != row.recipient:
            act.alter(OutboxRow, key, recipient=mailbox)
    act.about = "outbox " + ", ".join(map(str, found[:20]))
    return outbox.retry(act, found) if found else 0


def _given_up(viewer: Viewer) -> sa.Select[Any]:
    """The ids of those that this viewer is concerned with."""
    wanted = sa.select(OutboxRow.id).where(OutboxRow.organisation_id == viewer.organisation_id)
    wanted = wanted.where(OutboxRow.gave_up_at.is_not(None), OutboxRow.sent_at.is_(None))
    signed = sa.select(ReceiptRow.id).where(ReceiptRow.delivery_id == OutboxRow.delivery_id)
    wanted = wanted.where(~signed.exists())
    if viewer.may(Right.TRAY):
        return wanted
    own = sa.select(EntryRow.letter_id).where(EntryRow.registrant_id == viewer.person_id)
    return wanted.where(OutboxRow.letter_id.in_(own))


def _told(session: Session, viewer: Viewer, row: OutboxRow) -> Undelivered:
    letter = session.get(LetterRow, row.letter_id) if row.letter_id is not None else None
    entry = registers.entry_of_letter(session, letter.id, viewer.organisation_id) if letter is not None else None
    hidden = letter is not None and letter.secrecy is not Secrecy.ORDINARY
    if hidden and entry is not None:
        hidden = not access.reads(session, viewer, entry)
    return Undelivered(row, letter, entry.id if entry else None, hidden, _mailbox_now(session, row))


def _mailbox_now(session: Session, row: OutboxRow) -> str:
    delivery = session.get(DeliveryRow, row.delivery_id) if row.delivery_id is not None else None
    return custody.mailbox_of(session, delivery) if delivery is not None else ""
