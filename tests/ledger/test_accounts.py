"""Logins, and what administrators do to accounts."""

from __future__ import annotations

import pytest
from door_world import SOMSRI, Hall

from ledger import accounts
from ledger.access import Duty
from ledger.accounts import (
    CITIZEN_ID,
    LAST_ADMINISTRATOR,
    LOGIN_TAKEN,
    NO_ADDRESS,
    AccountState,
    login_fault,
    normal_login,
)
from ledger.directory import PersonRow
from ledger.errors import FieldsWrong, NotFound, Refused, SignInFailed


@pytest.mark.parametrize(
    ("typed", "login"),
    [
        ("  Somsri@Office.Example\n", SOMSRI),
        ("ｓｏｍｓｒｉ＠office．example", SOMSRI),
        ("STRASSE@X.EXAMPLE", "strasse@x.example"),
        ("Straße@x.example", "strasse@x.example"),
        ("\u1e9bı@x.example", normal_login("\u1e61ı@x.example")),
    ],
)
def test_a_login_has_one_spelling(typed: str, login: str) -> None:
    assert normal_login(typed) == login
    assert normal_login(login) == login


@pytest.mark.parametrize(
    "text", [SOMSRI, "a@b.co", "ครู@โรงเรียน.ไทย", "0812345678@school.ac.th", "x" * 240 + "@b.example"]
)
def test_addresses_are_logins(text: str) -> None:
    assert login_fault(text) == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", NO_ADDRESS),
        ("admin", NO_ADDRESS),
        ("@b.example", NO_ADDRESS),
        ("a@", NO_ADDRESS),
        ("a@localhost", NO_ADDRESS),
        ("a@b@c.example", NO_ADDRESS),
        ("a b@c.example", NO_ADDRESS),
        ("a\x00@c.example", NO_ADDRESS),
        ("x" * 260 + "@b.example", NO_ADDRESS),
        ("1234567890123", CITIZEN_ID),
        (" 1-2345-67890-12-3 ", CITIZEN_ID),
        ("1234567890123@school.ac.th", CITIZEN_ID),
        ("๑๒๓๔๕๖๗๘๙๐๑๒๓", CITIZEN_ID),
        ("１２３４５６７８９０１２３@x.example", CITIZEN_ID),
    ],
)
def test_what_is_no_login_is_told_why(text: str, sentence: str) -> None:
    assert login_fault(text) == sentence


def test_an_account_goes_to_rest_and_comes_back(hall: Hall) -> None:
    token = hall.joined().token
    with hall.world.act() as act:
        accounts.rest(act, hall.account().id)
    assert hall.door.look(token) is None
    with pytest.raises(SignInFailed):
        hall.sign_in()
    with hall.world.act() as act:
        accounts.rest(act, hall.account().id, resting=False)
    assert hall.sign_in().full


def test_the_last_administrator_stays(hall: Hall) -> None:
    one, other = (
        hall.joined(hall.person(1, f"{name}@office.example", Duty.ADMINISTRATOR)).viewer for name in ("one", "other")
    )
    hall.joined()
    with hall.world.act() as act:
        accounts.rest(act, one.account_id)
    with pytest.raises(Refused, match=LAST_ADMINISTRATOR), hall.world.act() as act:
        accounts.rest(act, other.account_id)
    assert hall.sign_in("other@office.example").full
    with hall.world.act() as act:
        accounts.rest(act, hall.account().id)  # others may go
        accounts.rest(act, one.account_id, resting=False)
        accounts.rest(act, other.account_id)


def test_without_any_administrator_others_may_still_go_to_rest(hall: Hall) -> None:
    hall.joined()
    with hall.world.act() as act:
        accounts.rest(act, hall.account().id)
    assert not hall.account().active


def test_a_login_is_changed_to_one_that_is_free_and_fit(hall: Hall) -> None:
    hall.joined()
    hall.joined(hall.person(2, "taken@schools.example"))
    account = hall.account().id
    for login, sentence in (
        ("TAKEN@schools.example", LOGIN_TAKEN),
        ("nothing", NO_ADDRESS),
        ("1234567890123", CITIZEN_ID),
    ):
        with pytest.raises(FieldsWrong) as caught, hall.world.act() as act:
            accounts.change_login(act, account, login)
        assert caught.value.problems == {"login": sentence}
    with hall.world.act() as act:
        accounts.change_login(act, account, f" {SOMSRI.upper()}")  # its own
        accounts.change_login(act, account, "New@office.example")
    assert hall.sign_in("new@office.example").full


def test_accounts_that_do_not_exist_are_not_found(hall: Hall) -> None:
    for change in (
        lambda act: accounts.rest(act, 99),
        lambda act: accounts.require_second(act, 99, True),
        lambda act: accounts.drop_second(act, 99),
        lambda act: accounts.change_login(act, 99, SOMSRI),
    ):
        with pytest.raises(NotFound), hall.world.act() as act:
            change(act)


def test_the_state_of_people(hall: Hall) -> None:
    invited, alone, at_rest = (hall.person(2, f"{name}@schools.example") for name in ("i", "a", "r"))
    token = hall.joined().token
    hall.with_second(token)
    hall.joined(at_rest)
    with hall.world.act() as act:
        accounts.require_second(act, hall.account().id, True)
        accounts.rest(act, hall.account("r@schools.example").id)
    hall.world.later(minutes=1)
    hall.invited(invited)
    until = hall.world.later(days=7)
    seen = hall.sign_in_row(1).seen_at
    hall.world.now = seen
    with hall.world.database.read() as session:
        states = accounts.states(session, [1, invited, alone, at_rest, 999], hall.world.now)
    account = hall.account().id
    assert states == {
        1: AccountState(account, SOMSRI, True, True, True, seen, None),
        invited: AccountState(invited_until=until),
        alone: AccountState(),
        at_rest: AccountState(account + 1, "r@schools.example", False, False, False, seen, None),
    }


def test_states_of_nobody_and_of_very_many(hall: Hall) -> None:
    with hall.world.database.read() as session:
        assert accounts.states(session, [], hall.world.now) == {}
        assert set(accounts.states(session, range(20_000), hall.world.now)) == {1}


def test_unlinking_leaves_the_accounts_other_people(hall: Hall) -> None:
    first, second = (hall.person(organisation, "both@schools.example") for organisation in (2, 3))
    hall.joined(first)
    token = hall.joined(second).token
    kept = hall.door.act_for(hall.sign_in("both@schools.example").token, first).token
    with hall.world.act() as act:
        accounts.unlink(act, second)
    assert hall.door.look(token) is None
    assert hall.door.look(kept)
    with hall.world.database.read() as session:
        assert session.get_one(PersonRow, second).account_id is None
    assert hall.sign_in("both@schools.example").viewer.person_id == first
