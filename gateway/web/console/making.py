"""Files that take a while: made in a thread, with their progress, kept for their maker for an hour."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import BinaryIO

import structlog

from ledger.errors import ExportsWait

log = structlog.get_logger(__name__)
KEPT = timedelta(hours=1)
AT_ONCE = 2  # files that are made at the same time; others wait
MOST = 50  # files that are kept, and of one person: the oldest that is done makes room, one that is being made never
MOST_OF_ONE = 10

Progress = Callable[[int], None]
Make = Callable[[BinaryIO, Progress], int]


@dataclass
class Making:
    """One file: whose, how it is called, how far it is."""

    key: str
    person_id: int
    name: str
    media_type: str
    path: Path
    at: datetime
    total: int
    done: int = 0
    ready: bool = False
    failed: bool = False
    ended: threading.Event = field(default_factory=threading.Event)


class Makings:
    """All files that are being made, or kept."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        """`folder`: theirs alone; what an earlier run left in it is removed."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in folder.iterdir():
            left.unlink(missing_ok=True)
        self._folder, self._clock = folder, clock
        self._made: dict[str, Making] = {}
        self._lock, self._turn = threading.Lock(), threading.Semaphore(AT_ONCE)

    def start(self, person_id: int, name: str, media_type: str, total: int, make: Make) -> Making:
        """Begin a file for a person. Errors: `ExportsWait` while too many are being made."""
        self._forget_old()
        key = token_urlsafe(24)
        making = Making(key, person_id, name, media_type, self._folder / key, self._clock(), total)
        with self._lock:
            own = [other for other in self._made.values() if other.person_id == person_id]
            for among, most in ((own, MOST_OF_ONE), (list(self._made.values()), MOST)):
                if len(among) >= most:
                    self._make_room(among)
            self._made[key] = making
        threading.Thread(target=self._make, args=(making, make), name="making", daemon=True).start()
        return making

    def of(self, key: str, person_id: int) -> Making | None:
        """A file of this person."""
        making = self._made.get(key)
        return making if making is not None and making.person_id == person_id else None

    def _make(self, making: Making, make: Make) -> None:
        def progress(done: int) -> None:
            making.done = done

        try:
            with self._turn, os.fdopen(os.open(making.path, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as out:
                making.done = make(out, progress)
            making.ready = True
        except Exception as fault:  # whatever it is, its maker hears that it failed, and the log why
            making.failed = True
            making.path.unlink(missing_ok=True)
            log.exception("export.failed", fault=type(fault).__name__)
        making.ended.set()

    def _make_room(self, among: list[Making]) -> None:
        done = [making for making in among if making.ended.is_set() and making.key in self._made]
        if not done:
            raise ExportsWait(count=len(among))
        self._drop(min(done, key=lambda making: making.at))

    def _drop(self, making: Making) -> None:
        del self._made[making.key]
        with contextlib.suppress(OSError):
            making.path.unlink(missing_ok=True)

    def _forget_old(self) -> None:
        now = self._clock()
        with self._lock:
            for making in list(self._made.values()):
                if making.ended.is_set() and now - making.at > KEPT:
                    self._drop(making)
