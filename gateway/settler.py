"""Settle: unsettled intakes are read in child processes and entered, in order of arrival, many in one commit.

The table is the queue: whatever has no outcome is settled, again and again, until it has one. A slow or murderous
letter waits alone; the others are entered meanwhile (P-8).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from ledger import intakes
from ledger.database import Database
from ledger.errors import SarabanError
from ledger.intakes import IntakeRow
from ledger.originals import Originals
from ledger.values import Outcome, Reading

log = logging.getLogger("saraban.settle")

_IN_FLIGHT = 64
_BYTES_IN_FLIGHT = 64 << 20
_PATIENCE = 0.3  # seconds that a letter waits for an earlier one that is still being read
_GATHER = 0.02  # seconds in which others that are almost read join the same commit
_PERIOD = 1.0  # seconds between looks at the table when no bell rings
_TRIES = 3
_PAUSE = 5.0  # seconds before an intake that failed is tried again


@dataclass(frozen=True, slots=True)
class Settled:
    """An intake with its bytes and what they say."""

    intake: IntakeRow
    content: bytes
    reading: Reading


Enter = Callable[[list[Settled]], dict[int, Outcome | SarabanError | None]]


class Settler:
    """The settling thread.

    Arguments: `read(intake, content)` never raises; `enter` writes a batch in one transaction and tells for each
    intake its outcome, the temporary error that made it wait, or None for a fault of ours; `park` holds an intake
    that failed too often for a clerk.
    """

    def __init__(
        self,
        database: Database,
        originals: Originals,
        read: Callable[[IntakeRow, bytes], Reading],
        enter: Enter,
        park: Callable[[int], Outcome],
        processes: int,
    ) -> None:
        self._database, self._originals, self._read, self._enter, self._park = (
            database,
            originals,
            read,
            enter,
            park,
        )
        self._readers = ThreadPoolExecutor(processes, thread_name_prefix="reading")
        self._reading: dict[int, Future[Settled]] = {}
        self._sizes: dict[int, int] = {}  # of what is being read
        self._begun, self._looked = 0, 0.0  # up to which id the table was looked through, and when from its beginning
        self._not_before: dict[int, float] = {}
        self._failures: dict[int, int] = {}
        self._promises: dict[int, list[Future[Outcome]]] = {}
        self._lock = threading.Lock()
        self._bell, self._stopping = threading.Event(), threading.Event()
        self.name = "settler"
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to settle."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch in hand, then end; the rest is settled after the next start."""
        self._stopping.set()
        self._bell.set()
        self._thread.join()
        self._readers.shutdown(wait=False, cancel_futures=True)  # the reader ends what it still reads

    def ring(self) -> None:
        """Something was taken."""
        self._bell.set()

    def settle(self, intake_id: int) -> Future[Outcome]:
        """Resolves with the intake's outcome once it is committed."""
        promise: Future[Outcome] = Future()
        with self._lock:
            self._promises.setdefault(intake_id, []).append(promise)
        with self._database.read() as session:
            known = intakes.outcome(session, intake_id)
        if known is not None:
            self._keep(intake_id, known)
        self._bell.set()
        return promise

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._begin_reading()
                self._finish(self._ready())
            except Exception:  # a full disk, a locked database: the table still knows what is to do
                log.exception("settling failed; trying again")
                self._stopping.wait(_PERIOD)

    def _begin_reading(self) -> None:
        now = time.monotonic()
        if len(self._reading) > _IN_FLIGHT // 2:
            return
        if not self._reading or now - self._looked > _PERIOD:
            self._begun, self._looked = 0, now  # also those that failed, or were reopened
        with self._database.read() as session:
            found = intakes.unsettled(session, _IN_FLIGHT + len(self._not_before), after=self._begun)
        for row in found:
            waits = row.id in self._reading or self._not_before.get(row.id, 0) > now
            if not waits and not self._has_room(row.size):
                return
            if not waits:
                self._reading[row.id] = self._readers.submit(self._load, row)
                self._sizes[row.id] = row.size
            self._begun = row.id

    def _has_room(self, size: int) -> bool:
        """Whether one more of this size may be in memory beside those that are being read."""
        if len(self._reading) >= _IN_FLIGHT:
            return False
        return not self._reading or sum(self._sizes.values()) + size <= _BYTES_IN_FLIGHT

    def _load(self, row: IntakeRow) -> Settled:
        content = row.content if row.content is not None else self._originals.get(row.sha256)
        return Settled(row, content, self._read(row, content))

    def _ready(self) -> list[int]:
        """The ids that can be entered now: all that are read, once those before them had their patience."""
        if not self._reading:
            self._bell.wait(_PERIOD)
            self._bell.clear()
            return []
        wait(self._reading.values(), timeout=_PERIOD, return_when="FIRST_COMPLETED")
        wait(self._reading.values(), timeout=_GATHER)
        newest = max((key for key, future in self._reading.items() if future.done()), default=0)
        wait([future for key, future in self._reading.items() if key < newest], timeout=_PATIENCE)
        return sorted(key for key, future in self._reading.items() if future.done())

    def _finish(self, ready: list[int]) -> None:
        read: list[Settled] = []
        for key in ready:
            future = self._reading.pop(key)
            del self._sizes[key]
            if (fault := future.exception()) is None:
                read.append(future.result())
            else:
                self._failed(key, fault)
        if not read:
            return
        told = self._enter(read)
        for key, outcome in told.items():
            if isinstance(outcome, Outcome):
                self._keep(key, outcome)
            else:
                self._failed(key, outcome)

    def _failed(self, key: int, fault: BaseException | None) -> None:
        temporary = isinstance(fault, SarabanError) and not fault.permanent
        log.warning("intake %d is not settled: %s", key, fault or "our own fault, see above")
        self._not_before[key] = time.monotonic() + _PAUSE
        self._failures[key] = self._failures.get(key, 0) + (0 if temporary else 1)
        if self._failures[key] >= _TRIES:
            self._keep(key, self._park(key))

    def _keep(self, key: int, outcome: Outcome) -> None:
        """Tell everybody who waits for it."""
        self._not_before.pop(key, None)
        self._failures.pop(key, None)
        with self._lock:
            promises = self._promises.pop(key, [])
        _resolve(promises, outcome)


def _resolve(promises: Iterable[Future[Outcome]], outcome: Outcome) -> None:
    for promise in promises:
        promise.set_result(outcome)
