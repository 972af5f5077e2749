"""How often one visitor and one link may ask (5.2): buckets that leak, in bounded memory."""

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


class Bucket:
    """Admits `count` at once and one more each `seconds / count` after that, for each key (GCRA).

    A key costs one number. When there are too many, those that asked longest ago are forgotten.
    """

    def __init__(self, count: int, seconds: float, keys: int = KEYS) -> None:
        self._step = seconds / count
        self._depth = seconds
        self._keys = keys
        self._full_until: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_until)

    def wait(self, key: str, now: float) -> float:
        """Seconds until `key` may ask again; 0.0 admits it now and counts it."""
        until = max(self._full_until.get(key, now), now) + self._step
        if (wait := until - now - self._depth) > self._step / 1000:
            return min(wait, self._depth)
        self._full_until[key] = until
        self._full_until.move_to_end(key)
        if len(self._full_until) > self._keys:
            self._full_until.popitem(last=False)
        return 0.0


class Limits:
    """Middleware over the receipt routes: 429 with Retry-After before the desk hears of a visit."""

    def __init__(self, app: ASGIApp, *, rates: Rates, peers: Peers, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._peers = peers
        self._clock = clock
        self._addresses = (Bucket(rates.a_minute, 60), Bucket(rates.an_hour, 3600))
        self._posts = Bucket(rates.posts_a_minute, 60)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        now = self._clock().timestamp()
        place = network_of(self._peers.address(scope), 32, 64)  # an IPv6 host owns its /64
        wait = next((wait for bucket in self._addresses if (wait := bucket.wait(place, now))), 0.0)
        if not wait and scope["method"] == "POST":
            wait = self._posts.wait(_token(scope["path"]), now)
        if wait:
            raise HTTPException(429, headers={"Retry-After": str(math.ceil(wait))})
        await self._app(scope, receive, send)


def _token(path: str) -> str:
    return path.split("/")[2][:64]
