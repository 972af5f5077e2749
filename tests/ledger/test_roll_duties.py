"""Who gives whom which duty, and what can never be: nobody rises, an administrator stays (C3, F40 to F46)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from door_world import Hall
from roll_world import ANNA, BEN, OFFICE, S1, S2, appoint, fields, held, run, seen, someone, viewer

from ledger import roll
from ledger.access import Duty, Viewer
from ledger.directory import OrganisationRow, PersonRow
from ledger.errors import (
    ChangedMeanwhile,
    NotAllowed,
    NotFound,
    Refused,
    RosterWrong,
)
from ledger.roll import duties
from ledger.roster import Person


@pytest.fixture
def administrator(hall: Hall) -> Viewer:
    return viewer(hall, hall.person(OFFICE, ANNA, Duty.ADMINISTRATOR, name="นางอรุณ"), account=True)


@pytest.mark.parametrize(
    ("place", "by", "where", "duty", "allowed"),
    [
        (OFFICE, Duty.ADMINISTRATOR, OFFICE, Duty.REGISTER_ADMIN, True),
        (OFFICE, Duty.ADMINISTRATOR, S1, Duty.DIRECTOR, True),
        (OFFICE, Duty.CORRESPONDENCE_ADMIN, OFFICE, Duty.CENTRAL_CLERK, True),
        (OFFICE, Duty.CORRESPONDENCE_ADMIN, S1, Duty.SCHOOL_CLERK, True),
        (OFFICE, Duty.CORRESPONDENCE_ADMIN, OFFICE, Duty.REGISTER_OFFICER, False),
        (OFFICE, Duty.CORRESPONDENCE_ADMIN, OFFICE, Duty.ADMINISTRATOR, False),
        (OFFICE, Duty.CORRESPONDENCE_ADMIN, S1, Duty.DIRECTOR, False),
        (OFFICE, Duty.CORRESPONDENCE_ADMIN, S1, Duty.REGISTER_OFFICER, False),
        (OFFICE, Duty.REGISTER_ADMIN, OFFICE, Duty.REGISTER_OFFICER, True),
        (OFFICE, Duty.REGISTER_OFFICER, OFFICE, Duty.REGISTER_OFFICER, True),
        (OFFICE, Duty.REGISTER_ADMIN, OFFICE, Duty.REGISTER_ADMIN, False),
        (OFFICE, Duty.REGISTER_ADMIN, OFFICE, Duty.CENTRAL_CLERK, False),
        (S1, Duty.DIRECTOR, S1, Duty.SCHOOL_CLERK, True),
        (S1, Duty.DEPUTY, S1, Duty.REGISTER_OFFICER, True),
        (S1, Duty.DIRECTOR, S1, Duty.DIRECTOR, False),
        (S1, Duty.DIRECTOR, S1, Duty.DEPUTY, False),
    ],
)
def test_each_gives_only_the_duties_of_the_table(
    hall: Hall, place: int, by: Duty, where: int, duty: Duty, allowed: bool
) -> None:
    giver = someone(hall, place, "giver@x.example", by)
    other = hall.person(where, "other@x.example")
    appoint(hall, giver, where, {other: {duty}})
    assert held(hall, other) == ({duty} if allowed else set())


@pytest.mark.parametrize(
    ("place", "by", "where"),
    [
        (OFFICE, Duty.REGISTER_ADMIN, S1),
        (S1, Duty.DIRECTOR, S2),
        (S1, Duty.DIRECTOR, OFFICE),
        (S1, Duty.DEPUTY, S2),
    ],
)
def test_another_organisation_is_not_found(hall: Hall, place: int, by: Duty, where: int) -> None:
    giver = someone(hall, place, "giver@x.example", by)
    other = hall.person(where, "other@x.example")
    with pytest.raises(NotFound):
        appoint(hall, giver, where, {other: {Duty.SCHOOL_CLERK}})


@pytest.mark.parametrize("by", [Duty.CENTRAL_CLERK, Duty.GROUP_CLERK, Duty.DIRECTOR, Duty.DEPUTY])
def test_other_duties_of_the_office_appoint_nobody(hall: Hall, by: Duty) -> None:
    giver = someone(hall, OFFICE, "giver@x.example", by)
    with pytest.raises(NotAllowed):
        appoint(hall, giver, OFFICE, {1: {Duty.CENTRAL_CLERK}})


def test_duties_that_somebody_does_not_give_stay(hall: Hall) -> None:
    director = someone(hall, S1, BEN, Duty.DIRECTOR)
    deputy = hall.person(S1, "d@s1.example", Duty.DEPUTY, Duty.REGISTER_OFFICER)
    appoint(hall, director, S1, {deputy: {Duty.SCHOOL_CLERK}})
    assert held(hall, deputy) == {Duty.DEPUTY, Duty.SCHOOL_CLERK}


def test_a_director_removes_a_clerk_whom_the_office_appointed(hall: Hall) -> None:
    office = someone(hall, OFFICE, ANNA, Duty.CORRESPONDENCE_ADMIN)
    director, clerk = someone(hall, S1, BEN, Duty.DIRECTOR), hall.person(S1, "clerk@s1.example")
    appoint(hall, office, S1, {clerk: {Duty.SCHOOL_CLERK}})
    appoint(hall, director, S1, {clerk: set()})
    assert held(hall, clerk) == set()


def test_nobody_gives_themselves_more(hall: Hall, administrator: Viewer) -> None:
    admin = someone(hall, OFFICE, "c@office.example", Duty.CORRESPONDENCE_ADMIN)
    deputy = someone(hall, S1, BEN, Duty.DEPUTY)
    for who, place, duty in (
        (admin, OFFICE, Duty.CENTRAL_CLERK),
        (deputy, S1, Duty.SCHOOL_CLERK),  # which reads secret letters
        (administrator, OFFICE, Duty.CENTRAL_CLERK),
    ):
        with pytest.raises(RosterWrong):
            appoint(hall, who, place, {who.person_id: {*who.duties, duty}})
    director = someone(hall, S2, "head@s2.example", Duty.DIRECTOR)
    appoint(hall, director, S2, {director.person_id: {Duty.DIRECTOR, Duty.SCHOOL_CLERK}})  # no more than before
    assert Duty.SCHOOL_CLERK in held(hall, director.person_id)


def test_nor_through_a_second_person_of_their_account(hall: Hall, administrator: Viewer) -> None:
    person = Person("anna", "", "", "นางอรุณ", "", ANNA)
    with pytest.raises(RosterWrong) as caught:
        run(hall, roll.add_person, administrator, S1, person)
    assert fields(caught) == {"mailbox"}
    second = run(hall, roll.add_person, administrator, S1, replace(person, mailbox="x@s1.example"))
    with pytest.raises(RosterWrong):
        run(hall, roll.change_person, administrator, second, person, seen(hall, PersonRow, int(str(second))))


def test_a_group_clerk_does_not_move_to_another_groups_letters(hall: Hall) -> None:
    key = hall.person(OFFICE, ANNA, Duty.ADMINISTRATOR, Duty.GROUP_CLERK)
    hall.change(PersonRow, key, group_id=1)
    who = viewer(hall, key)
    wanted = Person("", "", "policy", "นางอรุณ", "", ANNA)
    with pytest.raises(RosterWrong):
        run(hall, roll.change_person, who, key, wanted, seen(hall, PersonRow, key))


def test_a_group_clerk_needs_a_group(hall: Hall) -> None:
    admin, other = someone(hall, OFFICE, ANNA, Duty.CORRESPONDENCE_ADMIN), hall.person(OFFICE, "x@office.example")
    with pytest.raises(RosterWrong):
        appoint(hall, admin, OFFICE, {other: {Duty.GROUP_CLERK}})
    hall.change(PersonRow, other, group_id=2)
    appoint(hall, admin, OFFICE, {other: {Duty.GROUP_CLERK}})
    assert held(hall, other) == {Duty.GROUP_CLERK}


def test_a_form_that_was_opened_before_another_appointment_is_refused(hall: Hall, administrator: Viewer) -> None:
    with hall.world.database.read() as session:
        old = duties.stand(session, session.get_one(OrganisationRow, OFFICE))
    appoint(hall, administrator, OFFICE, {1: {Duty.REGISTER_ADMIN}})
    with pytest.raises(ChangedMeanwhile):
        run(hall, roll.appoint, administrator, OFFICE, {}, old)


# The last administrator


def test_the_last_administrator_stays(hall: Hall, administrator: Viewer) -> None:
    with pytest.raises(RosterWrong):
        appoint(hall, administrator, OFFICE, {administrator.person_id: set()})
    second = hall.person(OFFICE, "second@office.example", Duty.ADMINISTRATOR)  # without an account: cannot sign in
    with pytest.raises(RosterWrong):
        appoint(hall, administrator, OFFICE, {administrator.person_id: set()})
    by = viewer(hall, second)
    refused: list[Callable[..., object]] = [roll.rest_person, roll.rest_account, roll.unlink]
    for do in refused:
        with pytest.raises((RosterWrong, Refused)):
            run(hall, do, by, administrator.person_id)
    hall.joined(second)
    appoint(hall, administrator, OFFICE, {administrator.person_id: set()})
    assert held(hall, administrator.person_id) == set()


def test_two_duties_of_the_office_do_not_add_up_at_a_school(hall: Hall) -> None:
    both = someone(hall, OFFICE, ANNA, Duty.CORRESPONDENCE_ADMIN, Duty.REGISTER_ADMIN)
    other = hall.person(S1, "other@x.example")
    appoint(hall, both, S1, {other: {Duty.SCHOOL_CLERK, Duty.REGISTER_OFFICER}})
    assert held(hall, other) == {Duty.SCHOOL_CLERK}


def test_nobody_is_appointed_at_a_school_that_rests(hall: Hall) -> None:
    admin, other = someone(hall, OFFICE, ANNA, Duty.CORRESPONDENCE_ADMIN), hall.person(S1, "other@x.example")
    hall.change(OrganisationRow, S1, active=False)
    with pytest.raises(NotFound):
        appoint(hall, admin, S1, {other: {Duty.SCHOOL_CLERK}})
