"""Full text over entries, letters and documents (C7): Thai without word spaces, any part of a word, any digits."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import Row


class IndexedRow(Row):
    """How far the index has followed the history."""

    __tablename__ = "indexed"

    id: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[int]  # the newest line of history that is in the index

    loose = frozenset({"*"})
