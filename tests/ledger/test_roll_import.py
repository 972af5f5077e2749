"""A file of schools or people: first told cell by cell, then done exactly so, and nothing besides (F40 to F45)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from door_world import Hall

from ledger import access, enrol, roster
from ledger.access import Duty, Viewer
from ledger.directory import OrganisationRow, PersonRow, SchoolGroupMemberRow, SchoolGroupRow
from ledger.errors import ChangedMeanwhile, NotAllowed, RosterWrong
from ledger.roll import changes, importing, reach
from ledger.roll.changes import Cell, Preview, Sheet, What

OFFICE, S1, S2 = 1, 2, 3


@pytest.fixture
def administrator(hall: Hall) -> Viewer:
    key = hall.person(OFFICE, "anna@office.example", Duty.ADMINISTRATOR, name="นางอรุณ")
    hall.joined(key)
    with hall.world.database.read() as session:
        found = access.viewer(session, key, session.get_one(PersonRow, key).account_id or 0)
    assert found is not None
    return found


def told(hall: Hall, viewer: Viewer, sheet: Sheet, text: str, rest: bool = False) -> Preview:
    with hall.world.database.read() as session:
        return changes.preview(session, viewer, sheet, text.encode(), rest)


def take_in(hall: Hall, viewer: Viewer, sheet: Sheet, text: str, rest: bool = False) -> Preview:
    seen = told(hall, viewer, sheet, text, rest).digest
    with hall.world.act() as act:
        return importing.take_in(act, viewer, sheet, text.encode(), rest, seen)


def of(hall: Hall, organisation_id: int, code: str) -> tuple[PersonRow, set[Duty]]:
    wanted = sa.select(PersonRow).where(PersonRow.organisation_id == organisation_id, PersonRow.code == code)
    with hall.world.database.read() as session:
        row = session.execute(wanted).scalar_one()
        return row, set(reach.duties_of(session, row.id))


def summed(preview: Preview) -> list[tuple[What, str]]:
    return [(change.what, change.part.code) for change in preview.changes]


def test_a_file_tells_what_it_would_change_cell_by_cell(hall: Hall, administrator: Viewer) -> None:
    text = "หน่วยงาน,รหัส,ชื่อ,หน้าที่\noffice,somsri,นางสมศรี ใจงาม,สารบรรณกลาง\ns1,kaew,นางแก้ว,ผู้อำนวยการ\n"
    preview = told(hall, administrator, Sheet.PEOPLE, text)
    assert summed(preview) == [(What.CHANGED, "somsri"), (What.ADDED, "kaew")]
    assert preview.changes[0].cells == (
        Cell("name", "นางสมศรี ใจดี", "นางสมศรี ใจงาม"),
        Cell("duties", (), ("central_clerk",)),
    )
    assert preview.kept == 1
    assert preview.count(What.ADDED) == 1


def test_taking_it_in_does_exactly_that_and_leaves_the_rest(hall: Hall, administrator: Viewer) -> None:
    hall.joined(1)
    other = hall.person(S1, "other@s1.example", Duty.SCHOOL_CLERK, Duty.DIRECTOR)
    resting = hall.person(S1, "gone@s1.example", Duty.DEPUTY)
    hall.change(PersonRow, resting, active=False)
    text = "หน่วยงาน,รหัส,ชื่อ\noffice,somsri,นางสมศรี ใจงาม\ns1,kaew,นางแก้ว\n"
    take_in(hall, administrator, Sheet.PEOPLE, text)
    somsri, _ = of(hall, OFFICE, "somsri")
    assert (somsri.name, somsri.position, somsri.group_id) == ("นางสมศรี ใจงาม", "นักวิชาการเงินและบัญชี", 1)
    assert somsri.account_id is not None
    assert of(hall, S1, "kaew")[0].active
    assert of(hall, S1, "other-2")[1] == {Duty.SCHOOL_CLERK, Duty.DIRECTOR}
    assert of(hall, S1, "gone-2")[1] == {Duty.DEPUTY}
    assert not of(hall, S1, "gone-2")[0].active
    assert other
    assert told(hall, administrator, Sheet.PEOPLE, text).changes == ()


def test_what_the_directory_gives_out_changes_nothing(hall: Hall, administrator: Viewer) -> None:
    hall.person(S1, "other@s1.example", Duty.SCHOOL_CLERK, Duty.DIRECTOR)
    with hall.world.database.read() as session:
        present = enrol.give_out(session)
    for sheet, content in (
        (Sheet.SCHOOLS, roster.schools_csv(present)),
        (Sheet.PEOPLE, roster.people_csv(present)),
    ):
        with hall.world.database.read() as session:
            preview = changes.preview(session, administrator, sheet, content, True)
        assert preview.changes == ()
        assert preview.kept > 1


def test_a_directory_that_changed_since_the_preview_is_not_touched(hall: Hall, administrator: Viewer) -> None:
    text = "หน่วยงาน,รหัส,ชื่อ\noffice,somsri,นางสมศรี ใจงาม\n"
    seen = told(hall, administrator, Sheet.PEOPLE, text).digest
    hall.change(PersonRow, 1, name="นางสมศรี มีสุข")
    with pytest.raises(ChangedMeanwhile), hall.world.act() as act:
        importing.take_in(act, administrator, Sheet.PEOPLE, text.encode(), False, seen)
    assert of(hall, OFFICE, "somsri")[0].name == "นางสมศรี มีสุข"
    with pytest.raises(ChangedMeanwhile), hall.world.act() as act:
        digest = told(hall, administrator, Sheet.PEOPLE, text).digest
        importing.take_in(act, administrator, Sheet.PEOPLE, text.encode(), True, digest + "x")


def test_faults_name_their_lines_and_nothing_is_done(hall: Hall, administrator: Viewer) -> None:
    text = "หน่วยงาน,รหัส,ชื่อ,อีเมล\noffice,a,นาย ก,wrong\nnowhere,b,นาย ข,\n"
    with pytest.raises(RosterWrong) as caught:
        told(hall, administrator, Sheet.PEOPLE, text)
    assert [fault.line for fault in caught.value.faults] == [2, 3]


def test_who_rested_comes_back(hall: Hall, administrator: Viewer) -> None:
    hall.change(PersonRow, 1, active=False)
    text = "หน่วยงาน,รหัส,ชื่อ\noffice,somsri,นางสมศรี ใจดี\n"
    assert summed(told(hall, administrator, Sheet.PEOPLE, text)) == [(What.BACK, "somsri")]
    take_in(hall, administrator, Sheet.PEOPLE, text)
    assert of(hall, OFFICE, "somsri")[0].active


def test_the_left_out_rest_when_asked_but_only_where_the_file_speaks_and_never_the_viewer(
    hall: Hall, administrator: Viewer
) -> None:
    hall.person(S1, "x@s1.example", Duty.DIRECTOR)
    hall.person(S2, "y@s2.example")
    text = "หน่วยงาน,รหัส,ชื่อ\noffice,new,นายใหม่\ns1,kaew,นางแก้ว\n"
    preview = take_in(hall, administrator, Sheet.PEOPLE, text, rest=True)
    assert (What.RESTED, "somsri") in summed(preview)
    assert (What.RESTED, "x-2") in summed(preview)
    assert preview.count(What.RESTED) == 2
    assert not of(hall, S1, "x-2")[0].active
    assert of(hall, S1, "x-2")[1] == set()
    assert of(hall, S2, "y-3")[0].active


def test_schools_keep_what_the_file_does_not_say(hall: Hall, administrator: Viewer) -> None:
    with hall.world.act() as act:
        key = act.add(SchoolGroupRow, organisation_id=OFFICE, code="small", name="ขนาดเล็ก")
        act.add(SchoolGroupMemberRow, school_group_id=key, organisation_id=S2)
    hall.change(OrganisationRow, S1, prefix="ศธ 1/", year_in_use=2569)
    text = "รหัส,ชื่อ,อีเมล\ns1,โรงเรียนบ้านนาวิทยา,s1@schools.example\ns9,โรงเรียนใหม่,s9@schools.example\n"
    preview = take_in(hall, administrator, Sheet.SCHOOLS, text, rest=True)
    assert summed(preview) == [(What.CHANGED, "s1"), (What.ADDED, "s9"), (What.RESTED, "s2")]
    with hall.world.database.read() as session:
        s1, s2 = session.get_one(OrganisationRow, S1), session.get_one(OrganisationRow, S2)
        assert (s1.name, s1.prefix, s1.year_in_use, s1.keeps_registers) == ("โรงเรียนบ้านนาวิทยา", "ศธ 1/", 2569, True)
        assert not s2.active
        assert session.query(SchoolGroupMemberRow).count() == 1


def test_a_file_raises_nobody_who_takes_it_in_and_leaves_an_administrator(hall: Hall, administrator: Viewer) -> None:
    head = "หน่วยงาน,รหัส,ชื่อ,อีเมล,หน้าที่\n"
    own = "office,anna-1,นางอรุณ,anna@office.example,"
    for text in (
        head + own + "ผู้ดูแลระบบ; สารบรรณกลาง\n",
        head + own + "\n",
        head + "s1,anna,นางอรุณ,anna@office.example,ผู้อำนวยการ\n",
    ):
        with pytest.raises(RosterWrong):
            take_in(hall, administrator, Sheet.PEOPLE, text)
    assert of(hall, OFFICE, "anna-1")[1] == {Duty.ADMINISTRATOR}


def test_only_an_administrator_takes_files_in(hall: Hall, administrator: Viewer) -> None:
    key = hall.person(S1, "head@s1.example", Duty.DIRECTOR)
    text = "หน่วยงาน,รหัส,ชื่อ\ns1,x,นายใหม่\n"
    digest = told(hall, administrator, Sheet.PEOPLE, text).digest
    with hall.world.database.read() as session:
        director = access.viewer(session, key)
    assert director is not None
    with pytest.raises(NotAllowed):
        told(hall, director, Sheet.PEOPLE, text)
    with pytest.raises(NotAllowed), hall.world.act() as act:
        importing.take_in(act, director, Sheet.PEOPLE, text.encode(), False, digest)
