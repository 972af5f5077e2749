"""How a page of the console looks and speaks in a real browser, to everybody's eyes and to a screen reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.gateway.web.browser import faults, visitor
from tests.gateway.web.console.house import House

# A box or a knob is small, but its label around it is touched as well.
SMALL_CHOICES = """() => [...document.querySelectorAll("input[type=radio], input[type=checkbox]")]
  .map((input) => input.closest("label")).filter((label) => label.offsetHeight && label.offsetHeight < 44)
  .map((label) => `too small to touch: ${label.textContent}`)"""
NARROW, WIDE = (390, "dark"), (1280, "light")


@contextmanager
def browsing(house: House, browser: Browser, who: str, look: tuple[int, str]) -> Iterator[Page]:
    """That person's browser, `look`: width and colours. Whatever its console says at the end fails the test."""
    said: list[str] = []
    width, scheme = look
    with visitor(
        browser, viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True
    ) as page:  # axe is a script
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda fault: said.append(str(fault)))
        house.browse(page.context, who)
        yield page
    assert not said, said


def looks_right(page: Page, **axe: object) -> None:
    """Nothing is out of place or too faint, and axe finds no serious violation. Arguments: `axe`, its options."""
    page.wait_for_load_state()  # a click only begins to leave
    page.add_style_tag(content=".books { display: none }")  # which is scrolled sideways on a phone
    wrong = [fault for fault in faults(page) if not re.search('input type="(radio|checkbox)"', fault)]
    wrong += page.evaluate(SMALL_CHOICES)
    assert not wrong, wrong
    violations = Axe().run(page, options=axe or None).response["violations"]
    serious = [one for one in violations if one["impact"] in ("serious", "critical")]
    assert not serious, [(one["id"], [node["html"] for node in one["nodes"]]) for one in serious]
