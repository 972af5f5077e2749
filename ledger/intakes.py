"""Every arrival and what became of it; duplicates (I3, I4).

`take` commits the original with its row; `conclude` writes the one outcome. Until then the row is not sealed, and a
small original lies inside it; settling moves it into the store of originals.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger import tokens
from ledger.database import Choice, Moment, Row, table_of
from ledger.history import Act
from ledger.masks import SHORTEST
from ledger.originals import digest
from ledger.prepared import Prepared
from ledger.registers import Entered, EntryRow, RegisterRow
from ledger.values import Channel, Intake, Outcome, OutcomeKind, Reading, RegisterKind, Secrecy

SMALL = 64 * 1024  # bytes; up to here the row's own commit is the one sync that a letter needs


class IntakeRow(Row):
    """One arrival. What the reading told is added when it is settled."""

    __tablename__ = "intakes"
    __table_args__ = (sa.Index("ix_intakes_unsettled", "id", sqlite_where=sa.text("settled_at IS NULL")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel] = mapped_column(Choice(Channel))
    source: Mapped[str]
    key: Mapped[str | None] = mapped_column(unique=True)  # the same offer is taken once
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisations.id"))
    register: Mapped[RegisterKind] = mapped_column(Choice(RegisterKind))
    group: Mapped[str] = mapped_column(default="")
    sender: Mapped[str] = mapped_column(default="")
    recipients: Mapped[str] = mapped_column(default="")  # separated by spaces
    peer: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    taken_at: Mapped[datetime] = mapped_column(Moment)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)
    content: Mapped[bytes | None]  # a small original, until it is settled
    identity: Mapped[str] = mapped_column(default="", index=True)
    message_id: Mapped[str] = mapped_column(default="", index=True)
    subject: Mapped[str] = mapped_column(default="")
    defects: Mapped[str] = mapped_column(default="")  # one a line

    loose = frozenset({"content"})


class OutcomeRow(Row):
    """What became of an intake: exactly one row for each settled intake."""

    __tablename__ = "outcomes"
    __table_args__ = (
        sa.Index("ix_outcomes_held", "intake_id", sqlite_where=sa.text("kind = 'held'")),
        sa.Index("ix_outcomes_secret", "intake_id", sqlite_where=sa.text("secrecy <> 'ordinary'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    intake_id: Mapped[int] = mapped_column(sa.ForeignKey("intakes.id"), unique=True)
    kind: Mapped[OutcomeKind] = mapped_column(Choice(OutcomeKind))
    reason: Mapped[str]
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("entries.id"), index=True)
    letter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("letters.id"), index=True)
    holders: Mapped[str] = mapped_column(default="")  # one a line
    secrecy: Mapped[Secrecy] = mapped_column(Choice(Secrecy), default=Secrecy.ORDINARY)  # also of what has no entry
    at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)  # since when a secret file is off the share (I8)

    loose = frozenset({"closed_at"})


# Built once: every letter asks these.
_LEARN = Prepared(
    sa.update(table_of(IntakeRow))
    .where(IntakeRow.id == sa.bindparam("row_id"))
    .values(
        {name: sa.bindparam(f"new_{name}") for name in ("identity", "message_id", "subject", "defects", "settled_at")}
    )
    .values(content=None)
)
_OUTCOME = (
    sa.select(
        OutcomeRow.kind,
        OutcomeRow.reason,
        OutcomeRow.holders,
        OutcomeRow.secrecy,
        EntryRow.number,
        EntryRow.text,
        EntryRow.secrecy.label("of_entry"),
        RegisterRow.year,
    )
    .outerjoin(EntryRow, OutcomeRow.entry_id == EntryRow.id)
    .outerjoin(RegisterRow, EntryRow.register_id == RegisterRow.id)
    .where(OutcomeRow.intake_id == sa.bindparam("intake"))
)


def take(session: Session, offers: Sequence[tuple[Intake, int | None]]) -> list[int]:
    """Insert these arrivals (each with its organisation's id); one commit makes all of them ours.

    The same key is taken once: a second offer gets the id of the first. An original over `SMALL` must lie in the
    store already. Returns the ids in order.
    """
    known = _known_keys(session, [intake.key for intake, _ in offers if intake.key])
    fresh = {intake.key or f"\0{n}": _columns(session, intake, owner) for n, (intake, owner) in enumerate(offers)}
    fresh = {key: columns for key, columns in fresh.items() if key not in known}
    connection, table = session.connection(), table_of(IntakeRow)
    next_id = (connection.execute(sa.select(sa.func.max(table.c.id))).scalar() or 0) + 1
    for offset, (key, columns) in enumerate(fresh.items()):
        columns["id"] = known[key] = next_id + offset
    if fresh:
        connection.execute(sa.insert(table), list(fresh.values()))
    return [known[intake.key or f"\0{n}"] for n, (intake, _) in enumerate(offers)]


def unsettled(session: Session, limit: int, after: int = 0) -> list[IntakeRow]:
    """Arrivals without an outcome, oldest first; only those with an id over `after`."""
    wanted = sa.select(IntakeRow).where(IntakeRow.settled_at.is_(None), IntakeRow.id > after)
    return list(session.execute(wanted.order_by(IntakeRow.id).limit(limit)).scalars())


def count_unsettled(session: Session) -> int:
    """How many arrivals wait for their outcome."""
    return session.execute(sa.select(sa.func.count(IntakeRow.id)).where(IntakeRow.settled_at.is_(None))).scalar_one()


def count_held(session: Session, organisation_id: int) -> int:
    """How many arrivals of an organisation wait for a clerk's decision."""
    held = sa.select(sa.func.count()).select_from(OutcomeRow).join(IntakeRow, IntakeRow.id == OutcomeRow.intake_id)
    # The word stands in the statement itself, so that SQLite sees that its small index is enough.
    held = held.where(sa.text("outcomes.kind = 'held'"), IntakeRow.organisation_id == organisation_id)
    return session.execute(held).scalar_one()


def learn(act: Act, intake: IntakeRow, reading: Reading) -> None:
    """Keep what the reading told and seal the row; its original lies in the store from now on."""
    told = {**learned(reading), "settled_at": act.at}
    _LEARN.run(act.connection, row_id=intake.id, **{f"new_{name}": value for name, value in told.items()})
    row = {column.name: getattr(intake, column.name) for column in table_of(IntakeRow).columns}
    act.seal(IntakeRow, {**row, **told})


def learned(reading: Reading) -> dict[str, Any]:
    """What is kept of a reading, as columns of its intake."""
    return {
        "identity": reading.identity,
        "message_id": reading.message_id[:998],
        "subject": reading.subject[:500],
        "defects": "\n".join(reading.defects),
    }


def conclude(
    act: Act,
    intake_id: int,
    kind: OutcomeKind,
    reason: str,
    *,
    secrecy: Secrecy,
    entry: Entered | None = None,
    letter_id: int | None = None,
    holders: Sequence[str] = (),
) -> Outcome:
    """Write the intake's outcome, which it did not have before."""
    act.add(
        OutcomeRow,
        intake_id=intake_id,
        kind=kind,
        reason=reason,
        entry_id=entry.id if entry else None,
        letter_id=letter_id,
        holders="\n".join(holders),
        secrecy=secrecy,
        at=act.at,
    )
    secret = secrecy is not Secrecy.ORDINARY
    if entry is None:
        return Outcome(intake_id, kind, reason, secret=secret)
    return Outcome(intake_id, kind, reason, entry.number, entry.year, entry.text, tuple(holders), secret)


def join(
    act: Act, intake_id: int, entry_id: int | None, letter_id: int | None, reason: str, secrecy: Secrecy
) -> Outcome:
    """Conclude that the intake is a copy of what has that entry and letter."""
    act.add(
        OutcomeRow,
        intake_id=intake_id,
        kind=OutcomeKind.JOINED,
        reason=reason,
        entry_id=entry_id,
        letter_id=letter_id,
        secrecy=secrecy,
        at=act.at,
    )
    told = outcome(act.session, intake_id)
    assert told is not None  # it was just written
    return told


def reopen(act: Act, intake_id: int) -> bool:
    """Let a held or refused intake be settled anew. Whether there was something to reopen."""
    wanted = sa.select(OutcomeRow.id).where(
        OutcomeRow.intake_id == intake_id, OutcomeRow.kind.in_([OutcomeKind.HELD, OutcomeKind.REFUSED])
    )
    found = act.session.execute(wanted).scalar()
    if found is None:
        return False
    act.remove(OutcomeRow, found)
    act.unseal(IntakeRow, intake_id)
    table = table_of(IntakeRow)
    act.session.connection().execute(sa.update(table).where(table.c.id == intake_id).values(settled_at=None))
    return True


def outcome(session: Session, intake_id: int) -> Outcome | None:
    """The intake's outcome, with the number of its entry, or None while it is not settled."""
    row = session.connection().execute(_OUTCOME, {"intake": intake_id}).one_or_none()
    if row is None:
        return None
    return Outcome(
        intake=intake_id,
        kind=row.kind,
        reason=row.reason,
        number=row.number,
        year=row.year,
        text=row.text or "",
        groups=tuple(row.holders.splitlines()),
        secret=not {row.secrecy, row.of_entry} <= {Secrecy.ORDINARY, None},
    )


def listing(session: Session, limit: int, kind: OutcomeKind | None = None) -> list[tuple[IntakeRow, OutcomeRow | None]]:
    """The newest arrivals, with their outcomes."""
    wanted = sa.select(IntakeRow, OutcomeRow).outerjoin(OutcomeRow, OutcomeRow.intake_id == IntakeRow.id)
    if kind is not None:
        wanted = wanted.where(OutcomeRow.kind == kind)
    found = session.execute(wanted.order_by(IntakeRow.id.desc()).limit(limit))
    return [(intake, outcome) for intake, outcome in found]


def _known_keys(session: Session, keys: Sequence[str]) -> dict[str, int]:
    if not keys:
        return {}
    table = table_of(IntakeRow)
    wanted = sa.select(table.c.key, table.c.id).where(table.c.key.in_(keys))
    return {row.key: row.id for row in session.connection().execute(wanted)}


def _columns(session: Session, intake: Intake, owner: int | None) -> dict[str, Any]:
    return {
        "channel": intake.channel,
        "source": intake.source,
        "key": intake.key,
        "organisation_id": owner,
        "register": intake.register,
        "group": intake.group,
        "sender": intake.sender,
        "recipients": " ".join(intake.recipients),
        "peer": intake.peer,
        "name": tokens.masked(session, intake.name) if len(intake.name) >= SHORTEST else intake.name,
        "size": len(intake.content),
        "sha256": digest(intake.content),
        "taken_at": intake.at,
        "content": intake.content if len(intake.content) <= SMALL else None,
        "identity": "",
        "message_id": "",
        "subject": "",
        "defects": "",
    }
