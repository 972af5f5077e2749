"""Mails that are due, resolved into notices: what a template needs, and nothing that a secret letter hides (I8)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import facts
from ledger.database import table_of
from ledger.directory import OrganisationRow
from ledger.letters import DeliveryRow, LinkRow
from ledger.outbox import Claimed, OutboxRow
from ledger.unlocking import SilenceRow
from ledger.values import LetterFacts, Notice, NoticeKind

_PLACES = {NoticeKind.INVITATION: "join"}  # where a token's page is; receipt links everywhere else


class _Delivery(NamedTuple):
    """What a mail tells of its delivery."""

    holder: str
    made_by: str
    note: str
    forwarded_from: int | None
    renewed: bool


class Resolver:
    """Turns outbox rows into notices, a whole batch in a few statements.

    Arguments: the address from which an organisation writes, the base of receipt links (without a final slash),
    and the mark by which we recognise our own mail of a letter (P-17).
    """

    def __init__(
        self, sender_of: Callable[[OrganisationRow], str], base_url: str, loop_mark: Callable[[int], str]
    ) -> None:
        self._sender_of, self._base_url, self._loop_mark = sender_of, base_url, loop_mark

    def notices(self, session: Session, rows: Sequence[Claimed]) -> list[Notice]:
        """One notice for each row, in order."""
        letters = sorted({row.letter_id for row in rows if row.letter_id is not None})
        told, marks = facts.of_letters(session, letters), {key: self._loop_mark(key) for key in letters}
        writers = {key: session.get_one(OrganisationRow, key) for key in {row.organisation_id for row in rows}}
        deliveries = _deliveries(session, [row.delivery_id for row in rows if row.delivery_id is not None])
        silences = _silences(session, rows)
        return [
            self._notice(
                row,
                writers[row.organisation_id],
                told.get(row.letter_id or 0),
                marks.get(row.letter_id or 0, ""),
                deliveries.get(row.delivery_id or 0),
                silences.get(row.id),
            )
            for row in rows
        ]

    def _notice(
        self,
        row: Claimed,
        writer: OrganisationRow,
        told: LetterFacts | None,
        mark: str,
        delivery: _Delivery | None,
        until: datetime | None,
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
            link=f"{self._base_url}/{_PLACES.get(row.kind, 'r')}/{row.token}" if row.token else "",
            renewed=delivery is not None and delivery.renewed,
            code=row.code,
            until=until,
            holder=delivery.holder if delivery else "",
            forwarded_by=delivery.made_by if delivery and forwarded else "",
            note=delivery.note if delivery else "",
            failed=tuple(map(tuple, json.loads(row.failed))) if row.failed else (),
            in_reply_to=row.in_reply_to,
            references=(row.in_reply_to,) if row.in_reply_to else (),
            loop_mark=mark,
        )


def _deliveries(session: Session, keys: Sequence[int]) -> dict[int, _Delivery]:
    table = table_of(DeliveryRow)
    ended = sa.select(LinkRow.id).where(LinkRow.delivery_id == table.c.id, LinkRow.revoked_at.is_not(None))
    wanted = sa.select(table.c.id, table.c.holder, table.c.made_by, table.c.note, table.c.forwarded_from)
    found = session.connection().execute(wanted.add_columns(ended.exists()).where(table.c.id.in_(keys)))
    return {key: _Delivery(*told) for key, *told in found}


def _silences(session: Session, rows: Sequence[Claimed]) -> dict[int, datetime]:
    """Until when the silence lasts that a warning tells of: the same in every repeat of it (I5)."""
    warnings = [row.id for row in rows if row.kind is NoticeKind.GUESSED]
    if not warnings:
        return {}
    table, mails = table_of(SilenceRow), table_of(OutboxRow)
    began = sa.and_(table.c.delivery_id == mails.c.delivery_id, table.c.since == mails.c.made_at)
    wanted = sa.select(mails.c.id, table.c.until).join(table, began).where(mails.c.id.in_(warnings))
    return {row.id: row.until for row in session.connection().execute(wanted)}
