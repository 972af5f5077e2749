"""Mails that are due, resolved into notices: what a template needs, and nothing that a secret letter hides (I8)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import facts
from ledger.directory import OrganisationRow
from ledger.letters import DeliveryRow
from ledger.outbox import OutboxRow
from ledger.values import LetterFacts, Notice

R = TypeVar("R", OrganisationRow, DeliveryRow)


class Resolver:
    """Turns outbox rows into notices, a whole batch in a few statements.

    Arguments: the address from which an organisation writes, the base of receipt links (without a final slash),
    and the mark by which we recognise our own mail of a letter (P-17).
    """

    def __init__(
        self, sender_of: Callable[[OrganisationRow], str], base_url: str, loop_mark: Callable[[int], str]
    ) -> None:
        self._sender_of, self._base_url, self._loop_mark = sender_of, base_url, loop_mark

    def notices(self, session: Session, rows: Sequence[OutboxRow]) -> list[Notice]:
        """One notice for each row, in order."""
        told = facts.of_letters(session, sorted({row.letter_id for row in rows if row.letter_id is not None}))
        writers = _by_id(session, OrganisationRow, {row.organisation_id for row in rows})
        deliveries = _by_id(session, DeliveryRow, {row.delivery_id for row in rows if row.delivery_id})
        return [
            self._notice(
                row,
                writers[row.organisation_id],
                told.get(row.letter_id or 0),
                deliveries.get(row.delivery_id or 0),
            )
            for row in rows
        ]

    def _notice(
        self, row: OutboxRow, writer: OrganisationRow, told: LetterFacts | None, delivery: DeliveryRow | None
    ) -> Notice:
        forwarded = delivery is not None and delivery.forwarded_from is not None
        return Notice(
            id=row.id,
            kind=row.kind,
            recipient=row.recipient,
            recipient_name=row.recipient_name,
            message_id=row.message_id,
            sender=self._sender_of(writer),
            sender_name=writer.name,
            made_at=row.made_at,
            facts=told,
            link=f"{self._base_url}/r/{row.token}" if row.token else "",
            code=row.code,
            holder=delivery.holder if delivery else "",
            forwarded_by=delivery.made_by if delivery and forwarded else "",
            note=delivery.note if delivery else "",
            failed=tuple((address, reason) for address, reason in json.loads(row.failed or "[]")),
            in_reply_to=row.in_reply_to,
            references=(row.in_reply_to,) if row.in_reply_to else (),
            loop_mark=self._loop_mark(row.letter_id) if row.letter_id is not None else "",
        )


def _by_id(session: Session, row: type[R], keys: set[int]) -> dict[int, R]:
    found = session.execute(sa.select(row).where(row.id.in_(keys))).scalars()
    return {one.id: one for one in found}
