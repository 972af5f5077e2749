"""Signing in, and the life of a session: what opens, for how long, and when the token changes (5.1)."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from door_world import BETTER, CHEAP, GOOD, SOMSRI, Hall, a_door, at_once

from ledger import sign_ins
from ledger.access import Duty
from ledger.accounts import AccountRow, SignInRow, rest
from ledger.directory import OrganisationRow, PersonRow
from ledger.errors import (
    FieldsWrong,
    NotAllowed,
    PasswordsWait,
    SarabanError,
    SignedOut,
    SignInFailed,
    TooManyAttempts,
)
from ledger.letters import token_hash
from ledger.passwords import Passwords
from ledger.weak_passwords import OWN_NAMES, TOO_SHORT

IDLE, LIFE, MINUTE = sign_ins.IDLE, sign_ins.LIFE, timedelta(minutes=1)


def test_the_right_password_opens_the_door(hall: Hall) -> None:
    hall.joined()
    signed_in = hall.sign_in(" Somsri@OFFICE.example ")
    assert re.fullmatch("[A-Za-z0-9_-]{43}", signed_in.token)
    assert (signed_in.full, signed_in.needs_setup) == (True, False)
    seen = hall.door.look(signed_in.token)
    assert seen == signed_in.viewer
    assert seen is not None
    assert (seen.name, seen.organisation, seen.kind, seen.group_id) == ("นางสมศรี ใจดี", "สพป.ตัวอย่าง เขต 4", "office", 1)
    assert (seen.account_id, seen.duties) == (hall.account().id, frozenset())


def test_what_is_seen_are_the_duties_of_now(hall: Hall) -> None:
    person = hall.person(1, "m@office.example", Duty.DIRECTOR, Duty.CENTRAL_CLERK)
    token = hall.joined(person).token
    viewer = hall.door.look(token)
    assert viewer is not None
    assert viewer.duties == {Duty.DIRECTOR, Duty.CENTRAL_CLERK}
    hall.change(PersonRow, person, group_id=2)
    viewer = hall.door.look(token)
    assert viewer is not None
    assert viewer.group_id == 2


def test_only_the_hash_of_a_token_is_kept(hall: Hall) -> None:
    signed_in = hall.joined()
    row = hall.sign_in_row(signed_in.viewer.sign_in_id)
    assert row.token_hash == token_hash(signed_in.token)
    assert row.token_hash.encode() in hall.disk()
    assert signed_in.token.encode() not in hall.disk()


def failures(hall: Hall, login: str, password: str) -> list[str]:
    with pytest.raises(SignInFailed) as caught:
        hall.sign_in(login, password, network=f"{login}/24")
    return [caught.value.sentence("th"), caught.value.sentence("en"), str(caught.value.values)]


def test_every_reason_to_fail_has_the_same_text(hall: Hall) -> None:
    at_rest, resting_person, of_resting = (
        hall.person(organisation, f"{name}@schools.example")
        for organisation, name in ((1, "rest"), (1, "person"), (3, "owner"))
    )
    for person in (1, at_rest, resting_person, of_resting):
        hall.joined(person)
    with hall.world.act() as act:
        rest(act, hall.account("rest@schools.example").id)
        act.alter(PersonRow, resting_person, active=False)
        act.alter(OrganisationRow, 3, active=False)
    told = [
        failures(hall, SOMSRI, "wrong" + GOOD),
        failures(hall, SOMSRI, ""),
        failures(hall, "nobody@office.example", GOOD),
        failures(hall, "1234567890123", GOOD),
        failures(hall, "", ""),
        failures(hall, "\ud800'\x00", "\ud800"),
        failures(hall, "rest@schools.example", GOOD),
        failures(hall, "person@schools.example", GOOD),
        failures(hall, "owner@schools.example", GOOD),
    ]
    assert all(one == told[0] for one in told)


def test_the_right_password_of_an_account_at_rest_counts_as_a_failure(hall: Hall) -> None:
    hall.joined()
    with hall.world.act() as act:
        rest(act, hall.account().id)
    for _ in range(5):
        failures(hall, SOMSRI, GOOD)
    with pytest.raises(TooManyAttempts):
        hall.sign_in(network=f"{SOMSRI}/24")


def test_an_unknown_login_costs_one_hash_as_a_known_one_does(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.joined()
    hashes: list[str] = []
    real = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda self, a, b: (hashes.append(a), real(self, a, b))[1])
    failures(hall, "nobody@office.example", GOOD)
    failures(hall, SOMSRI, "wrong")
    assert [kept.rsplit("$", 2)[0] for kept in hashes] == ["$argon2id$v=19$m=8,t=1,p=1"] * 2


def patiently(hall: Hall, password: str = GOOD) -> str:
    while True:
        with suppress(PasswordsWait):
            return hall.sign_in(password=password).token
        time.sleep(0.01)


def test_a_whole_school_may_sign_in_from_one_address(hall: Hall) -> None:
    """Whoever finds no place at the hashes comes again, as the page asks; nobody is counted as a guesser."""
    hall.joined()
    tokens, refused = at_once(lambda: patiently(hall), 40)
    assert (len(set(tokens)), refused) == (40, [])


def test_racing_guesses_get_no_more_than_five_tries(hall: Hall) -> None:
    hall.joined()
    _, refused = at_once(lambda: patiently(hall, "wrong"), 30)
    kinds = [type(one) for one in refused]
    assert (kinds.count(SignInFailed), kinds.count(TooManyAttempts)) == (5, 25)


def test_a_hash_becomes_stronger_when_parameters_rise(hall: Hall) -> None:
    hall.joined()
    before = hall.account().password_hash
    stronger = a_door(hall.world)
    stronger._lodge.passwords = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    with pytest.raises(SignInFailed):
        stronger.sign_in(SOMSRI, "wrong", hall.visit())
    assert hall.account().password_hash == before
    stronger.sign_in(SOMSRI, GOOD, hall.visit())
    after = hall.account().password_hash
    assert (before[:28], after[:29]) == (
        "$argon2id$v=19$m=8,t=1,p=1$" + before[27],
        "$argon2id$v=19$m=16,t=2,p=1$" + after[28],
    )
    stronger.sign_in(SOMSRI, GOOD, hall.visit())
    assert hall.account().password_hash == after


def test_a_password_that_changes_while_it_is_checked_does_not_open(hall: Hall) -> None:
    hall.joined()

    class Slow(Passwords):
        def outdated(self, kept: str) -> bool:
            hall.change(AccountRow, hall.account().id, password_hash=self.hashed(BETTER))
            return False

    door = a_door(hall.world)
    door._lodge.passwords = Slow(CHEAP)
    with pytest.raises(SignInFailed):
        door.sign_in(SOMSRI, GOOD, hall.visit())


def test_idle_sessions_end_after_half_an_hour(hall: Hall) -> None:
    token = hall.joined().token
    hall.world.now += IDLE - timedelta(microseconds=1)
    assert hall.door.look(token)
    hall.world.now += IDLE
    assert hall.door.look(token) is None
    assert hall.door.looked(token) is None


def test_a_session_in_use_ends_after_twelve_hours_all_the_same(hall: Hall) -> None:
    token = hall.joined().token
    end = hall.world.now + LIFE
    while hall.world.now < end:
        assert hall.door.look(token)
        hall.world.now += timedelta(minutes=20)
    assert hall.world.now == end
    assert hall.door.look(token) is None


def test_confirming_does_not_make_a_session_live_longer(hall: Hall) -> None:
    token = hall.joined().token
    end = hall.world.now + LIFE
    while hall.world.now < end:
        token = hall.door.confirm(token, GOOD)
        assert hall.door.look(token)
        hall.world.now += timedelta(minutes=20)
    assert hall.door.look(token) is None


def test_being_seen_is_written_once_a_minute(hall: Hall) -> None:
    signed_in = hall.joined()
    first = hall.world.now
    hall.world.later(seconds=59)
    hall.door.look(signed_in.token)
    assert hall.sign_in_row(signed_in.viewer.sign_in_id).seen_at == first
    hall.world.later(seconds=1)
    hall.door.look(signed_in.token)
    assert hall.sign_in_row(signed_in.viewer.sign_in_id).seen_at == hall.world.now


def test_a_page_that_asks_by_itself_does_not_keep_a_session_alive(hall: Hall) -> None:
    token = hall.joined().token
    for _ in range(29):
        hall.world.later(minutes=1)
        assert hall.door.look(token, touch=False)
    hall.world.later(minutes=1)
    assert hall.door.look(token, touch=False) is None


def test_looking_is_one_statement(hall: Hall) -> None:
    token = hall.joined().token
    statements: list[str] = []
    engine = hall.world.database._readers

    @sa.event.listens_for(engine, "before_cursor_execute")
    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    assert hall.door.look(token)
    (asked,) = [one for one in statements if one.startswith("SELECT")]
    with hall.world.database.read() as session:
        plan = session.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + asked, ("", token)).all()
    assert [line for *_, line in plan if line.startswith("SCAN") and "CONSTANT" not in line] == []


def test_a_disk_that_takes_nothing_more_signs_nobody_out(hall: Hall) -> None:
    token = hall.joined().token
    hall.world.later(minutes=5)
    hall.world.database._writer.dispose()
    with hall.world.database.write() as session:
        session.connection().exec_driver_sql("PRAGMA query_only=ON")
    try:
        assert hall.door.look(token)
    finally:
        hall.world.database._writer.dispose()


def test_whoever_comes_to_rest_is_out_at_once(hall: Hall) -> None:
    person = hall.person(2, "t@schools.example")
    token = hall.joined(person).token
    for row, key in ((PersonRow, person), (OrganisationRow, 2)):
        hall.change(row, key, active=False)
        assert hall.door.look(token) is None
        hall.change(row, key, active=True)
        assert hall.door.look(token)
    with hall.world.act() as act:
        rest(act, hall.account("t@schools.example").id)
    assert hall.door.look(token) is None
    with hall.world.act() as act:
        rest(act, hall.account("t@schools.example").id, resting=False)
    assert hall.door.look(token) is None  # ended for good
    assert hall.sign_in("t@schools.example").full


def test_a_person_who_leaves_the_account_is_out_at_once(hall: Hall) -> None:
    token = hall.joined().token
    hall.change(PersonRow, 1, account_id=None)
    assert hall.door.look(token) is None


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "é" * 43, "\ud800" * 43, "a" * 100_000, "' OR 1=1 --"])
def test_tokens_that_nobody_gave_open_nothing(hall: Hall, token: str) -> None:
    hall.joined()
    assert hall.door.looked(token) is None
    hall.door.end(token)
    for asked in (hall.door.own, hall.door.end_everywhere, hall.door.second.begin_setup, hall.door.second.new_codes):
        with pytest.raises(SignedOut):
            asked(token)
    with pytest.raises(SignedOut):
        hall.door.confirm(token, GOOD)
    assert hall.count(SignInRow) == 1


def test_signing_out_ends_this_session_alone(hall: Hall) -> None:
    one, other = hall.joined().token, hall.sign_in().token
    hall.door.end(one)
    hall.door.end(one)
    assert hall.door.look(one) is None
    assert hall.door.look(other)


def test_signing_out_everywhere_leaves_this_session_with_a_new_token(hall: Hall) -> None:
    others = [hall.joined().token, hall.sign_in().token]
    stranger = hall.joined(hall.person(2, "t@schools.example")).token
    here = hall.sign_in().token
    new = hall.door.end_everywhere(here)
    assert new != here
    assert [hall.door.look(one) for one in (*others, here)] == [None] * 3
    assert hall.door.look(new)
    assert hall.door.look(stranger)


def test_the_list_of_own_sessions(hall: Hall) -> None:
    hall.joined()
    hall.world.later(minutes=31)  # the first is over, and is not shown
    phone = hall.door.sign_in(SOMSRI, GOOD, hall.visit("198.51.100.0/24", "Phone" * 100))
    hall.joined(hall.person(2, "t@schools.example"))
    hall.world.later(minutes=5)
    here = hall.sign_in()
    lines = hall.door.own(here.token)
    assert [(one.here, one.network, one.agent[:7], len(one.agent)) for one in lines] == [
        (True, "192.0.2.0/24", "Firefox", 7),
        (False, "198.51.100.0/24", "PhonePh", 300),
    ]
    assert (lines[1].made_at, lines[1].person) == (hall.world.now - timedelta(minutes=5), "นางสมศรี ใจดี")
    assert hall.door.end_one(here.token, phone.viewer.sign_in_id)
    assert hall.door.look(phone.token) is None
    assert not hall.door.end_one(here.token, phone.viewer.sign_in_id)
    assert len(hall.door.own(here.token)) == 1


def test_nobody_ends_the_session_of_somebody_else(hall: Hall) -> None:
    mine, theirs = hall.joined(), hall.joined(hall.person(2, "t@schools.example"))
    assert not hall.door.end_one(mine.token, theirs.viewer.sign_in_id)
    assert hall.door.look(theirs.token)


def two_schools(hall: Hall) -> tuple[str, int, int]:
    """One account at two schools. Returns a token, and the two people."""
    first, second = (hall.person(organisation, "both@schools.example") for organisation in (2, 3))
    hall.joined(first)
    return hall.joined(second).token, first, second


def test_one_account_acts_for_each_of_its_people(hall: Hall) -> None:
    token, first, second = two_schools(hall)
    here = hall.door.look(token)
    assert here is not None
    assert (here.person_id, here.organisation) == (second, "โรงเรียนวัดป่า")
    assert [one.person_id for one in hall.door.choices(here.account_id)] == [first, second]
    switched = hall.door.act_for(token, first)
    assert switched.token != token
    assert (switched.viewer.person_id, switched.viewer.organisation) == (first, "โรงเรียนบ้านนา")
    assert hall.door.look(token) is None
    assert hall.door.look(switched.token) == switched.viewer
    assert hall.sign_in("both@schools.example").viewer.person_id == first  # the one of last time


def test_nobody_acts_for_people_of_others_or_at_rest(hall: Hall) -> None:
    token, first, second = two_schools(hall)
    hall.joined()
    hall.change(OrganisationRow, 2, active=False)
    for person in (1, first, 999, 0, -1):
        with pytest.raises(NotAllowed):
            hall.door.act_for(token, person)
    assert [one.person_id for one in hall.door.choices(hall.account("both@schools.example").id)] == [second]
    assert hall.door.look(token)
    assert hall.sign_in("both@schools.example").viewer.person_id == second


def test_the_password_is_asked_again_for_grave_actions(hall: Hall) -> None:
    token = hall.joined().token
    here = hall.door.looked(token)
    assert here is not None
    assert here.confirmed(hall.world.now)
    hall.world.later(minutes=10)
    assert not sign_ins.confirmed(here, hall.world.now)
    with pytest.raises(FieldsWrong) as caught:
        hall.door.confirm(token, "wrong")
    assert set(caught.value.problems) == {"password"}
    new = hall.door.confirm(token, GOOD)
    assert new != token
    assert hall.door.look(token) is None
    here = hall.door.looked(new)
    assert here is not None
    assert sign_ins.confirmed(here, hall.world.now)
    assert sign_ins.confirmed(here, hall.world.now + timedelta(minutes=10) - timedelta(microseconds=1))


def test_a_stolen_session_cannot_guess_the_password(hall: Hall) -> None:
    token = hall.joined().token
    for number in range(5):
        with pytest.raises(FieldsWrong):
            (hall.door.confirm(token, "wrong") if number % 2 else hall.door.change_password(token, "wrong", BETTER))
    with pytest.raises(TooManyAttempts):
        hall.door.confirm(token, GOOD)
    with pytest.raises(TooManyAttempts):
        hall.door.change_password(token, GOOD, BETTER)


def test_another_password_ends_all_other_sessions(hall: Hall) -> None:
    other, token = hall.joined().token, hall.sign_in().token
    link = hall.invited()
    hall.world.later(minutes=1)
    new = hall.door.change_password(token, GOOD, BETTER)
    assert [hall.door.look(one) is None for one in (other, token, new)] == [True, True, False]
    assert hall.account().password_at == hall.world.now
    with pytest.raises(SignInFailed):
        hall.sign_in()
    assert hall.sign_in(password=BETTER).full
    with pytest.raises(SarabanError, match="expired"):
        hall.door.invitations.look(link)


@pytest.mark.parametrize(
    ("new", "sentence"),
    [("short", TOO_SHORT), ("", TOO_SHORT), ("นางสมศรี ใจดี ตัวอย่าง", OWN_NAMES), ("somsri@office.example", OWN_NAMES)],
)
def test_a_weak_password_changes_nothing(hall: Hall, new: str, sentence: str) -> None:
    token = hall.joined().token
    with pytest.raises(FieldsWrong) as caught:
        hall.door.change_password(token, GOOD, new)
    assert caught.value.problems == {"new": sentence}
    assert hall.door.look(token)
    hall.sign_in()


def test_every_new_token_is_another(hall: Hall) -> None:
    tokens = [hall.joined().token]
    for _ in range(5):
        tokens += [hall.door.confirm(tokens[-1], GOOD)]
        tokens += [hall.door.act_for(tokens[-1], 1).token]
        tokens += [hall.door.end_everywhere(tokens[-1])]
    assert (len(set(tokens)), {len(token) for token in tokens}) == (16, {43})
    assert [bool(hall.door.look(token)) for token in tokens] == [False] * 15 + [True]


def test_racing_renewals_leave_one_living_token(hall: Hall) -> None:
    token = hall.joined().token
    new, refused = at_once(lambda: hall.door.end_everywhere(token))
    assert (len(new), {type(one) for one in refused}) == (1, {SignedOut})
    assert hall.door.look(new[0])


def test_history_tells_when_but_never_what(hall: Hall) -> None:
    token = hall.joined().token
    hall.world.later(seconds=1)
    hall.door.change_password(token, GOOD, BETTER)
    with hall.world.database.read() as session:
        told = session.connection().exec_driver_sql("SELECT who, what, about, changes FROM history ORDER BY id").all()
    assert [line[1] for line in told][-3:] == ["invited", "joined", "password changed"]
    assert told[-1][0] == "นางสมศรี ใจดี"
    assert "password_at" in told[-1][3]
    assert not any("argon2" in line[3] or "password_hash" in line[3] for line in told)


def test_old_sessions_are_forgotten(hall: Hall) -> None:
    hall.joined()
    hall.world.later(days=91)
    hall.sign_in()
    with hall.world.database.write() as session:
        assert sign_ins.tidy(session, hall.world.now) == 1
    assert hall.count(SignInRow) == 1
