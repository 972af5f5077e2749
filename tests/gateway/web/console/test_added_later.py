"""A file that was added to a letter that others hold stands apart on every page, with when and by whom (C5)."""

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
from tests.gateway.web.console.lines import PDF, register
from tests.gateway.web.console.looks import NARROW, WIDE, browsing, looks_right

WHEN = r"\d+ พ\.ย\. 2569 \d\d:\d\d น\."
APART = rf"ไฟล์แนบ 1 .*ต้นฉบับ\.pdf.* ไฟล์ที่เพิ่มภายหลัง 1 .*สแกนลงนาม\.pdf.* เพิ่มเมื่อ {WHEN} โดย นายทดสอบ office\.central_clerk"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("later")) as made:
        yield made


def held(house: House) -> tuple[int, int, str]:
    """A letter of another agency in the hands of the finance group: its line, its delivery, the token of its link."""
    key = register(house, "office.register_admin", files=("ต้นฉบับ.pdf",))
    with house.act("sent") as act:
        act.alter(EntryRow, key, registrant_id=None)  # it came by mail
        entry = act.session.get_one(EntryRow, key)
        holder = letters.group_holder(act.session.get_one(GroupRow, 1))
        delivery, token = letters.deliver(
            act, act.session.get_one(LetterRow, entry.letter_id), holder, house.cabinet.life
        )
    return key, delivery, token


def add(house: House, key: int, who: str = "office.central_clerk", name: str = "สแกนลงนาม.pdf") -> int:
    return house.signed_in(who).upload(f"/entries/{key}/files", {}, [(name, PDF)]).status


def test_who_adds_to_a_letter_that_somebody_holds_is_told_before_how_it_will_stand(house: House) -> None:
    key, _, _ = held(house)
    told = "ผู้รับจะเห็นไฟล์นี้แยกต่างหาก พร้อมวันเวลาและชื่อของท่าน"
    clerk = house.signed_in("office.central_clerk")
    assert told in clerk.get(f"/entries/{key}").text
    assert told not in clerk.get(f"/entries/{register(house, 'office.central_clerk')}").text


def test_the_form_is_there_for_those_who_may_and_for_nobody_else(house: House) -> None:
    key, _, _ = held(house)
    for who, may in (
        ("office.plain", False),
        ("office.group_clerk", False),
        ("office.deputy", False),
        ("office.administrator", False),
        ("office.central_clerk", True),
        ("office.register_admin", True),
    ):
        page = house.signed_in(who).get(f"/entries/{key}").text
        assert (f'action="/entries/{key}/files"' in page) == may, who
        assert add(house, key, who, f"{who}.pdf") == (303 if may else 403), who
    assert text_of(house.signed_in("office.plain").get(f"/entries/{key}")).count("office.plain.pdf") == 0


def test_every_page_tells_when_and_by_whom_it_was_added(house: House) -> None:
    key, delivery, token = held(house)
    assert add(house, key) == 303
    clerk = house.signed_in("office.group_clerk")
    for path in (f"/entries/{key}", f"/deliveries/{delivery}", f"/r/{token}"):
        assert re.search(APART, text_of(clerk.get(path))), path
    viewed = text_of(clerk.get(f"/entries/{key}/files/2/view"))
    assert re.search(rf"เพิ่มเมื่อ {WHEN} โดย นายทดสอบ office\.central_clerk", viewed)
    assert "เพิ่มเมื่อ" not in text_of(clerk.get(f"/entries/{key}/files/1/view"))
    clerk.cookies["saraban_language"] = "en"
    for path in (f"/entries/{key}", f"/deliveries/{delivery}", f"/r/{token}"):
        said = text_of(clerk.get(path))
        assert re.search(r"Files added later 1 .*Added 27 Nov 2026 .* by นายทดสอบ office\.central_clerk", said), path


def test_a_letter_as_it_came_says_nothing_of_later(house: House) -> None:
    key, delivery, token = held(house)
    clerk = house.signed_in("office.group_clerk")
    for path in (f"/entries/{key}", f"/deliveries/{delivery}", f"/r/{token}"):
        assert "เพิ่ม" not in re.sub("แนบไฟล์เพิ่ม", "", text_of(clerk.get(path))).partition("เส้นทางหนังสือ")[0], path


@pytest.mark.parametrize("look", [NARROW, WIDE])
def test_it_looks_right_in_a_browser(house: House, browser: Browser, look: tuple[int, str]) -> None:
    key, delivery, token = held(house)
    for number in range(2):
        add(house, key, name=f"{'หนังสือที่ลงนามแล้วฉบับสมบูรณ์' * 4} {number}.pdf")
    with browsing(house, browser, "office.register_admin", look) as page:
        page.goto(f"{house.url}/entries/{key}")
        looks_right(page)
    with browsing(house, browser, "office.group_clerk", look) as page:
        for path in (f"/deliveries/{delivery}", f"/r/{token}"):
            page.goto(f"{house.url}{path}")
            looks_right(page)
