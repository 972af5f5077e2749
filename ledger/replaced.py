"""When the links of deliveries were replaced and by whom, and which link opens each by now (P-21)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger.letters import LinkRow


class Replaced(NamedTuple):
    """One time that a delivery got a new link."""

    at: datetime
    by: str


def of_deliveries(session: Session, delivery_ids: Collection[int]) -> dict[int, tuple[Replaced, ...]]:
    """The times of these deliveries, the oldest first; without those that have none."""
    wanted = sa.select(LinkRow.delivery_id, LinkRow.revoked_at, LinkRow.revoked_by).order_by(LinkRow.revoked_at)
    wanted = wanted.where(LinkRow.delivery_id.in_(delivery_ids))
    found: dict[int, tuple[Replaced, ...]] = {}
    for key, at, by in session.execute(wanted):
        if at is not None:
            found[key] = (*found.get(key, ()), Replaced(at, by or ""))
    return found


def after(times: Sequence[Replaced], moment: datetime) -> Replaced | None:
    """The first of them since that moment."""
    return next((one for one in times if one.at >= moment), None)


def living(session: Session, delivery_ids: Collection[int]) -> dict[int, int]:
    """The newest link of each of these deliveries that opens it."""
    wanted = sa.select(LinkRow.delivery_id, sa.func.max(LinkRow.id)).group_by(LinkRow.delivery_id)
    wanted = wanted.where(LinkRow.delivery_id.in_(delivery_ids), LinkRow.revoked_at.is_(None))
    return {row[0]: row[1] for row in session.execute(wanted)}
