"""The one-time codes before secret letters: how often one is sent, and how often one may be tried (5.2).

All of it stays with the delivery: neither a restart nor a new code forgets a wrong try.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger import replaced
from ledger.database import Moment, Row, table_of
from ledger.errors import CodesSilent, CodesSpent
from ledger.history import Act
from ledger.letters import token_hash
from ledger.values import Silence

SENT, SILENCED, OPENED = "code sent", "codes silenced", "opened with code"  # what their lines of history tell
LIFE = timedelta(minutes=15)
WRONG = 5  # before a silence
SILENCE = timedelta(minutes=15)  # doubled with each silence that the delivery has had
LONGEST_SILENCE = timedelta(days=1)
SENDINGS = ((timedelta(hours=1), 5), (timedelta(days=1), 20))
# What is dated further ahead than this is of a clock that was set back since: nobody waits for it to catch up.
_AHEAD = timedelta(minutes=15)


class CodeRow(Row):
    """A code that was sent for a secret letter; only its hash is kept. The newest is the one that opens."""

    __tablename__ = "codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(sa.ForeignKey("deliveries.id"), index=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    made_at: Mapped[datetime] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)  # wrong ones, since the last right one or silence
    used_at: Mapped[datetime | None] = mapped_column(Moment)

    loose = frozenset({"*"})  # they live for minutes and prove nothing by themselves


class SilenceRow(Row):
    """Somebody guessed: from `since` until `until` no code of the delivery is sent or looked at."""

    __tablename__ = "silences"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(sa.ForeignKey("deliveries.id"), index=True)
    since: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime] = mapped_column(Moment)
    network: Mapped[str]  # of the last wrong try


_CODES, _SILENCES = table_of(CodeRow), table_of(SilenceRow)


class Tried(NamedTuple):
    """What came of a code that somebody typed."""

    right: bool
    silence: Silence | None = None  # that this try began


def make(act: Act, delivery_id: int) -> str:
    """A fresh code of six digits; earlier ones stop working.

    Errors: `CodesSilent`; `CodesSpent` when as many as may be were sent in the last hour or day.
    """
    _refuse_in_silence(act.session, delivery_id, act.at)
    if (again := _may_send_from(act.session, delivery_id, act.at)) is not None:
        raise CodesSpent(until=again)
    _forget_old(act, delivery_id)
    code = f"{secrets.randbelow(1_000_000):06d}"
    act.connection.execute(
        sa.insert(_CODES).values(delivery_id=delivery_id, code_hash=_hash(delivery_id, code), made_at=act.at)
    )
    return code


def check(act: Act, delivery_id: int, code: str, network: str) -> Tried:
    """Whether this is the delivery's living code; it opens once. The fifth wrong try begins a silence.

    Arguments: `network` of who tries, kept with the silence. Errors: `CodesSilent` while there is one.
    """
    _refuse_in_silence(act.session, delivery_id, act.at)
    newest = sa.select(CodeRow).where(CodeRow.delivery_id == delivery_id).order_by(CodeRow.id.desc()).limit(1)
    found = act.session.execute(newest).scalar_one_or_none()
    if found is None:
        return Tried(False)  # nothing was sent, so nothing can be guessed
    # Counted before it is looked at, in the one transaction that may write: guesses side by side wait for each other.
    counted = sa.update(_CODES).where(_CODES.c.id == found.id).values(tries=_CODES.c.tries + 1)
    act.connection.execute(counted)
    if _opens(found, code, act.at):
        _settle(act, delivery_id)
        return Tried(True)
    wrong = sa.select(sa.func.sum(_CODES.c.tries)).where(_CODES.c.delivery_id == delivery_id)
    if act.connection.execute(wrong).scalar_one() < WRONG:
        return Tried(False)
    _settle(act, delivery_id)
    return Tried(False, _fall_silent(act, delivery_id, network))


def silent_until(session: Session, delivery_id: int, now: datetime) -> datetime | None:
    """Until when no code of the delivery is sent or looked at; None: they are."""
    until, since = _SILENCES.c.until, _SILENCES.c.since
    wanted = sa.select(sa.func.max(until)).where(_SILENCES.c.delivery_id == delivery_id, until > now)
    return session.connection().execute(wanted.where(since <= now + _AHEAD)).scalar()


def silences(session: Session, delivery_ids: Iterable[int]) -> dict[int, tuple[Silence, ...]]:
    """The silences of these deliveries, oldest first; without those that have none."""
    wanted = sa.select(SilenceRow).where(SilenceRow.delivery_id.in_(list(delivery_ids))).order_by(SilenceRow.id)
    found: dict[int, tuple[Silence, ...]] = {}
    rows = list(session.execute(wanted).scalars())
    times = replaced.of_deliveries(session, {row.delivery_id for row in rows}) if rows else {}
    for row in rows:
        new = replaced.after(times.get(row.delivery_id, ()), row.since) or (None, "")
        found[row.delivery_id] = (*found.get(row.delivery_id, ()), Silence(row.since, row.until, *new))
    return found


def _refuse_in_silence(session: Session, delivery_id: int, now: datetime) -> None:
    if (until := silent_until(session, delivery_id, now)) is not None:
        raise CodesSilent(until=until)


def _may_send_from(session: Session, delivery_id: int, now: datetime) -> datetime | None:
    """When the next code may be sent; None: now."""
    wanted = sa.select(_CODES.c.made_at).where(_CODES.c.delivery_id == delivery_id, _CODES.c.made_at <= now + _AHEAD)
    sent = list(session.connection().execute(wanted.order_by(_CODES.c.made_at.desc())).scalars())
    free = [sent[most - 1] + span for span, most in SENDINGS if len(sent) >= most]
    return max((at for at in free if at > now), default=None)


def _forget_old(act: Act, delivery_id: int) -> None:
    """Codes that no limit counts any more; those with a wrong try stay."""
    longest = max(span for span, _ in SENDINGS)
    old = sa.delete(_CODES).where(_CODES.c.delivery_id == delivery_id, _CODES.c.tries == 0)
    act.connection.execute(old.where(_CODES.c.made_at <= act.at - longest))


def _opens(found: CodeRow, code: str, now: datetime) -> bool:
    living = found.used_at is None and -_AHEAD <= now - found.made_at <= LIFE
    return hmac.compare_digest(found.code_hash, _hash(found.delivery_id, code)) and living


def _settle(act: Act, delivery_id: int) -> None:
    """After a right code or with a silence: no code opens any more, and counting begins anew."""
    mine = sa.update(_CODES).where(_CODES.c.delivery_id == delivery_id)
    act.connection.execute(mine.values(tries=0, used_at=sa.func.coalesce(_CODES.c.used_at, act.at)))


def _fall_silent(act: Act, delivery_id: int, network: str) -> Silence:
    before = sa.select(sa.func.count(_SILENCES.c.id)).where(_SILENCES.c.delivery_id == delivery_id)
    doubled = SILENCE * 2 ** min(act.connection.execute(before).scalar_one(), 16)
    told = Silence(act.at, act.at + min(doubled, LONGEST_SILENCE))
    act.add(SilenceRow, delivery_id=delivery_id, since=told.since, until=told.until, network=network)
    return told


def _hash(delivery_id: int, code: str) -> str:
    return token_hash(f"{delivery_id}:{code}")
