"""Machines acknowledge nothing and people manage everything, in a real Chromium."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ledger.values import Silence
from tests.gateway.web.browser import faults, visitor
from tests.gateway.web.mails import write
from tests.gateway.web.office import CODE, CROWDED, DONE, HIDDEN, LONG_SUBJECT, NOW, ORDINARY
from tests.gateway.web.site import Site
from tests.gateway.web.test_hostile import HTML_PAYLOADS

NAME = "นายกอบชัย มาลี"


def test_loading_the_page_with_all_its_scripts_acknowledges_nothing(web: Site, browser: Browser) -> None:
    with visitor(browser) as page:
        for token in (ORDINARY, HIDDEN):
            page.goto(f"{web.url}/r/{token}", wait_until="networkidle")
            page.mouse.wheel(0, 5000)
        page.reload()
        page.go_back()
        page.go_forward()
    assert len(web.desk.looks) >= 3
    assert web.desk.asked == []


def test_a_machine_that_presses_every_button_without_typing_acknowledges_nothing(web: Site, browser: Browser) -> None:
    with visitor(browser) as page:
        page.goto(f"{web.url}/r/{ORDINARY}")
        page.locator("summary").click()
        for button in page.get_by_role("button").all():
            button.click()
            assert page.evaluate("document.activeElement.matches(':invalid')")
        for press in ("form.noValidate = true, form.requestSubmit()", "form.submit()"):
            for form in range(2):
                with page.expect_navigation() as refused:
                    page.evaluate(f"() => {{ const form = document.forms[{form}]; {press} }}")
                assert refused.value.status == 422
                page.goto(f"{web.url}/r/{ORDINARY}")
    assert web.desk.asked == []


def test_a_person_acknowledges_and_sees_it(web: Site, browser: Browser) -> None:
    with visitor(browser) as page:
        page.goto(f"{web.url}/r/{ORDINARY}")
        page.get_by_label("ชื่อ-นามสกุลผู้รับ").fill(NAME)
        page.get_by_role("button", name="ลงทะเบียนรับหนังสือ").click()
        expect(page.get_by_role("heading", name="ลงทะเบียนรับแล้ว")).to_be_visible()
        expect(page.get_by_text("20260814-0000AAAA")).to_be_visible()
        page.goto(f"{web.url}/r/{CROWDED}")
        expect(page.get_by_label("ชื่อ-นามสกุลผู้รับ")).to_have_value(NAME)
    assert len(web.desk.acts("acknowledge")) == 1


def test_pressing_twice_records_once(web: Site, browser: Browser) -> None:
    with visitor(browser) as page:
        page.goto(f"{web.url}/r/{ORDINARY}")
        page.get_by_label("ชื่อ-นามสกุลผู้รับ").fill(NAME)
        page.get_by_role("button", name="ลงทะเบียนรับหนังสือ").dblclick()
        expect(page.get_by_role("heading", name="ลงทะเบียนรับแล้ว")).to_be_visible()
        page.reload()
        page.go_back()
        expect(page.get_by_role("heading", name="ลงทะเบียนรับแล้ว")).to_be_visible()
    assert web.desk.pages[ORDINARY].acknowledged_by == NAME


def test_everything_works_without_javascript(web: Site, browser: Browser) -> None:
    with visitor(browser, java_script_enabled=False) as page:
        page.goto(f"{web.url}/r/{HIDDEN}")
        page.get_by_role("button", name="ขอรหัสทางอีเมล").click()
        page.get_by_label("รหัสใช้ครั้งเดียว").fill(CODE)
        page.get_by_role("button", name="เปิดหนังสือ").click()
        expect(page.get_by_role("heading", name="เรื่องที่ต้องปกปิด")).to_be_visible()
        with page.expect_download() as saved:
            page.get_by_text("หนังสือนำส่ง.pdf").click()
        assert saved.value.suggested_filename == "หนังสือนำส่ง.pdf"
        page.get_by_text("ส่งต่อให้กลุ่มหรือบุคคลอื่น").click()
        page.get_by_label("ส่งต่อถึง").select_option("person:12")
        page.get_by_label("ชื่อ-นามสกุลผู้ส่งต่อ").fill(NAME)
        page.get_by_role("button", name="ส่งต่อ", exact=True).click()
        page.get_by_role("button", name="ลงทะเบียนรับหนังสือ").click()
        expect(page.get_by_role("heading", name="ลงทะเบียนรับแล้ว")).to_be_visible()
    assert [call[0] for call in web.desk.asked] == ["send_code", "check_code", "forward", "acknowledge"]


def looks_right(page: Page, path: str) -> list[str]:
    """What is wrong with the page on a phone and on a desk, by day and by night."""
    found = []
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found += [f"{path} {width} {scheme}: {fault}" for fault in faults(page)]
    return found


@pytest.mark.parametrize("language", ["th", "en"])
def test_every_page_fits_reads_and_can_be_touched(demo: tuple[Site, Path], browser: Browser, language: str) -> None:
    web, folder = demo
    write(folder, "one", subject=LONG_SUBJECT, to=f"{'x' * 60}@school.example", text="ก" * 300)
    letters = [f"/r/{HIDDEN}?code=sent&"] + [f"/r/{token}?" for token in (ORDINARY, CROWDED, HIDDEN, DONE, "x" * 43)]
    mails = ["/?", "/demo/mail?", "/demo/mail?q=none&", "/demo/mail/one?", "/demo/mail/one?view=headers&"]
    found = []
    with visitor(browser) as page:
        for path in letters + mails:
            page.goto(f"{web.url}{path}lang={language}")
            for summary in page.locator("summary").all():
                summary.click()
            found += looks_right(page, path)
    assert found == []


def test_the_measuring_finds_what_is_wrong(browser: Browser) -> None:
    bad = """<p style="color:#999;background:#fff;line-height:1;letter-spacing:1px;width:2000px">ที่<a href="/">x</a></p>
        <p style="overflow:hidden;height:1.2em;line-height:1.2">ญี่ปุ่น ฏู</p>"""
    with visitor(browser) as page:
        page.set_content(bad)
        found = "\n".join(faults(page))
    for wrong in (
        "contrast 2.8",
        "lines too close",
        "spaced Thai",
        "beyond the edge",
        "cut off",
        "too small to touch",
        "overflows",
    ):
        assert wrong in found


def test_a_page_that_names_a_mistake_reads_well_too(web: Site, browser: Browser) -> None:
    with visitor(browser) as page:
        page.goto(f"{web.url}/r/{ORDINARY}")
        page.get_by_label("ชื่อ-นามสกุลผู้รับ").fill(".")
        page.get_by_role("button", name="ลงทะเบียนรับหนังสือ").click()
        expect(page.get_by_label("ชื่อ-นามสกุลผู้รับ")).to_be_focused()
        assert looks_right(page, "mistake") == []


@pytest.mark.parametrize("language", ["th", "en"])
def test_a_silence_reads_well_before_and_behind_the_code(web: Site, browser: Browser, language: str) -> None:
    silence = Silence(NOW - timedelta(minutes=5), NOW + timedelta(minutes=10))
    hidden, ordinary = web.desk.pages[HIDDEN], web.desk.pages[ORDINARY]
    guessed = tuple(replace(step, silences=(silence,)) for step in ordinary.steps)
    web.desk.pages |= {HIDDEN: replace(hidden, silent_until=silence.until), ORDINARY: replace(ordinary, steps=guessed)}
    with visitor(browser) as page:
        for token in (HIDDEN, ORDINARY):
            page.goto(f"{web.url}/r/{token}?lang={language}")
            expect(page.get_by_text({"th": "14 ส.ค. 2569 11:02 น.", "en": "11:02"}[language]).first).to_be_visible()
            assert looks_right(page, token) == []


def test_a_receipt_link_in_a_mail_opens_the_letter_beside_it(demo: tuple[Site, Path], browser: Browser) -> None:
    web, folder = demo
    write(folder, "one", html=f'<p><a href="{web.url}/r/{ORDINARY}">เปิดอ่านและลงทะเบียนรับ</a></p>')
    with visitor(browser) as page:
        page.goto(f"{web.url}/demo/mail")
        page.get_by_text("ขอเชิญประชุม").click()
        with page.context.expect_page() as opened:
            page.frame_locator("iframe").get_by_role("link").click()
        letter = opened.value
        letter.get_by_label("ชื่อ-นามสกุลผู้รับ").fill(NAME)
        letter.get_by_role("button", name="ลงทะเบียนรับหนังสือ").click()
        expect(letter.get_by_role("heading", name="ลงทะเบียนรับแล้ว")).to_be_visible()
    assert len(web.desk.acts("acknowledge")) == 1


def test_the_list_refreshes_itself_and_leaves_what_is_being_typed(demo: tuple[Site, Path], browser: Browser) -> None:
    web, folder = demo
    with visitor(browser) as page:
        page.goto(f"{web.url}/demo/mail")
        page.get_by_label("ค้นหาด้วยคำว่า").fill("กำลังพิมพ์")
        write(folder, "new", subject="หนังสือที่เพิ่งมา")
        expect(page.get_by_text("หนังสือที่เพิ่งมา")).to_be_visible(timeout=20_000)
        expect(page.get_by_label("ค้นหาด้วยคำว่า")).to_have_value("กำลังพิมพ์")
        expect(page.get_by_label("ค้นหาด้วยคำว่า")).to_be_focused()


def test_a_hostile_mail_neither_runs_nor_loads_anything(demo: tuple[Site, Path], browser: Browser) -> None:
    web, folder = demo
    write(folder, "evil", html="".join(HTML_PAYLOADS))
    asked, alarms = [], []
    with visitor(browser) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: (alarms.append(dialog.message), dialog.dismiss()))
        page.goto(f"{web.url}/demo/mail/evil", wait_until="networkidle")
        assert page.url == f"{web.url}/demo/mail/evil"
    assert alarms == []
    assert [url for url in asked if not url.startswith(web.url + "/")] == []
