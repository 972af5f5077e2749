"""What somebody is typing, kept on the server until the form is sent: nothing typed is ever lost."""

from __future__ import annotations

import json
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger.database import Moment, Row, table_of
from ledger.tokens import without_links

LONGEST = 64 * 1024  # characters of one draft
MOST = 50  # drafts of one person; the oldest makes room


class DraftRow(Row):
    """The fields of one form of one person."""

    __tablename__ = "drafts"
    __table_args__ = (sa.UniqueConstraint("person_id", "form"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    form: Mapped[str]  # "incoming", "entry 12" …
    fields: Mapped[str]  # JSON
    at: Mapped[datetime] = mapped_column(Moment)

    loose = frozenset({"*"})


def keep(
    session: Session, person_id: int, form: str, fields: dict[str, str], at: datetime, longest: int = LONGEST
) -> None:
    """Remember what is typed into a form; an empty one, or one of more letters than `longest`, is forgotten."""
    drop(session, person_id, form)
    text = json.dumps({name: without_links(session, value) for name, value in fields.items()}, ensure_ascii=False)
    if any(value.strip() for value in fields.values()) and len(text) <= longest:
        row = {"person_id": person_id, "form": form, "fields": text, "at": at}
        session.connection().execute(sa.insert(table_of(DraftRow)).values(row))
        _make_room(session, person_id)


def drop(session: Session, person_id: int, form: str) -> None:
    """Forget a draft: the form was sent, or its writer does not want it."""
    table = table_of(DraftRow)
    session.connection().execute(sa.delete(table).where(table.c.person_id == person_id, table.c.form == form))


def of(session: Session, person_id: int, form: str) -> dict[str, str]:
    """What was typed into a form, or nothing."""
    wanted = sa.select(DraftRow.fields).where(DraftRow.person_id == person_id, DraftRow.form == form)
    found = session.execute(wanted).scalar()
    return {str(name): str(value) for name, value in json.loads(found).items()} if found else {}


def forget_old(session: Session, before: datetime) -> None:
    """Drop what nobody came back for."""
    table = table_of(DraftRow)
    session.connection().execute(sa.delete(table).where(table.c.at < before))


def _make_room(session: Session, person_id: int) -> None:
    table = table_of(DraftRow)
    own = table.c.person_id == person_id
    newest = sa.select(table.c.id).where(own).order_by(table.c.id.desc()).limit(MOST)
    session.connection().execute(sa.delete(table).where(own, table.c.id.not_in(newest)))
