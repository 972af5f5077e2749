"""Mails to send: due, claimed, sent, given up; the retry schedule (I5, P-14 to P-16).

A mail is claimed by moving its due time ahead, so a crash gives it back; no lock is held while it is sent.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger.database import Choice, Moment, Row, table_of
from ledger.directory import OrganisationRow
from ledger.history import Act
from ledger.letters import DeliveryRow
from ledger.prepared import Prepared
from ledger.values import Answer, AnswerKind, NoticeKind


class OutboxRow(Row):
    """One mail to one address. Token and code stay in clear only while the mail waits."""

    __tablename__ = "outbox"
    __table_args__ = (
        sa.Index("ix_outbox_answers", "recipient", "kind", "made_at"),
        sa.Index("ix_outbox_answered", "made_at", sqlite_where=sa.text("kind = 'answer'")),
        sa.Index("ix_outbox_given_up", "organisation_id", sqlite_where=sa.text("gave_up_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))  # who writes
    kind: Mapped[NoticeKind] = mapped_column(Choice(NoticeKind))
    recipient: Mapped[str]
    recipient_name: Mapped[str] = mapped_column(default="")
    message_id: Mapped[str] = mapped_column(unique=True)
    letter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("letters.id"), index=True)
    delivery_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deliveries.id"), index=True)
    in_reply_to: Mapped[str] = mapped_column(default="")
    failed: Mapped[str] = mapped_column(default="")  # GIVEN_UP: JSON list of [address, reason]
    made_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    gave_up_at: Mapped[datetime | None] = mapped_column(Moment)
    answer: Mapped[str] = mapped_column(default="")  # the other side's last word
    peer: Mapped[str] = mapped_column(default="")
    unknown_at: Mapped[datetime | None] = mapped_column(Moment)  # it may have arrived without our knowing
    due: Mapped[datetime | None] = mapped_column(Moment, index=True)
    claimed_at: Mapped[datetime | None] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime] = mapped_column(Moment)  # from when the days until giving up count
    token: Mapped[str] = mapped_column(default="")
    code: Mapped[str] = mapped_column(default="")

    loose = frozenset({"due", "claimed_at", "attempts", "since", "token", "code"})


# The sealed columns that an answer may change.
_TOLD = ("answer", "peer", "sent_at", "gave_up_at", "unknown_at")

Claimed = sa.Row[Any]  # the columns of an `OutboxRow` when it was claimed; many of them cost little

_READY = (
    sa.select(OutboxRow.id)
    .where(OutboxRow.due <= sa.bindparam("now"))
    .order_by(OutboxRow.due, OutboxRow.id)
    .limit(sa.bindparam("most"))
)
_CLAIM = (
    sa.update(table_of(OutboxRow))
    .where(OutboxRow.id.in_(_READY))
    .values(due=sa.bindparam("lapses"), claimed_at=sa.bindparam("now"), attempts=OutboxRow.attempts + 1)
    .returning(*table_of(OutboxRow).columns)
)
_ANSWERED = Prepared(
    sa.select(OutboxRow.id)
    .where(OutboxRow.kind == NoticeKind.ANSWER, OutboxRow.recipient == sa.bindparam("recipient"))
    .where(OutboxRow.made_at > sa.bindparam("since"))
    .limit(1)
)
# The word stands in the statement itself, so that SQLite sees that its small index is enough.
_ANSWERS = Prepared(
    sa.select(OutboxRow.id)
    .where(sa.text("kind = 'answer'"), OutboxRow.made_at > sa.bindparam("since"))
    .limit(sa.bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a mail is tried again, and when no more (section 7)."""

    first: timedelta = timedelta(minutes=5)
    longest: timedelta = timedelta(seconds=4000)
    give_up: timedelta = timedelta(days=5)
    claim: timedelta = timedelta(minutes=30)  # how long a claim holds before it lapses

    def wait(self, attempts: int) -> timedelta:
        """The pause after that many attempts: doubling, with a jitter so that not all come back at once."""
        doubled: timedelta = self.first * 2 ** min(attempts - 1, 20)
        return min(doubled, self.longest) * random.uniform(0.9, 1.1)  # noqa: S311


def add(act: Act, writer: OrganisationRow, kind: NoticeKind, recipient: str, *, sender: str, **columns: Any) -> int:
    """Queue one mail; it is due at once.

    Arguments: `sender` gives the Message-ID its domain.
    """
    domain = sender.rpartition("@")[2] or "saraban.invalid"
    return act.add(
        OutboxRow,
        organisation_id=writer.id,
        kind=kind,
        recipient=recipient,
        message_id=f"{token_hex(16)}@{domain}",
        made_at=act.at,
        due=act.at,
        since=act.at,
        **columns,
    )


def claim(session: Session, now: datetime, limit: int, schedule: Schedule) -> list[Claimed]:
    """Take up to `limit` due mails for sending; nobody else gets them before the claim lapses."""
    named = {"now": now, "most": limit, "lapses": now + schedule.claim}
    return sorted(session.connection().execute(_CLAIM, named), key=lambda row: row.id)


def release(act: Act) -> int:
    """After a crash: give back every claim of a daemon that is no more. Their mails may have arrived (P-16)."""
    wanted = sa.select(OutboxRow.id).where(OutboxRow.claimed_at.is_not(None))
    keys = list(act.session.execute(wanted).scalars())
    for key in keys:
        act.alter(OutboxRow, key, due=act.at, claimed_at=None, unknown_at=act.at)
    return len(keys)


def hand_back(session: Session, rows: Sequence[Claimed], now: datetime) -> None:
    """Give back claimed mails that nobody has tried: they are due at once, and have not left."""
    table = table_of(OutboxRow)
    untried = sa.update(table).where(table.c.id.in_([row.id for row in rows]))
    session.connection().execute(untried.values(due=now, claimed_at=None, attempts=table.c.attempts - 1))


def record(act: Act, answered: Sequence[tuple[Claimed, Answer]], schedule: Schedule) -> list[Claimed]:
    """Write down what the other side said to claimed mails. Returns those that are given up by this."""
    changes = []
    for row, answer in answered:
        new = _after(row, answer, schedule)
        changes.append((row.id, {name: getattr(row, name) for name in _TOLD}, new))
    act.alter_many(OutboxRow, changes)
    return [row for (row, _), (_, _, new) in zip(answered, changes, strict=True) if new["gave_up_at"] is not None]


def warn(act: Act, rows: Iterable[Claimed], sender_of: Callable[[OrganisationRow], str]) -> None:
    """Tell the registry of the writing organisation which mails were given up, one notice for each letter (P-15)."""
    by_letter: dict[tuple[int, int | None], list[Claimed]] = {}
    for row in rows:
        if row.kind in (NoticeKind.LETTER, NoticeKind.ARRIVAL):  # a warning about a warning would never end
            by_letter.setdefault((row.organisation_id, row.letter_id), []).append(row)
    for (organisation_id, letter_id), failed in by_letter.items():
        writer = act.session.get_one(OrganisationRow, organisation_id)
        if writer.mailbox:
            _tell(act, writer, letter_id, _last_words(act, failed), sender_of(writer))


def _last_words(act: Act, rows: Iterable[Claimed]) -> list[list[str]]:
    table = table_of(OutboxRow)
    wanted = sa.select(table.c.recipient, table.c.answer).where(table.c.id.in_([row.id for row in rows]))
    return [list(told) for told in act.session.connection().execute(wanted)]


def _tell(act: Act, writer: OrganisationRow, letter_id: int | None, told: list[list[str]], sender: str) -> None:
    """One warning for a letter grows until it leaves: many schools that refuse one circular are one mail."""
    table = table_of(OutboxRow)
    growing = sa.select(table.c.id, table.c.failed).where(table.c.kind == NoticeKind.GIVEN_UP)
    growing = growing.where(table.c.letter_id.is_not_distinct_from(letter_id), table.c.organisation_id == writer.id)
    growing = growing.where(table.c.due.is_not(None), table.c.claimed_at.is_(None))
    waiting = act.session.connection().execute(growing.limit(1)).first()
    if waiting is not None:
        act.alter(OutboxRow, waiting.id, failed=json.dumps(json.loads(waiting.failed) + told))
    else:
        add(
            act,
            writer,
            NoticeKind.GIVEN_UP,
            writer.mailbox,
            sender=sender,
            letter_id=letter_id,
            failed=json.dumps(told),
        )


def retry(act: Act, keys: Sequence[int] | None = None) -> int:
    """Make unsent mails due now: those with these ids (given-up ones too), or all that wait."""
    wanted = sa.select(OutboxRow).where(OutboxRow.sent_at.is_(None), OutboxRow.claimed_at.is_(None))
    wanted = wanted.where(OutboxRow.gave_up_at.is_(None) if keys is None else OutboxRow.id.in_(keys))
    rows = list(act.session.execute(wanted).scalars())
    for row in rows:
        # The days until giving up start anew, or the next failure would end it at once.
        act.alter(OutboxRow, row.id, due=act.at, since=act.at, gave_up_at=None, attempts=0)
    return len(rows)


def answered_since(session: Session, recipient: str, since: datetime) -> bool:
    """Whether this address got an automatic answer after `since` (P-17)."""
    named = {"recipient": recipient, "since": since}
    return bool(_ANSWERED.run(session.connection(), **named).fetchall())  # read whole: an open one would linger


def answers_since(session: Session, since: datetime, most: int) -> int:
    """How many automatic answers were made after `since`; nobody counts on beyond `most`."""
    return len(_ANSWERS.run(session.connection(), since=since, most=most).fetchall())


def waiting(session: Session) -> tuple[int, datetime | None]:
    """How many mails wait, and since when the oldest does."""
    # Not "IS NOT NULL", for which SQLite would look through every mail that was ever sent.
    wanted = sa.select(sa.func.count(), sa.func.min(OutboxRow.made_at)).where(sa.text("outbox.due > ''"))
    count, oldest = session.execute(wanted).one()
    return count, oldest


def given_up(session: Session, organisation_id: int | None = None) -> int:
    """How many mails were given up, of one organisation or of all."""
    wanted = sa.select(sa.func.count(OutboxRow.id)).where(OutboxRow.gave_up_at.is_not(None))
    if organisation_id is not None:
        wanted = wanted.where(OutboxRow.organisation_id == organisation_id)
    return session.execute(wanted).scalar_one()


def listing(session: Session, *, everything: bool = False, limit: int = 1000) -> list[OutboxRow]:
    """Mails that wait or were given up, newest first; with `everything` the sent ones too."""
    wanted = sa.select(OutboxRow).order_by(OutboxRow.id.desc()).limit(limit)
    if not everything:
        wanted = wanted.where(OutboxRow.sent_at.is_(None))
    return list(session.execute(wanted).scalars())


def sent_times(session: Session, letter_id: int) -> dict[int, datetime]:
    """When the first mail of each delivery of a letter was accepted by the other side."""
    wanted = (
        sa.select(DeliveryRow.id, sa.func.min(OutboxRow.sent_at))
        .join(OutboxRow, OutboxRow.delivery_id == DeliveryRow.id)
        .where(DeliveryRow.letter_id == letter_id, OutboxRow.sent_at.is_not(None))
        .group_by(DeliveryRow.id)
    )
    return {key: at for key, at in session.execute(wanted) if at is not None}


def _after(row: Claimed, answer: Answer, schedule: Schedule) -> dict[str, Any]:
    new: dict[str, Any] = {
        "answer": answer.text,
        "peer": answer.peer,
        "claimed_at": None,
        "sent_at": None,
        "gave_up_at": None,
        "unknown_at": row.unknown_at,
        "due": None,
        "token": row.token,
        "code": row.code,
    }
    if answer.kind is AnswerKind.SENT:
        return {**new, "sent_at": answer.at, "token": "", "code": ""}
    if answer.kind is AnswerKind.UNKNOWN:
        new["unknown_at"] = answer.at
    if answer.kind is AnswerKind.PERMANENT or answer.at - row.since > schedule.give_up:
        return {**new, "gave_up_at": answer.at}
    return {**new, "due": answer.at + schedule.wait(row.attempts)}
