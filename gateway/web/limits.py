"""How often one visitor and one link may ask (5.2), in bounded memory."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.web.peer import Peers, network_of

KEYS = 20_000
NOT_FOUND, WRONG_FORM = 404, 422


@dataclass(frozen=True, slots=True)
class Rates:
    """Requests for receipt links.

    Each link has its own limit for each address, so that a school behind one address, or the recipients of one
    circular, never share it. What an address shares is a wide limit for all links, and a narrow one for those that
    do not work (5.2): links cannot be guessed, but trying costs.
    """

    a_minute: int = 30  # of one link from one address; of links that do not work from one address
    an_hour: int = 300  # of links that do not work from one address
    an_address_a_minute: int = 600  # of all links from one address
    posts_a_minute: int = 10  # to one link, from wherever they come


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
        wait = self.left(key, now)
        if not wait:
            self.count(key, now)
        return wait

    def left(self, key: str, now: float) -> float:
        """The same, without counting."""
        window, passed = divmod(now / self._seconds, 1)
        before, here = self._counted(key, int(window))
        room = self._count - here - 1
        if room < 0:
            return (1 - passed) * self._seconds
        if before * (1 - passed) > room:
            return (1 - passed - room / before) * self._seconds
        return 0.0

    def count(self, key: str, now: float) -> None:
        """Count one for `key`, whether it was admitted or not."""
        window = int(now // self._seconds)
        before, here = self._counted(key, window)
        self._counters[key] = (window, before, here + 1)
        self._counters.move_to_end(key)
        if len(self._counters) > self._keys:
            self._counters.popitem(last=False)

    def _counted(self, key: str, window: int) -> tuple[int, int]:
        """In the window before this one, and in this one."""
        last, before, here = self._counters.get(key, (window, 0, 0))
        return (before, here) if last == window else (here if last == window - 1 else 0, 0)


class Limits:
    """Middleware over the receipt routes: 429 with Retry-After before the desk hears of a visit.

    A link that worked at an address works there whatever else is tried from it. Any other looks alike until the desk
    has answered, and waits while too many did not work: a refusal tells nothing of a link.
    """

    def __init__(self, app: ASGIApp, *, rates: Rates, peers: Peers, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._peers = peers
        self._clock = clock
        self._each, self._all = Window(rates.a_minute, 60), Window(rates.an_address_a_minute, 60)
        self._posts = Window(rates.posts_a_minute, 60)
        self._failed = (Window(rates.a_minute, 60), Window(rates.an_hour, 3600))
        self._worked: OrderedDict[str, None] = OrderedDict()  # address and link

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        place = network_of(self._peers.address(scope), 32, 64)  # an IPv6 host owns its /64
        link = _link(scope["path"])
        if wait := self._wait(place, link, posted=scope["method"] == "POST"):
            raise HTTPException(429, headers={"Retry-After": str(math.ceil(wait))})

        async def heard(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._note(place, link, message["status"])
            await send(message)

        await self._app(scope, receive, heard)

    def _wait(self, place: str, link: str, *, posted: bool) -> float:
        now, here = self._clock().timestamp(), f"{place} {link}"
        if here not in self._worked and (wait := max(window.left(place, now) for window in self._failed)):
            return wait
        asked = [(self._each, here), (self._all, place), *([(self._posts, link)] if posted else [])]
        if wait := max(window.left(key, now) for window, key in asked):
            return wait
        for window, key in asked:
            window.count(key, now)
        return 0.0

    def _note(self, place: str, link: str, status: int) -> None:
        """A page that was shown shows that the link works; a form is read before its link is looked at."""
        here = f"{place} {link}"
        if status == NOT_FOUND:
            for window in self._failed:
                window.count(place, self._clock().timestamp())
        elif status < 400 or status == WRONG_FORM:
            self._worked[here] = None
            self._worked.move_to_end(here)
            if len(self._worked) > KEYS:
                self._worked.popitem(last=False)


def _link(path: str) -> str:
    """The token, by a hash: keys of one size, and none stays in memory."""
    return sha256(path.split("/")[2].encode("utf-8", "surrogateescape")).hexdigest()
