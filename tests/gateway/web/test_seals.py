"""Nonces and proofs: bound to a link and a purpose, dated, used once where that matters."""

from __future__ import annotations

import asyncio

import pytest

from gateway.web import seals
from gateway.web.seals import Nonces, Seals
from tests.gateway.web.office import SECRET, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def nonces(clock: Clock) -> Nonces:
    return Nonces(Seals(SECRET, clock), clock.pause)


def admitted(nonces: Nonces, token: str, nonce: str) -> bool:
    return asyncio.run(nonces.admit(token, nonce))


def test_a_nonce_is_good_from_two_seconds_to_a_day(nonces: Nonces, clock: Clock) -> None:
    nonce = nonces.fresh("token")
    assert admitted(nonces, "token", nonce)
    assert clock.pauses == [2.0]
    clock.forward(hours=23, minutes=59)
    assert admitted(nonces, "token", nonce)
    clock.forward(minutes=2)
    assert not admitted(nonces, "token", nonce)


def test_a_nonce_serves_its_own_link_only(nonces: Nonces) -> None:
    assert not admitted(nonces, "other", nonces.fresh("token"))


def test_a_clock_that_was_set_back_makes_nobody_wait_long(nonces: Nonces, clock: Clock) -> None:
    nonce = nonces.fresh("token")
    clock.forward(days=-2)
    assert admitted(nonces, "token", nonce)
    assert clock.pauses == [2.0]


@pytest.mark.parametrize("forged", ["", "x", "W10.x", "a.b.c", "\u0e01", "W10." + "A" * 5000])
def test_what_we_did_not_sign_is_worth_nothing(nonces: Nonces, forged: str) -> None:
    assert not admitted(nonces, "token", forged)


def test_another_secret_signs_other_values(clock: Clock) -> None:
    other = Seals(b"another secret that is long enough", clock)
    assert Seals(SECRET, clock).age("form", "token", other.stamp("form", "token")) is None


def test_a_value_for_one_purpose_serves_no_other(clock: Clock) -> None:
    made = Seals(SECRET, clock)
    assert made.age("open", "token", made.stamp("form", "token")) is None


def test_a_short_secret_is_refused(clock: Clock) -> None:
    with pytest.raises(ValueError, match="32"):
        Seals(b"short", clock)


def test_once_is_once_until_it_fails(nonces: Nonces) -> None:
    def use(nonce: str, fail: bool = False) -> bool:
        with nonces.once(nonce) as first:
            if fail:
                raise RuntimeError
            return first

    assert use("a")
    assert not use("a")
    with pytest.raises(RuntimeError):
        use("b", fail=True)
    assert use("b")


def test_used_nonces_are_remembered_within_bounds(nonces: Nonces, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "REMEMBERED", 3)
    for nonce in "abcd":
        with nonces.once(nonce) as first:
            assert first
    for nonce in "bcd":
        with nonces.once(nonce) as first:
            assert not first
    assert len(nonces._used) == 3
