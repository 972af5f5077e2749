"""Files on their way through take and settle: many at once, bounded in number and memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from ledger.values import Intake, Outcome
from watchers.folder.safely import Fingerprint, digest

MOST = 64  # files between offer and outcome, so that a flood of files does not hold up the mails
ROOM = 64 * 2**20  # bytes of originals between offer and commit


@dataclass(slots=True)
class Flight:
    """One file that was offered, or that ends without being offered."""

    name: str
    fingerprint: Fingerprint
    digest: str = ""  # of the bytes that were offered
    future: Future[int] | Future[Outcome] | None = None
    ending: Outcome | Exception | None = None
    held: int = 0  # bytes that stay in memory until take's commit
    retry_at: float = 0.0  # when to try the move again

    def same(self, handle: int) -> bool:
        """Whether the open file still is what was offered."""
        if self.digest:
            return digest(handle) == self.digest
        return Fingerprint.of(os.fstat(handle)) == self.fingerprint


class Flights:
    """Every file of one folder that was offered and has not left the folder yet."""

    def __init__(
        self,
        take: Callable[[Intake], Future[int]],
        settle: Callable[[int], Future[Outcome]],
        wake: Callable[[], None],
    ) -> None:
        """`wake` is called from any thread when there is something to land."""
        self._take, self._settle, self._wake = take, settle, wake
        self._flights: dict[str, Flight] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._flights

    @property
    def flying(self) -> list[Flight]:
        """Those without an ending yet."""
        return [flight for flight in self._flights.values() if flight.ending is None]

    def carry(self, sha256: str) -> bool:
        """Whether a file with these bytes is on its way."""
        return any(flight.digest == sha256 for flight in self._flights.values())

    def room(self, size: int) -> bool:
        """Whether a file of `size` bytes may be offered now; a large one goes alone."""
        flying = self.flying
        return not flying or (len(flying) < MOST and sum(flight.held for flight in flying) + size <= ROOM)

    def launch(self, flight: Flight, intake: Intake) -> None:
        """Offer `intake`."""
        self._flights[flight.name] = flight
        flight.held = len(intake.content)
        self._follow(flight, lambda: self._take(intake))

    def end(self, flight: Flight) -> None:
        """Count a file that has its ending without being offered."""
        self._flights[flight.name] = flight
        self._wake()

    def drop(self, flight: Flight) -> None:
        """Forget it: its file has moved, or is to be looked at afresh."""
        self._flights.pop(flight.name, None)

    def land(self) -> list[tuple[Flight, Outcome | Exception]]:
        """Carry on with everything that has its answer; the flights that have ended, and how."""
        for flight in self.flying:
            if flight.future and flight.future.done():
                self._advance(flight)
        return [(flight, flight.ending) for flight in self._flights.values() if flight.ending is not None]

    def _advance(self, flight: Flight) -> None:
        assert flight.future
        try:
            answer = flight.future.result()
        except Exception as error:
            flight.ending = error
            return
        flight.held = 0
        if isinstance(answer, Outcome):
            flight.ending = answer
        else:
            self._follow(flight, lambda: self._settle(answer))

    def _follow(self, flight: Flight, step: Callable[[], Future[int] | Future[Outcome]]) -> None:
        try:
            flight.future = step()
        except Exception as error:
            flight.ending = error
            self._wake()
        else:
            flight.future.add_done_callback(lambda _: self._wake())
