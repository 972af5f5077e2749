"""Reads as the daemon does, without a child: what may be a link is masked when the ledger knows it as one of ours."""

from __future__ import annotations

from collections.abc import Collection

from ledger import tokens
from ledger.database import Database
from ledger.values import Reading
from watchers.reading import read


def asked(database: Database, content: bytes, *, name: str = "", sender: str | None = None) -> Reading:
    def ours(hashes: Collection[str]) -> frozenset[str]:
        with database.read() as session:
            return tokens.ours(session, hashes)

    return tokens.sought(lambda known: read(content, name=name, sender=sender, known=known), ours)
