"""A clerk's whole way with the keyboard alone: sign in, register with a file, find, amend, void, search."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.gateway.web.browser import visitor
from tests.gateway.web.console.every_kind import PDF
from tests.gateway.web.console.house import PASSWORD, House

LOGIN = "office.central_clerk@test.example"
FOCUSED = "() => (document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()"
RING = "() => getComputedStyle(document.activeElement).outlineStyle"


def tab_to(page: Page, name: str, most: int = 60) -> None:
    """Press Tab until the focus, which is seen, is on what is called so."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED).startswith(name):
            assert page.evaluate(RING) == "solid", name
            return
    pytest.fail(f"no way to {name} by keyboard")


def typed_into(page: Page, name: str, text: str) -> None:
    tab_to(page, name)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_letter_is_registered_found_amended_voided_and_searched(
    house: House, browser: Browser, tmp_path: Path, width: int
) -> None:
    scan = tmp_path / "หนังสือเชิญ.pdf"
    scan.write_bytes(PDF)
    said: list[str] = []
    with visitor(browser, viewport={"width": width, "height": 844}) as page:
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda fault: said.append(str(fault)))
        page.on("filechooser", lambda _chooser: None)  # kept from the screen from now on, not in the moment of the key
        page.goto(f"{house.url}/sign-in")
        page.keyboard.type(LOGIN)  # the first field has the focus
        typed_into(page, "รหัสผ่าน", PASSWORD)
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{house.url}/home")
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUSED) == "ข้ามไปยังเนื้อหา"

        tab_to(page, "หนังสือรับ")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("ทะเบียนหนังสือรับ")
        page.keyboard.press("n")
        expect(page.get_by_role("heading", level=1)).to_have_text("ลงทะเบียนหนังสือรับ")
        typed_into(page, "ที่ (เลขที่หนังสือ)", "ศธ 04001/ว1187")
        typed_into(page, "ลงวันที่", "วันนี้")
        typed_into(page, "จาก", "สพฐ.")
        typed_into(page, "เรื่อง", "ขอเชิญประชุมผู้บริหาร")
        tab_to(page, "ไฟล์แนบ")
        with page.expect_file_chooser() as choosing:
            page.keyboard.press("Enter")
        choosing.value.set_files(scan)
        page.keyboard.press("Tab")  # takes the file away again
        assert page.evaluate(FOCUSED) == "เอาออก"
        page.keyboard.press("Tab")
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type("หนังสือนำส่ง")
        tab_to(page, "ลงทะเบียนและออกเลข")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("ลงทะเบียนแล้ว")
        expect(page.locator("#number")).to_have_text("1/2569")
        expect(page.locator("#files-section")).to_contain_text("หนังสือนำส่ง")

        tab_to(page, "ทะเบียนหนังสือรับ")
        page.keyboard.press("Enter")
        expect(page.locator("tbody tr")).to_have_count(1)
        for key in "jjk":
            page.keyboard.press(key)
        assert page.evaluate(FOCUSED) == "1"
        page.keyboard.press("Enter")
        expect(page.locator("#number")).to_have_text("1/2569")
        tab_to(page, "แก้ไข")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("แก้ไขรายการทะเบียน")
        typed_into(page, "เรื่อง", "ขอเชิญประชุมครู")
        tab_to(page, "บันทึก")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("ขอเชิญประชุมครู")

        tab_to(page, "ยกเลิกเลขนี้")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("ยกเลิกเลข 1/2569")
        typed_into(page, "เหตุผลที่ยกเลิกเลข", "ลงผิดเล่ม")
        tab_to(page, "ยืนยันยกเลิกเลข")
        page.keyboard.press("Enter")
        expect(page.locator(".told")).to_contain_text("ยกเลิกเลขแล้ว")

        page.keyboard.press("/")
        page.keyboard.type("ประชุมครู")
        page.keyboard.press("Enter")
        expect(page.locator("[data-item]")).to_have_count(1)
        expect(page.locator("#words")).to_be_focused()
        tab_to(page, "ทะเบียนหนังสือรับ")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("ขอเชิญประชุมครู")
        page.keyboard.press("Escape")
    assert not said, said
