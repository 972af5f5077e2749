"""How many connections one address may hold: a few before anybody on them is known, many after (5.1).

When there are too many, the one that has kept us waiting longest makes room, so that who drips and idles keeps nobody
out. Of the few, some are always left for listening to who comes: only a request for which all others being answered
leave no room waits for them, and never that of somebody who was known before. All strangers together are bounded as
those of one address are, and all who are known apart from them; there the most crowded address makes room. What a
proxy of ours keeps open is counted apart while it speaks for nobody. All together are fewer than the server holds.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from hashlib import sha256
from typing import Protocol

import structlog

from gateway.web.peer import network_of

log = structlog.get_logger(__name__)

FEW, MANY = 20, 200
ANSWERED = 15  # of the few
STRANGERS, KNOWN = 300, 400  # whatever their addresses
STRANGERS_ANSWERED = 240
PROXIED, PROXIED_ANSWERED = 250, 200
COOKIES = 20_000


class Caller(Protocol):
    """One connection."""

    waiting_since: float | None  # when it began to be the other side's turn, by any steady clock; None while it is ours
    asking: bool  # a request has begun, and its answer has not ended

    def end(self) -> None:
        """Hang up."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many there may be: of one address, and of all. Fewer may be answered than may be there."""

    few: int = FEW
    many: int = MANY
    answered: int = ANSWERED
    strangers: int = STRANGERS
    known: int = KNOWN
    strangers_answered: int = STRANGERS_ANSWERED
    proxied: int = PROXIED
    proxied_answered: int = PROXIED_ANSWERED


class _Kind(Enum):
    STRANGER = auto()
    KNOWN = auto()
    PROXY = auto()  # one of ours, which speaks for nobody: idle, before a head, or for itself


@dataclass(frozen=True, slots=True)
class _Place:
    network: str
    kind: _Kind


class Crowd:
    """Counts connections by address: an IPv6 host owns its /64."""

    def __init__(self, bounds: Bounds = Bounds()) -> None:
        self._most = bounds
        self._here: dict[_Place, set[Caller]] = {}
        self._places: dict[Caller, _Place] = {}
        self._all: dict[_Kind, set[Caller]] = {kind: set() for kind in _Kind}
        self._cookies: OrderedDict[bytes, int] = OrderedDict()  # and whose account they are
        self._doubted: set[Caller] = set()  # known by what they asked before; the next time the cookie must say so
        self._told: set[_Kind] = set()

    def __len__(self) -> int:
        return len(self._places)

    def enter(self, caller: Caller, address: str) -> None:
        """Somebody has come, and has asked nothing yet."""
        place = _place(address, _Kind.STRANGER)
        strangers = self._all[_Kind.STRANGER]
        if len(here := self._here.get(place, set())) >= self._most.few:
            self._end_longest(here)
        elif len(strangers) >= self._most.strangers:
            self._tell(_Kind.STRANGER)
            self._end_longest(strangers)
        elif len(strangers) < self._most.strangers // 2:
            self._told.discard(_Kind.STRANGER)
        self._put(caller, place)

    def stand_by(self, caller: Caller, proxy: str) -> None:
        """It is a proxy's, at this address of it, and speaks for nobody: those of them that are idle make room."""
        here = self._all[_Kind.PROXY]
        if len(here - {caller}) >= self._most.proxied:
            self._tell(_Kind.PROXY)
            self._end_longest({one for one in here if not one.asking and one is not caller})
        elif len(here) < self._most.proxied // 2:
            self._told.discard(_Kind.PROXY)
        self._put(caller, _place(proxy, _Kind.PROXY))

    def ask_itself(self, caller: Caller, proxy: str) -> bool:
        """A request of the proxy itself begins; False when it must wait."""
        asking = {one for one in self._all[_Kind.PROXY] if one.asking and one is not caller}
        if len(asking) >= self._most.proxied_answered:
            self._tell(_Kind.PROXY)
            if not self._end_longest(asking):
                return False
        self._put(caller, _place(proxy, _Kind.PROXY))
        return True

    def ask(self, caller: Caller, address: str, cookie: bytes) -> bool:
        """A request begins; False when it must wait."""
        if cookie and _mark(cookie) in self._cookies and self._know(caller, address):
            return True
        place = _place(address, _Kind.STRANGER)
        if caller in self._all[_Kind.KNOWN] and caller not in self._doubted:
            return True
        for among, most in (
            (self._here.get(place, set()), self._most.answered),
            (self._all[_Kind.STRANGER], self._most.strangers_answered),
        ):
            asking = {one for one in among if one.asking and one is not caller} if len(among) >= most else set()
            if len(asking) >= most and not self._end_longest(asking):
                return False
        self._put(caller, place)
        return True

    def know(self, caller: Caller, address: str, cookie: bytes, account: int) -> None:
        """The request is of somebody signed in, who is known by the cookie until it is forgotten."""
        self._cookies[_mark(cookie)] = account
        self._cookies.move_to_end(_mark(cookie))
        if len(self._cookies) > COOKIES:
            self._cookies.popitem(last=False)
        self._know(caller, address)

    def mistake(self, caller: Caller, address: str, cookie: bytes) -> None:
        """The request is of nobody who is signed in: it is a stranger's, as all that come with this cookie."""
        self._cookies.pop(_mark(cookie), None)
        if caller in self._all[_Kind.KNOWN]:
            place = _place(address, _Kind.STRANGER)
            self._put(caller, place)
            asking = [one for one in self._here[place] if one.asking]
            if len(asking) > self._most.answered:
                self._end_longest(asking)

    def forget(self, account: int | None) -> None:
        """Sign-ins of the account, or of anybody (None), may have ended: who is known must show it once more."""
        for mark in [mark for mark, whose in self._cookies.items() if account in (None, whose)]:
            del self._cookies[mark]
        self._doubted |= self._all[_Kind.KNOWN]

    def leave(self, caller: Caller) -> None:
        """It is over, or nobody's for now."""
        if (place := self._places.pop(caller, None)) is not None:
            self._all[place.kind].discard(caller)
            self._doubted.discard(caller)
            self._here[place].discard(caller)
            if not self._here[place]:
                del self._here[place]

    def _know(self, caller: Caller, address: str) -> bool:
        place = _place(address, _Kind.KNOWN)
        for among, most in (
            (self._here.get(place, set()), self._most.many),
            (self._all[_Kind.KNOWN], self._most.known),
        ):
            if caller not in among and len(among) >= most and not self._end_longest(among):
                return False
        self._put(caller, place)
        return True

    def _put(self, caller: Caller, place: _Place) -> None:
        self.leave(caller)
        self._here.setdefault(place, set()).add(caller)
        self._all[place.kind].add(caller)
        self._places[caller] = place

    def _end_longest(self, callers: Iterable[Caller]) -> bool:
        """Hang up on who has kept us waiting longest, of the address that has most; False when nobody does."""
        callers = list(callers)
        crowds = Counter(self._places[caller].network for caller in callers)
        waiting = [
            (-crowds[self._places[caller].network], caller.waiting_since, id(caller), caller)
            for caller in callers
            if caller.waiting_since is not None
        ]
        if not waiting:
            return False
        *_, longest = min(waiting)
        self.leave(longest)
        longest.end()
        return True

    def _tell(self, kind: _Kind) -> None:
        """Once, until it is over."""
        if kind not in self._told:
            self._told.add(kind)
            here = self._all[kind]
            addresses = len({self._places[caller].network for caller in here})
            whose = "strangers" if kind is _Kind.STRANGER else "proxied"
            log.warning("web.crowded", addresses=addresses, **{whose: len(here)})


def _place(address: str, kind: _Kind) -> _Place:
    return _Place(network_of(address, 32, 64), kind)


def _mark(cookie: bytes) -> bytes:
    return sha256(cookie).digest()
