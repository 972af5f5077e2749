"""Keeps the index of texts near the history while nothing more urgent is to be done."""

from __future__ import annotations

import logging
import threading

import sqlalchemy as sa

from ledger import intakes, search
from ledger.database import Database

log = logging.getLogger("saraban.index")

EVERY = 2.0  # seconds
AT_ONCE = 300  # lines of history in one transaction: a letter that arrives meanwhile waits for no more


class Indexer:
    """A thread that follows the history; letters that wait to be settled come first."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="index")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the present transaction."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ending.wait(EVERY):
            try:
                while not self._ending.is_set() and self._is_quiet_and_behind():
                    with self._database.write() as session:
                        search.catch_up(session, AT_ONCE)
            except sa.exc.OperationalError as fault:  # a full disk: the index follows when there is room again
                log.warning("the index waits: %s", type(fault).__name__)

    def _is_quiet_and_behind(self) -> bool:
        with self._database.read() as session:
            return search.behind(session) > 0 and not intakes.count_unsettled(session)
