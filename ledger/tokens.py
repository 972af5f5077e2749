"""Which runs of letters are tokens of ours: receipt links and invitations, living or not (5.2)."""

from __future__ import annotations

import json
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger.accounts import InvitationRow
from ledger.letters import LinkRow
from ledger.masks import Mask


def ours(session: Session, hashes: Collection[str]) -> frozenset[str]:
    """Those of these hashes that belong to a token of ours."""
    links = sa.select(LinkRow.token_hash).where(LinkRow.token_hash.in_(any_of(hashes)))
    invitations = sa.select(InvitationRow.token_hash).where(InvitationRow.token_hash.in_(any_of(hashes)))
    return frozenset(session.execute(links.union(invitations)).scalars())


def any_of(hashes: Collection[str]) -> sa.Select[str]:
    """These hashes as one argument of a statement, however many a hostile mail brings."""
    return sa.select(sa.func.json_each(json.dumps(sorted(hashes))).table_valued("value").c.value)


def masked(session: Session, text: str) -> str:
    """`text` without links and tokens of ours."""
    mask = Mask()
    shown = mask.text(text)
    known = ours(session, mask.doubtful)
    return Mask(known).text(text) if known else shown
