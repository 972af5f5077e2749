"""A person, a robot and a small screen at the running demo, in a real Chromium.

The clerk of the finance group finds the notice in the web mail and follows its link. A robot that runs every script and
presses every button acknowledges nothing; she types her name once and presses twice, and it counts once. She passes a
letter on, opens a secret one with a code from her mailbox, and does all of it without scripts as well. Then the pages
are looked at, on a phone and on a desk, by day and by night.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.gateway.web.browser import faults, visitor
from tests.stories.house import House
from tests.stories.post import letter, paper, post

pytestmark = pytest.mark.story

FINANCE = "finance@area4.example"
PLUS = House.mailbox.replace("@", "+finance@")
NAME = "นางนงลักษณ์ สุขเกษม"
LONG = "ขอเชิญประชุมเชิงปฏิบัติการเพื่อซักซ้อมความเข้าใจการเบิกจ่ายงบประมาณและการจัดซื้อจัดจ้าง ญี่ปุ่น กู้ยืม ปฏิญญา ฎีกา ฏู"
HEAVIEST = 30 * 1024  # bytes of the receipt page with all that it loads

_addresses = itertools.count(1)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The demo behind a proxy on this machine, so that each visitor can have an address."""
    house = House(tmp_path_factory.mktemp("office"), {"SARABAN_HTTP__TRUSTED_PROXIES": "127.0.0.0/8"})
    house.settings["SARABAN_HTTP__BASE_URL"] = f"http://127.0.0.1:{house.http_port}"
    yield house.start()
    house.close()


@contextmanager
def person(browser: Browser, **other: Any) -> Iterator[Page]:
    """Somebody with a browser and an address of their own."""
    with visitor(browser, extra_http_headers={"X-Forwarded-For": f"10.4.{next(_addresses)}.1"}, **other) as page:
        yield page


def open_mail(house: House, page: Page, words: str, mailbox: str = FINANCE) -> None:
    """Wait in a mailbox until a mail with these words is there, and open it."""
    row = page.get_by_role("link").filter(has_text=words).first
    page.goto(f"{house.announced['http']}/demo/mail?to={mailbox}")
    if page.evaluate("() => true"):  # the list keeps itself fresh
        expect(row).to_be_visible(timeout=20_000)
    row.click()


def follow(page: Page) -> Page:
    """Follow the receipt link in the open mail; by its key, which no frame that is still being painted can miss."""
    with page.context.expect_page() as opened:
        page.frame_locator("iframe").locator("a[href*='/r/']").first.press("Enter")
    opened.value.wait_for_load_state("networkidle")
    return opened.value


def at_the_letter(house: House, page: Page, subject: str) -> Page:
    """A letter comes in, and its notice is followed to the receipt page."""
    post(house, letter(subject, files=["หนังสือนำส่ง.pdf", "กำหนดการ.pdf"]), to=(PLUS,))
    open_mail(house, page, subject)
    return follow(page)


def receipts(house: House) -> int:
    return house.count("receipts")


def press(page: Page, name: str = "ลงทะเบียนรับหนังสือ") -> None:
    page.get_by_role("button", name=name, exact=True).click()


def done(page: Page) -> None:
    expect(page.get_by_role("heading", name="ลงทะเบียนรับแล้ว")).to_be_visible()


def test_a_robot_that_runs_scripts_and_presses_buttons_acknowledges_nothing(house: House, browser: Browser) -> None:
    with person(browser) as mailbox:
        robot = at_the_letter(house, mailbox, "ขอเบิกเงินค่าพาหนะ")
        link = robot.url
        robot.mouse.wheel(0, 5000)
        robot.locator("summary").click()
        for button in robot.get_by_role("button").all():
            button.click()
        for press_it in ("form.noValidate = true, form.requestSubmit()", "form.submit()"):
            for form in range(2):
                with robot.expect_navigation() as answer:
                    robot.evaluate(f"() => {{ const form = document.forms[{form}]; {press_it} }}")
                assert answer.value.status == 422
                robot.goto(link)
        robot.reload()
        assert robot.request.get(link).ok
        assert robot.request.head(link).ok
        assert robot.context.cookies(link) == []
    assert receipts(house) == 0
    assert house.count("deliveries WHERE forwarded_from IS NOT NULL") == 0
    assert house.count("history WHERE what = 'opened'") == 1


def test_a_person_types_a_name_once_and_acknowledges_once(house: House, browser: Browser) -> None:
    before = receipts(house)
    with person(browser) as mailbox:
        page = at_the_letter(house, mailbox, "ขอเบิกเงินค่าเช่าบ้าน")
        page.get_by_label("ชื่อ-นามสกุลผู้รับ").fill(NAME)
        page.get_by_role("button", name="ลงทะเบียนรับหนังสือ").dblclick()
        done(page)
        evidence = page.get_by_text(re.compile(r"\d{8}-[0-9A-F]{8}")).inner_text()
        page.reload()
        done(page)
        page.go_back()
        if page.get_by_role("button", name="ลงทะเบียนรับหนังสือ").is_visible():
            press(page)
        done(page)
        expect(page.get_by_text(evidence)).to_be_visible()
        assert receipts(house) == before + 1

        other = at_the_letter(house, mailbox, "ขอเบิกเงินค่าเล่าเรียนบุตร")
        expect(other.get_by_label("ชื่อ-นามสกุลผู้รับ")).to_have_value(NAME)
        press(other)
        done(other)
        expect(other.get_by_text(NAME).first).to_be_visible()
    assert receipts(house) == before + 2
    assert house.count(f"receipts WHERE name = '{NAME}'") == 2
    assert house.count("history WHERE what = 'acknowledged'") == receipts(house)


def test_a_letter_passed_on_appears_in_the_other_mailbox_by_itself(house: House, browser: Browser) -> None:
    with person(browser) as mailbox, person(browser) as other:
        page = at_the_letter(house, mailbox, "ใบเสร็จค่าไฟฟ้า")
        other.goto(f"{house.announced['http']}/demo/mail?to=finance-1@area4.example")
        page.get_by_text("ส่งต่อให้กลุ่มหรือบุคคลอื่น").click()
        (label,) = (one for one in page.locator("#target option").all_inner_texts() if "สุรชัย" in one)
        page.get_by_label("ส่งต่อถึง").select_option(label=label)
        page.get_by_label("ชื่อ-นามสกุลผู้ส่งต่อ").fill(NAME)
        page.get_by_label("ข้อความถึงผู้รับ").fill("โปรดดำเนินการภายในวันศุกร์")
        press(page, "ส่งต่อ")
        expect(page.locator("#way")).to_contain_text("นายสุรชัย กันทะวงศ์")

        row = other.get_by_role("link").filter(has_text="ใบเสร็จค่าไฟฟ้า")
        expect(row).to_be_visible(timeout=20_000)
        row.click()
        passed = follow(other)
        expect(passed.locator("#way")).to_contain_text("โปรดดำเนินการภายในวันศุกร์")
        passed.get_by_label("ชื่อ-นามสกุลผู้รับ").fill("นายสุรชัย กันทะวงศ์")
        press(passed)
        done(passed)
        page.reload()
        expect(page.locator("#way")).to_contain_text("โดย นายสุรชัย กันทะวงศ์")
        expect(page.get_by_role("button", name="ลงทะเบียนรับหนังสือ")).to_be_visible()


def send_secret(house: House, folder: Path, subject: str) -> None:
    file = folder / "หนังสือลับ.pdf"
    file.write_bytes(paper(subject))
    house.run("send", file, "--to", "finance", "--subject", subject, "--secrecy", "secret")


def test_a_secret_letter_opens_with_a_code_from_the_mailbox(house: House, browser: Browser, tmp_path: Path) -> None:
    subject = "ผลการสอบข้อเท็จจริงทางการเงิน"
    send_secret(house, tmp_path, subject)
    with person(browser) as mailbox:
        open_mail(house, mailbox, "ลับ")
        page = follow(mailbox)
        expect(page.get_by_role("heading", name="หนังสือลับ", exact=True)).to_be_visible()
        assert subject not in page.content() + mailbox.content()
        page.get_by_label("รหัสใช้ครั้งเดียว").fill("๐๐๐๐๐๐")
        press(page, "เปิดหนังสือ")
        expect(page.get_by_label("รหัสใช้ครั้งเดียว")).to_be_focused()
        assert page.request.get(f"{page.url.removesuffix('/unlock')}/files/1").status == 404

        page.go_back()
        press(page, "ขอรหัสทางอีเมล")
        open_mail(house, mailbox, "รหัส")
        code = re.search(r"\b\d{6}\b", mailbox.frame_locator("iframe").locator("body").inner_text())
        assert code
        page.get_by_label("รหัสใช้ครั้งเดียว").fill(code[0])
        press(page, "เปิดหนังสือ")
        expect(page.get_by_role("heading", name=subject)).to_be_visible()
        page.get_by_label("ชื่อ-นามสกุลผู้รับ").fill(NAME)
        press(page)
        done(page)
        assert house.count("receipts WHERE grade = 'code'") == 1
    with person(browser) as stranger:
        stranger.goto(page.url)
        expect(stranger.get_by_role("heading", name="หนังสือลับ", exact=True)).to_be_visible()
        assert subject not in stranger.content()
        assert NAME not in stranger.content()


def test_it_all_works_without_scripts(house: House, browser: Browser) -> None:
    before = receipts(house)
    with person(browser) as waiting:
        post(house, letter("ขออนุมัติจัดซื้อครุภัณฑ์"), to=(PLUS,))
        open_mail(house, waiting, "ขออนุมัติจัดซื้อครุภัณฑ์")
    with person(browser, java_script_enabled=False) as mailbox:
        mailbox.goto(f"{house.announced['http']}/demo/mail?to={FINANCE}")
        mailbox.get_by_role("link").filter(has_text="ขออนุมัติจัดซื้อครุภัณฑ์").first.click()
        page = follow(mailbox)
        page.get_by_label("ชื่อ-นามสกุลผู้รับ").fill(NAME)
        press(page)
        done(page)
    assert receipts(house) == before + 1


def test_every_page_reads_well_on_a_phone_and_on_a_desk(house: House, browser: Browser, tmp_path: Path) -> None:
    send_secret(house, tmp_path, "เรื่องลับ")
    with person(browser) as mailbox:
        page = at_the_letter(house, mailbox, LONG)
        found = looked_at(page, "receipt", tmp_path)
        page.locator("summary").click()
        found += looked_at(page, "forward", tmp_path)
        page.get_by_label("ชื่อ-นามสกุลผู้รับ").fill(NAME)
        press(page)
        done(page)
        found += looked_at(page, "acknowledged", tmp_path) + looked_at(mailbox, "mail", tmp_path)
        mailbox.goto(f"{house.announced['http']}/demo/mail")
        found += looked_at(mailbox, "mails", tmp_path)
        open_mail(house, mailbox, "ลับ")
        locked = follow(mailbox)
        found += looked_at(locked, "locked", tmp_path)
    assert found == []


def looked_at(page: Page, name: str, folder: Path) -> list[str]:
    """What is wrong with a page, and with a mail in it; a picture of it stays in the test's folder."""
    found = []
    for width, scheme in itertools.product((390, 1280), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += [f"{name} {width} {scheme}: {fault}" for fault in faults(page)]
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
    return found


def test_the_receipt_page_is_light(house: House, browser: Browser) -> None:
    with person(browser) as mailbox:
        link = at_the_letter(house, mailbox, "ขอเบิกเงินสวัสดิการ").url
    with person(browser) as page:
        asked: list[Request] = []
        page.on("requestfinished", lambda request: asked.append(request))
        page.goto(link, wait_until="networkidle")
        weights = {request.url: request.sizes() for request in asked}
    total = sum(sizes["responseBodySize"] + sizes["responseHeadersSize"] for sizes in weights.values())
    assert len(weights) >= 2
    assert total < HEAVIEST, weights
