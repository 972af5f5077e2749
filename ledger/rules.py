"""The rule set of each organisation, kept in the ledger; how rules read and match is in `ledger.routing`."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger.database import Row
from ledger.history import Act


class RuleRow(Row):
    """One rule, as its YAML says it."""

    __tablename__ = "rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    position: Mapped[int]
    name: Mapped[str]
    body: Mapped[str]
