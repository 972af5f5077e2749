"""Whether the disk has room for one more letter, and since when it has none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime


class Space:
    """Holds the bytes that `free` tells against `least`; `since` when letters are refused, and what was free then last.

    `free` may raise OSError, and so do the methods then. `clock` gives aware times.
    """

    def __init__(self, free: Callable[[], int], least: int, clock: Callable[[], datetime]) -> None:
        self.since: datetime | None = None
        self.seen = 0
        self._free, self._least, self._clock = free, least, clock

    def short(self) -> bool:
        """Whether too little is free to begin a letter. Asked at every MAIL, and by the ticker while letters wait."""
        self.seen = self._free()
        if self.seen >= self._least:
            self.since = None
        elif self.since is None:
            self.since = self._clock()
        return self.since is not None

    def ran_out(self) -> None:
        """A letter that had begun found no room."""
        self.seen = self._free()
        self.since = self.since or self._clock()
