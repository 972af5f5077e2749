"""Take: what arrived while the last commit ran becomes durable in the next one (I1; performance finding 2)."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future

from ledger import intakes
from ledger.database import Database
from ledger.intakes import SMALL
from ledger.originals import Originals
from ledger.values import Intake

log = logging.getLogger("saraban.take")

_MOST_AT_ONCE = 500
_BYTES_AT_ONCE = 32 << 20

Offer = tuple[Intake, int | None, "Future[int]"]  # with the id of the organisation whose mail it is


class Taker:
    """One thread that commits arrivals in groups.

    Arguments: `owners` names the organisations that an intake is for (one intake becomes one row for each);
    `settle_soon` rings the settler's bell.
    """

    def __init__(
        self,
        database: Database,
        originals: Originals,
        owners: Callable[[Intake], list[tuple[Intake, int]]],
        settle_soon: Callable[[], None],
    ) -> None:
        self._database, self._originals = database, originals
        self._owners, self._settle_soon = owners, settle_soon
        self._offers: queue.SimpleQueue[list[Offer] | None] = queue.SimpleQueue()
        self.name = "taker"
        self.storing_since: float | None = None  # when the running commit began, by `time.monotonic()`
        self.unstored = 0  # bytes of the largest arrival that could not be stored, until as much could
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to commit."""
        self._thread.start()

    def stop(self) -> None:
        """Commit what was offered, then end."""
        self._offers.put(None)
        self._thread.join()

    def take(self, intake: Intake) -> Future[int]:
        """Resolves with the id of the (first) intake once original and row are on the disk.

        Errors: those of `owners` (`Refused` where nobody here is addressed); any other is ours and temporary.
        """
        offers: list[Offer] = [(part, owner, Future()) for part, owner in self._owners(intake)]
        self._offers.put(offers)
        return offers[0][2]

    def stored(self, size: int) -> None:
        """So many bytes could be stored by now."""
        if size >= self.unstored:
            self.unstored = 0

    def _run(self) -> None:
        while (first := self._offers.get()) is not None:
            batch, more = self._gather(first)
            self.storing_since = time.monotonic()
            self._commit(batch)
            self.storing_since = None
            self._settle_soon()
            if not more:
                return

    def _gather(self, first: list[Offer]) -> tuple[list[Offer], bool]:
        """`first`, and whatever else waits by now; False when the end was among it."""
        batch, size = list(first), sum(len(offer[0].content) for offer in first)
        while len(batch) < _MOST_AT_ONCE and size < _BYTES_AT_ONCE:
            try:
                offers = self._offers.get_nowait()
            except queue.Empty:
                break
            if offers is None:
                return batch, False
            batch.extend(offers)
            size += sum(len(offer[0].content) for offer in offers)
        return batch, True

    def _commit(self, batch: list[Offer]) -> None:
        try:
            self._originals.put(_large(intake for intake, _, _ in batch))
            with self._database.write() as session:
                keys = intakes.take(session, [(intake, owner) for intake, owner, _ in batch])
        except Exception as fault:  # whatever it is: it is ours, and the senders try again (I9)
            self._failed(batch, fault)
            return
        self.stored(max(len(intake.content) for intake, _, _ in batch))
        for (_, _, promise), key in zip(batch, keys, strict=True):
            promise.set_result(key)

    def _failed(self, batch: list[Offer], fault: Exception) -> None:
        if len(batch) > 1:  # one bad arrival must not turn the others away
            for offer in batch:
                self._commit([offer])
            return
        self.unstored = max(self.unstored, len(batch[0][0].content), 1)
        log.error("an arrival could not be stored: %s", type(fault).__name__, exc_info=fault)
        batch[0][2].set_exception(fault)


def _large(offered: Iterable[Intake]) -> list[bytes]:
    return [intake.content for intake in offered if len(intake.content) > SMALL]
