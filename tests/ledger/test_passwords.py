"""Keeping passwords: argon2id, Thai as the eye sees it, two at once, and the same work for nobody's (5.1)."""

from __future__ import annotations

import threading

import argon2
import pytest
from door_world import CHEAP, GOOD

from ledger.errors import PasswordsWait
from ledger.passwords import AT_ONCE, OF_ONE, STRANGERS, Passwords

PASSWORDS = Passwords(CHEAP)


def matches(kept: str, password: str, passwords: Passwords = PASSWORDS) -> bool:
    with passwords.turn() as turn:
        return turn.matches(kept, password)


def test_the_shipped_parameters_are_those_of_the_checklist() -> None:
    kept = Passwords().hashed(GOOD)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_password_matches_its_own_hash_alone() -> None:
    kept = PASSWORDS.hashed(GOOD)
    assert matches(kept, GOOD)
    assert not matches(kept, GOOD + " ")
    assert not matches(kept, "")
    assert PASSWORDS.hashed(GOOD) != kept  # salted


@pytest.mark.parametrize(
    ("typed_once", "typed_again"),
    [
        ("น้ำตกสีฟ้าในกล่องไม้", "น้\u0e4d\u0e32ตกสีฟ้าในกล่องไม้"),  # SARA AM as one key, and as two characters
        ("ｆｕｌｌ ｗｉｄｔｈ １２３", "full width 123"),
        ("ปู\u0e48สีฟ้า", "ป\u0e48ูสีฟ้า"),  # tone before vowel
        ("Å ångström", "A\u030a a\u030angstro\u0308m"),
    ],
)
def test_what_looks_alike_is_the_same_password(typed_once: str, typed_again: str) -> None:
    assert typed_once != typed_again
    assert matches(PASSWORDS.hashed(typed_once), typed_again)


def test_no_text_at_all_breaks_it() -> None:
    for odd in ("\ud800", "\x00" * 20, "x" * 10_000_000, "\ufdfa" * 1000):
        assert not matches(PASSWORDS.hashed(GOOD), odd)
        assert matches(PASSWORDS.hashed(odd), odd)


def test_nobody_has_a_hash_of_todays_cost_that_nothing_matches() -> None:
    parameters = argon2.extract_parameters(PASSWORDS._nobody)
    assert parameters == argon2.extract_parameters(PASSWORDS.hashed(GOOD))
    assert not matches("", GOOD)
    assert not matches("", "")


def test_nobodys_hash_is_really_worked_on(monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []
    real = argon2.PasswordHasher.verify
    monkeypatch.setattr(
        argon2.PasswordHasher, "verify", lambda self, kept, typed: (verified.append(kept), real(self, kept, typed))[1]
    )
    matches("", GOOD)
    matches(PASSWORDS.hashed("another one"), GOOD)
    nobody, somebody = map(argon2.extract_parameters, verified)
    assert nobody == somebody


def test_a_hash_that_is_damaged_matches_nothing() -> None:
    kept = PASSWORDS.hashed(GOOD)
    for damaged in ("x", kept[:-4], kept.replace("argon2id", "argon2xx"), "!"):
        assert not matches(damaged, GOOD)


def test_higher_parameters_make_older_hashes_outdated() -> None:
    stronger = Passwords(argon2.PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    kept = PASSWORDS.hashed(GOOD)
    assert stronger.outdated(kept)
    assert not PASSWORDS.outdated(kept)
    assert matches(kept, GOOD, stronger)


def test_two_at_once_and_no_more() -> None:
    passwords = Passwords(CHEAP)
    inside, most, lock, gate = 0, 0, threading.Lock(), threading.Barrier(AT_ONCE)

    def one() -> None:
        nonlocal inside, most
        with passwords.turn():
            with lock:
                inside += 1
                most = max(most, inside)
            gate.wait(30)  # passes only when exactly two are inside
            with lock:
                inside -= 1

    threads = [threading.Thread(target=one) for _ in range(4 * AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == AT_ONCE


def test_only_so_many_wait_and_the_next_is_told_so() -> None:
    passwords = Passwords(CHEAP, queue=1)
    waiting = threading.Thread(target=passwords.hashed, args=(GOOD,))
    with passwords.turn():
        with passwords.turn():
            waiting.start()
            while passwords.here() <= AT_ONCE:
                pass
            with pytest.raises(PasswordsWait):
                passwords.hashed(GOOD)
        waiting.join()
        assert passwords.hashed(GOOD)


def test_who_is_known_has_places_of_their_own_and_no_network_has_more_than_a_few() -> None:
    passwords = Passwords(CHEAP)
    ready = threading.Event()

    def wait(whose: str, known: bool) -> threading.Thread:
        def one() -> None:
            with passwords.turn(whose, known=known):
                ready.wait(30)

        before = passwords.here()
        thread = threading.Thread(target=one)
        thread.start()
        while passwords.here() == before:
            pass
        return thread

    threads = [wait("192.0.2.0/24", False) for _ in range(OF_ONE)]
    with pytest.raises(PasswordsWait), passwords.turn("192.0.2.0/24", known=False):
        pass
    threads += [wait(f"198.51.{n}.0/24", False) for n in range(STRANGERS - OF_ONE)]
    with pytest.raises(PasswordsWait), passwords.turn("203.0.113.0/24", known=False):
        pass
    threads += [wait("device 1.a", True) for _ in range(OF_ONE)]
    with pytest.raises(PasswordsWait), passwords.turn("device 1.a"):
        pass
    threads.append(wait("sign-in 7", True))
    ready.set()
    for thread in threads:
        thread.join()
    assert (passwords.here(), passwords._here) == (0, {})


def test_who_is_known_comes_before_strangers_who_have_waited_longer() -> None:
    passwords = Passwords(CHEAP)
    order: list[bool] = []

    def come(known: bool) -> threading.Thread:
        def one() -> None:
            with passwords.turn(f"one of {known}", known=known):
                order.append(known)

        before = passwords.here()
        thread = threading.Thread(target=one)
        thread.start()
        while passwords.here() == before:
            pass
        return thread

    with passwords.turn():
        with passwords.turn():
            threads = [come(False), come(False), come(True), come(True)]
        for thread in threads:
            thread.join()
    assert order == [True, True, False, False]
