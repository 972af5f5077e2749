"""The story of one line in plain words: its files, its way, and every change with who, when, before and after."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger import facts, letters, quoted, receipts, replaced, unlocking
from ledger.access import Viewer
from ledger.content import Content
from ledger.database import Row, table_of
from ledger.history import HistoryRow
from ledger.letters import DeliveryRow, DocumentRow, LetterRow
from ledger.quoted import CameBack
from ledger.receipts import ReceiptRow
from ledger.registers import EntryRow, RegisterRow
from ledger.values import DocumentLine, Silence

_SHOWN = (*Content.__dataclass_fields__, "void_reason", "reserved_for", "reserved_until")
_MOST_CERTIFICATES = 1000
_ONE_LINE = timedelta(hours=1)


class EntryLineRow(Row):
    """Which lines of history tell of an entry; follows the history as the search index does."""

    __tablename__ = "entry_lines"

    entry_id: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)

    loose = frozenset({"*"})


@dataclass(frozen=True, slots=True)
class Change:
    """One column of the line: what it was and what it became."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Told:
    """One act: when, who, what ("amended"), with what changed, files, and the reason that was given."""

    at: datetime
    who: str
    what: str
    changes: tuple[Change, ...] = ()
    files: tuple[str, ...] = ()
    reason: str = ""
    holder: str = ""  # through whose link it was done


@dataclass(frozen=True, slots=True)
class Stop:
    """One holder on the letter's way (F72)."""

    delivery: DeliveryRow
    receipt: ReceiptRow | None
    silences: tuple[Silence, ...] = ()  # somebody guessed at its code
    came_back: tuple[CameBack, ...] = ()  # its link, in whose mail
    link: int = 0  # that opens it by now

    @property
    def warned(self) -> bool:
        """Whether somebody else had the link, and nobody has replaced it since."""
        times = [one.replaced_at for one in self.silences] + [one.replaced_at for one in self.came_back]
        return None in times


@dataclass(frozen=True, slots=True)
class Story:
    """All of it."""

    year: int
    letter: LetterRow | None
    documents: tuple[DocumentLine, ...]
    stops: tuple[Stop, ...]
    order: EntryRow | None  # that a certificate belongs to
    certificates: tuple[EntryRow, ...]  # that belong to an order
    acts: tuple[Told, ...]  # newest first


def of_entry(session: Session, viewer: Viewer, entry: EntryRow) -> Story:
    """The story of a line that the viewer may read.

    Holders at other organisations, and what is done there, are told only to the sender: the letter's own
    organisation (F93, P-32).
    """
    letter = session.get(LetterRow, entry.letter_id) if entry.letter_id is not None else None
    stops = _stops(session, letter, viewer) if letter is not None else ()
    foreign = letter is not None and letter.organisation_id != viewer.organisation_id
    wanted = sa.select(EntryRow).where(EntryRow.order_id == entry.id).order_by(EntryRow.number)
    return Story(
        year=year_of(session, entry),
        letter=letter,
        documents=facts.enclosed(session, [letter.id]).get(letter.id, ()) if letter is not None else (),
        stops=stops,
        order=session.get(EntryRow, entry.order_id) if entry.order_id is not None else None,
        certificates=tuple(session.execute(wanted.limit(_MOST_CERTIFICATES)).scalars()),
        acts=tuple(_acts(session, entry, foreign=foreign)),
    )


def year_of(session: Session, entry: EntryRow) -> int:
    """The B.E. year of the register that holds the line."""
    return session.execute(sa.select(RegisterRow.year).where(RegisterRow.id == entry.register_id)).scalar_one()


def note(session: Session, pairs: Iterable[tuple[int, int]]) -> None:
    """Remember (entry, line of history) pairs; those that are known already are passed over."""
    rows = [{"entry_id": entry, "line": line} for entry, line in pairs]
    if rows:
        session.connection().execute(sa.insert(table_of(EntryLineRow)).prefix_with("OR IGNORE"), rows)


def _stops(session: Session, letter: LetterRow, viewer: Viewer) -> tuple[Stop, ...]:
    signed = receipts.of_letter(session, letter.id)
    own = letter.organisation_id == viewer.organisation_id
    shown = [
        row for row in letters.deliveries(session, letter.id) if own or row.organisation_id == viewer.organisation_id
    ]
    keys = [row.id for row in shown]
    silences, came_back = unlocking.silences(session, keys), quoted.of_deliveries(session, keys)
    links = replaced.living(session, keys)
    return tuple(
        Stop(row, signed.get(row.id), silences.get(row.id, ()), came_back.get(row.id, ()), links.get(row.id, 0))
        for row in shown
    )


def _acts(session: Session, entry: EntryRow, *, foreign: bool) -> Iterable[Told]:
    """Every act on the line; of a letter that came from another organisation not what that does to it."""
    table = table_of(HistoryRow)
    lines = sa.select(EntryLineRow.line).where(EntryLineRow.entry_id == entry.id)
    wanted = sa.select(table.c.at, table.c.who, table.c.what, table.c.about, table.c.changes)
    named = {} if foreign else _file_names(session, entry)
    holders = {} if foreign else _holders(session, entry)
    sent: dict[str, datetime] = {}  # codes, by delivery: of those that were asked for in one hour the last is told
    for line in session.connection().execute(wanted.where(table.c.id.in_(lines)).order_by(table.c.id.desc())):
        touched = json.loads(line.changes)
        if foreign and not any(one == "entries" and key == entry.id for one, key, *_ in touched):
            continue
        if line.what == unlocking.SENT:
            if line.about in sent and sent[line.about] - line.at < _ONE_LINE:
                continue
            sent[line.about] = line.at
        yield replace(_told(line, touched, entry, named), holder=holders.get(line.about, ""))


def _holders(session: Session, entry: EntryRow) -> dict[str, str]:
    """Who holds the letter, by what history says that an act through a link was about."""
    wanted = sa.select(DeliveryRow.id, DeliveryRow.holder).where(DeliveryRow.letter_id == entry.letter_id)
    return {f"delivery {row.id}": row.holder for row in session.execute(wanted)}


def _file_names(session: Session, entry: EntryRow) -> dict[int, str]:
    """The files that the line has and had, by their ids."""
    wanted = sa.select(DocumentRow.id, DocumentRow.name).where(DocumentRow.letter_id == entry.letter_id)
    return {row.id: row.name for row in session.execute(wanted)}


def _told(line: Any, touched: Any, entry: EntryRow, named: dict[int, str]) -> Told:
    changes, files = [], []
    for table, key, before, after in touched:
        if table == "entries" and key == entry.id and before is not None:
            changes = [Change(name, before[name], after[name]) for name in _SHOWN if name in (after or {})]
        elif table == "documents" and key in named and (before is None or "removed_at" in (after or {})):
            files.append(named[key])  # it came with this act, or was taken off
    about, colon, reason = line.about.partition(": ")
    reason = reason if colon and about == f"entry {entry.id}" else ""
    return Told(line.at, line.who, line.what, tuple(changes), tuple(files), reason)
