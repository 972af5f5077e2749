"""Mailed links: for whom, how long, once, and never a way into somebody else's account."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from door_world import BETTER, GOOD, SOMSRI, Hall, at_once

from ledger.accounts import AccountRow, InvitationRow, change_login, rest, unlink
from ledger.database import Row
from ledger.directory import OrganisationRow, PersonRow
from ledger.errors import (
    ChangedMeanwhile,
    FieldsWrong,
    NoSuchInvitation,
    NotFound,
    SarabanError,
    SignInFailed,
    TooManyAttempts,
)
from ledger.invitations import LIFE, OTHER_ACCOUNT, Mailing
from ledger.letters import token_hash
from ledger.weak_passwords import OWN_NAMES, TOO_SHORT


def refused(hall: Hall, token: str, password: str = GOOD) -> list[str]:
    """What somebody with a dead link is told."""
    told = []
    for attempt in (lambda: hall.door.invitations.look(token), lambda: hall.accept(token, password)):
        with pytest.raises(NoSuchInvitation) as caught:
            attempt()
        told += [caught.value.sentence("th"), str(caught.value.values)]
    return told


def forgot(hall: Hall, login: str = SOMSRI, network: str = "192.0.2.0/24") -> Mailing | None:
    hall.door.invitations.must_not_hurry(network)
    with hall.world.act("asked for a password link") as act:
        return hall.door.invitations.forgot(act, login)


def test_an_invitation_makes_an_account_and_signs_in(hall: Hall) -> None:
    hall.change(PersonRow, 1, mailbox=" Somsri@Office.Example")
    token = hall.invited()
    assert re.fullmatch("[A-Za-z0-9_-]{43}", token)
    invited = hall.door.invitations.look(token)
    assert (invited.person_id, invited.name, invited.organisation) == (1, "นางสมศรี ใจดี", "สพป.ตัวอย่าง เขต 4")
    assert (invited.login, invited.purpose) == (SOMSRI, "new")
    signed_in = hall.accept(token)
    assert (signed_in.full, signed_in.viewer.person_id) == (True, 1)
    assert hall.door.look(signed_in.token) == signed_in.viewer
    assert hall.sign_in().viewer.person_id == 1
    assert refused(hall, token)


def test_only_the_hash_of_a_link_is_kept(hall: Hall) -> None:
    token = hall.invited()
    content = hall.disk()
    assert (token.encode() in content, token_hash(token).encode() in content) == (False, True)


def test_dead_links_are_all_told_the_same(hall: Hall) -> None:
    used, void = hall.invited(), ""
    hall.accept(used)
    void = hall.invited(hall.person(2, "a@schools.example"))
    hall.invited(hall.account_person("a@schools.example"))
    expired = hall.invited(hall.person(2, "b@schools.example"))
    hall.world.now += LIFE
    told = [refused(hall, token) for token in (used, void, expired, "", "x" * 43, "\ud800", "x" * 100_000)]
    assert all(one == told[0] for one in told)


def test_the_edge_of_an_invitations_life(hall: Hall) -> None:
    token = hall.invited()
    hall.world.now += LIFE - timedelta(microseconds=1)
    assert hall.door.invitations.look(token)
    hall.world.now += timedelta(microseconds=1)
    assert refused(hall, token)


def test_a_new_invitation_voids_those_before_of_this_person_alone(hall: Hall) -> None:
    other = hall.invited(hall.person(2, "a@schools.example"))
    first = hall.invited()
    second = hall.invited()
    assert refused(hall, first)
    assert hall.accept(second)
    assert hall.door.invitations.look(other)


def test_racing_threads_take_an_invitation_up_once(hall: Hall) -> None:
    token = hall.invited()
    signed_in, errors = at_once(lambda: hall.accept(token))
    assert len(signed_in) == 1
    assert {type(error) for error in errors} <= {NoSuchInvitation, ChangedMeanwhile}
    assert (hall.count(AccountRow), hall.account().login) == (1, SOMSRI)


def test_two_invitations_to_one_mailbox_race_for_one_account(hall: Hall) -> None:
    tokens = [hall.invited(hall.person(organisation, "both@schools.example")) for organisation in (2, 3)]
    waiting = list(tokens)
    signed_in, errors = at_once(lambda: hall.accept(waiting.pop()), 2)
    assert hall.count(AccountRow) == 1
    assert len(signed_in) + len(errors) == 2
    assert {type(error) for error in errors} <= {ChangedMeanwhile}


@pytest.mark.parametrize(
    ("password", "sentence"), [("short", TOO_SHORT), ("นางสมศรี ใจดี ตัวอย่าง", OWN_NAMES), (f"{SOMSRI}!", OWN_NAMES)]
)
def test_a_weak_password_leaves_the_invitation_as_it_was(hall: Hall, password: str, sentence: str) -> None:
    token = hall.invited()
    with pytest.raises(FieldsWrong) as caught:
        hall.accept(token, password)
    assert caught.value.problems == {"password": sentence}
    assert (hall.count(AccountRow), hall.door.invitations.look(token).purpose) == (0, "new")
    assert hall.accept(token)


@pytest.mark.parametrize(
    "mailbox", ["", "somsri", "1234567890123@school.example", "1-2345-67890-12-3", "a b@x.example"]
)
def test_nobody_is_invited_without_an_address(hall: Hall, mailbox: str) -> None:
    hall.change(PersonRow, 1, mailbox=mailbox)
    with pytest.raises(FieldsWrong) as caught:
        hall.invited()
    assert set(caught.value.problems) == {"mailbox"}
    assert hall.count(InvitationRow) == 0


def test_nobody_at_rest_is_invited_or_comes_in(hall: Hall) -> None:
    token = hall.invited()
    cases: list[tuple[type[Row], dict[str, object], dict[str, object]]] = [
        (PersonRow, {"active": False}, {"active": True}),
        (OrganisationRow, {"active": False}, {"active": True}),
        (PersonRow, {"mailbox": "other@office.example"}, {"mailbox": SOMSRI}),
    ]
    for row, change, back in cases:
        hall.change(row, 1, **change)
        assert refused(hall, token)
        hall.change(row, 1, **back)
        assert hall.door.invitations.look(token)
    hall.change(PersonRow, 1, active=False)
    for person in (1, 999):
        with pytest.raises(NotFound):
            hall.invited(person)


def test_an_old_account_takes_another_person_with_its_own_password(hall: Hall) -> None:
    hall.joined(hall.person(2, "both@schools.example"))
    second = hall.person(3, "Both@schools.example")
    token = hall.invited(second)
    assert hall.door.invitations.look(token).purpose == "join"
    with pytest.raises(SignInFailed):
        hall.accept(token, BETTER)
    assert hall.door.invitations.look(token)
    signed_in = hall.accept(token, GOOD)
    assert (signed_in.viewer.person_id, hall.count(AccountRow)) == (second, 1)
    assert len(hall.door.choices(signed_in.viewer.account_id)) == 2


def test_joining_does_not_let_anybody_guess_the_password(hall: Hall) -> None:
    hall.joined(hall.person(2, "both@schools.example"))
    token = hall.invited(hall.person(3, "both@schools.example"))
    for _ in range(5):
        with pytest.raises(SignInFailed):
            hall.accept(token, "wrong")
    with pytest.raises(TooManyAttempts):
        hall.accept(token, GOOD)


def test_joining_asks_for_the_second_factor_too(hall: Hall) -> None:
    hall.with_second(hall.joined(hall.person(2, "both@schools.example")).token)
    signed_in = hall.accept(hall.invited(hall.person(3, "both@schools.example")))
    assert (signed_in.full, signed_in.needs_setup, hall.door.look(signed_in.token)) == (False, False, None)


def test_a_school_cannot_get_at_an_account_through_its_own_directory(hall: Hall) -> None:
    hall.joined()  # the office's account, which somebody of a school shall have joined
    theirs = hall.person(2, SOMSRI)
    hall.accept(hall.invited(theirs))
    hall.change(PersonRow, theirs, mailbox="head@schools.example")  # the school changes the address to its own
    with pytest.raises(FieldsWrong) as caught:
        hall.invited(theirs)
    assert caught.value.problems == {"mailbox": OTHER_ACCOUNT}
    hall.joined(hall.person(3, "head@schools.example"))
    with pytest.raises(FieldsWrong):
        hall.invited(theirs)  # also when that address has an account
    mailing = forgot(hall, "head@schools.example")
    assert mailing is not None
    assert mailing.person_id != theirs
    assert hall.accept(mailing.token, BETTER).viewer.account_id != hall.account().id
    assert hall.sign_in().viewer.account_id == hall.account().id


def test_a_link_does_not_follow_an_address_that_changes(hall: Hall) -> None:
    token = hall.invited()
    hall.joined(hall.person(2, "victim@schools.example"))
    hall.change(PersonRow, 1, mailbox="victim@schools.example")
    assert refused(hall, token)


def test_a_forgotten_password_is_chosen_anew_by_mail(hall: Hall) -> None:
    first = hall.joined().token
    hall.world.later(days=1)
    mailing = forgot(hall, " SOMSRI@office.example ")
    assert mailing is not None
    assert (mailing.person_id, mailing.mailbox, mailing.name) == (1, SOMSRI, "นางสมศรี ใจดี")
    assert hall.door.invitations.look(mailing.token).purpose == "reset"
    hall.sign_in()  # the old one still works until then
    other = hall.sign_in().token
    signed_in = hall.accept(mailing.token, BETTER)
    assert hall.door.look(signed_in.token)
    assert [hall.door.look(one) for one in (first, other)] == [None, None]
    with pytest.raises(SignInFailed):
        hall.sign_in()
    assert hall.sign_in(password=BETTER)
    assert hall.count(AccountRow) == 1


def test_a_link_by_mail_is_no_second_factor(hall: Hall) -> None:
    hall.with_second(hall.joined().token)
    mailing = forgot(hall)
    assert mailing is not None
    signed_in = hall.accept(mailing.token, "kX9$mQ2!")  # short: the second factor stands beside it
    assert (signed_in.full, hall.door.look(signed_in.token)) == (False, None)


def test_who_forgot_gets_in_while_somebody_guesses(hall: Hall) -> None:
    hall.joined()
    for _ in range(5):
        with pytest.raises(SignInFailed):
            hall.sign_in(password="wrong")
    with pytest.raises(TooManyAttempts):
        hall.sign_in()
    mailing = forgot(hall)
    assert mailing is not None
    assert hall.accept(mailing.token, BETTER).full


def test_nobody_learns_whether_an_account_exists(hall: Hall) -> None:
    hall.joined()
    at_rest = hall.person(2, "rest@schools.example")
    hall.joined(at_rest)
    hall.change(PersonRow, at_rest, active=False)
    before = hall.history()
    for login in ("nobody@office.example", "", "1234567890123", "rest@schools.example", "\ud800"):
        assert forgot(hall, login) is None
    assert hall.history() == before
    with hall.world.act() as act:
        rest(act, hall.account().id)
    assert forgot(hall) is None


def test_forgetting_too_often_sends_no_more_mail(hall: Hall) -> None:
    hall.joined()
    sent = [forgot(hall, network=f"{number}") for number in range(5)]
    assert [one is not None for one in sent] == [True, True, True, False, False]
    assert all(hall.door.invitations.look(one.token) for one in sent if one is not None)  # none voids another
    hall.world.later(hours=1)
    assert forgot(hall)


def test_one_network_may_not_ask_for_everybody(hall: Hall) -> None:
    for number in range(20):
        assert forgot(hall, f"{number}@office.example") is None
    with pytest.raises(TooManyAttempts, match="15 min"):
        forgot(hall, "20@office.example")
    assert forgot(hall, network="elsewhere") is None


def test_one_reset_voids_the_other_links(hall: Hall) -> None:
    hall.joined()
    one, other = forgot(hall), forgot(hall)
    assert one is not None
    assert other is not None
    hall.world.later(minutes=1)
    hall.accept(one.token, BETTER)
    assert refused(hall, other.token)


def test_a_password_link_lives_a_day(hall: Hall) -> None:
    hall.joined()
    mailing = forgot(hall)
    assert mailing is not None
    hall.world.later(hours=24)
    assert refused(hall, mailing.token)


def test_an_account_at_rest_is_not_opened_by_a_link(hall: Hall) -> None:
    hall.joined()
    mailing = forgot(hall)
    assert mailing is not None
    with hall.world.act() as act:
        rest(act, hall.account().id)
    assert refused(hall, mailing.token, BETTER)
    assert refused(hall, hall.invited(), BETTER)


def test_another_address_becomes_the_login_by_an_administrator(hall: Hall) -> None:
    hall.joined()
    hall.change(PersonRow, 1, mailbox="somsri.j@office.example")
    assert forgot(hall) is None  # nobody of the account has that mailbox any more
    with hall.world.act() as act:
        change_login(act, hall.account().id, "Somsri.J@office.example")
    assert forgot(hall, "somsri.j@office.example")
    assert hall.sign_in("somsri.j@office.example")


def test_a_link_to_an_old_login_makes_no_second_account(hall: Hall) -> None:
    hall.joined()
    mailing = forgot(hall)
    assert mailing is not None
    with hall.world.act() as act:
        change_login(act, hall.account().id, "somsri.j@office.example")
    assert refused(hall, mailing.token, BETTER)
    assert hall.count(AccountRow) == 1


def test_a_seat_may_be_given_to_somebody_else(hall: Hall) -> None:
    token = hall.joined().token
    with hall.world.act() as act:
        unlink(act, 1)
        act.alter(PersonRow, 1, name="นายใหม่ มาแทน", mailbox="new@office.example")
    assert hall.door.look(token) is None
    with pytest.raises(SignInFailed):
        hall.sign_in()
    assert hall.joined().viewer.name == "นายใหม่ มาแทน"
    assert hall.count(AccountRow) == 2


def test_a_failed_transaction_uses_nothing_up(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    token = hall.invited()
    with monkeypatch.context() as patched, pytest.raises(SarabanError):
        patched.setattr("ledger.sign_ins.open_for", _fail)
        hall.accept(token)
    assert hall.count(AccountRow) == 0
    assert hall.accept(token).full


def _fail(*_: object) -> None:
    raise SarabanError
