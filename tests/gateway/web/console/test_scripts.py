"""What scripts add to the console's pages, and that each page works without them."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from gateway.web.console.making import Progress
from tests.gateway.web.browser import visitor
from tests.gateway.web.console.every_kind import LONG, PDF, WHO, line
from tests.gateway.web.console.house import House
from tests.gateway.web.console.house import house as opened
from tests.gateway.web.console.looks import WIDE, browsing
from tests.gateway.web.console.offers import hold, mail

NEW = "/registers/incoming/new"
EXPECTED = "Failed to load resource"  # how a browser tells of a form that was wrong
GIVE = """([kind, name, text]) => {
  const carrier = new DataTransfer();
  carrier.items.add(new File([text], name, { type: "application/pdf" }));
  const at = document.querySelector("[data-drop]"), shared = { bubbles: true, cancelable: true };
  at.dispatchEvent(kind === "paste"
    ? new ClipboardEvent("paste", { ...shared, clipboardData: carrier })
    : new DragEvent("drop", { ...shared, dataTransfer: carrier }));
}"""
CHOSEN = "document.querySelector('input[type=file]').files.length"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("scripts")) as made:
        yield made


def fill(page: Page, subject: str) -> None:
    for name, text in (("ที่ (เลขที่หนังสือ)", "ศธ 04001/ว1187"), ("ลงวันที่", "14/8/69"), ("จาก", "สพฐ."), ("เรื่อง", subject)):
        page.get_by_label(name, exact=False).first.fill(text)


def give(page: Page, kind: str, name: str, text: bytes = PDF) -> None:
    page.evaluate(GIVE, [kind, name, text.decode()])


def test_files_are_dropped_pasted_described_and_sent_with_a_bar(house: House, browser: Browser) -> None:
    with browsing(house, browser, WHO, WIDE) as page:
        page.goto(house.url + NEW)
        fill(page, "ขอเชิญประชุม")
        give(page, "drop", "หนังสือ_นำส่ง.pdf")
        give(page, "paste", "ภาพ.pdf")
        expect(page.locator(".chosen input")).to_have_count(2)
        assert [one.input_value() for one in page.locator(".chosen input").all()] == ["หนังสือ นำส่ง", "ภาพ"]
        page.locator(".chosen input").nth(1).fill("กำหนดการ")
        for number in range(5):
            give(page, "drop", f"{number}.pdf")
        expect(page.locator("#status")).to_have_text("แนบได้ไม่เกิน 5 ไฟล์")
        for _ in range(3):
            page.locator(".chosen button").last.click()
        assert page.evaluate(CHOSEN) == 2
        shown: list[bool] = []

        def look(route: Route) -> None:
            if route.request.method == "POST":  # the page may ask for itself as well, when there is news
                shown.append(page.locator("progress").is_visible())
            route.continue_()

        page.route(f"**{NEW}", look)
        page.get_by_role("button", name="ลงทะเบียนและออกเลข").click()
        expect(page.locator(".told")).to_contain_text("ลงทะเบียนแล้ว")
        assert shown == [True]
        expect(page.locator("#files-section .file bdi").first).to_have_text("หนังสือ นำส่ง")
        expect(page.locator("#files-section")).to_contain_text("กำหนดการ")


def test_a_wrong_file_is_told_beside_its_field_and_nothing_is_lost(house: House, browser: Browser) -> None:
    said: list[str] = []
    with visitor(browser, viewport={"width": 1280, "height": 900}) as page:
        page.on("pageerror", lambda fault: said.append(str(fault)))
        house.browse(page.context, WHO)
        page.goto(house.url + NEW)
        fill(page, "คงอยู่")
        give(page, "drop", "จริง.pdf")
        give(page, "drop", "ปลอม.pdf", b"MZ not a pdf")
        page.locator(".chosen input").first.fill("คำอธิบายของฉัน")
        page.get_by_role("button", name="ลงทะเบียนและออกเลข").click()
        expect(page.locator("#files-wrong")).to_contain_text("ปลอม.pdf: เนื้อไฟล์ไม่ตรงกับนามสกุล")
        expect(page.locator("#problems")).to_be_focused()
        expect(page.locator("#files")).to_have_attribute("aria-invalid", "true")
        assert page.locator("#subject").input_value() == "คงอยู่"
        assert page.locator(".chosen input").first.input_value() == "คำอธิบายของฉัน"
        assert page.evaluate(CHOSEN) == 2
        expect(page.locator("progress")).to_be_hidden()
        page.locator(".chosen button").nth(1).click()
        page.get_by_role("button", name="ลงทะเบียนและออกเลข").click()
        expect(page.locator(".told")).to_contain_text("ลงทะเบียนแล้ว")
        expect(page.locator("#files-section")).to_contain_text("คำอธิบายของฉัน")
    assert not said, said


def test_a_draft_comes_back_and_is_forgotten(house: House, browser: Browser) -> None:
    with browsing(house, browser, WHO, WIDE) as page:
        page.goto(house.url + NEW)
        page.locator("#subject").press_sequentially("ค้างไว้")
        page.close(run_before_unload=False)
        again = page.context.new_page()
        for _ in range(50):  # the beacon of a closed page comes when it comes
            again.goto(house.url + NEW)
            if again.locator("#subject").input_value():
                break
        assert again.locator("#subject").input_value() == "ค้างไว้"
        again.get_by_role("button", name="ล้างทั้งหมด").click()
        expect(again.locator("#subject")).to_have_value("")
        again.reload()
        expect(again.locator("#subject")).to_have_value("")
        expect(again.get_by_role("button", name="ล้างทั้งหมด")).to_have_count(0)


def test_who_saves_later_sees_both_versions(house: House, browser: Browser) -> None:
    entry = line(house.signed_in(WHO), subject="เดิม")
    with visitor(browser, viewport={"width": 1280, "height": 900}) as mine, visitor(browser) as theirs:
        for page in (mine, theirs):
            house.browse(page.context, WHO)
            page.goto(f"{house.url}/entries/{entry}/amend")
        theirs.locator("#subject").fill("ของเขา")
        theirs.get_by_role("button", name="บันทึก").click()
        expect(theirs.locator(".told")).to_be_visible()
        mine.locator("#subject").fill("ของฉัน")
        mine.get_by_role("button", name="บันทึก").click()
        expect(mine.locator(".compare")).to_contain_text("ของเขา")
        expect(mine.locator(".compare")).to_contain_text("ของฉัน")
        mine.get_by_role("button", name="บันทึก").click()
        expect(mine.get_by_role("heading", level=1)).to_have_text("ของฉัน")


def test_what_others_do_appears_without_a_reload(house: House, browser: Browser) -> None:
    client = house.signed_in("office.plain")
    with browsing(house, browser, WHO, WIDE) as page, browsing(house, browser, WHO, WIDE) as home:
        page.goto(f"{house.url}/registers/order")
        home.goto(f"{house.url}/home")
        for one in (page, home):
            one.evaluate("window.same = true")
        line(client, "order", subject="คำสั่งที่มาใหม่")
        expect(page.locator("#book")).to_contain_text("คำสั่งที่มาใหม่")
        expect(home.locator("#today")).to_contain_text("1/2569")
        hold(house, mail("รอพิจารณา"))
        expect(page.locator("#tray-count .count")).to_have_text("1")
        expect(home.locator("#piles")).to_contain_text("1")
        assert page.evaluate("window.same")
        assert home.evaluate("window.same")


def test_a_number_is_copied_and_its_slip_printed(house: House, browser: Browser) -> None:
    entry = line(house.signed_in(WHO), subject=LONG)
    with browsing(house, browser, WHO, WIDE) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(f"{house.url}/entries/{entry}")
        page.get_by_role("button", name="คัดลอกเลข").click()
        expect(page.get_by_role("button", name="คัดลอกแล้ว")).to_be_visible()
        expect(page.locator("#status")).to_have_text("คัดลอกแล้ว")
        assert page.evaluate("navigator.clipboard.readText()") == page.locator("#number").inner_text()
        page.get_by_role("link", name="พิมพ์ใบเลข").click()
        page.emulate_media(media="print")
        expect(page.locator(".slip")).to_be_visible()
        for gone in (".top", ".no-print >> nth=0", "[data-print]"):
            expect(page.locator(gone)).to_be_hidden()
        page.goto(f"{house.url}/registers/incoming")
        assert page.locator("table.book").evaluate("(table) => getComputedStyle(table).display") == "table"
        expect(page.locator(".filters")).to_be_hidden()


def test_a_register_becomes_a_file(house: House, browser: Browser, tmp_path: Path) -> None:
    line(house.signed_in(WHO), subject="ในแฟ้ม")
    with browsing(house, browser, WHO, WIDE) as page:
        page.goto(f"{house.url}/registers/incoming")
        page.get_by_role("link", name="ส่งออกหรือพิมพ์ทะเบียน").click()
        page.get_by_label("CSV").check()
        page.get_by_role("button", name="สร้างไฟล์").click()
        with page.expect_download() as saving:
            page.get_by_role("link", name="ดาวน์โหลด").click()
        assert re.search(r"\.csv$", saving.value.suggested_filename)
        saving.value.save_as(tmp_path / "out.csv")
        assert "ในแฟ้ม" in (tmp_path / "out.csv").read_text("utf-8-sig")


def test_a_long_file_shows_how_far_it_is(house: House, browser: Browser) -> None:
    makings = next(page.run.__self__._makings for page in house.console.pages if page.path == "/exports/{key}")  # type: ignore[attr-defined]
    go_on = threading.Event()

    def slowly(out: BinaryIO, progress: Progress) -> int:
        progress(900)
        go_on.wait(60)
        return out.write(b"\x00") and 1000

    making = makings.start(house.people[WHO], "ทะเบียน.csv", "text/csv", 1000, slowly)
    with browsing(house, browser, WHO, WIDE) as page:
        page.goto(f"{house.url}/exports/{making.key}")
        expect(page.locator("[data-done]")).to_have_text("900")
        expect(page.get_by_role("progressbar")).to_have_js_property("value", 900)
        go_on.set()
        expect(page.get_by_role("link", name="ดาวน์โหลด")).to_be_visible()


def test_every_act_works_without_scripts(house: House, browser: Browser, tmp_path: Path) -> None:
    scan = tmp_path / "สแกน.pdf"
    scan.write_bytes(PDF)
    with visitor(browser, java_script_enabled=False) as page:
        house.browse(page.context, WHO)
        page.goto(house.url + NEW)
        fill(page, "ไม่ใช้สคริปต์")
        page.locator("#files").set_input_files(scan)
        page.get_by_role("button", name="ลงทะเบียนและออกเลข").click()
        expect(page.locator("#files-section")).to_contain_text("สแกน")
        page.get_by_role("link", name="แก้ไข", exact=True).click()
        page.locator("#subject").fill("แก้ไขแล้วโดยไม่ใช้สคริปต์")
        page.get_by_role("button", name="บันทึก").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("แก้ไขแล้วโดยไม่ใช้สคริปต์")
        page.locator("#seek").fill("โดยไม่ใช้สคริปต์")
        page.locator("#seek").press("Enter")
        expect(page.locator("[data-item]")).to_have_count(1)
        page.goto(f"{house.url}/registers/incoming/export")
        page.get_by_label("Excel").check()
        page.get_by_role("button", name="สร้างไฟล์").click()
        for _ in range(50):
            if page.get_by_role("link", name="ดาวน์โหลด").count():
                break
            page.reload()
        with page.expect_download() as saving:
            page.get_by_role("link", name="ดาวน์โหลด").click()
        assert saving.value.suggested_filename.endswith(".xlsx")
