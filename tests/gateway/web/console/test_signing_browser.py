"""Signing in and the own account in a real browser, on a phone and on a desk, and what goes wrong there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ledger.accounts import require_second
from ledger.directory import PersonRow
from tests.gateway.web.browser import visitor
from tests.gateway.web.console.house import PASSWORD, House
from tests.gateway.web.console.house import house as opened
from tests.gateway.web.console.looks import NARROW, WIDE, browsing, looks_right
from tests.gateway.web.console.test_signing import ANOTHER, LOGIN, code, mailed

EXPECTED = "Failed to load resource"  # how a browser tells of a form that was wrong


@contextmanager
def outside(browser: Browser, look: tuple[int, str]) -> Iterator[Page]:
    """Somebody who is not signed in."""
    said: list[str] = []
    width, scheme = look
    with visitor(
        browser, viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True
    ) as page:  # axe is a script
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda fault: said.append(str(fault)))
        yield page
    assert not [text for text in said if not text.startswith(EXPECTED)]


def sign_in(page: Page, house: House, password: str = PASSWORD, path: str = "/sign-in") -> None:
    page.goto(house.url + path)
    page.get_by_label("อีเมล").fill(LOGIN)
    page.get_by_label("รหัสผ่าน").fill(password)
    page.get_by_role("button", name="เข้าสู่ระบบ").click()


@pytest.mark.parametrize("look", [NARROW, WIDE])
def test_from_a_wrong_password_to_the_second_factor_and_out(
    house: House, browser: Browser, look: tuple[int, str]
) -> None:
    with house.act("required") as act:
        require_second(act, act.session.get_one(PersonRow, house.people["office.plain"]).account_id or 0, True)
    with outside(browser, look) as page:
        sign_in(page, house, "ผิด", "/registers/order")
        expect(page.get_by_role("alert")).to_contain_text("เข้าสู่ระบบไม่สำเร็จ")
        looks_right(page)
        page.get_by_label("รหัสผ่าน").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("ตั้งค่าการยืนยันสองขั้นตอน")
        assert page.evaluate("document.querySelector('.qr').naturalWidth") > 100
        looks_right(page)
        secret = page.locator(".secret code").inner_text().replace(" ", "")
        page.get_by_label("รหัสจากแอป").fill("123")
        page.keyboard.press("Enter")
        expect(page.locator("#code-wrong")).to_contain_text("รหัสยืนยันไม่ถูกต้อง")
        looks_right(page)
        assert page.locator(".secret code").inner_text().replace(" ", "") == secret
        page.get_by_label("รหัสจากแอป").fill(code(house, secret))
        page.get_by_role("button", name="เปิดใช้การยืนยันสองขั้นตอน").click()
        codes = page.locator(".codes li").all_inner_texts()
        assert len(set(codes)) == 10
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_role("button", name="คัดลอกทั้งหมด").click()
        expect(page.get_by_role("button", name="คัดลอกแล้ว")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()").split() == codes
        page.emulate_media(media="print", color_scheme=look[1])  # type: ignore[arg-type]
        assert page.locator(".codes").is_visible()
        assert not page.locator(".top").is_visible()
        page.emulate_media(media="screen", color_scheme=look[1])  # type: ignore[arg-type]
        looks_right(page)
        page.get_by_role("link", name="เก็บรหัสแล้ว ทำต่อ").click()
        expect(page).to_have_url(f"{house.url}/registers/order")
        page.locator(".menu summary").click()
        page.get_by_role("button", name="ออกจากระบบ").click()
        expect(page.get_by_role("status").first).to_have_text("ออกจากระบบแล้ว")
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text("เข้าสู่ระบบ")
        sign_in(page, house)
        looks_right(page)
        page.get_by_label("รหัส").fill(codes[3])
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{house.url}/home")


@pytest.mark.parametrize("look", [NARROW, WIDE])
def test_a_forgotten_password_by_mail(house: House, browser: Browser, look: tuple[int, str]) -> None:
    with outside(browser, look) as page:
        page.goto(f"{house.url}/sign-in")
        page.get_by_role("link", name="ลืมรหัสผ่าน").click()
        looks_right(page)
        page.get_by_label("อีเมล").fill(LOGIN)
        page.keyboard.press("Enter")
        expect(page.get_by_text("ระบบส่งลิงก์ตั้งรหัสผ่านไปให้แล้ว")).to_be_visible()
        looks_right(page)
        page.goto(house.url + mailed(house))
        looks_right(page)
        page.get_by_label("รหัสผ่าน").fill("สั้นไป")
        page.keyboard.press("Enter")
        expect(page.locator("#password-wrong")).to_contain_text("อย่างน้อย 15 ตัวอักษร")
        page.get_by_label("รหัสผ่าน").fill(ANOTHER)
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{house.url}/home")
        page.goto(house.url + "/join/" + "x" * 43)
        looks_right(page)
        page.goto(house.url + "/nowhere")
        looks_right(page)


def test_what_was_typed_survives_the_end_of_a_sign_in(house: House, browser: Browser) -> None:
    with outside(browser, WIDE) as page:
        house.browse(page.context, "office.plain")
        page.goto(f"{house.url}/registers/incoming/new")
        house.clock.forward(minutes=31)
        page.get_by_label("ที่ (เลขที่หนังสือ)").fill("ศธ 04001/ว1187")
        page.get_by_label("จาก").fill("สพฐ.")
        page.get_by_label("เรื่อง").fill("ขอเชิญประชุม")
        page.get_by_label("ชั้นความเร็ว").select_option("urgent")
        page.get_by_role("button", name="ลงทะเบียนและออกเลข").click()
        expect(page.get_by_text("หมดเวลาใช้งาน")).to_be_visible()
        page.get_by_label("อีเมล").fill(LOGIN)
        page.get_by_label("รหัสผ่าน").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_label("เรื่อง")).to_have_value("ขอเชิญประชุม")
        expect(page.get_by_label("ชั้นความเร็ว")).to_have_value("urgent")
        page.get_by_role("button", name="ลงทะเบียนและออกเลข").click()
        expect(page.get_by_text("ลงทะเบียนแล้ว").first).to_be_visible()
        page.goto(f"{house.url}/registers/incoming/new")
        expect(page.get_by_label("เรื่อง")).to_have_value("")


def test_what_somebody_typed_is_not_shown_to_the_next_person(house: House, browser: Browser) -> None:
    with outside(browser, WIDE) as page:
        house.browse(page.context, "office.register_admin")
        page.goto(f"{house.url}/registers/order/new")
        house.clock.forward(minutes=31)
        page.get_by_label("เรื่อง").fill("ลับเฉพาะผม")
        page.get_by_role("button", name="ลงทะเบียนและออกเลข").click()
        page.get_by_label("อีเมล").fill(LOGIN)
        page.get_by_label("รหัสผ่าน").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_label("เรื่อง")).to_have_value("")
        assert page.evaluate("sessionStorage.length") == 0


@pytest.mark.parametrize("look", [NARROW, WIDE])
def test_the_account_and_its_sign_ins(house: House, browser: Browser, look: tuple[int, str]) -> None:
    other = house.signed_in("office.plain")
    with browsing(house, browser, "office.plain", look) as page:
        page.goto(f"{house.url}/account")
        looks_right(page)
        page.get_by_role("button", name="สิ้นสุด test").click()
        expect(page.get_by_role("status").first).to_contain_text("สิ้นสุดการเข้าสู่ระบบนั้นแล้ว")
        assert other.get("/home").status == 303
        page.get_by_role("link", name="เปลี่ยนรหัสผ่าน").click()
        looks_right(page)
        page.get_by_label("รหัสผ่านปัจจุบัน").fill(PASSWORD)
        page.get_by_label("รหัสผ่านใหม่", exact=True).fill(ANOTHER)
        page.get_by_label("รหัสผ่านใหม่อีกครั้ง").fill(ANOTHER)
        page.get_by_role("button", name="เปลี่ยนรหัสผ่าน").dblclick()  # the second token would be dead
        expect(page.get_by_role("status").first).to_contain_text("เปลี่ยนรหัสผ่านแล้ว")
        house.clock.forward(minutes=11)
        page.get_by_role("link", name="ตั้งค่า การยืนยันสองขั้นตอน").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("ยืนยันรหัสผ่าน")
        looks_right(page)
        page.get_by_label("รหัสผ่าน").fill(ANOTHER)
        page.keyboard.press("Enter")
        secret = page.locator(".secret code").inner_text().replace(" ", "")
        page.get_by_label("รหัสจากแอป").fill(code(house, secret))
        page.keyboard.press("Enter")
        page.get_by_role("link", name="เก็บรหัสแล้ว ทำต่อ").click()
        page.goto(f"{house.url}/account/second")
        looks_right(page)


def test_a_form_goes_through_the_password_and_on_by_itself(house: House, browser: Browser) -> None:
    with outside(browser, WIDE) as page:
        house.browse(page.context, "office.plain")
        page.goto(f"{house.url}/account/second")
        secret = page.locator(".secret code").inner_text().replace(" ", "")
        page.get_by_label("รหัสจากแอป").fill(code(house, secret))
        page.keyboard.press("Enter")
        expect(page.locator(".codes li")).to_have_count(10)
        before = page.locator(".codes li").all_inner_texts()
        page.goto(f"{house.url}/account/second")
        house.clock.forward(minutes=11)
        page.get_by_role("button", name="ออกรหัสสำรองชุดใหม่").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("ยืนยันรหัสผ่าน")
        page.get_by_label("รหัสผ่าน").fill("ผิด")
        page.keyboard.press("Enter")
        expect(page.locator("#password-wrong")).to_have_text("รหัสผ่านไม่ถูกต้อง")
        page.get_by_label("รหัสผ่าน").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator(".codes li")).to_have_count(10)
        assert not set(before) & set(page.locator(".codes li").all_inner_texts())


def test_everything_works_without_scripts(house: House, browser: Browser) -> None:
    with visitor(browser, java_script_enabled=False) as page:
        sign_in(page, house, path="/account")
        expect(page).to_have_url(f"{house.url}/account")
        page.get_by_role("link", name="ตั้งค่า การยืนยันสองขั้นตอน").click()
        secret = page.locator(".secret code").inner_text().replace(" ", "")
        expect(page.get_by_role("button", name="คัดลอก")).not_to_be_visible()
        page.get_by_label("รหัสจากแอป").fill(code(house, secret))
        page.get_by_role("button", name="เปิดใช้การยืนยันสองขั้นตอน").click()
        expect(page.locator(".codes li")).to_have_count(10)
        page.get_by_role("link", name="เก็บรหัสแล้ว ทำต่อ").click()
        page.goto(f"{house.url}/account")
        page.get_by_role("button", name="ออกจากระบบ").last.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("เข้าสู่ระบบ")


@pytest.mark.parametrize("look", [NARROW, WIDE])
def test_the_first_pages_of_a_new_house_look_right(tmp_path: Path, browser: Browser, look: tuple[int, str]) -> None:
    with opened(tmp_path / "new", furnished=False) as house, outside(browser, look) as page:
        page.goto(f"{house.url}/home")
        expect(page).to_have_url(f"{house.url}/begin")
        looks_right(page)
        page.get_by_label("รหัสจากเครื่องเซิร์ฟเวอร์").fill("ABCD")
        page.get_by_label("ชื่อ-นามสกุล").fill("ก")
        page.get_by_label("ชื่อสำนักงาน").fill("ข")
        page.get_by_label("อีเมล").fill("a@b.example")
        page.get_by_label("รหัสผ่าน").last.fill("x")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("ใช้ไม่ได้")
        looks_right(page)
    with opened(tmp_path / "open", base_url="http://192.0.2.7") as house, outside(browser, look) as page:
        page.goto(f"{house.url}/home")
        expect(page.get_by_text("base_url")).to_be_visible()
        looks_right(page)
