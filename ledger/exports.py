"""Which registers left the system as files: who took how many lines of which book, and when (reliability 5.1)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ledger.access import Viewer
from ledger.database import Choice, Moment, Row
from ledger.history import Act
from ledger.values import RegisterKind


class ExportRow(Row):
    """One file that was made."""

    __tablename__ = "exports"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    kind: Mapped[RegisterKind] = mapped_column(Choice(RegisterKind))
    form: Mapped[str] = mapped_column(sa.String(8))  # "xlsx", "csv", "pdf"
    narrowed: Mapped[str]  # the words of the address that the list was narrowed by
    lines: Mapped[int]


def note(act: Act, viewer: Viewer, kind: RegisterKind, form: str, narrowed: str, lines: int) -> int:
    """Seal that the viewer took a file of `lines` lines of the own register."""
    return act.add(
        ExportRow,
        organisation_id=viewer.organisation_id,
        person_id=viewer.person_id,
        at=act.at,
        kind=kind,
        form=form,
        narrowed=narrowed[:1000],
        lines=lines,
    )
