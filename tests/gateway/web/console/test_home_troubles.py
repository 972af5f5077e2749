"""What is wrong stands on everybody's desk: to an administrator with what to do, to all others with whom to tell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from gateway.health.troubles import troubles
from tests.gateway.web.browser import visitor
from tests.gateway.web.console.house import house, text_of
from tests.gateway.web.healths import AT, GIB, WELL

FULL = replace(WELL, free_bytes=GIB // 2, refusing_since=AT)
MEND, TELL = "ให้เพิ่มพื้นที่ว่าง", "โปรดแจ้งผู้ดูแลระบบ"


@pytest.mark.parametrize(
    ("who", "said", "unsaid"),
    [("office.administrator", MEND, TELL), ("office.central_clerk", TELL, MEND), ("s1.school_clerk", TELL, MEND)],
)
def test_a_full_disk_is_told_to_each_as_it_helps(tmp_path: Path, who: str, said: str, unsaid: str) -> None:
    with house(tmp_path, troubles=lambda: troubles(FULL)) as office:
        text = text_of(office.signed_in(who).get("/home"))
    assert "พื้นที่ดิสก์เหลือ 0.54 GB น้อยกว่า 1.07 GB" in text
    assert said in text
    assert unsaid not in text


def test_it_stands_apart_from_the_headline(tmp_path: Path, browser: Browser) -> None:
    with house(tmp_path, troubles=lambda: troubles(FULL)) as office, visitor(browser) as page:
        office.browse(page.context, "office.central_clerk")
        page.goto(f"{office.url}/home")
        headline, notice = page.locator("h1").bounding_box(), page.locator("#troubles .notice").bounding_box()
    assert headline
    assert notice
    assert notice["y"] - (headline["y"] + headline["height"]) >= 8
