"""How often somebody may try a password or a code (5.1), in bounded memory. Nobody is ever locked out for good.

Only failures are counted, so that a school whose hundred people share one address all get in. A try counts as failed
while it lasts: several at once cannot get past a limit together.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, field

MINUTE = 60.0
WINDOW = 15 * MINUTE
DAY = 24 * 60 * MINUTE

FREE = 5  # failures within `WINDOW` of each other before tries are delayed
FIRST_DELAY = MINUTE  # doubled by each further failure
LONGEST_DELAY = WINDOW
A_DAY = 100
NETWORK_A_WINDOW = 20
KEYS = 20_000


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` failures in any `seconds`; after `free` in a row each further one waits, twice as long each time.

    `free` 0: no such delay.
    """

    count: int
    seconds: float
    free: int = 0


STRICT = Rate(A_DAY, DAY, FREE)  # for one device, or one login from one network
ACCOUNT = Rate(A_DAY, DAY)  # for all strangers at one login together
NETWORK = Rate(NETWORK_A_WINDOW, WINDOW)


@dataclass(slots=True)
class _Failures:
    times: deque[float] = field(default_factory=deque)
    row: int = 0  # failures since the last success, each soon after the delay of the one before

    def delay(self, rate: Rate) -> float:
        over = self.row - rate.free
        return min(FIRST_DELAY * 2.0 ** min(over, 16), LONGEST_DELAY) if rate.free and over >= 0 else 0.0


class Attempts:
    """Failures by key. When there are too many keys, those that failed longest ago are forgotten."""

    def __init__(self, rate: Rate, keys: int = KEYS) -> None:
        self._rate, self._keys = rate, keys
        self._failures: OrderedDict[str, _Failures] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._failures)

    def wait(self, key: str, now: float) -> float:
        """Seconds until `key` may try; 0.0: now. Counts nothing."""
        with self._lock:
            return self._wait(key, now)

    def begin(self, key: str, now: float) -> float:
        """The same; but 0.0 counts a failure, which `forgive` takes back when the try succeeds."""
        with self._lock:
            if wait := self._wait(key, now):
                return wait
            found = self._failures.setdefault(key, _Failures())
            late = found.times and now - found.times[-1] > WINDOW + found.delay(self._rate)
            found.row = 1 if late else found.row + 1
            found.times.append(now)
            self._failures.move_to_end(key)
            if len(self._failures) > self._keys:
                self._failures.popitem(last=False)
            return 0.0

    def forgive(self, key: str, *, all_of_them: bool) -> bool:
        """Take back the newest failure; False where there is none.

        Arguments: `all_of_them` ends the row as well, as the right password does.
        """
        with self._lock:
            if not (found := self._failures.get(key)):
                return False
            if found.times:
                found.times.pop()
            found.row = 0 if all_of_them else max(0, found.row - 1)
            if not found.times:
                del self._failures[key]
            return True

    def _wait(self, key: str, now: float) -> float:
        found = self._failures.get(key)
        if found is None:
            return 0.0
        # A clock that was set back must not make anybody wait until it has caught up.
        found.times = deque(min(at, now) for at in found.times)
        while found.times and now - found.times[0] >= self._rate.seconds:
            found.times.popleft()
        if not found.times:
            del self._failures[key]
            return 0.0
        until = found.times[0] + self._rate.seconds if len(found.times) >= self._rate.count else 0.0
        if delay := found.delay(self._rate):
            until = max(until, found.times[-1] + delay)
        return max(0.0, until - now)
