"""The directory in a real browser, on a phone and on a desk: its main ways, and how every page looks."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.gateway.web.console.house import House
from tests.gateway.web.console.looks import NARROW, WIDE, browsing, looks_right

CSV = "หน่วยงาน,รหัส,ชื่อ,หน้าที่\ns1,plain,นายทดสอบ ชื่อใหม่,เจ้าหน้าที่ทะเบียน\ns1,kaew,นางแก้ว,\n"


@pytest.mark.parametrize("look", [NARROW, WIDE])
def test_an_administrator_from_school_to_person_to_duty(house: House, browser: Browser, look: tuple[int, str]) -> None:
    with browsing(house, browser, "office.administrator", look) as page:
        page.goto(f"{house.url}/directory")
        looks_right(page)
        page.get_by_role("link", name="สถานศึกษา 2").click()
        looks_right(page)
        page.get_by_role("link", name="เพิ่มหน่วยงาน").click()
        looks_right(page)
        page.get_by_label("รหัส").fill("s9")
        page.get_by_label("ชื่อหน่วยงาน").fill("โรงเรียนใหม่วิทยา")
        page.get_by_label("อีเมลรับแจ้ง").fill("s9@x.example")
        page.get_by_role("button", name="บันทึก").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("โรงเรียนใหม่วิทยา")
        looks_right(page)
        page.get_by_role("link", name="เพิ่มบุคลากร").click()
        looks_right(page)
        page.get_by_label("ชื่อ-นามสกุล").fill("นางแก้ว มีสุข")
        page.get_by_label("อีเมล").first.fill("kaew@x.example")
        page.get_by_label("ส่งคำเชิญเข้าใช้ทางอีเมลทันที").check()
        page.get_by_role("button", name="บันทึก").click()
        expect(page.locator(".told")).to_contain_text("ส่งคำเชิญแล้ว")
        looks_right(page)
        page.get_by_role("link", name="กำหนดเจ้าหน้าที่").click()
        looks_right(page)
        page.get_by_label("ผู้อำนวยการ", exact=True).check()
        page.get_by_role("button", name="บันทึกหน้าที่").click()
        expect(page.locator(".told")).to_be_visible()
        expect(page.locator(".tag")).to_have_text("ผู้อำนวยการ")
        looks_right(page)
        page.get_by_role("link", name="แก้ไขหน่วยงาน").click()
        looks_right(page)
        page.get_by_role("link", name="พักหน่วยงาน").click()
        looks_right(page)


@pytest.mark.parametrize("look", [NARROW, WIDE])
def test_duties_groups_and_accounts_look_right(house: House, browser: Browser, look: tuple[int, str]) -> None:
    office, plain = house.places["office"], house.people["office.plain"]
    with browsing(house, browser, "office.administrator", look) as page:
        for path in (
            f"/directory/organisations/{office}",
            f"/directory/organisations/{office}/duties",
            f"/directory/organisations/{office}/groups/new",
            f"/directory/organisations/{office}/invite",
            "/directory/groups/1",
            f"/directory/people/{plain}",
            f"/directory/people/{plain}/edit",
            f"/directory/people/{plain}/account?do=rest",
            f"/directory/people/{plain}/account?do=login",
            "/directory/organisations?find=nothing",
        ):
            page.goto(house.url + path)
            looks_right(page)
        page.goto(f"{house.url}/directory/organisations/{office}/duties?lang=en")
        page.get_by_label("Search people").fill("plain")
        expect(page.locator(".appoint li:visible")).to_have_count(1)
        page.locator(".appoint li:visible").get_by_label("Central registry").check()
        page.get_by_label("Search people").fill("")
        page.get_by_role("button", name="Save duties").click()
        expect(page.locator(".told")).to_have_text("The duties are saved")


@pytest.mark.parametrize("look", [NARROW, WIDE])
def test_a_school_group_is_gathered(house: House, browser: Browser, look: tuple[int, str]) -> None:
    with browsing(house, browser, "office.correspondence_admin", look) as page:
        page.goto(f"{house.url}/directory/school-groups")
        looks_right(page)
        page.get_by_role("link", name="เพิ่มกลุ่มสถานศึกษา").click()
        looks_right(page)
        page.get_by_label("ชื่อกลุ่มสถานศึกษา").fill("โรงเรียนขนาดเล็ก")
        page.get_by_label("ค้นหาสถานศึกษา").fill("วัดป่า")
        page.get_by_role("button", name="เลือกทั้งหมดที่แสดง").click()
        page.get_by_label("ค้นหาสถานศึกษา").fill("")
        expect(page.locator("[data-count]")).to_have_text("1 / 2")
        page.get_by_label("แสดงเฉพาะที่เลือกไว้").check()
        expect(page.locator(".places li:visible")).to_have_count(1)
        page.get_by_role("button", name="บันทึก").click()
        expect(page.locator(".rows li")).to_contain_text("โรงเรียนวัดป่า")
        page.get_by_role("link", name="รายงานกลุ่มและสมาชิก").click()
        looks_right(page)
        page.goto(f"{house.url}/directory/school-groups/1/remove")
        looks_right(page)


@pytest.mark.parametrize("look", [NARROW, WIDE])
def test_a_file_is_looked_at_and_taken_in(house: House, browser: Browser, look: tuple[int, str]) -> None:
    with browsing(house, browser, "office.administrator", look) as page:
        page.goto(f"{house.url}/directory/import/people")
        looks_right(page)
        page.get_by_label("ไฟล์ CSV").set_input_files(
            {"name": "people.csv", "mimeType": "text/csv", "buffer": CSV.encode()}
        )
        page.get_by_role("button", name="ดูสิ่งที่จะเปลี่ยน").click()
        expect(page.locator("ins").first).to_have_text("นายทดสอบ ชื่อใหม่")
        looks_right(page)
        page.get_by_role("button", name="ยืนยันและบันทึก 2 รายการ").click()
        expect(page.locator(".told")).to_contain_text("เปลี่ยน 2 รายการ")


def test_a_director_appoints_with_the_keyboard_alone(house: House, browser: Browser) -> None:
    with browsing(house, browser, "s1.director", WIDE) as page:
        page.goto(f"{house.url}/directory/organisations/{house.places['s1']}/duties")
        page.get_by_label("ค้นหาบุคลากร").focus()
        page.keyboard.type("plain")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        for _ in range(2):
            page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="บันทึกหน้าที่")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(".told")).to_be_visible()
        looks_right(page)
