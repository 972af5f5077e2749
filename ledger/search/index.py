"""The index of full texts: one row for each entry, kept by following the history (I7).

A row has a column for each field that can be asked for, and one of marks alone: where it stands, and which digits it
has. Every value ends with two marks, so that its last characters, too, begin a trigram. Marks are characters for
private use.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger import story, unlocking
from ledger.database import Database, Row, table_of
from ledger.history import HistoryRow
from ledger.letters import DeliveryRow, DocumentRow, LetterRow
from ledger.registers import EntryRow, RegisterRow
from ledger.search.words import bare, fold_all
from ledger.values import RegisterKind

END, HAS = "\ue000", "\ue001"
COLUMNS = ("number", "sender", "recipient", "subject", "action", "remark", "summary", "file", "marks")
TEXTS = sa.table("entry_texts", sa.column("rowid", sa.Integer), *(sa.column(name, sa.String) for name in COLUMNS))
ROWID = TEXTS.c.rowid  # the id of the entry
DIGITS = "0123456789"

_READ = ("id", "number", "text", "letter_id", "letter_number", "sender", "recipient", "subject", "action", "remark")
_FOLLOWED = ("entries", "letters", "documents")
_OF_DELIVERY = (unlocking.SENT, unlocking.SILENCED, unlocking.OPENED)  # what is told of a holder in the letter's story
_KINDS: tuple[RegisterKind | None, ...] = (None, *RegisterKind)

Pairs = set[tuple[int, int]]


class IndexedRow(Row):
    """How far the index has followed the history."""

    __tablename__ = "indexed"

    id: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[int]  # the newest line of history that is in the index

    loose = frozenset({"*"})


_INDEXED, _HISTORY = table_of(IndexedRow), table_of(HistoryRow)
_ENTRY, _LETTER, _DOCUMENT = table_of(EntryRow), table_of(LetterRow), table_of(DocumentRow)
_DELIVERY = table_of(DeliveryRow)


def behind(session: Session) -> int:
    """How many lines of history are not in the index yet."""
    newest = session.connection().execute(sa.select(sa.func.max(_HISTORY.c.id))).scalar() or 0
    return int(max(newest - _line(session), 0))


def catch_up(session: Session, most: int = 250) -> int:
    """Take the next `most` lines of history into the index, and into the stories of their entries.

    Needs a session that may write. Returns how many lines are still ahead.
    """
    since = _line(session)
    until = min(since + most, since + behind(session))
    if until > since:
        pairs = _touched(session, since, until)
        put(session, sorted({entry for entry, _ in pairs}))
        story.note(session, sorted(pairs))
        _reached(session, until)
    return behind(session)


def rebuild(database: Database, most: int = 500) -> int:
    """Make the index anew from the entries, `most` in one transaction, so that others may write in between.

    Until it is through the index knows no line of history: what is cut short, `catch_up` does again. Returns how many
    entries there are.
    """
    with database.write() as session:
        line, last, count = _line(session), 0, 0
        made = sa.text("SELECT sql FROM sqlite_schema WHERE name = 'entry_texts'")
        statement = session.connection().execute(made).scalar_one()
        session.connection().exec_driver_sql("DROP TABLE entry_texts")
        session.connection().exec_driver_sql(statement)
        _reached(session, 0)
    while True:
        with database.write() as session:
            wanted = sa.select(_ENTRY.c.id).where(_ENTRY.c.id > last).order_by(_ENTRY.c.id).limit(most)
            ids = list(session.connection().execute(wanted).scalars())
            if not ids:
                _reached(session, max(line, _line(session)))
                return count
            put(session, ids)
            last, count = ids[-1], count + len(ids)


def put(session: Session, ids: Sequence[int]) -> None:
    """Write the rows of these entries anew."""
    listed = _listed(ids)
    session.connection().execute(sa.delete(TEXTS).where(TEXTS.c.rowid.in_(listed)))
    if rows := list(_rows(session, listed)):
        session.connection().execute(sa.insert(TEXTS), rows)


def place(organisation_id: int, kind: RegisterKind | None, year: int) -> str:
    """The mark of a register, or of all of an organisation's year: three characters, and so one trigram.

    The first is of another plane than the rest, so that no two marks make a third where they meet.
    """
    first = 0xF0000 + year % 10_000 * len(_KINDS) + _KINDS.index(kind)
    return chr(first) + chr(0xE100 + organisation_id // 6000) + chr(0xE100 + organisation_id % 6000)


def _rows(session: Session, listed: sa.Select[Any]) -> Iterator[dict[str, Any]]:
    register = table_of(RegisterRow)
    wanted = (
        sa.select(*(_ENTRY.c[name] for name in _READ), sa.func.coalesce(_LETTER.c.summary, "").label("summary"))
        .add_columns(register.c.organisation_id, register.c.kind, register.c.year)
        .join_from(_ENTRY, register, register.c.id == _ENTRY.c.register_id)
        .outerjoin(_LETTER, _LETTER.c.id == _ENTRY.c.letter_id)
        .where(_ENTRY.c.id.in_(listed))
    )
    files = _files(session, listed)
    for entry in session.connection().execute(wanted):
        yield {"rowid": entry.id, **_row(entry, files.get(entry.letter_id, []))}


def _row(entry: sa.Row[Any], files: list[str]) -> dict[str, str]:
    text, letter_number, sender, recipient, subject, action, remark, summary, *files = fold_all(
        [
            *(entry.text, entry.letter_number, entry.sender, entry.recipient, entry.subject),
            *(entry.action, entry.remark, entry.summary, *files),
        ]
    )
    numbers = dict.fromkeys((text, letter_number, bare(text), bare(letter_number), str(entry.number)))
    row = {
        "number": END + _ended(numbers),
        "sender": _ended([sender]),
        "recipient": _ended([recipient]),
        "subject": _ended([subject]),
        "action": _ended([action]),
        "remark": _ended([remark]),
        "summary": _ended([summary]),
        "file": _ended(files),
    }
    return {**row, "marks": _marks(entry, "".join(row.values()))}


def _marks(entry: sa.Row[Any], texts: str) -> str:
    organisation, kind, year = entry.organisation_id, RegisterKind(entry.kind), entry.year
    digits = HAS.join(["", *(digit for digit in DIGITS if digit in texts), ""])
    return place(organisation, kind, year) + place(organisation, None, year) + digits


def _ended(values: Iterable[str]) -> str:
    return "".join(value + END + END for value in values if value)


def _files(session: Session, listed: sa.Select[Any]) -> dict[int, list[str]]:
    """Names and descriptions of the documents, by letter."""
    of_entries = sa.select(_ENTRY.c.letter_id).where(_ENTRY.c.id.in_(listed))
    wanted = sa.select(_DOCUMENT.c.letter_id, _DOCUMENT.c.name, _DOCUMENT.c.description)
    wanted = wanted.where(_DOCUMENT.c.letter_id.in_(of_entries), _DOCUMENT.c.removed_at.is_(None))
    files: dict[int, list[str]] = {}
    for letter_id, *texts in session.connection().execute(wanted.order_by(_DOCUMENT.c.letter_id, _DOCUMENT.c.position)):
        files.setdefault(letter_id, []).extend(texts)
    return files


def _touched(session: Session, since: int, until: int) -> Pairs:
    """Which line tells of which entry: by itself, by its letter, or by a document or a holder of it."""
    keys: dict[str, Pairs] = {table: set() for table in (*_FOLLOWED, "deliveries")}
    for line, what, about, changes in session.connection().execute(_telling(since, until)):
        if what in _OF_DELIVERY:
            keys["deliveries"].add((int(about.removeprefix("delivery ")), line))
        for table, key, before, after in json.loads(changes):
            if table in keys:
                letter = (after or before or {}).get("letter_id") if table == "documents" else None
                keys["letters" if letter else table].add((letter or key, line))
    letters = keys["letters"] | _pairs(session, _DOCUMENT, _DOCUMENT.c.id, _DOCUMENT.c.letter_id, keys["documents"])
    letters |= _pairs(session, _DELIVERY, _DELIVERY.c.id, _DELIVERY.c.letter_id, keys["deliveries"])
    return keys["entries"] | _pairs(session, _ENTRY, _ENTRY.c.letter_id, _ENTRY.c.id, letters)


def _telling(since: int, until: int) -> sa.Select[Any]:
    # Inside a text a quote is escaped, so these stand only where a change begins.
    told = [sa.func.instr(_HISTORY.c.changes, f'["{table}",') > 0 for table in _FOLLOWED]
    told.append(sa.and_(_HISTORY.c.what.in_(_OF_DELIVERY), _HISTORY.c.about.like("delivery %")))
    wanted = sa.select(_HISTORY.c.id, _HISTORY.c.what, _HISTORY.c.about, _HISTORY.c.changes)
    return wanted.where(_HISTORY.c.id > since, _HISTORY.c.id <= until, sa.or_(*told))


def _pairs(session: Session, table: sa.Table, known: Any, wanted: Any, pairs: Pairs) -> Pairs:
    """Pairs of a known id and a line, as pairs of the id that is wanted."""
    listed = sa.func.json_each(json.dumps(sorted(pairs))).table_valued("value", name="pair")
    key, line = (listed.c.value.op("->>")(sa.literal_column(at)) for at in ("0", "1"))
    asked = sa.select(wanted, line).select_from(listed).join(table, known == key)
    return {(found[0], found[1]) for found in session.connection().execute(asked)}


def _listed(ids: Sequence[int]) -> sa.Select[Any]:
    return sa.select(sa.func.json_each(json.dumps(list(ids))).table_valued("value").c.value)


def _line(session: Session) -> int:
    return session.connection().execute(sa.select(_INDEXED.c.line)).scalar() or 0


def _reached(session: Session, line: int) -> None:
    session.connection().execute(sa.delete(_INDEXED))
    session.connection().execute(sa.insert(_INDEXED).values(id=1, line=line))
