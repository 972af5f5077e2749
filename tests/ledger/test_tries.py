"""Whom wrong passwords and codes slow down: whoever gives them; nobody is locked out by others (5.1, attack 28)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from door_world import BETTER, GOOD, SOMSRI, Hall, a_door, at_once

from ledger.accounts import rest
from ledger.attempts import DAY, NETWORK, Attempts
from ledger.errors import FieldsWrong, SarabanError, SignInFailed, TooManyAttempts, Unavailable
from ledger.tries import Knock, Tries

HERE, ELSEWHERE = "192.0.2.0/24", "198.51.100.0/24"
NOBODY = "nobody@office.example"
NOW = 1_800_000_000.0


def wrong(hall: Hall, login: str = SOMSRI, network: str = HERE, device: str = "") -> type[SarabanError]:
    """A wrong password. Returns what is raised."""
    with pytest.raises(SarabanError) as caught:
        hall.sign_in(login, "wrong", network, device)
    return type(caught.value)


def many(hall: Hall, times: int, login: str = SOMSRI, network: str = HERE, device: str = "") -> list[bool]:
    """Whether each of so many wrong passwords was looked at."""
    return [wrong(hall, login, network, device) is SignInFailed for _ in range(times)]


def device_of(hall: Hall, token: str, before: str = "") -> str:
    return hall.door.remember(token, before)


def test_after_five_failures_this_login_waits_in_this_network_and_an_unknown_one_is_not_told_apart(hall: Hall) -> None:
    hall.joined()
    for login in (SOMSRI, NOBODY):
        assert many(hall, 6, login) == [True] * 5 + [False]
        with pytest.raises(TooManyAttempts, match="1 min"):
            hall.sign_in(login.upper())
        assert wrong(hall, login, ELSEWHERE) is SignInFailed
    hall.sign_in(network=ELSEWHERE)
    hall.world.later(minutes=1)
    hall.sign_in()
    assert many(hall, 6) == [True] * 5 + [False]  # the right password ended the row


def test_a_forgetful_person_shuts_nobody_else_out_of_the_network(hall: Hall) -> None:
    hall.joined()
    for _ in range(4):
        many(hall, 10, NOBODY)
        hall.world.later(minutes=20)
    many(hall, 10, NOBODY)
    hall.sign_in()


def test_a_network_may_try_twenty_logins_in_a_quarter_of_an_hour(hall: Hall) -> None:
    hall.joined()
    logins = [f"guess{number}@office.example" for number in range(20)]
    assert [wrong(hall, login) for login in (*logins, *logins)] == [SignInFailed] * 40
    with pytest.raises(TooManyAttempts, match="15 min"):
        hall.sign_in()
    hall.sign_in(network=ELSEWHERE)
    hall.world.later(minutes=15)
    hall.sign_in()


def test_who_mistypes_once_and_then_signs_in_does_not_count_for_the_network(hall: Hall) -> None:
    people = [hall.person(2, f"teacher{number}@schools.example") for number in range(25)]
    for number, person in enumerate(people):
        login = f"teacher{number}@schools.example"
        hall.joined(person)
        assert wrong(hall, login) is SignInFailed
        hall.sign_in(login)
    assert wrong(hall, NOBODY) is SignInFailed


def test_strangers_together_get_a_hundred_tries_a_day_at_one_login(hall: Hall) -> None:
    hall.joined()
    for login in (SOMSRI, NOBODY):
        looked_at = sum(wrong(hall, login, f"10.0.{number}.0/24") is SignInFailed for number in range(120))
        assert looked_at == 100
    with pytest.raises(TooManyAttempts):
        hall.sign_in(network="203.0.113.0/24")


def test_a_device_that_has_signed_in_is_never_locked_out_by_others(hall: Hall) -> None:
    device = device_of(hall, hall.joined().token)
    for number in range(25):
        wrong(hall, f"guess{number}@office.example")  # the network is full
    many(hall, 20)  # and so is the login in it
    for number in range(120):
        wrong(hall, SOMSRI, f"10.0.{number}.0/24")  # and the login's day
    for stranger in ("", "x", device[:-1] + "x", device_of(hall, hall.joined(hall.person(2, "t@s.example")).token)):
        with pytest.raises(TooManyAttempts):
            hall.sign_in(device=stranger)
    for _ in range(3):
        token = hall.sign_in(device=device).token
        device = device_of(hall, token, device)
        hall.world.later(minutes=1)


def test_a_device_answers_strictly_for_itself_and_for_nobody_else(hall: Hall) -> None:
    device = device_of(hall, hall.joined().token)
    other = device_of(hall, hall.sign_in().token)
    assert many(hall, 7, device=device) == [True] * 5 + [False] * 2
    with pytest.raises(TooManyAttempts):
        hall.sign_in(device=device)
    assert hall.sign_in(device=other).full
    assert hall.sign_in().full
    hall.world.later(minutes=1)
    assert hall.sign_in(device=device).full


def test_another_password_makes_a_stranger_of_every_device_but_the_one_that_chose_it(hall: Hall) -> None:
    first = hall.joined().token
    device, other = device_of(hall, first), device_of(hall, hall.sign_in().token)
    hall.world.later(seconds=1)
    device = device_of(hall, hall.door.change_password(first, GOOD, BETTER), device)
    many(hall, 6)
    with pytest.raises(TooManyAttempts):
        hall.sign_in(password=BETTER, device=other)
    assert hall.sign_in(password=BETTER, device=device).full


def test_a_device_is_known_after_a_restart_and_to_this_installation_alone(hall: Hall) -> None:
    hall.door = a_door(hall.world, secret=b"s" * 32)
    device = device_of(hall, hall.joined().token)
    for secret, known in ((b"s" * 32, True), (b"t" * 32, False), (b"", False)):
        hall.door = a_door(hall.world, secret=secret)
        many(hall, 6)
        looked_at = wrong(hall, device=device) is SignInFailed
        assert looked_at is known


def test_one_device_knows_several_accounts_and_the_oldest_makes_room(hall: Hall) -> None:
    people = [hall.person(2, f"t{number}@s.example") for number in range(10)]
    device = ""
    for person in people:
        device = device_of(hall, hall.joined(person).token, device)
    assert len(device) < 800
    for number in range(10):
        many(hall, 6, f"t{number}@s.example")
        looked_at = wrong(hall, f"t{number}@s.example", device=device) is SignInFailed
        assert looked_at is (number >= 2)


@pytest.mark.parametrize(
    "kept", ["x", "~" * 5000, "1.a.b", "9" * 5000, "\ud800~\x00", "1." + "a" * 22 + "." + "0" * 64]
)
def test_what_nobody_gave_makes_no_device(hall: Hall, kept: str) -> None:
    hall.joined()
    assert many(hall, 6, device=kept) == [True] * 5 + [False]
    assert hall.door.remember("no such token", kept) == kept


def test_half_a_sign_in_makes_no_device(hall: Hall) -> None:
    hall.with_second(hall.joined().token)
    assert device_of(hall, hall.sign_in().token) == ""


def test_a_thief_of_the_password_cannot_lock_the_owner_out_of_the_second_step(hall: Hall) -> None:
    token, secret, _ = hall.with_second(hall.joined().token)
    device = device_of(hall, token)
    for number in range(25):
        half = hall.sign_in(network=f"10.0.{number}.0/24").token
        for _ in range(6):
            with pytest.raises((FieldsWrong, TooManyAttempts)):
                hall.door.check_second(half, "x")
    hall.world.later(seconds=30)
    half = hall.sign_in(network=ELSEWHERE).token
    with pytest.raises(TooManyAttempts):
        hall.door.check_second(half, hall.code(secret))
    assert hall.door.check_second(half, hall.code(secret), device)


def test_an_open_sign_in_is_not_kept_from_its_password_by_strangers(hall: Hall) -> None:
    token = hall.joined().token
    many(hall, 20)
    assert hall.door.confirm(token, GOOD)


def test_an_unknown_login_a_wrong_password_and_an_account_at_rest_are_the_same_work(hall: Hall) -> None:
    hall.joined()
    hall.joined(hall.person(2, "rest@schools.example"))
    with hall.world.act() as act:
        rest(act, hall.account("rest@schools.example").id)
    asked: list[str] = []
    for engine in (hall.world.database._readers, hall.world.database._writer):
        sa.event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    work = []
    for login in (SOMSRI, NOBODY, "rest@schools.example", "1234567890123", ""):
        asked.clear()
        assert wrong(hall, login) is SignInFailed
        work.append(list(asked))
    assert len(work[0]) > 1
    assert all(one == work[0] for one in work)


def test_a_full_queue_gives_no_free_tries_and_takes_none_away() -> None:
    tries = Tries(Attempts(NETWORK))
    knock = Knock(SOMSRI, HERE)
    for _ in range(30):
        with pytest.raises(Unavailable), tries.trying(knock, NOW):
            raise Unavailable
    for _ in range(5):
        with pytest.raises(SignInFailed), tries.trying(knock, NOW):
            raise SignInFailed
    with pytest.raises(TooManyAttempts), tries.trying(knock, NOW):
        raise AssertionError


def test_tries_that_run_together_are_counted_while_they_run(hall: Hall) -> None:
    hall.joined()
    _, refused = at_once(lambda: hall.sign_in(password="wrong"), 30)
    assert [type(one) for one in refused].count(SignInFailed) == 5
    hall.sign_in(network=ELSEWHERE)


def test_a_hundred_thousand_guesses_get_at_one_login_a_hundred_times_a_day() -> None:
    """From two thousand networks, as fast as it goes, for two days; the owner's device signs in all the while."""
    tries, looked_at, now = Tries(Attempts(NETWORK)), 0, NOW
    for number in range(100_000):
        now = NOW + number * 2 * DAY / 100_000
        try:
            with tries.trying(Knock(SOMSRI, f"10.{number % 2000}"), now):
                looked_at += 1
                raise SignInFailed
        except SarabanError:
            pass
        if number % 1000 == 0:
            with tries.trying(Knock(SOMSRI, "10.7", "device 1.a"), now):
                pass
    assert looked_at == 200
