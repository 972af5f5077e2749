"""The loop of one watched folder: scan, offer what is complete, move what has its outcome."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial

from ledger.errors import FileIncomplete, FileTooLarge, Refused
from ledger.values import Channel, Intake, Outcome, OutcomeKind, Scan
from watchers.folder import names, refused, safely
from watchers.folder.bell import Bell
from watchers.folder.binding import Folder, FolderStatus
from watchers.folder.flights import Flight, Flights
from watchers.folder.places import Places
from watchers.folder.sightings import Sightings
from watchers.folder.whole import Wholeness, wholeness

log = logging.getLogger(__name__)

_PACE = 0.1  # seconds between two scans, however often the bell rings
_BEAT = 0.25  # seconds after which a set `stop` is seen


class FolderWatch:
    """Watches one folder in one thread. The scan is the truth; events only make it come sooner."""

    def __init__(
        self,
        folder: Folder,
        take: Callable[[Intake], Future[int]],
        settle: Callable[[int], Future[Outcome]],
        *,
        clock: Callable[[], datetime],
        secrets: Callable[[], Sequence[Scan]] = tuple,
        closed: Callable[[Scan], None] = lambda _: None,
    ) -> None:
        """`take` and `settle`: the seams of docs/plan.md. `clock` gives aware moments.

        `secrets` tells which files of this folder are secret and may still lie in it, `closed` hears that one does not.
        """
        self.folder = folder
        self._clock, self._secrets, self._closed = clock, secrets, closed
        self._wake = threading.Event()
        self._bell = Bell(self._wake.set)
        self._sightings = Sightings(folder)
        self._flights = Flights(take, settle, self._wake.set)
        self._ready: deque[str] = deque()
        self._strange: set[str] = set()
        self._scanned = self._next_scan = self._asked = self._counted = float("-inf")
        self._recovered = False  # whether nothing can be lying there that was set aside
        self._status = FolderStatus(folder.path)

    def status(self) -> FolderStatus:
        """How it is doing; may be asked from any thread."""
        return self._status

    def run(self, stop: threading.Event) -> None:
        """Watch until `stop` is set. What is on its way then is offered again next time, under the same key."""
        due = 0.0
        try:
            while not stop.is_set():
                if self._wake.is_set() or time.monotonic() >= due:
                    due = self._safe_turn(time.monotonic())
                self._wake.wait(min(max(due - time.monotonic(), 0.0), _BEAT))
        finally:
            self._bell.take_down()

    def _safe_turn(self, now: float) -> float:
        try:
            return self.turn(now)
        except Exception as error:
            log.exception("watching %s failed", self.folder.path)
            self._complain(error)
            return now + self.folder.period

    def turn(self, now: float) -> float:
        """Do all that can be done at `now`, in seconds of a steady clock; returns when the next turn is due."""
        self._wake.clear()
        self._land(now)
        if now >= self._scan_due():
            self._scan(now)
        self._offer_ready(now)
        if now >= self._asked + self.folder.period:
            self._asked = now
            self._close_secrets()
        if now >= self._counted + self.folder.period:
            self._counted = now
            self._count_failed()
        self._tell_of_torn()
        self._status = replace(
            self._status,
            pending=len(self._sightings),
            torn=self._sightings.torn,
            flying=len(self._flights.flying),
            strange=len(self._strange),
        )
        return self._scan_due()

    def _tell_of_torn(self) -> None:
        torn, wait = self._sightings.torn, self.folder.patience
        if torn > self._status.torn:
            log.warning(
                "%s: files that are not whole yet: %d; each waits for its end, %g s", self.folder.path, torn, wait
            )

    def _count_failed(self) -> None:
        try:
            with safely.directory(self.folder.path) as directory:
                failed = refused.count(directory)
        except OSError:  # the scan tells it
            return
        if failed > self._status.failed:
            log.warning("%s: files that were not registered lie in failed/: %d", self.folder.path, failed)
        self._status = replace(self._status, failed=failed)

    def _scan_due(self) -> float:
        soonest = self._scanned + _PACE
        return soonest if self._bell.ringing else max(self._next_scan, soonest)

    def _scan(self, now: float) -> None:
        self._scanned, self._next_scan = now, now + self.folder.period
        try:
            closed = self._listen()
            self._recover()
            found = self._list()
        except OSError as error:
            self._complain(error)
            return
        self._sightings.look(found.files, closed, now)
        ready, soon = self._sightings.due(now, self._flights)
        self._ready, self._next_scan = deque(ready), min(self._next_scan, soon)

    def _listen(self) -> set[str]:
        if not self.folder.share:
            if self._status.scanned_at is None:
                self.folder.path.mkdir(parents=True, exist_ok=True)
            self._bell.hang(str(self.folder.path))
        return self._bell.heard()

    def _recover(self) -> None:
        """After a crash, or where a full disk let a file neither be closed nor put back; others need not wait."""
        if self._recovered:
            return
        try:
            with Places(self.folder.path) as places:
                places.put_back()
            self._recovered = True
        except OSError as error:
            self._complain(error)

    def _list(self) -> safely.Listing:
        with safely.directory(self.folder.path) as directory:
            found = safely.listing(directory, names.ignored)
        self._status = replace(self._status, scanned_at=time.monotonic())
        if found.error:
            self._complain(found.error)
        if found.strange - self._strange:
            log.warning("%s: %d links, pipes or folders are left alone", self.folder.path, len(found.strange))
        self._strange = found.strange
        return found

    def _offer_ready(self, now: float) -> None:
        if not self._ready:
            return
        with suppress(OSError), safely.directory(self.folder.path) as directory:
            while self._ready and self._flights.room(self._sightings[self._ready[0]].fingerprint.size):
                self._offer(directory, self._ready.popleft(), now)

    def _offer(self, directory: int, name: str, now: float) -> None:
        try:
            self._judge(directory, name, now)
        except (safely.Changed, FileNotFoundError):
            self._next_scan = now
        except Exception as error:
            self._put_off(name, error, now)

    def _judge(self, directory: int, name: str, now: float) -> None:
        """Read a file that is still; offer it, give it up, or let it wait longer."""
        sighting = self._sightings[name]
        state = sighting.fingerprint
        large = state.size > self.folder.largest
        content = b"" if large else safely.read(directory, name, state)
        sighting.verdict = Wholeness.UNKNOWN if large else wholeness(content, name)
        if (due := self._sightings.due_at(name)) > now:
            self._next_scan = min(self._next_scan, due)
        elif large:
            self._flights.end(Flight(name, state, ending=FileTooLarge(limit=self.folder.largest // 2**20)))
        elif sighting.verdict is Wholeness.TORN:
            self._flights.end(Flight(name, state, ending=FileIncomplete()))
        else:
            digest = hashlib.sha256(content).hexdigest()
            self._flights.launch(Flight(name, state, digest), self._intake(name, state, content, digest))

    def _intake(self, name: str, state: safely.Fingerprint, content: bytes, digest: str) -> Intake:
        place = self.folder
        return Intake(
            channel=Channel.FOLDER,
            source=str(place.path),
            content=content,
            at=self._clock(),
            name=names.shown(name),
            key=f"folder:{place.path}:{state.inode}:{state.mtime_ns}:{state.size}:{digest}",
            organisation=place.organisation,
            register=place.register,
            group=place.group,
        )

    def _land(self, now: float) -> None:
        """Move what has its outcome; what failed by our own fault stays and is tried again (I9)."""
        moving = []
        for flight, ending in self._flights.land():
            if not isinstance(ending, Outcome | Refused):
                self._flights.drop(flight)
                self._put_off(flight.name, ending, now)
            elif flight.retry_at <= now:
                moving.append((flight, ending))
        if not moving:
            return
        try:
            with Places(self.folder.path) as places:
                for flight, ending in moving:
                    self._move(places, flight, ending, now)
        except OSError as error:
            self._complain(error)

    def _move(self, places: Places, flight: Flight, ending: Outcome | Refused, now: float) -> None:
        flight.retry_at, at = now + self.folder.period, self._clock()
        try:
            if names.secret(ending, flight.name):
                places.close(flight.name, flight.same, ending, self.folder.closed, at)
            else:
                places.move(flight.name, flight.same, *names.place(ending, flight.name, at), _refusal(ending))
        except (safely.Changed, FileNotFoundError):
            self._next_scan = now
        except Exception as error:
            self._recovered = False
            self._complain(error)
            return
        else:
            self._sightings.forget(flight.name)
            if _refusal(ending) is not None:
                self._counted = float("-inf")  # it lies in failed/ now
        self._flights.drop(flight)

    def _close_secrets(self) -> None:
        """What came to rest here before its letter became secret leaves the share too (I8)."""
        try:
            scans = [scan for scan in self._secrets() if not self._flights.carry(scan.sha256)]
            if scans:
                with Places(self.folder.path) as places:
                    for at, files in places.resting():
                        self._close(places, at, files, scans)
                for scan in scans:
                    self._closed(scan)
        except Exception as error:  # the next scan tries again
            self._complain(error)

    def _close(
        self, places: Places, at: tuple[str, ...], files: Mapping[str, safely.Fingerprint], scans: Sequence[Scan]
    ) -> None:
        for scan in scans:
            same = partial(_is, scan.sha256)
            for name in [name for name, state in files.items() if state.size == scan.size]:
                with suppress(safely.Changed, FileNotFoundError):  # another file, which is none of this letter's
                    places.close(name, same, scan.outcome, self.folder.closed, self._clock(), at)

    def _put_off(self, name: str, error: Exception, now: float) -> None:
        self._next_scan = min(self._next_scan, self._sightings.put_off(name, now))
        self._complain(error)

    def _complain(self, error: Exception) -> None:
        """Keep and log a fault once, without the name of the file, which may tell of a secret letter (I8)."""
        kind = type(error).__name__
        text = f"{kind}: {error.strerror}" if isinstance(error, OSError) else kind
        if text != self._status.error:
            log.error("%s: %s", self.folder.path, text)
        self._status = replace(self._status, error=text, error_at=time.monotonic())


def _is(sha256: str, handle: int) -> bool:
    return safely.digest(handle) == sha256


def _refusal(ending: Outcome | Refused) -> Refused | None:
    if isinstance(ending, Refused):
        return ending
    return Refused(reason=ending.reason) if ending.kind is OutcomeKind.REFUSED else None
