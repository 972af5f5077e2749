"""Whose people somebody keeps, and what becomes of their accounts (C2, F45)."""

from __future__ import annotations

import pytest
from door_world import GOOD, Hall
from roll_world import ANNA, BEN, OFFICE, S1, S2, fields, held, row_of, run, seen, someone, viewer

from ledger import outbox, roll
from ledger.access import Duty, Viewer
from ledger.accounts import AccountRow
from ledger.directory import PersonRow
from ledger.errors import (
    ChangedMeanwhile,
    FieldsWrong,
    NotAllowed,
    NotFound,
    RosterWrong,
    SarabanError,
    SignInFailed,
)
from ledger.roster import Person


@pytest.fixture
def administrator(hall: Hall) -> Viewer:
    return viewer(hall, hall.person(OFFICE, ANNA, Duty.ADMINISTRATOR, name="นางอรุณ"), account=True)


def test_a_director_keeps_the_people_of_the_own_school_only(hall: Hall) -> None:
    director = someone(hall, S1, BEN, Duty.DIRECTOR)
    added = run(hall, roll.add_person, director, S1, Person("", "", "", "นางแก้ว", "ครู", "kaew@s1.example"))
    assert row_of(hall, PersonRow, int(str(added))).code == "kaew"  # type: ignore[attr-defined]
    elsewhere = hall.person(S2, "x@s2.example")
    wanted = Person("", "", "", "ใครก็ได้", "", "")
    for place in (OFFICE, S2):
        with pytest.raises(NotFound):
            run(hall, roll.add_person, director, place, wanted)
    for person_id in (elsewhere, 1, 999):
        with pytest.raises(NotFound):
            run(hall, roll.change_person, director, person_id, wanted, "")
        with pytest.raises(NotFound):
            run(hall, roll.rest_person, director, person_id)
        with pytest.raises(NotFound):
            run(hall, roll.invite, director, hall.door.invitations, person_id, str)


def test_a_deputy_touches_neither_director_nor_deputy_and_a_director_does(hall: Hall) -> None:
    director, deputy = someone(hall, S1, BEN, Duty.DIRECTOR), someone(hall, S1, "d@s1.example", Duty.DEPUTY)
    other = hall.person(S1, "d2@s1.example", Duty.DEPUTY)
    for above in (director.person_id, other):
        with pytest.raises(NotAllowed):
            run(hall, roll.rest_person, deputy, above)
    run(hall, roll.rest_person, director, other)
    assert held(hall, other) == set()


def test_people_without_the_right_change_nobody(hall: Hall) -> None:
    for place, duty in ((OFFICE, Duty.CORRESPONDENCE_ADMIN), (OFFICE, Duty.REGISTER_ADMIN), (S1, Duty.SCHOOL_CLERK)):
        who = someone(hall, place, f"{duty}@x.example", duty)
        with pytest.raises(NotAllowed):
            run(hall, roll.add_person, who, place, Person("", "", "", "ก", "", ""))


def test_faults_are_told_beside_their_field(hall: Hall, administrator: Viewer) -> None:
    for person, field in (
        (Person("", "", "", "", "", ""), "name"),
        (Person("x y", "", "", "ก", "", ""), "code"),
        (Person("1234567890123", "", "", "ก", "", ""), "code"),
        (Person("", "", "", "ก", "", "no address"), "mailbox"),
        (Person("", "", "", "ก", "", "saraban@office.example"), "mailbox"),  # would come back to us
        (Person("", "", "", "ก", "", "somsri@office.example"), "mailbox"),  # somebody else's
        (Person("somsri", "", "", "ก", "", ""), "code"),
        (Person("", "", "nowhere", "ก", "", ""), "group"),
        (Person("", "", "", "ก" * 300, "", ""), "name"),
    ):
        with pytest.raises(RosterWrong) as caught:
            run(hall, roll.add_person, administrator, OFFICE, person)
        assert field in fields(caught), person


def test_who_rests_loses_duties_sign_ins_and_links_and_comes_back_without_duties(
    hall: Hall, administrator: Viewer
) -> None:
    clerk = hall.person(OFFICE, "clerk@office.example", Duty.CENTRAL_CLERK)
    signed_in, link = hall.joined(clerk), hall.invited(clerk)
    assert hall.door.look(signed_in.token) is not None
    run(hall, roll.rest_person, administrator, clerk)
    assert hall.door.look(signed_in.token) is None
    run(hall, roll.rest_person, administrator, clerk, False)
    assert held(hall, clerk) == set()
    assert hall.door.look(signed_in.token) is None
    with pytest.raises(SarabanError):
        hall.door.invitations.look(link)


def test_a_changed_mailbox_ends_the_link_to_the_old_one(hall: Hall, administrator: Viewer) -> None:
    link = hall.invited(1)
    wanted = Person("", "", "finance", "นางสมศรี ใจดี", "", "new@office.example")
    run(hall, roll.change_person, administrator, 1, wanted, seen(hall, PersonRow, 1))
    with pytest.raises(SarabanError):
        hall.door.invitations.look(link)
    with pytest.raises(ChangedMeanwhile):
        run(hall, roll.change_person, administrator, 1, wanted, "old")


# Accounts


def test_an_invitation_is_mailed_and_shown_to_nobody(hall: Hall, administrator: Viewer) -> None:
    sender = "saraban@office.example"
    assert run(hall, roll.invite, administrator, hall.door.invitations, 1, lambda _: sender) is None
    with hall.world.database.write() as session:
        mails = outbox.claim(session, hall.world.now, 10, outbox.Schedule())
    assert [(mail.recipient, bool(mail.token)) for mail in mails] == [("somsri@office.example", True)]
    with pytest.raises(FieldsWrong):
        run(hall, roll.invite, administrator, hall.door.invitations, hall.person(S1, ""), lambda _: sender)
    with pytest.raises(RosterWrong):
        run(hall, roll.invite, administrator, hall.door.invitations, administrator.person_id, lambda _: sender)


def test_an_account_that_works_elsewhere_too_is_the_administrators(hall: Hall, administrator: Viewer) -> None:
    director = someone(hall, S1, BEN, Duty.DIRECTOR)
    here, there = hall.person(S1, "both@x.example"), hall.person(S2, "both@x.example")
    hall.joined(here)
    hall.joined(there)
    for do in (roll.rest_account, roll.require_second, roll.drop_second):
        with pytest.raises(RosterWrong):
            run(hall, do, director, here)
    run(hall, roll.unlink, director, here)
    assert row_of(hall, PersonRow, here).account_id is None  # type: ignore[attr-defined]
    run(hall, roll.rest_account, administrator, there)
    with pytest.raises(SignInFailed):
        hall.sign_in("both@x.example", GOOD)


def test_an_account_is_changed_by_who_keeps_the_people(hall: Hall) -> None:
    director, teacher = someone(hall, S1, BEN, Duty.DIRECTOR), hall.person(S1, "t@s1.example")
    with pytest.raises(RosterWrong):
        run(hall, roll.require_second, director, teacher)  # no account yet
    hall.joined(teacher)
    run(hall, roll.require_second, director, teacher)
    assert hall.account("t@s1.example").second_factor
    run(hall, roll.change_login, director, teacher, "New@S1.example")
    assert hall.account("new@s1.example").active
    run(hall, roll.rest_account, director, teacher)
    assert not hall.account("new@s1.example").active
    run(hall, roll.rest_account, director, teacher, False)
    run(hall, roll.drop_second, director, teacher)
    assert hall.count(AccountRow) == 1
