"""Keeps the index of texts near the history while nothing is urgent, and forgets what nobody needs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from ledger import drafts, intakes, search, sign_ins
from ledger.database import Database

log = logging.getLogger("saraban.index")

EVERY = 2.0  # seconds
FORGOTTEN = timedelta(days=30)  # a draft that nobody came back for
TIDY_EVERY = timedelta(hours=6)
AT_ONCE = 300  # lines of history in one transaction: a letter that arrives meanwhile waits for no more


class Indexer:
    """A thread that follows the history; letters that wait to be settled come first."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock
        self._tidied = clock() - TIDY_EVERY
        self._ending = threading.Event()
        self.name = "index"
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

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
                self._tidy()
                while not self._ending.is_set() and self._is_quiet_and_behind():
                    with self._database.write() as session:
                        search.catch_up(session, AT_ONCE)
            except sa.exc.OperationalError as fault:  # a full disk: the index follows when there is room again
                log.warning("the index waits: %s", type(fault).__name__)
            except Exception:  # whatever it is, letters are registered without the index
                log.exception("the index does not follow; trying again")

    def _tidy(self) -> None:
        """Old drafts and sign-ins go, a few times a day."""
        now = self._clock()
        if now - self._tidied < TIDY_EVERY:
            return
        self._tidied = now
        with self._database.write() as session:
            drafts.forget_old(session, now - FORGOTTEN)
            sign_ins.tidy(session, now)

    def _is_quiet_and_behind(self) -> bool:
        with self._database.read() as session:
            return search.behind(session) > 0 and not intakes.count_unsettled(session)
