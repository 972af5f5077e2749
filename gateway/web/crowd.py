"""How many connections one address may hold: a few before anybody on them is known, many after (5.1).

When there are too many, the one that has kept us waiting longest makes room, so that who drips and idles keeps nobody
out. Of the few, some are always left for listening to who comes: only a request for which all others being answered
leave no room waits for them, and never that of somebody who was known before.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from gateway.web.peer import network_of

FEW, MANY = 20, 200
ANSWERED = 15  # of the few
COOKIES = 20_000


class Caller(Protocol):
    """One connection."""

    waiting_since: float | None  # when it began to be the other side's turn, by any steady clock; None while it is ours
    asking: bool  # a request has begun, and its answer has not ended

    def end(self) -> None:
        """Hang up."""


@dataclass(frozen=True, slots=True)
class _Place:
    network: str
    known: bool


class Crowd:
    """Counts connections by address: an IPv6 host owns its /64."""

    def __init__(self, few: int = FEW, many: int = MANY, answered: int = ANSWERED) -> None:
        """Arguments: `answered`, fewer than `few`."""
        self._few, self._many, self._answered = few, many, answered
        self._here: dict[_Place, set[Caller]] = {}
        self._places: dict[Caller, _Place] = {}
        self._cookies: OrderedDict[bytes, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._places)

    def enter(self, caller: Caller, address: str) -> None:
        """Somebody has come, and has asked nothing yet."""
        place = _Place(network_of(address, 32, 64), known=False)
        if len(here := self._here.get(place, set())) >= self._few:
            self._end_longest(here)
        self._put(caller, place)

    def ask(self, caller: Caller, address: str, cookie: bytes) -> bool:
        """A request begins; False when it must wait."""
        if cookie and _mark(cookie) in self._cookies and self._know(caller, address):
            return True
        place = _Place(network_of(address, 32, 64), known=False)
        if self._places.get(caller, _Place(place.network, known=False)).known:
            return True
        asking = {one for one in self._here.get(place, set()) if one.asking and one is not caller}
        if len(asking) >= self._answered and not self._end_longest(asking):
            return False
        self._put(caller, place)
        return True

    def know(self, caller: Caller, address: str, cookie: bytes) -> None:
        """The request is of somebody signed in, who is known by the cookie from now on."""
        self._cookies[_mark(cookie)] = None
        self._cookies.move_to_end(_mark(cookie))
        if len(self._cookies) > COOKIES:
            self._cookies.popitem(last=False)
        self._know(caller, address)

    def leave(self, caller: Caller) -> None:
        """It is over, or nobody's for now."""
        if (place := self._places.pop(caller, None)) is not None:
            self._here[place].discard(caller)
            if not self._here[place]:
                del self._here[place]

    def _know(self, caller: Caller, address: str) -> bool:
        place = _Place(network_of(address, 32, 64), known=True)
        here = self._here.get(place, set())
        if caller not in here and len(here) >= self._many and not self._end_longest(here):
            return False
        self._put(caller, place)
        return True

    def _put(self, caller: Caller, place: _Place) -> None:
        self.leave(caller)
        self._here.setdefault(place, set()).add(caller)
        self._places[caller] = place

    def _end_longest(self, callers: Iterable[Caller]) -> bool:
        """Hang up on who has kept us waiting longest; False when nobody does."""
        waiting = [(caller.waiting_since, id(caller), caller) for caller in callers if caller.waiting_since is not None]
        if not waiting:
            return False
        *_, longest = min(waiting)
        self.leave(longest)
        longest.end()
        return True


def _mark(cookie: bytes) -> bytes:
    return sha256(cookie).digest()
