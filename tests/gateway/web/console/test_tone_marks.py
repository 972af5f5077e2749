"""A tone mark above a vowel is seen whole, also where a page cuts its text to a line."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Locator, Page

from tests.gateway.web.console.house import House
from tests.gateway.web.console.looks import browsing

WHO = "office.central_clerk"
TALL = "ที่"
FONTS = ("Sarabun", "Noto Sans Thai", "Noto Looped Thai")
# What is written in these letters somewhere with room, and the colours of the page do not come between.
ROOMY = """(element, [words, kind]) => {
  const style = getComputedStyle(element, kind), room = document.createElement("p");
  room.id = "room";
  room.textContent = words;
  room.style.cssText = `position: fixed; z-index: 9; inset: 0 auto auto 0; width: 200px; padding: 60px;
    background: #fff;
    font: ${style.fontWeight} ${style.fontSize}/1 ${style.fontFamily}; color: #000`;
  document.body.append(room);
}"""
PLAIN = """input, .office span, .menu summary span { color: #000 !important; background: #fff !important; }
::placeholder { color: #000 !important; opacity: 1 !important; } .seek .icon { display: none; }
.office span, .menu summary span { padding-inline: 20px; }"""
CUT = ".office span, .menu summary span"
FIELDS = "input:is([type=text], [type=search], :not([type]))"
SEEN = "element => element.getBoundingClientRect().height > 9"  # on a phone a name may be there for readers alone


def ink(part: Locator, words: str) -> int:
    """How many rows of pixels the words cover; `words` are alone in the part."""
    with Image.open(BytesIO(part.screenshot(animations="disabled"))) as shot:
        inner = shot.convert("L").crop((10, 2, shot.width - 10, shot.height - 2))  # without the edge of a field
    box = ImageChops.invert(inner).point(lambda dark: 255 if dark > 96 else 0).getbbox()
    assert box, words
    return box[3] - box[1]


def whole(page: Page, part: Locator, kind: str | None = None) -> bool:
    """Whether the part shows as much of the tall word as a paragraph with room does."""
    shown = ink(part, TALL)
    part.evaluate(ROOMY, [TALL, kind])
    wanted = ink(page.locator("#room"), TALL)
    page.evaluate("document.getElementById('room').remove()")
    return shown >= wanted - 1  # a pixel, since a line may begin between two


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("font", FONTS)
def test_no_line_cuts_a_tone_mark_off(house: House, browser: Browser, width: int, font: str) -> None:
    with browsing(house, browser, WHO, (width, "light")) as page:
        page.goto(f"{house.url}/registers/incoming/new")
        page.add_style_tag(content=f":root {{ --font: '{font}' }} {PLAIN}")
        page.evaluate("document.fonts.ready")
        cut = []
        for part in (one for one in page.locator(CUT).all() if one.evaluate(SEEN)):
            part.evaluate(f"part => part.textContent = '{TALL}'")
            cut += [] if whole(page, part) else [part.evaluate("part => part.parentElement.className")]
        for field in page.locator(f"{FIELDS}:visible").all():
            name = field.get_attribute("name")
            field.fill(TALL)
            field.blur()
            cut += [] if whole(page, field) else [name]
            field.fill("")
            field.evaluate(f"field => field.placeholder = '{TALL}'")
            cut += [] if whole(page, field, "::placeholder") else [f"{name}, empty"]
    assert not cut
