"""A file that was taken off a letter that others hold is struck through on every page, with when, by whom, why (C5)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from ledger import letters
from ledger.directory import GroupRow
from ledger.letters import LetterRow
from ledger.registers import EntryRow
from tests.gateway.web.console.house import House, text_of
from tests.gateway.web.console.house import house as opened
from tests.gateway.web.console.lines import register
from tests.gateway.web.console.looks import NARROW, WIDE, browsing, looks_right

WHO, WHY = "office.central_clerk", "แนบผิดฉบับ"
TOLD = "จะเห็นชื่อไฟล์ที่ขีดฆ่าไว้ พร้อมวันเวลา ชื่อของท่าน และเหตุผล"
STRUCK = (
    r"ไฟล์แนบ 1 .*สแกน\.pdf.* ไฟล์ที่เอาออกแล้ว 1 .*ต้นฉบับ\.pdf.*"
    rf" เอาออกเมื่อ \d+ พ\.ย\. 2569 \d\d:\d\d น\. โดย นายทดสอบ {re.escape(WHO)} เหตุผล: {WHY}"
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("gone")) as made:
        yield made


def held(house: House, files: tuple[str, ...] = ("ต้นฉบับ.pdf", "สแกน.pdf")) -> tuple[int, int, str]:
    """A letter of another agency in the hands of the finance group: its line, its delivery, the token of its link."""
    key = register(house, WHO, files=files)
    with house.act("sent") as act:
        letter = act.session.get_one(LetterRow, act.session.get_one(EntryRow, key).letter_id)
        holder = letters.group_holder(act.session.get_one(GroupRow, 1))
        delivery, token = letters.deliver(act, letter, holder, house.cabinet.life)
    return key, delivery, token


def take_off(house: House, key: int, reason: str, position: int = 1) -> int:
    return house.signed_in(WHO).post(f"/entries/{key}/files/{position}/remove", {"reason": reason}).status


def test_who_takes_it_off_is_told_before_what_will_be_seen_by_whom(house: House) -> None:
    clerk = house.signed_in(WHO)
    page = clerk.get(f"/entries/{held(house)[0]}").text
    assert TOLD in page
    assert page.count('<input name="reason" maxlength="1000" required') == 2
    alone = clerk.get(f"/entries/{register(house, WHO, files=('ก.pdf',))}").text
    assert "/remove" in alone
    assert TOLD not in alone
    assert 'name="reason"' not in alone
    assert TOLD not in house.signed_in("office.plain").get(f"/entries/{held(house)[0]}").text


def test_without_a_reason_nothing_is_taken_off_what_somebody_holds(house: House) -> None:
    key, _, _ = held(house)
    answer = house.signed_in(WHO).post(f"/entries/{key}/files/1/remove", {"reason": " "})
    assert answer.status == 422
    assert "มีผู้รับหนังสือนี้ไปแล้ว โปรดระบุเหตุผลที่เอาไฟล์ออก ผู้รับจะเห็นเหตุผลนี้" in answer.text


def test_every_page_tells_when_by_whom_and_why_and_serves_it_no_more(house: House) -> None:
    key, delivery, token = held(house)
    assert take_off(house, key, WHY) == 303
    clerk = house.signed_in("office.group_clerk")
    for path in (f"/entries/{key}", f"/deliveries/{delivery}", f"/r/{token}"):
        page = clerk.get(path)
        assert re.search(STRUCK, text_of(page)), path
        assert "<del><bdi>ต้นฉบับ.pdf</bdi></del>" in page.text
        assert "/files/1" not in page.text
        assert clerk.get(f"{path}/files/1").status == 404
        assert clerk.get(f"{path}/files/2").status == 200
    clerk.cookies["saraban_language"] = "en"
    for path in (f"/entries/{key}", f"/deliveries/{delivery}", f"/r/{token}"):
        said = text_of(clerk.get(path))
        assert re.search(rf"Files taken off 1 .*Taken off 27 Nov 2026 .* by นายทดสอบ .*: {WHY}", said), path


def test_when_the_last_file_went_the_page_says_which_it_was(house: House) -> None:
    key, delivery, token = held(house, ("ต้นฉบับ.pdf",))
    assert take_off(house, key, WHY) == 303
    clerk = house.signed_in("office.group_clerk")
    for path in (f"/entries/{key}", f"/deliveries/{delivery}", f"/r/{token}"):
        assert re.search(r"ไม่มีไฟล์แนบ ไฟล์ที่เอาออกแล้ว 1 ต้นฉบับ\.pdf", text_of(clerk.get(path))), path


@pytest.mark.parametrize("look", [NARROW, WIDE])
def test_it_looks_right_in_a_browser(house: House, browser: Browser, look: tuple[int, str]) -> None:
    name = f"{'หนังสือที่ลงนามแล้วฉบับสมบูรณ์' * 4}.pdf"
    key, delivery, token = held(house, (name, "สแกน.pdf"))
    take_off(house, key, "แนบไฟล์ผิดฉบับจึงเอาออกเพื่อแนบฉบับที่ถูกต้อง" * 4)
    with browsing(house, browser, WHO, look) as page:
        page.goto(f"{house.url}/entries/{key}")
        looks_right(page)
    with browsing(house, browser, "office.group_clerk", look) as page:
        for path in (f"/deliveries/{delivery}", f"/r/{token}"):
            page.goto(f"{house.url}{path}")
            looks_right(page)
