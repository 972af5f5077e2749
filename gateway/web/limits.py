"""How often one visitor and one link may ask (5.2), in bounded memory."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.web.peer import Peers, network_of

KEYS = 20_000


@dataclass(frozen=True, slots=True)
class Rates:
    """Requests for receipt links: of any method from one address, and POSTs to one link."""

    a_minute: int = 30
    an_hour: int = 300
    posts_a_minute: int = 10


class Window:
    """Admits `count` in any `seconds`, for each key: a sliding window, told from two counters a key.

    When there are too many keys, those that asked longest ago are forgotten.
    """

    def __init__(self, count: int, seconds: float, keys: int = KEYS) -> None:
        self._count = count
        self._seconds = seconds
        self._keys = keys
        self._counters: OrderedDict[str, tuple[int, int, int]] = OrderedDict()  # window, in the one before, in it

    def __len__(self) -> int:
        return len(self._counters)

    def wait(self, key: str, now: float) -> float:
        """Seconds until `key` may ask again; 0.0 admits it now and counts it."""
        window, passed = divmod(now / self._seconds, 1)
        last, before, here = self._counters.get(key, (int(window), 0, 0))
        if last != window:
            before, here = (here if last == window - 1 else 0), 0
        room = self._count - here - 1
        if room < 0:
            return (1 - passed) * self._seconds
        if before * (1 - passed) > room:
            return (1 - passed - room / before) * self._seconds
        self._counters[key] = (int(window), before, here + 1)
        self._counters.move_to_end(key)
        if len(self._counters) > self._keys:
            self._counters.popitem(last=False)
        return 0.0


class Limits:
    """Middleware over the receipt routes: 429 with Retry-After before the desk hears of a visit."""

    def __init__(self, app: ASGIApp, *, rates: Rates, peers: Peers, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._peers = peers
        self._clock = clock
        self._addresses = (Window(rates.a_minute, 60), Window(rates.an_hour, 3600))
        self._posts = Window(rates.posts_a_minute, 60)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        now = self._clock().timestamp()
        place = network_of(self._peers.address(scope), 32, 64)  # an IPv6 host owns its /64
        wait = next((wait for window in self._addresses if (wait := window.wait(place, now))), 0.0)
        if not wait and scope["method"] == "POST":
            wait = self._posts.wait(_token(scope["path"]), now)
        if wait:
            raise HTTPException(429, headers={"Retry-After": str(math.ceil(wait))})
        await self._app(scope, receive, send)


def _token(path: str) -> str:
    return path.split("/")[2][:64]
