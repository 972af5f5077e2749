"""Puts together how the house is, from its parts; reads memory only, so that it answers whatever else hangs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from gateway.health.gauge import Gauge
from gateway.health.values import DoorTurn, Figures, FolderState, Health, Remark
from watchers.folder import FolderWatch

FIGURES_EVERY = 2.0  # seconds
READER_EVERY = 10.0


class Turning(Protocol):
    """What listens in a loop of its own: `watchers.smtp.Door`, or the site."""

    @property
    def channel(self) -> str: ...

    @property
    def addresses(self) -> tuple[str, ...]: ...

    @property
    def turned_at(self) -> float: ...

    @property
    def refusing_since(self) -> datetime | None: ...

    @property
    def free_seen(self) -> int: ...


class Part(Protocol):
    """A thread of the house."""

    name: str

    @property
    def alive(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Measured:
    """What database and disk last said."""

    figures: Figures = field(default_factory=Figures)
    short_since: datetime | None = None  # since when less is free than mail needs


class Pulse:
    """One for a running house.

    Arguments: `measure` and `reader_fault` may block and are asked by threads of their own; `storing_since`, when the
    taker's commit began, or None; `unstored`, the size of what it could not store; `clock` gives aware moments.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        parts: Sequence[Part],
        folders: Sequence[FolderWatch],
        storing_since: Callable[[], float | None],
        unstored: Callable[[], int],
        measure: Callable[[], Figures],
        reader_fault: Callable[[], str],
        free_threshold: int,
    ) -> None:
        self.remarks: dict[str, Remark] = {}  # kept by whoever notices, as long as it lasts
        self._clock, self._parts, self._folders = clock, parts, folders
        self._doors: Sequence[Turning] | None = None
        self._storing_since, self._unstored = storing_since, unstored
        self._measure, self._least = measure, free_threshold
        self._figures = Gauge("figures", FIGURES_EVERY, self._measured, Measured())
        self._reader = Gauge("reader", READER_EVERY, reader_fault, "")
        self._begun = time.monotonic()

    def start(self, doors: Sequence[Turning]) -> None:
        """All parts run, and these doors are open: measure once, then go on measuring."""
        self._figures.start()
        self._reader.start()
        self._begun, self._doors = time.monotonic(), doors

    def stop(self) -> None:
        """Measure no more."""
        self._figures.stop()
        self._reader.stop()

    def went_on(self) -> None:
        """The whole process stood still until now, which is no fault of a part."""
        self._begun = time.monotonic()

    def look(self) -> Health:
        """How the house is now."""
        at, (measured, measured_at) = self._clock(), self._figures.last
        if self._doors is None:
            return Health(at, starting=True, free_threshold=self._least)
        figures, (refusing_since, free) = measured.figures, self._room(measured)
        return Health(
            at,
            doors=tuple(self._turn(door, at) for door in self._doors),
            ended=tuple(part.name for part in self._parts if not part.alive),
            folders=tuple(self._folder(watch) for watch in self._folders),
            backlog=figures.backlog,
            free_bytes=free,
            figures_age=self._age(measured_at),
            storing=self._age(self._storing_since()),
            unstored=bool(figures.fault) or self._unstored() > 0,
            storage_fault=figures.fault,
            reader_fault=self._reader.last[0],
            refusing_since=refusing_since,
            addressed=figures.addressed,
            free_threshold=self._least,
            remarks=tuple(self.remarks.values()),
        )

    def _measured(self) -> Measured:
        figures = self._measure()
        before = self._figures.last[0].short_since
        return Measured(figures, (before or self._clock()) if figures.free < self._least else None)

    def _room(self, measured: Measured) -> tuple[datetime | None, int]:
        """Since when letters are refused, and the bytes that are free: both as whoever refuses them saw it."""
        doors = [(door.refusing_since, door.free_seen) for door in self._doors or ()]
        refusing = [(since, free) for since, free in doors if since is not None]
        return min(refusing, default=(measured.short_since, measured.figures.free))

    def _age(self, moment: float | None) -> float:
        return 0.0 if moment is None else max(0.0, time.monotonic() - max(moment, self._begun))

    def _turn(self, door: Turning, at: datetime) -> DoorTurn:
        age = self._age(door.turned_at)
        return DoorTurn(str(door.channel), door.addresses, at - timedelta(seconds=age), round(age, 3))

    def _folder(self, watch: FolderWatch) -> FolderState:
        status = watch.status()
        listed = status.scanned_at
        # A fault with one file is younger than the last listing, too, but not by more than a scan.
        patience = 1.5 * watch.folder.period
        failed = status.error_at is not None and (listed is None or status.error_at - listed > patience)
        age = self._age(self._begun if listed is None else listed)
        return FolderState(str(status.path), status.error if failed else "", round(age, 3), status.torn, status.failed)
