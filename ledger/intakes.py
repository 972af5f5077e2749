"""Every arrival and what became of it; duplicates (I3, I4).

`take` commits the original with its row; `conclude` writes the one outcome. Until then the row is not sealed, and a
small original lies inside it; settling moves it into the store of originals.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from ledger.database import Choice, Moment, Row
from ledger.history import Act
from ledger.letters import DocumentRow
from ledger.originals import digest
from ledger.registers import EntryRow, RegisterRow
from ledger.values import Channel, Intake, Outcome, OutcomeKind, Reading, RegisterKind

SMALL = 64 * 1024  # bytes; up to here the row's own commit is the one sync that a letter needs

# A scan of a letter that came by mail is dropped within days, not years.
_TWIN_WINDOW = timedelta(days=60)


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

    id: Mapped[int] = mapped_column(primary_key=True)
    intake_id: Mapped[int] = mapped_column(sa.ForeignKey("intakes.id"), unique=True)
    kind: Mapped[OutcomeKind] = mapped_column(Choice(OutcomeKind))
    reason: Mapped[str]
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("entries.id"), index=True)
    letter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("letters.id"), index=True)
    holders: Mapped[str] = mapped_column(default="")  # one a line
    at: Mapped[datetime] = mapped_column(Moment)


def take(session: Session, offers: Sequence[tuple[Intake, int | None]]) -> list[int]:
    """Insert these arrivals (each with its organisation's id); one commit makes all of them ours.

    The same key is taken once: a second offer gets the id of the first. An original over `SMALL` must lie in the
    store already. Returns the ids in order.
    """
    known = _known_keys(session, [intake.key for intake, _ in offers if intake.key])
    fresh = {intake.key or f"\0{n}": _columns(intake, owner) for n, (intake, owner) in enumerate(offers)}
    fresh = {key: columns for key, columns in fresh.items() if key not in known}
    connection, table = session.connection(), _table()
    next_id = (connection.execute(sa.select(sa.func.max(table.c.id))).scalar() or 0) + 1
    for offset, (key, columns) in enumerate(fresh.items()):
        columns["id"] = known[key] = next_id + offset
    if fresh:
        connection.execute(sa.insert(table), list(fresh.values()))
    return [known[intake.key or f"\0{n}"] for n, (intake, _) in enumerate(offers)]


def unsettled(session: Session, limit: int) -> list[IntakeRow]:
    """Arrivals without an outcome, oldest first."""
    wanted = sa.select(IntakeRow).where(IntakeRow.settled_at.is_(None))
    return list(session.execute(wanted.order_by(IntakeRow.id).limit(limit)).scalars())


def learn(act: Act, intake: IntakeRow, reading: Reading) -> None:
    """Keep what the reading told and seal the row; its original lies in the store from now on."""
    table = _table()
    learned = {
        "identity": reading.identity,
        "message_id": reading.message_id[:998],
        "subject": reading.subject[:500],
        "defects": "\n".join(reading.defects),
        "settled_at": act.at,
        "content": None,
    }
    act.session.connection().execute(sa.update(table).where(table.c.id == intake.id).values(learned))
    act.seal(IntakeRow, intake.id)


def conclude(
    act: Act,
    intake_id: int,
    kind: OutcomeKind,
    reason: str,
    *,
    entry_id: int | None = None,
    letter_id: int | None = None,
    holders: Sequence[str] = (),
) -> None:
    """Write the intake's outcome; a held one may be decided anew."""
    columns = {
        "kind": kind,
        "reason": reason,
        "entry_id": entry_id,
        "letter_id": letter_id,
        "holders": "\n".join(holders),
        "at": act.at,
    }
    held = act.session.execute(sa.select(OutcomeRow.id).where(OutcomeRow.intake_id == intake_id)).scalar()
    if held is None:
        act.add(OutcomeRow, intake_id=intake_id, **columns)
    else:
        act.alter(OutcomeRow, held, **columns)


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
    table = _table()
    act.session.connection().execute(sa.update(table).where(table.c.id == intake_id).values(settled_at=None))
    return True


def first_of(session: Session, intake: IntakeRow, reading: Reading) -> OutcomeRow | None:
    """The registered outcome of the same thing, if it came before (P-3, P-4).

    The same bytes apart from trace fields are the same thing. So are a mail and a dropped file of which one is the
    only document of the other. A Message-ID alone proves nothing: a stranger can copy it.
    """
    return _same_identity(session, intake, reading) or _same_document(session, intake, reading)


def outcome(session: Session, intake_id: int) -> Outcome | None:
    """The intake's outcome, with the number of its entry, or None while it is not settled."""
    wanted = (
        sa.select(OutcomeRow, EntryRow, RegisterRow.year)
        .outerjoin(EntryRow, OutcomeRow.entry_id == EntryRow.id)
        .outerjoin(RegisterRow, EntryRow.register_id == RegisterRow.id)
        .where(OutcomeRow.intake_id == intake_id)
    )
    found = session.execute(wanted).one_or_none()
    if found is None:
        return None
    row, entry, year = found
    return Outcome(
        intake=intake_id,
        kind=row.kind,
        reason=row.reason,
        number=entry.number if entry else None,
        year=year,
        text=entry.text if entry else "",
        groups=tuple(row.holders.splitlines()),
        secret=bool(entry) and entry.secrecy != "ordinary",
    )


def listing(session: Session, limit: int, kind: OutcomeKind | None = None) -> list[tuple[IntakeRow, OutcomeRow | None]]:
    """The newest arrivals, with their outcomes."""
    wanted = sa.select(IntakeRow, OutcomeRow).outerjoin(OutcomeRow, OutcomeRow.intake_id == IntakeRow.id)
    if kind is not None:
        wanted = wanted.where(OutcomeRow.kind == kind)
    found = session.execute(wanted.order_by(IntakeRow.id.desc()).limit(limit))
    return [(intake, outcome) for intake, outcome in found]


def _same_identity(session: Session, intake: IntakeRow, reading: Reading) -> OutcomeRow | None:
    if not reading.identity:
        return None
    wanted = _registered_at(intake).where(IntakeRow.identity == reading.identity, IntakeRow.id != intake.id)
    return session.execute(wanted).scalars().first()


def _same_document(session: Session, intake: IntakeRow, reading: Reading) -> OutcomeRow | None:
    enclosed = [document for document in reading.documents if not document.inline]
    if len(enclosed) != 1:
        return None
    other = aliased(DocumentRow)
    another = sa.select(other.id).where(other.letter_id == DocumentRow.letter_id, other.id != DocumentRow.id)
    wanted = (
        _registered_at(intake)
        .join(DocumentRow, DocumentRow.letter_id == OutcomeRow.letter_id)
        .where(DocumentRow.sha256 == enclosed[0].sha256, ~another.exists())
        .where(sa.or_(IntakeRow.channel == Channel.FOLDER, sa.literal(intake.channel is Channel.FOLDER)))
        .where(OutcomeRow.at > intake.taken_at - _TWIN_WINDOW)
    )
    return session.execute(wanted).scalars().first()


def _registered_at(intake: IntakeRow) -> sa.Select[OutcomeRow]:
    return (
        sa.select(OutcomeRow)
        .join(IntakeRow, IntakeRow.id == OutcomeRow.intake_id)
        .where(OutcomeRow.kind == OutcomeKind.REGISTERED, IntakeRow.organisation_id == intake.organisation_id)
        .where(IntakeRow.register == intake.register)
        .order_by(OutcomeRow.id)
        .limit(1)
    )


def _known_keys(session: Session, keys: Sequence[str]) -> dict[str, int]:
    if not keys:
        return {}
    table = _table()
    wanted = sa.select(table.c.key, table.c.id).where(table.c.key.in_(keys))
    return {key: number for key, number in session.connection().execute(wanted)}


def _columns(intake: Intake, owner: int | None) -> dict[str, Any]:
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
        "name": intake.name,
        "size": len(intake.content),
        "sha256": digest(intake.content),
        "taken_at": intake.at,
        "content": intake.content if len(intake.content) <= SMALL else None,
        "identity": "",
        "message_id": "",
        "subject": "",
        "defects": "",
    }


def _table() -> sa.Table:
    table = IntakeRow.__table__
    assert isinstance(table, sa.Table)
    return table
