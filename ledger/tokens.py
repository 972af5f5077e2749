"""Which letters in a text are tokens of ours: receipt links and invitations, living or not (5.2)."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import NamedTuple, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger.masks import Mask

# By their names: what is written of links and invitations is asked for here first (`history`).
_TOKENS = [sa.table(name, sa.column("token_hash", sa.String)) for name in ("links", "invitations")]


class Doubting(Protocol):
    """What was made of something that may have tokens of ours."""

    @property
    def doubtful(self) -> Collection[str]:
        """Hashes of what may be one."""


Made = TypeVar("Made", bound=Doubting)


class _Shown(NamedTuple):
    text: str
    doubtful: Collection[str]


def sought(make: Callable[[frozenset[str]], Made], ours: Callable[[Collection[str]], frozenset[str]]) -> Made:
    """What `make` makes by the hashes of all tokens of ours that it came upon; `ours` tells which are.

    It is asked after each time, since what is masked makes room for other doubts.
    """
    known: frozenset[str] = frozenset()
    made = make(known)
    while made.doubtful and (more := ours(made.doubtful) - known):
        known |= more
        made = make(known)
    return made


def ours(session: Session, hashes: Collection[str]) -> frozenset[str]:
    """Those of these hashes that belong to a token of ours; each is committed before anybody gets to see the token."""
    known = (sa.select(table.c.token_hash).where(table.c.token_hash.in_(any_of(hashes))) for table in _TOKENS)
    return frozenset(session.execute(sa.union(*known)).scalars())


def any_of(hashes: Collection[str]) -> sa.Select[str]:
    """These hashes as one argument of a statement, however many a hostile mail brings."""
    return sa.select(sa.func.json_each(json.dumps(sorted(hashes))).table_valued("value").c.value)


def masked(session: Session, text: str) -> str:
    """`text` without links and tokens of ours."""
    return _shown(session, text, Mask.text)


def without_links(session: Session, text: str) -> str:
    """`text` without links of ours; the ledger is asked only where something has the shape of one."""
    return _shown(session, text, Mask.shapes)


def _shown(session: Session, text: str, way: Callable[[Mask, str], str]) -> str:
    def make(known: frozenset[str]) -> _Shown:
        mask = Mask(known)
        return _Shown(way(mask, text), mask.doubtful)

    return sought(make, lambda hashes: ours(session, hashes)).text
