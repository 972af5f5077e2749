"""Limits on wrong passwords: how many, how long, for whom, and in how much memory (5.1)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from ledger.attempts import ACCOUNT, DAY, MINUTE, NETWORK, STRICT, WINDOW, Attempts

NOW = 1_800_000_000.0


def fail(attempts: Attempts, now: float, times: int = 1, key: str = "a") -> None:
    for _ in range(times):
        assert attempts.begin(key, now) == 0.0


def test_five_failures_are_free_and_the_next_waits_a_minute() -> None:
    attempts = Attempts(STRICT)
    fail(attempts, NOW, 5)
    assert attempts.begin("a", NOW) == MINUTE
    assert attempts.begin("b", NOW) == 0.0
    assert attempts.wait("a", NOW + MINUTE - 0.5) == 0.5
    assert attempts.wait("a", NOW + MINUTE) == 0.0


def test_the_delay_doubles_up_to_a_quarter_of_an_hour() -> None:
    attempts, now, waits = Attempts(STRICT), NOW, []
    fail(attempts, now, 5)
    for _ in range(7):
        waits.append(attempts.wait("a", now))
        now += waits[-1]
        fail(attempts, now)
    assert waits == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE, WINDOW, WINDOW, WINDOW]


def test_who_stays_away_for_a_window_after_the_delay_begins_anew() -> None:
    attempts = Attempts(STRICT)
    fail(attempts, NOW, 5)
    fail(attempts, NOW + MINUTE + WINDOW)  # the last moment at which the row goes on
    assert attempts.wait("a", NOW + MINUTE + WINDOW) == 2 * MINUTE
    fail(attempts, NOW + 4 * WINDOW, 5)
    assert attempts.wait("a", NOW + 4 * WINDOW) == MINUTE


def test_the_right_password_ends_the_row_and_does_not_count_itself() -> None:
    attempts = Attempts(STRICT)
    fail(attempts, NOW, 5)
    attempts.forgive("a", all_of_them=True)
    fail(attempts, NOW, 5)
    assert attempts.wait("a", NOW) == MINUTE


def test_a_hundred_failures_a_day_whatever_their_pace() -> None:
    attempts = Attempts(STRICT)
    for number in range(25):
        fail(attempts, NOW + number, 4)
        if number < 24:  # the owner signs in between, which ends the row but not the day
            fail(attempts, NOW + number)
            attempts.forgive("a", all_of_them=True)
    assert attempts.wait("a", NOW + 24) == DAY - 24  # the first of them must have its day behind it
    assert attempts.wait("a", NOW + DAY) == 0.0


def test_all_strangers_at_a_login_have_a_hundred_a_day_and_no_delay_before() -> None:
    attempts = Attempts(ACCOUNT)
    fail(attempts, NOW, 100)
    assert attempts.begin("a", NOW + 1) == DAY - 1
    assert attempts.begin("a", NOW + DAY) == 0.0


def test_guessing_as_fast_as_allowed_gets_less_than_a_hundred_and_twenty_tries_a_day() -> None:
    attempts, now, tries = Attempts(STRICT), NOW, 0
    while now < NOW + DAY:
        now += attempts.wait("a", now)
        fail(attempts, now)
        tries += 1
    assert 90 < tries <= 101


def test_nobody_is_locked_out_for_good() -> None:
    attempts = Attempts(STRICT)
    now = NOW
    for _ in range(300):
        wait = attempts.wait("a", now)
        assert wait <= DAY
        now += wait
        fail(attempts, now)


def test_a_network_has_twenty_failures_in_a_window() -> None:
    attempts = Attempts(NETWORK)
    for number in range(20):
        fail(attempts, NOW + number)
    assert attempts.begin("a", NOW + 20) == WINDOW - 20
    assert attempts.begin("a", NOW + WINDOW - 0.001) > 0
    assert attempts.begin("a", NOW + WINDOW) == 0.0
    assert attempts.begin("a", NOW + WINDOW + 0.5) > 0.0


def test_successes_from_one_network_are_not_counted() -> None:
    attempts = Attempts(NETWORK)
    for _ in range(200):
        fail(attempts, NOW)
        attempts.forgive("a", all_of_them=False)
    assert len(attempts) == 0


def test_a_clock_that_is_set_back_makes_nobody_wait_longer_than_the_rule() -> None:
    attempts = Attempts(STRICT)
    fail(attempts, NOW, 5)
    assert attempts.wait("a", NOW - 10 * DAY) == MINUTE
    assert attempts.wait("a", NOW - 10 * DAY + MINUTE) == 0.0


def test_nobody_waits_for_a_clock_that_was_set_back_to_catch_up() -> None:
    attempts = Attempts(NETWORK)
    fail(attempts, NOW, 20)
    assert attempts.begin("a", NOW - 10 * DAY) == WINDOW
    assert attempts.begin("a", NOW - 10 * DAY + WINDOW) == 0.0


def test_memory_is_bounded_and_the_oldest_is_forgotten_first() -> None:
    attempts = Attempts(STRICT, keys=100)
    for number in range(1000):
        fail(attempts, NOW + number, key=str(number))
    assert len(attempts) == 100
    assert set(attempts._failures) == {str(number) for number in range(900, 1000)}


def test_who_still_fails_is_remembered_before_who_stopped() -> None:
    attempts = Attempts(STRICT, keys=2)
    for key in ("a", "b", "a", "c"):
        fail(attempts, NOW, key=key)
    assert set(attempts._failures) == {"a", "c"}


def test_what_is_over_is_forgotten_when_asked() -> None:
    attempts = Attempts(NETWORK)
    fail(attempts, NOW)
    assert attempts.wait("a", NOW + WINDOW) == 0.0
    assert len(attempts) == 0
    assert not attempts.forgive("a", all_of_them=True)  # its failure is gone already


def test_threads_together_get_no_more_tries() -> None:
    attempts = Attempts(STRICT)
    with ThreadPoolExecutor(16) as pool:
        waits = list(pool.map(lambda _: attempts.begin("a", NOW), range(200)))
    assert waits.count(0.0) == 5
