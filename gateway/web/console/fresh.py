"""The index of texts, brought up to the last line of history before somebody asks it."""

from __future__ import annotations

from contextlib import suppress

import sqlalchemy as sa

from ledger import search
from ledger.database import Database

AT_ONCE = 3000  # lines of history that one request takes in; the rest follows in the background


def freshen(database: Database) -> int:
    """Take what was written lately into the index. Returns how many lines of history are still ahead."""
    with database.read() as session:
        if not (behind := search.behind(session)):
            return 0
    # A disk that takes nothing more must not hide what is there: the page is shown, and tells what it may lack.
    with suppress(sa.exc.OperationalError), database.write() as session:
        return search.catch_up(session, AT_ONCE)
    return behind
