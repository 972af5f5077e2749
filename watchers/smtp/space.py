"""Whether the disk has room for one more letter, and since when it has none."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from ledger.values import Channel

log = logging.getLogger(__name__)


class Space:
    """Holds the bytes that `free` tells against `least`; each time of refusing begins and ends with one line of log.

    `free` may raise OSError, and so do the methods then. `clock` gives aware times.
    """

    def __init__(self, free: Callable[[], int], least: int, channel: Channel, clock: Callable[[], datetime]) -> None:
        self.since: datetime | None = None
        self._free, self._least, self._channel, self._clock = free, least, channel.value, clock

    def short(self) -> bool:
        """Whether too little is free to begin a letter. Asked at every MAIL, and by the ticker while letters wait."""
        free = self._free()
        if free < self._least:
            self._begin(free)
        else:
            self._end(free)
        return free < self._least

    def ran_out(self) -> None:
        """A letter that had begun found no room."""
        self._begin(self._free())

    def _begin(self, free: int) -> None:
        if self.since is None:
            self.since = self._clock()
            log.warning("no room for letters channel=%s free=%d least=%d", self._channel, free, self._least)

    def _end(self, free: int) -> None:
        if self.since is not None:
            facts = (self._channel, free, self._least, self.since.isoformat(timespec="seconds"))
            self.since = None
            log.info("room for letters again channel=%s free=%d least=%d since=%s", *facts)
