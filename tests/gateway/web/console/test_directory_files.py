"""CSV files in the console: seen cell by cell before anything is saved, taken in exactly so, given out again."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from ledger import drafts
from ledger.directory import DutyRow, OrganisationRow, PersonRow
from ledger.drafts import DraftRow
from tests.gateway.web.console.house import Client, House, text_of

ADMIN = "office.administrator"
PEOPLE, SCHOOLS = "/directory/import/people", "/directory/import/schools"
TEXT = "หน่วยงาน,รหัส,ชื่อ,อีเมล\ns1,plain,นายทดสอบ ชื่อใหม่,s1.plain@test.example\ns1,kaew,นางแก้ว,kaew@s1.example\n"


def upload(visitor: Client, path: str, text: str | bytes, **fields: str) -> int:
    content = text.encode() if isinstance(text, str) else text
    return visitor.upload(path, fields, [("people.csv", content)], name="file").status


def seen(visitor: Client, path: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', visitor.get(path).text)
    assert found
    return found[1]


def names(house: House, code: str) -> dict[str, str]:
    wanted = sa.select(PersonRow.code, PersonRow.name).where(
        PersonRow.organisation_id == house.places[code], PersonRow.active
    )
    with house.database.read() as session:
        return {line.code: line.name for line in session.execute(wanted)}


def test_a_file_is_shown_before_it_is_saved(house: House) -> None:
    visitor = house.signed_in(ADMIN)
    before = names(house, "s1")
    assert upload(visitor, PEOPLE, TEXT) == 303
    page = visitor.get(PEOPLE)
    assert "<del>นายทดสอบ s1.plain</del> → <ins>นายทดสอบ ชื่อใหม่</ins>" in page.text
    assert "1 เพิ่ม 1 เปลี่ยน 0 กลับมาใช้ 0 พัก" in text_of(page)
    assert names(house, "s1") == before
    done = visitor.follow(visitor.post(f"{PEOPLE}/apply", {"seen": seen(visitor, PEOPLE)}))
    assert "นำเข้าแล้ว เปลี่ยน 2 รายการ" in done.text
    assert names(house, "s1") == {**before, "plain": "นายทดสอบ ชื่อใหม่", "kaew": "นางแก้ว"}
    with house.database.read() as session:
        account = session.execute(sa.select(PersonRow.account_id).filter_by(code="plain", name="นายทดสอบ ชื่อใหม่"))
        assert account.scalar_one() is not None
        assert session.query(DutyRow).count() == 16
        assert session.query(DraftRow).count() == 0
    assert house.signed_in("s1.plain").get("/home").status == 200


def test_a_directory_that_changed_is_looked_at_again(house: House) -> None:
    visitor = house.signed_in(ADMIN)
    upload(visitor, PEOPLE, TEXT)
    digest = seen(visitor, PEOPLE)
    with house.act() as act:
        act.alter(PersonRow, house.people["s1.plain"], name="เปลี่ยนไปแล้ว")
    page = visitor.follow(visitor.post(f"{PEOPLE}/apply", {"seen": digest}))
    assert "ทะเบียนหน่วยงานเปลี่ยนไปหลังจากที่ท่านดู" in page.text
    assert "<del>เปลี่ยนไปแล้ว</del>" in page.text
    assert names(house, "s1")["plain"] == "เปลี่ยนไปแล้ว"
    assert visitor.post(f"{PEOPLE}/apply", {"seen": seen(visitor, PEOPLE)}).status == 303
    assert names(house, "s1")["plain"] == "นายทดสอบ ชื่อใหม่"
    assert "ไม่มีไฟล์ที่รอยืนยัน" in visitor.follow(visitor.post(f"{PEOPLE}/apply", {"seen": digest})).text


def test_mistakes_are_told_by_line_and_nothing_waits(house: House) -> None:
    visitor = house.signed_in(ADMIN)
    text = TEXT + "s9,x,นายผิด,<b>wrong</b>\ns1,,ไม่มีรหัส,\n"
    answer = visitor.upload(PEOPLE, {}, [("people.csv", text.encode())], name="file")
    assert answer.status == 422
    told = text_of(answer)
    assert "บรรทัด 4:" in told
    assert "บรรทัด 5:" in told
    assert "&lt;b&gt;wrong" in answer.text
    assert "<b>wrong" not in answer.text
    assert 'id="preview"' not in visitor.get(PEOPLE).text
    english = visitor.upload(f"{PEOPLE}?lang=en", {}, [("people.csv", text.encode())], name="file")
    assert "Line 4: " in english.text


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"PK\x03\x04" + bytes(range(256)) * 20, b"x" * (4 * 1024 * 1024 + 1), b'"' * 99999],
)
def test_what_is_no_table_is_refused(house: House, content: bytes) -> None:
    visitor = house.signed_in(ADMIN)
    assert upload(visitor, PEOPLE, content) == 422
    assert upload(visitor, SCHOOLS, content) == 422
    assert visitor.post(PEOPLE).status == 422  # without a file


def test_a_spreadsheets_thai_file_of_old_is_read(house: House) -> None:
    visitor = house.signed_in(ADMIN)
    assert upload(visitor, PEOPLE, TEXT.encode("cp874")) == 303
    assert "นางแก้ว" in visitor.get(PEOPLE).text


def test_the_left_out_rest_only_when_asked(house: House) -> None:
    visitor = house.signed_in(ADMIN)
    text = "รหัส,ชื่อ\ns1,โรงเรียนบ้านนา\n"
    upload(visitor, SCHOOLS, text)
    assert "ไม่มีสิ่งใดต้องเปลี่ยน" in visitor.get(SCHOOLS).text
    upload(visitor, SCHOOLS, text, rest="1")
    assert "1 พัก" in text_of(visitor.get(SCHOOLS))
    visitor.post(f"{SCHOOLS}/apply", {"seen": seen(visitor, SCHOOLS)})
    with house.database.read() as session:
        assert not session.get_one(OrganisationRow, house.places["s2"]).active
        assert session.get_one(OrganisationRow, house.places["s1"]).active
    assert house.signed_in("s1.plain").get("/home").status == 200


def test_a_file_that_waits_is_dropped(house: House) -> None:
    visitor = house.signed_in(ADMIN)
    upload(visitor, PEOPLE, TEXT)
    visitor.post("/drafts", {"form": "import people", "next": PEOPLE})
    assert "people.csv" not in visitor.get(PEOPLE).text


def test_what_is_given_out_comes_in_without_a_change(house: House) -> None:
    visitor = house.signed_in(ADMIN)
    for sheet in ("people", "schools"):
        given = visitor.get(f"/directory/export/{sheet}")
        assert given.headers["Content-Type"] == "application/octet-stream"
        assert f"{sheet}-2026-11-27.csv" in given.headers["Content-Disposition"]
        assert upload(visitor, f"/directory/import/{sheet}", given.body, rest="1") == 303
        assert "ไม่มีสิ่งใดต้องเปลี่ยน" in visitor.get(f"/directory/import/{sheet}").text


def test_long_changes_have_pages(house: House) -> None:
    visitor = house.signed_in(ADMIN)
    text = "หน่วยงาน,รหัส,ชื่อ\n" + "".join(f"s2,t{number},นายที่ {number}\n" for number in range(120))
    upload(visitor, PEOPLE, text)
    assert "นายที่ 119" not in visitor.get(PEOPLE).text
    assert "นายที่ 119" in visitor.get(f"{PEOPLE}?page=3").text
    assert "ยืนยันและบันทึก 120 รายการ" in visitor.get(PEOPLE).text
    visitor.post(f"{PEOPLE}/apply", {"seen": seen(visitor, PEOPLE)})
    assert len(names(house, "s2")) == 125


@pytest.mark.parametrize("who", ["office.correspondence_admin", "s1.director", "office.register_admin"])
def test_files_are_the_administrators(house: House, who: str) -> None:
    visitor = house.signed_in(who)
    assert upload(visitor, PEOPLE, TEXT) == 403
    assert visitor.get(SCHOOLS).status == 403
    assert visitor.get("/directory/export/people").status == 403
    assert visitor.post(f"{PEOPLE}/apply", {"seen": "x"}).status == 403


def test_a_waiting_file_is_seen_by_nobody_else_and_a_broken_one_is_none(house: House) -> None:
    visitor = house.signed_in(ADMIN)
    upload(visitor, PEOPLE, TEXT)
    with house.act() as act:
        act.add(DutyRow, person_id=house.people["office.plain"], duty="administrator")
    other = house.signed_in("office.plain")
    assert "people.csv" not in other.get(PEOPLE).text
    for content in ("eJwDAAAAAAE=", "%%%", "ก", "e" * 2001, "\x00"):
        typed = {"form": "import people", "d.content": content, "d.name": "people.csv"}
        assert other.post("/drafts", typed).status == 422
        with house.database.write() as session:  # as it may lie there from before
            kept = {"content": content, "name": "people.csv"}
            drafts.keep(session, house.people["office.plain"], "import people", kept, house.clock())
        assert other.get(PEOPLE).status == 200
        assert other.post(f"{PEOPLE}/apply", {"seen": "x"}).status == 303


def test_who_takes_files_in_does_not_rise_by_them(house: House) -> None:
    visitor = house.signed_in(ADMIN)
    text = "หน่วยงาน,รหัส,ชื่อ,หน้าที่\noffice,administrator,ฉัน,ผู้ดูแลระบบ; สารบรรณกลาง\n"
    upload(visitor, PEOPLE, text)
    assert visitor.post(f"{PEOPLE}/apply", {"seen": seen(visitor, PEOPLE)}).status == 422
    assert "ฉัน" not in names(house, "office").values()
