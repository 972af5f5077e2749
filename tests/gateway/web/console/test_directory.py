"""Organisations, groups and school groups in the console: what each viewer sees, changes, and never reaches."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from ledger.access import Right
from ledger.directory import OrganisationRow, PersonRow, SchoolGroupRow
from ledger.history import HistoryRow
from tests.gateway.web.console.directory_ways import (
    ADMIN,
    CLERKS,
    SCHOOL,
    field,
    one,
    person,
    place,
)
from tests.gateway.web.console.house import House, text_of

# What each sees


@pytest.mark.parametrize(
    ("who", "seen", "unseen"),
    [
        (ADMIN, ["/directory/import/people", "kind=outside", "lacks=clerk"], ["/directory/school-groups"]),
        (CLERKS, ["/directory/school-groups", "kind=school", "lacks=clerk"], ["/directory/import", "kind=outside"]),
        ("office.register_officer", ["/duties"], ["/directory/organisations?", "/directory/school-groups"]),
        ("s1.director", ["/duties"], ["/directory/organisations?", "/directory/import", "/directory/school-groups"]),
    ],
)
def test_the_overview_shows_what_the_viewer_may_do(house: House, who: str, seen: list[str], unseen: list[str]) -> None:
    page = house.signed_in(who).get("/directory")
    assert page.status == 200
    assert [link for link in seen if link not in page.text] == []
    assert [link for link in unseen if link in page.text] == []


@pytest.mark.parametrize("who", ["office.plain", "office.central_clerk", "office.director", "s1.school_clerk"])
def test_others_have_no_directory(house: House, who: str) -> None:
    visitor = house.signed_in(who)
    for path in ("/directory", "/directory/organisations", place(house, "office"), f"{place(house, 'office')}/duties"):
        assert visitor.get(path).status == 403, path
    assert 'href="/directory"' not in visitor.get("/home").text


def test_a_director_finds_the_own_school_only(house: House) -> None:
    visitor = house.signed_in("s1.director")
    listed = text_of(visitor.get("/directory/organisations"))
    assert "โรงเรียนบ้านนา" in listed
    assert "โรงเรียนวัดป่า" not in listed
    for path in (place(house, "s2"), place(house, "office"), person(house, "s2.plain"), person(house, ADMIN)):
        assert visitor.get(path).status == 404, path
    for path in (f"{place(house, 's1')}/edit", "/directory/organisations/new", "/directory/import/people"):
        assert visitor.get(path).status == 403, path


def test_a_correspondence_admin_sees_names_but_neither_mailboxes_nor_accounts(house: House) -> None:
    page = house.signed_in(CLERKS).get(place(house, "s1"))
    assert "นายทดสอบ s1.plain" in page.text
    assert "s1.plain@test.example" not in page.text
    assert house.signed_in(CLERKS).get(person(house, "s1.plain")).status == 403


def test_the_list_is_searched_and_narrowed(house: House) -> None:
    visitor = house.signed_in(ADMIN)
    assert "2 แห่ง" in text_of(visitor.get("/directory/organisations?kind=school"))
    found = text_of(visitor.get("/directory/organisations?find=วัดป่า"))
    assert "1 แห่ง" in found
    assert "โรงเรียนบ้านนา" not in found
    assert "ไม่พบหน่วยงาน" in text_of(visitor.get("/directory/organisations?find=<script>"))


# Organisations and groups


def test_an_organisation_is_added_changed_rested_and_woken(house: House) -> None:
    visitor = house.signed_in(ADMIN)
    page = visitor.follow(visitor.post("/directory/organisations/new", SCHOOL))
    assert "เพิ่มหน่วยงานแล้ว" in page.text
    key = one(house, OrganisationRow, code="s9").id
    path = f"/directory/organisations/{key}"
    seen = field(visitor.get(f"{path}/edit").text, "seen")
    changed = {**SCHOOL, "code": "x", "kind": "office", "name": "โรงเรียนใหม่วิทยา", "seen": seen}
    assert visitor.post(f"{path}/edit", changed).status == 303
    row = one(house, OrganisationRow, id=key)
    assert (row.code, row.kind, row.name, row.keeps_registers) == ("s9", "school", "โรงเรียนใหม่วิทยา", False)
    visitor.post(f"{path}/rest", {"do": "rest"})
    assert "พักไว้" in text_of(visitor.get(path))
    assert "s9" in visitor.get("/directory/organisations?resting=yes").text
    visitor.post(f"{path}/rest", {"do": "wake"})
    assert one(house, OrganisationRow, id=key).active


def test_faults_stand_beside_their_field_in_both_languages(house: House) -> None:
    visitor = house.signed_in(ADMIN)
    wrong = {**SCHOOL, "code": "a b", "mailbox": "saraban@office.example", "name": '<img src=x onerror="alert(1)">'}
    page = visitor.post("/directory/organisations/new", wrong)
    assert page.status == 422
    assert re.search(r'id="code-wrong">รหัส “a b” ใช้ไม่ได้', page.text)
    assert re.search(r'id="mailbox-wrong">[^<]+วนกลับมา', page.text)
    assert "<img" not in page.text
    assert "would come back" in visitor.post("/directory/organisations/new?lang=en", wrong).text
    assert visitor.post("/directory/organisations/new", {**SCHOOL, "code": "s1"}).status == 422


def test_both_versions_are_shown_when_somebody_was_quicker(house: House) -> None:
    visitor, path = house.signed_in(ADMIN), f"{place(house, 's1')}/edit"
    seen = field(visitor.get(path).text, "seen")
    mine = {**SCHOOL, "name": "ชื่อของฉัน", "mailbox": "s1@schools.example", "seen": seen}
    assert visitor.post(path, {**mine, "name": "ชื่อของเขา"}).status == 303
    page = visitor.post(path, mine)
    assert page.status == 422
    assert "<td>ชื่อของเขา</td><td>ชื่อของฉัน</td>" in page.text
    assert visitor.post(path, {**mine, "seen": field(page.text, "seen")}).status == 303
    assert one(house, OrganisationRow, code="s1").name == "ชื่อของฉัน"


def test_groups_of_the_office(house: House) -> None:
    visitor, office = house.signed_in(ADMIN), place(house, "office")
    added = {"code": "ict", "name": "ศูนย์ ICT", "mailbox": "ict@office.example"}
    assert "ศูนย์ ICT" in visitor.follow(visitor.post(f"{office}/groups/new", added)).text
    assert visitor.post(f"{office}/groups/new", added).status == 422
    assert visitor.post(f"{place(house, 's1')}/groups/new", added).status == 422
    page = visitor.get("/directory/groups/2")
    assert visitor.post("/directory/groups/2", {"name": "แผน", "seen": field(page.text, "seen")}).status == 303
    refused = visitor.post("/directory/groups/1/rest")
    assert "ยังมีบุคลากร 1 คน" in refused.text
    assert 'action="/directory/groups/1"' in refused.text
    assert visitor.post("/directory/groups/2/rest").status == 303
    assert house.signed_in("office.register_admin").get("/directory/groups/2").status == 403


# School groups


def test_school_groups_with_members_and_report(house: House) -> None:
    visitor, members = house.signed_in(CLERKS), [house.places["s1"], house.places["s2"]]
    assert "ยังไม่มีกลุ่มสถานศึกษา" in visitor.get("/directory/school-groups").text
    assert visitor.post("/directory/school-groups/new", {"name": "", "member": members}).status == 422
    page = visitor.follow(visitor.post("/directory/school-groups/new", {"name": "โรงเรียนขนาดเล็ก", "member": members}))
    assert "โรงเรียนขนาดเล็ก" in page.text
    key = one(house, SchoolGroupRow, name="โรงเรียนขนาดเล็ก").id
    path = f"/directory/school-groups/{key}"
    seen = field(visitor.get(path).text, "seen")
    assert visitor.post(path, {"name": "ขนาดเล็ก", "member": members[:1], "seen": seen}).status == 303
    report = text_of(visitor.get("/directory/school-groups/report"))
    assert "ขนาดเล็ก 1 แห่ง โรงเรียนบ้านนา" in report
    assert "โรงเรียนวัดป่า" not in report
    assert visitor.post(path, {"name": "ก", "member": members, "seen": seen}).status == 422  # an old form
    assert visitor.post(path, {"name": "ก", "member": [house.places["office"]], "seen": seen}).status in (404, 422)
    assert visitor.get(f"{path}/remove").status == 200
    assert visitor.post(f"{path}/remove").status == 303
    for who in (ADMIN, "s1.director"):
        assert house.signed_in(who).get("/directory/school-groups").status == 403


# The ground


def test_what_changes_people_and_rights_asks_for_the_password_again(house: House) -> None:
    changing = [
        page
        for page in house.console.pages
        if page.path.startswith("/directory") and page.methods == ("POST",) and page.right is not Right.SCHOOL_GROUPS
    ]
    upload = [page.path for page in changing if not page.grave]
    assert upload == ["/directory/import/schools", "/directory/import/people"]  # which only looks at a file
    visitor, path = house.signed_in("s1.director"), f"{place(house, 's1')}/people/new"
    visitor.get(path)
    house.clock.forward(minutes=11)
    asked = visitor.post(path, {"name": "นางแก้ว"})
    assert asked.status not in (200, 303)
    assert 'type="password"' in asked.text
    assert 'value="นางแก้ว"' in asked.text  # carried along
    with house.database.read() as session:
        assert session.query(PersonRow).filter_by(name="นางแก้ว").count() == 0


def test_every_act_is_in_the_history_with_who_did_it(house: House) -> None:
    visitor = house.signed_in("s1.director")
    visitor.post(f"{place(house, 's1')}/people/new", {"name": "นางแก้ว"})
    visitor.post(f"{person(house, 's1.plain')}/account", {"do": "off"})
    with house.database.read() as session:
        lines = session.execute(sa.select(HistoryRow.who, HistoryRow.what).order_by(HistoryRow.id.desc()).limit(2))
        told = [tuple(line) for line in lines]
    name = "นายทดสอบ s1.director"
    assert told == [(name, "account switched off"), (name, "person added")]


def test_looking_changes_nothing(house: House) -> None:
    visitor = house.signed_in(ADMIN)
    with house.database.read() as session:
        before = session.query(HistoryRow).count()
    ids = {"{id:int}": "1"}
    for page in house.console.pages:
        if page.path.startswith("/directory") and page.methods == ("GET",):
            path = page.path
            for name, value in ids.items():
                path = path.replace(name, value)
            assert visitor.get(path).status in (200, 303, 403, 404), path
    with house.database.read() as session:
        assert session.query(HistoryRow).count() == before


def test_numbers_that_no_row_can_have_are_not_found(house: House) -> None:
    visitor = house.signed_in(ADMIN)
    for path in ("people", "organisations", "groups"):
        assert visitor.get(f"/directory/{path}/{10**30}").status == 404
