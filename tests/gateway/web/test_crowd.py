"""Who is let in, and who makes room: by count and by order, whatever the clock says."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from structlog.testing import capture_logs

from gateway.web import crowd as crowds
from gateway.web.connection import MOST
from gateway.web.crowd import Bounds, Crowd

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
    return Crowd(Bounds(few=4, many=5, answered=3))


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


def served(crowd: Crowd, since: float | None = None, address: str = HERE, cookie: bytes = b"") -> Someone:
    """The same of one that is not turned away."""
    caller = ask(crowd, since, address, cookie)
    assert caller
    return caller


def known(crowd: Crowd, since: float | None = None) -> Someone:
    caller = served(crowd, since)
    crowd.know(caller, HERE, COOKIE, 1)
    return caller


def test_who_has_kept_us_waiting_longest_makes_room(crowd: Crowd) -> None:
    callers = come(crowd, 30.0, 10.0, 20.0, 40.0)
    come(crowd, 50.0)
    assert [caller.ended for caller in callers] == [False, True, False, False]
    assert len(crowd) == 4


def test_while_so_many_are_answered_there_is_room_for_who_comes_but_not_for_a_request(crowd: Crowd) -> None:
    answered = [served(crowd) for _ in range(3)]
    for moment in (1.0, 2.0, 3.0):
        (newcomer,) = come(crowd, moment)
        assert not newcomer.ended
    assert not crowd.ask(newcomer, HERE, b"")
    assert not any(one.ended for one in answered)
    crowd.leave(answered[0])
    assert crowd.ask(newcomer, HERE, b"")


def test_a_request_that_drips_makes_room_for_the_next(crowd: Crowd) -> None:
    dripping = [served(crowd, since) for since in (20.0, 10.0, 30.0)]
    assert ask(crowd)
    assert [one.ended for one in dripping] == [False, True, False]


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
    crowd.know(sixth, HERE, COOKIE, 1)
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
        crowd.know(one, HERE, cookie, 1)
    crowd.leave(one)
    assert all(ask(crowd) for _ in range(3))
    assert [bool(ask(crowd, cookie=cookie)) for cookie in (COOKIE, b"2", b"3")] == [True, False, True]


@pytest.mark.parametrize(("ended", "still"), [(1, False), (2, True), (None, False)])
def test_whose_sign_in_may_have_ended_must_show_it_once_more(crowd: Crowd, ended: int | None, still: bool) -> None:
    one, other = known(crowd), known(crowd)
    assert all(ask(crowd) for _ in range(3))
    crowd.forget(ended)
    assert bool(crowd.ask(one, HERE, COOKIE)) is still
    assert not crowd.ask(other, HERE, b"")
    assert not one.ended  # what is being answered is answered


def test_whoever_turns_out_not_to_be_signed_in_is_a_stranger_with_all_that_bring_the_cookie(crowd: Crowd) -> None:
    crowd.leave(known(crowd))
    dripping = [served(crowd, since, cookie=COOKIE) for since in (1.0, 2.0, 3.0, 4.0)]
    for one in dripping:
        crowd.mistake(one, HERE, COOKIE)
    assert [one.ended for one in dripping] == [True, False, False, False]
    last = ask(crowd, 5.0, cookie=COOKIE)
    assert last
    assert [one.ended for one in dripping] == [True, True, False, False]


THERE = [f"198.51.100.{n}" for n in range(9)]


@pytest.fixture
def small() -> Crowd:
    return Crowd(Bounds(few=4, many=5, answered=3, strangers=6, known=3, strangers_answered=4))


def test_of_all_strangers_the_most_crowded_address_makes_room_and_of_it_who_waits_longest(small: Crowd) -> None:
    (first,) = come(small, 1.0, address=THERE[0])
    two = come(small, 3.0, 4.0, address=THERE[1])
    three = come(small, 7.0, 6.0, 8.0, address=THERE[2])
    (last,) = come(small, 9.0, address=THERE[3])
    assert [one.ended for one in (first, *two, *three, last)] == [False, False, False, False, True, False, False]
    assert len(small) == 6


def test_whoever_is_known_is_let_in_beside_any_number_of_strangers(small: Crowd) -> None:
    small.leave(known(small))
    for there in THERE:
        come(small, 1.0, 2.0, address=there)
    assert ask(small, cookie=COOKIE)
    assert len(small) == 6  # one stranger made room for it to be heard; being known, it takes none of their places


def test_so_many_strangers_are_answered_that_some_may_still_be_heard(small: Crowd) -> None:
    answered = [served(small, address=there) for there in THERE[:4]]
    assert not ask(small, address=THERE[4])
    answered[2].waiting_since = 5.0
    assert ask(small, address=THERE[4])
    assert [one.ended for one in answered] == [False, False, True, False]


def test_of_all_who_are_known_too_who_waits_longest_makes_room(small: Crowd) -> None:
    some = [served(small, since, address=there) for since, there in zip((8.0, 2.0, 9.0), THERE, strict=False)]
    for one, there in zip(some, THERE, strict=False):
        small.know(one, there, there.encode(), 1)
    known(small)
    assert [one.ended for one in some] == [False, True, False]


def test_a_crowd_is_told_of_once_until_it_is_over(small: Crowd) -> None:
    with capture_logs() as logs:
        for _ in range(2):
            callers = [one for there in THERE for one in come(small, 1.0, 2.0, address=there)]
            for one in callers:
                small.leave(one)
    assert [(one["event"], one["strangers"]) for one in logs] == [("web.crowded", 6)] * 2


def test_nothing_is_kept_of_who_has_left(crowd: Crowd) -> None:
    callers = come(crowd, 1.0, 2.0, 3.0)
    crowd.know(callers[0], HERE, COOKIE, 1)
    crowd.stand_by(callers[1], HERE)
    for caller in callers:
        crowd.leave(caller)
        crowd.leave(caller)
    assert (len(crowd), crowd._here, any(crowd._all.values())) == (0, {}, False)


# Proxies of ours


@pytest.fixture
def proxied() -> Crowd:
    return Crowd(Bounds(proxied=4, proxied_answered=3))


def stand_by(crowd: Crowd, *waiting: float, address: str = HERE) -> list[Someone]:
    callers = [Someone(since) for since in waiting]
    for caller in callers:
        crowd.stand_by(caller, address)
    return callers


def test_all_together_leave_room_in_what_the_server_holds() -> None:
    most = Bounds()
    assert most.strangers + most.known + most.proxied <= MOST - 50


def test_of_what_proxies_keep_open_the_longest_of_the_most_crowded_makes_room(proxied: Crowd) -> None:
    (first,) = stand_by(proxied, 1.0, address=THERE[0])
    three = stand_by(proxied, 7.0, 6.0, 8.0)
    stand_by(proxied, 9.0, address=THERE[1])
    assert [one.ended for one in (first, *three)] == [False, False, True, False]


def test_one_on_which_a_request_is_answered_is_kept_whoever_asks(proxied: Crowd) -> None:
    asking = stand_by(proxied, 1.0, 2.0, 3.0)
    assert proxied.ask(asking[0], THERE[0], b"")
    proxied.know(asking[0], THERE[0], COOKIE, 1)
    assert all(proxied.ask_itself(one, HERE) for one in asking[1:])
    for one in asking:
        one.asking = True
    idle = stand_by(proxied, 4.0, 5.0, 6.0, 7.0)
    assert [one.ended for one in (*asking, *idle)] == [False, False, False, True, True, False, False]


def test_a_proxy_that_asks_much_for_itself_leaves_room_to_be_heard(proxied: Crowd) -> None:
    for one in stand_by(proxied, 3.0, 1.0, 2.0):
        assert proxied.ask_itself(one, HERE)
        one.asking = True
    asking = sorted(proxied._places, key=lambda one: one.waiting_since or 0)
    (late,) = stand_by(proxied, 9.0)
    assert proxied.ask_itself(late, HERE)
    assert [one.ended for one in asking if isinstance(one, Someone)] == [True, False, False]
    late.asking = True
    for one in (*asking, late):
        one.waiting_since = None
    (later,) = stand_by(proxied, 10.0)
    assert not proxied.ask_itself(later, HERE)


def test_a_crowd_of_proxies_is_told_of_once_until_it_is_over(proxied: Crowd) -> None:
    with capture_logs() as logs:
        for _ in range(2):
            for one in stand_by(proxied, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0):
                proxied.leave(one)
    assert [(one["event"], one["proxied"], one["addresses"]) for one in logs] == [("web.crowded", 4, 1)] * 2
