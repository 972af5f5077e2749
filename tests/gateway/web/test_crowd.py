"""Who is let in, and who makes room: by count and by order, whatever the clock says."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from gateway.web import crowd as crowds
from gateway.web.crowd import Crowd

HERE = "192.0.2.7"
COOKIE = b"sid=abc"


@dataclass(eq=False)
class Someone:
    """A connection that has waited since a moment, or for which we work (None)."""

    waiting_since: float | None = None
    asking: bool = False
    ended: bool = False

    def end(self) -> None:
        self.ended = True


@pytest.fixture
def crowd() -> Crowd:
    return Crowd(few=4, many=5, answered=3)


def come(crowd: Crowd, *waiting: float, address: str = HERE) -> list[Someone]:
    """Connections that have said nothing yet."""
    callers = [Someone(since) for since in waiting]
    for caller in callers:
        crowd.enter(caller, address)
    return callers


def ask(crowd: Crowd, since: float | None = None, address: str = HERE, cookie: bytes = b"") -> Someone | None:
    """A request on a new connection: for which we work, or that is still coming. None when it is turned away."""
    (caller,) = come(crowd, 1000.0, address=address)
    if not crowd.ask(caller, address, cookie):
        return None
    caller.waiting_since, caller.asking = since, True
    return caller


def known(crowd: Crowd, since: float | None = None) -> Someone:
    caller = ask(crowd, since)
    assert caller
    crowd.know(caller, HERE, COOKIE)
    return caller


def test_who_has_kept_us_waiting_longest_makes_room(crowd: Crowd) -> None:
    callers = come(crowd, 30.0, 10.0, 20.0, 40.0)
    come(crowd, 50.0)
    assert [caller.ended for caller in callers] == [False, True, False, False]
    assert len(crowd) == 4


def test_while_so_many_are_answered_there_is_room_for_who_comes_but_not_for_a_request(crowd: Crowd) -> None:
    answered = [ask(crowd) for _ in range(3)]
    for moment in (1.0, 2.0, 3.0):
        (newcomer,) = come(crowd, moment)
        assert not newcomer.ended
    assert not crowd.ask(newcomer, HERE, b"")
    assert not any(one is None or one.ended for one in answered)
    crowd.leave(answered[0])  # type: ignore[arg-type]
    assert crowd.ask(newcomer, HERE, b"")


def test_a_request_that_drips_makes_room_for_the_next(crowd: Crowd) -> None:
    dripping = [ask(crowd, since) for since in (20.0, 10.0, 30.0)]
    assert ask(crowd)
    assert [one.ended for one in dripping if one] == [False, True, False]


def test_each_address_is_counted_by_itself(crowd: Crowd) -> None:
    for address in (HERE, "192.0.2.8", "2001:db8:0:1::1"):
        assert all(ask(crowd, address=address) for _ in range(3))
    assert not ask(crowd, address="2001:db8:0:1:ffff::2")  # an IPv6 host owns its /64
    assert ask(crowd, address="2001:db8:0:2::1")
    assert not ask(crowd, address="::ffff:192.0.2.7")


def test_who_is_known_is_counted_among_the_many(crowd: Crowd) -> None:
    many = [known(crowd) for _ in range(5)]
    strangers = [ask(crowd) for _ in range(3)]
    assert all(strangers)
    assert not ask(crowd)
    assert not any(one.ended for one in many)


def test_of_the_many_too_the_longest_makes_room_or_the_next_stays_among_the_few(crowd: Crowd) -> None:
    many = [known(crowd) for _ in range(5)]
    sixth = known(crowd)
    assert not any(one.ended for one in many)
    assert all(ask(crowd) for _ in range(2))
    assert not ask(crowd)  # the sixth is one of three
    many[3].waiting_since = 5.0
    crowd.know(sixth, HERE, COOKIE)
    assert many[3].ended
    assert ask(crowd)


def test_who_was_known_before_is_never_turned_away_for_strangers(crowd: Crowd) -> None:
    crowd.leave(known(crowd))
    assert all(ask(crowd) for _ in range(3))
    assert not ask(crowd, cookie=b"sid=other")
    assert ask(crowd, cookie=COOKIE)


def test_a_known_connection_may_ask_again_without_its_cookie(crowd: Crowd) -> None:
    one = known(crowd)
    assert all(ask(crowd) for _ in range(3))
    assert crowd.ask(one, HERE, b"")


def test_only_so_many_cookies_are_remembered(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowds, "COOKIES", 2)
    one = known(crowd)
    for cookie in (b"2", COOKIE, b"3"):
        crowd.know(one, HERE, cookie)
    crowd.leave(one)
    assert all(ask(crowd) for _ in range(3))
    assert [bool(ask(crowd, cookie=cookie)) for cookie in (COOKIE, b"2", b"3")] == [True, False, True]


def test_nothing_is_kept_of_who_has_left(crowd: Crowd) -> None:
    callers = come(crowd, 1.0, 2.0, 3.0)
    crowd.know(callers[0], HERE, COOKIE)
    for caller in callers:
        crowd.leave(caller)
        crowd.leave(caller)
    assert (len(crowd), crowd._here) == (0, {})
