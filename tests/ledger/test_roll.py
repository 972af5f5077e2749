"""Organisations, groups, school groups, and what each viewer sees of them (F40 to F44)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from door_world import Hall
from roll_world import ANNA, BEN, OFFICE, S1, S2, appoint, fields, row_of, run, seen, someone, viewer

from ledger import roll
from ledger.access import Duty, Viewer
from ledger.directory import DutyRow, GroupRow, OrganisationRow, SchoolGroupMemberRow
from ledger.errors import (
    ChangedMeanwhile,
    NotAllowed,
    NotFound,
    RosterWrong,
)
from ledger.history import HistoryRow
from ledger.roll import keeping, lists, school_groups
from ledger.roster import Group, Organisation, Person


@pytest.fixture
def administrator(hall: Hall) -> Viewer:
    return viewer(hall, hall.person(OFFICE, ANNA, Duty.ADMINISTRATOR, name="นางอรุณ"), account=True)


def test_an_administrator_keeps_organisations(hall: Hall, administrator: Viewer) -> None:
    wanted = Organisation("s9", "โรงเรียนใหม่", "school", "private", mailbox="s9@x.example", domains=("s9.example",))
    key = int(str(run(hall, roll.add_organisation, administrator, wanted)))
    changed = replace(wanted, code="other", kind="outside", name="โรงเรียนใหม่วิทยา", keeps_registers=True)
    run(hall, roll.change_organisation, administrator, key, changed, seen(hall, OrganisationRow, key))
    now = row_of(hall, OrganisationRow, key)
    assert (now.code, now.kind, now.name, now.domains) == ("s9", "school", "โรงเรียนใหม่วิทยา", "s9.example")  # type: ignore[attr-defined]
    run(hall, roll.rest_organisation, administrator, key)
    with pytest.raises(RosterWrong) as caught:
        run(hall, roll.add_organisation, administrator, wanted)
    assert fields(caught) == {"code"}
    run(hall, roll.rest_organisation, administrator, key, False)
    with pytest.raises(RosterWrong):
        run(hall, roll.rest_organisation, administrator, OFFICE)


def test_waking_an_organisation_whose_mailbox_another_has_is_refused(hall: Hall, administrator: Viewer) -> None:
    run(hall, roll.rest_organisation, administrator, S1)
    wanted = Organisation("s9", "โรงเรียนใหม่", "school", "government", mailbox="s1@schools.example")
    run(hall, roll.add_organisation, administrator, wanted)
    with pytest.raises(RosterWrong):
        run(hall, roll.rest_organisation, administrator, S1, False)


def test_an_address_to_which_we_write_is_no_intake_address(hall: Hall, administrator: Viewer) -> None:
    office = keeping.of_row(row_of(hall, OrganisationRow, OFFICE))  # type: ignore[arg-type]
    loop = replace(office, address="finance@office.example")
    with pytest.raises(RosterWrong) as caught:
        run(hall, roll.change_organisation, administrator, OFFICE, loop, seen(hall, OrganisationRow, OFFICE))
    assert fields(caught) == {"form"}
    assert "finance" in caught.value.faults[0].th


def test_only_administrators_change_organisations_and_groups(hall: Hall) -> None:
    wanted = Organisation("s9", "ก", "school", "government")
    for place, duty in ((OFFICE, Duty.CORRESPONDENCE_ADMIN), (OFFICE, Duty.REGISTER_ADMIN), (S1, Duty.DIRECTOR)):
        who = someone(hall, place, f"{duty}@x.example", duty)
        with pytest.raises(NotAllowed):
            run(hall, roll.add_organisation, who, wanted)
        with pytest.raises(NotAllowed):
            run(hall, roll.change_organisation, who, place, wanted, "")
        with pytest.raises(NotAllowed):
            run(hall, roll.rest_organisation, who, S2)
        with pytest.raises(NotAllowed):
            run(hall, roll.add_group, who, place, Group("g", "", "ก"))
        with pytest.raises(NotAllowed):
            run(hall, roll.change_group, who, 1, Group("g", "", "ก"), "")
        with pytest.raises(NotAllowed):
            run(hall, roll.rest_group, who, 2)


def test_a_group_with_people_does_not_rest(hall: Hall, administrator: Viewer) -> None:
    with pytest.raises(RosterWrong):
        run(hall, roll.rest_group, administrator, 1)
    run(hall, roll.rest_group, administrator, 2)
    assert not row_of(hall, GroupRow, 2).active  # type: ignore[attr-defined]
    run(hall, roll.rest_group, administrator, 2, False)
    key = int(str(run(hall, roll.add_group, administrator, OFFICE, Group("ict", "", "ศูนย์ ICT"))))
    run(hall, roll.change_group, administrator, key, Group("x", "", "กลุ่ม ICT"), seen(hall, GroupRow, key))
    assert (row_of(hall, GroupRow, key).code, row_of(hall, GroupRow, key).name) == ("ict", "กลุ่ม ICT")  # type: ignore[attr-defined]


# School groups


def test_school_groups_are_the_correspondence_admins(hall: Hall, administrator: Viewer) -> None:
    admin = someone(hall, OFFICE, "c@office.example", Duty.CORRESPONDENCE_ADMIN)
    with pytest.raises(NotAllowed):
        run(hall, roll.add_school_group, administrator, "", "ขนาดเล็ก", [S1])
    key = int(str(run(hall, roll.add_school_group, admin, "", "โรงเรียนขนาดเล็ก", [S1])))
    with hall.world.database.read() as session:
        old = school_groups.stand(session, school_groups.school_group(session, admin, key))
    run(hall, roll.change_school_group, admin, key, "ขนาดเล็ก", [S1, S2], old)
    with pytest.raises(ChangedMeanwhile):
        run(hall, roll.change_school_group, admin, key, "ก", [], old)
    with hall.world.database.read() as session:
        found = school_groups.gathered(session, admin)
    assert [(one.row.name, [school.id for school in one.members]) for one in found] == [("ขนาดเล็ก", [S1, S2])]
    for code in ("finance", "s1", "all", "schools"):
        with pytest.raises(RosterWrong):
            run(hall, roll.add_school_group, admin, code, "ก", [])
    with pytest.raises(NotFound):
        run(hall, roll.add_school_group, admin, "", "ก", [OFFICE])
    run(hall, roll.remove_school_group, admin, key)
    assert hall.count(SchoolGroupMemberRow) == 0


def test_a_school_at_rest_stays_a_member(hall: Hall, administrator: Viewer) -> None:
    admin = someone(hall, OFFICE, "c@office.example", Duty.CORRESPONDENCE_ADMIN)
    key = int(str(run(hall, roll.add_school_group, admin, "small", "ขนาดเล็ก", [S1, S2])))
    run(hall, roll.rest_organisation, administrator, S1)
    with hall.world.database.read() as session:
        now = school_groups.stand(session, school_groups.school_group(session, admin, key))
    run(hall, roll.change_school_group, admin, key, "ขนาดเล็ก", [], now)
    with hall.world.database.read() as session:
        assert school_groups.member_ids(session, key) == {S1}


# Lists


def test_each_sees_only_what_they_reach(hall: Hall, administrator: Viewer) -> None:
    admin = someone(hall, OFFICE, "c@office.example", Duty.CORRESPONDENCE_ADMIN)
    officer = someone(hall, OFFICE, "r@office.example", Duty.REGISTER_OFFICER)
    director = someone(hall, S1, BEN, Duty.DIRECTOR, Duty.SCHOOL_CLERK)
    hall.change(OrganisationRow, S2, mailbox="")
    with hall.world.act() as act:
        act.add(OrganisationRow, code="moe", name="กระทรวง", kind="outside")

    def codes(who: Viewer, **narrowed: str) -> list[str]:
        with hall.world.database.read() as session:
            found, total = lists.organisations(session, who, lists.Filter(**narrowed), 0, 50)  # type: ignore[arg-type]
        assert total == len(found)
        return [one.row.code for one in found]

    assert codes(administrator) == ["office", "s1", "s2", "moe"]
    assert codes(admin) == ["office", "s1", "s2"]
    assert codes(officer) == ["office"]
    assert codes(director) == ["s1"]
    assert codes(administrator, words="วัด ป่า") == ["s2"]
    assert codes(administrator, lacks="mailbox") == ["s2", "moe"]
    assert codes(administrator, kind="school", lacks="clerk") == ["s2"]
    assert codes(administrator, words="100%") == []
    with hall.world.database.read() as session:
        assert lists.lacking(session, admin) == {"mailbox": 1, "clerk": 1, "account": 2}
        with pytest.raises(NotAllowed):
            lists.organisations(session, someone(hall, S2, "p@s2.example"), lists.Filter(), 0, 1)


def test_every_act_leaves_its_line_in_history(hall: Hall, administrator: Viewer) -> None:
    def last() -> tuple[str, str]:
        with hall.world.database.read() as session:
            line = session.query(HistoryRow).order_by(HistoryRow.id.desc()).first()
            assert line is not None
            return line.what, line.about

    run(hall, roll.add_person, administrator, S1, Person("kaew", "", "", "นางแก้ว", "", ""))
    assert last() == ("person added", "person 3")
    appoint(hall, administrator, S1, {3: {Duty.DIRECTOR}})
    assert last() == ("appointed", "organisation 2")
    assert hall.count(DutyRow) == 2
    before = hall.history()
    appoint(hall, administrator, S1, {3: {Duty.DIRECTOR}})
    assert hall.history() == before
