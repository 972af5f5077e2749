"""The tray in a real browser: by keyboard alone, on a phone and on a desk, and against hostile letters."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.gateway.web.browser import visitor
from tests.gateway.web.console import hostile_mails
from tests.gateway.web.console.house import House
from tests.gateway.web.console.looks import NARROW, WIDE, browsing, looks_right
from tests.gateway.web.console.offers import HTML, Dropped, hold, mail, pdf, with_rules

STRANGER = "ขายดี <sale@shop.example>"
FOCUSED = "() => (document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()"


def tab_to(page: Page, name: str, most: int = 60) -> None:
    """Press Tab until the focus is on what is called so."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED).startswith(name):
            return
    pytest.fail(f"no way to {name} by keyboard")


@pytest.mark.parametrize("look", [NARROW, WIDE])
def test_letters_are_refused_joined_and_registered_by_keyboard_alone(
    house: House, browser: Browser, look: tuple[int, str]
) -> None:
    with_rules(house)
    hold(house, mail("โฆษณาเครื่องถ่ายเอกสาร", sender=STRANGER), sender="sale@shop.example")
    hold(house, mail(html=HTML, files={"หนังสือเชิญ.pdf": pdf(2)}))
    hold(house, mail("ฉบับลงนาม ตามหนังสือเชิญประชุม", files={"ลงนาม.pdf": pdf()}))
    with browsing(house, browser, "office.central_clerk", look) as page:
        page.goto(f"{house.url}/tray")
        page.keyboard.press("j")
        page.keyboard.press("x")
        tab_to(page, "เหตุผลที่ไม่รับรายการที่ทำเครื่องหมาย")
        page.keyboard.type("ไม่ใช่หนังสือราชการ")
        page.keyboard.press("Enter")
        expect(page.locator(".told")).to_contain_text("ไม่รับแล้ว 1 รายการ")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("ขอเชิญประชุมผู้บริหารสถานศึกษา")
        tab_to(page, "ดูตามรูปแบบที่ผู้ส่งจัดไว้")
        page.keyboard.press("Enter")
        expect(page.frame_locator("iframe").get_by_text("แบบตอบรับ")).to_be_visible()
        tab_to(page, "ที่ (เลขที่หนังสือ)")
        page.keyboard.press("Enter")
        expect(page.locator(".told")).to_contain_text("ได้เลข 1/2569")
        expect(page.get_by_role("heading", level=1)).to_contain_text("ฉบับลงนาม")
        tab_to(page, "รวมกับรายการที่มีอยู่")
        page.keyboard.press("Enter")
        tab_to(page, "ค้นด้วยเลขหรือชื่อเรื่อง")
        page.keyboard.type("เชิญประชุม")
        page.keyboard.press("Enter")
        page.wait_for_url("**find=**")
        tab_to(page, "1/2569")
        page.keyboard.press("Space")
        tab_to(page, "เพิ่มไฟล์ของฉบับนี้")
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        expect(page.locator(".told")).to_contain_text("รวมฉบับซ้ำแล้ว กับเลข 1/2569")
        expect(page.get_by_role("heading", level=2)).to_have_text("ไม่มีรายการรอพิจารณา")


def test_j_and_k_turn_from_letter_to_letter_and_never_while_typing(house: House, browser: Browser) -> None:
    for number in range(3):
        hold(house, mail(f"เรื่องที่ {number}"))
    with browsing(house, browser, "office.central_clerk", WIDE) as page:
        page.goto(f"{house.url}/tray/1")
        for key, number in (("j", 1), ("j", 2), ("k", 1)):
            page.keyboard.press(key)
            expect(page.get_by_role("heading", level=1)).to_have_text(f"เรื่องที่ {number}")
        page.get_by_label("หมายเหตุ").fill("")
        page.get_by_label("หมายเหตุ").press_sequentially("jxk")
        expect(page.get_by_label("หมายเหตุ")).to_have_value("jxk")
        expect(page.get_by_role("heading", level=1)).to_have_text("เรื่องที่ 1")


def test_marks_stay_when_the_list_is_renewed(house: House, browser: Browser) -> None:
    for number in range(3):
        hold(house, mail(f"เรื่องที่ {number}"))
    with browsing(house, browser, "office.central_clerk", WIDE) as page:
        page.goto(f"{house.url}/tray")
        page.keyboard.press("j")
        page.keyboard.press("x")
        page.get_by_label("เหตุผลที่ไม่รับรายการที่ทำเครื่องหมาย").focus()
        hold(house, mail("เรื่องใหม่"))
        expect(page.get_by_role("link", name="เรื่องใหม่")).to_be_visible()
        expect(page.locator("input[name=mark]:checked")).to_have_count(1)
        page.get_by_role("button", name="ทำเครื่องหมายทั้งหน้า").click()
        expect(page.locator("input[name=mark]:checked")).to_have_count(4)


def all_looks_right(page: Page) -> None:
    """As `looks_right`, with every fold open and what it frames loaded."""
    folded = page.locator("main details:not([open]) > summary")
    while folded.count():
        folded.first.click()
    if page.locator("iframe").count():
        expect(page.frame_locator("iframe").get_by_text("แบบตอบรับ")).to_be_visible()
    looks_right(page)


@pytest.mark.parametrize("look", [NARROW, WIDE])
def test_every_page_looks_right(house: House, browser: Browser, look: tuple[int, str]) -> None:
    with_rules(house)
    long = "ขอความอนุเคราะห์ข้อมูลนักเรียนและบุคลากรทางการศึกษาเพื่อประกอบการจัดทำแผนพัฒนาคุณภาพการศึกษา " * 3
    files = {"หนังสือเชิญ.pdf": pdf(3), "โปรแกรม.exe": b"MZ", f"{'ชื่อไฟล์ยาวมาก' * 9}.txt": b"x"}
    hold(house, mail(html="<p>เรียน <b>ผู้อำนวยการ</b></p><p>แบบตอบรับ</p>", files=files))
    hold(house, mail(long, sender=STRANGER), sender="sale@shop.example")
    hold(house, mail("ลับ เรื่องลับ"))
    hold(house, pdf(), dropped=Dropped())
    with browsing(house, browser, "office.central_clerk", look) as page:
        for path in ("/tray", "/tray/1", "/tray/2", "/tray/4", "/tray/1?find=ไม่มี"):
            page.goto(house.url + path)
            all_looks_right(page)
        page.goto(f"{house.url}/tray/1")
        page.locator("#subject").fill("ขอเชิญประชุม")
        page.get_by_role("button", name="ลงทะเบียนและออกเลข").click()
        expect(page.locator(".told")).to_contain_text("ได้เลข 1/2569")
        for path in (
            "/tray?told=refused&count=2&missed=1",
            "/tray/1",
            "/tray/3?find=ประชุม",
            "/tray/2?lang=en",
            "/entries/1/mail",
            "/entries/1/files/1/view",
            "/entries/1/files/2/view",
        ):
            page.goto(house.url + path)
            all_looks_right(page)


@pytest.mark.parametrize("look", [NARROW, WIDE])
def test_faults_are_told_beside_the_form(house: House, browser: Browser, look: tuple[int, str]) -> None:
    hold(house, mail("ไม่มีเลขที่", text="x"))
    with visitor(browser, viewport={"width": look[0], "height": 844}, color_scheme=look[1], bypass_csp=True) as page:
        house.browse(page.context, "office.central_clerk")
        page.goto(f"{house.url}/tray/1")
        page.get_by_label("ที่ (เลขที่หนังสือ)").fill(" ")
        page.get_by_role("button", name="ลงทะเบียนและออกเลข").click()
        expect(page.get_by_role("alert")).to_contain_text("โปรดใส่เลขที่หนังสือ")
        looks_right(page)
        page.goto(f"{house.url}/tray")
        page.get_by_role("button", name="ไม่รับรายการที่ทำเครื่องหมาย").click()
        expect(page.get_by_role("alert")).to_contain_text("โปรดระบุเหตุผลที่ไม่รับ")
        looks_right(page)
        page.goto(f"{house.url}/tray/1")
        page.get_by_label("ที่ (เลขที่หนังสือ)").fill("-")
        page.get_by_role("button", name="ลงทะเบียนและออกเลข").click()
        page.goto(f"{house.url}/tray/1")
        expect(page.get_by_role("heading", level=1)).to_have_text("มีผู้พิจารณาไปก่อนแล้ว")
        looks_right(page)


@contextmanager
def canary() -> Iterator[tuple[str, list[bytes]]]:
    """A host that everybody can reach, and what it was asked."""
    asked: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(2)
                asked.append(connection.recv(200))

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.getsockname()[1]}", asked
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(5)


@pytest.mark.timeout(300)
def test_no_hostile_letter_runs_anything_or_reaches_anybody(house: House, browser: Browser) -> None:
    hits: list[str] = []
    with canary() as (host, asked), visitor(browser, viewport={"width": 1280, "height": 900}) as page:
        evil = f"http://{host}"
        payloads = [one.format(evil=evil, host=host) for one in hostile_mails.ALL]
        keys = [hold(house, a_hostile_mail(payload)) for payload in payloads]
        requests: list[str] = []
        page.context.on("request", lambda request: requests.append(request.url))
        page.context.on("page", lambda opened: hits.append(f"a window: {opened.url}"))
        page.context.expose_binding("hit", lambda source: hits.append(str(source)))
        page.on("dialog", lambda dialog: (hits.append(dialog.message), dialog.dismiss()))
        house.browse(page.context, "office.central_clerk")
        page.goto(f"{house.url}/tray")
        for number, (key, payload) in enumerate(zip(keys, payloads, strict=True)):
            body = f"{house.url}/tray/{key}/body"
            if number % 8 == 0:  # the whole page, else only another mail in its frame
                page.goto(f"{house.url}/tray/{key}")
                here = page.url
                page.locator(".as-sent summary").click()
            else:
                page.evaluate("(body) => { document.querySelector('iframe').src = body; }", body)
            frame = page.frames[-1]
            frame.wait_for_url(body)
            expect(page.frame_locator("iframe").get_by_text("ก่อน")).to_be_visible()
            press_everything(frame)
            assert (page.url, frame.url) == (here, body), payload
            assert not hits, payload
        assert all(url.startswith((f"{house.url}/", "about:")) for url in requests), requests
        assert {url for url in requests if url.endswith("/body")} == {f"{house.url}/tray/{key}/body" for key in keys}
    assert asked == []


def a_hostile_mail(payload: str) -> bytes:
    """The payload as body, and besides wherever a sender can write."""
    line = " ".join(payload.split())
    plain = "".join(character for character in line if character not in '\\",;<>()[]:@') or "x"
    return mail(
        f"เรื่อง {line}"[:200],
        text=payload,
        html=f"<p>ก่อน</p>{payload}<p>หลัง</p>",
        files={f"{line[:60]}.txt": b"x"},
        sender=f'"{plain[:40]}" <s1@schools.example>',
    )


def press_everything(frame: Frame) -> None:
    """What a curious clerk would: every link and button inside the frame."""
    for element in frame.query_selector_all("a, button, input, summary, [onclick], [tabindex]"):
        element.dispatch_event("mouseover")
        element.dispatch_event("click")
    for element in frame.query_selector_all("a"):
        if element.is_visible():
            element.click(no_wait_after=True, timeout=2000)
