"""Every page that the console links to, on a phone and on a desk, in light and in dark: to eyes, hands and readers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.gateway.web.browser import faults, visitor
from tests.gateway.web.console.every_kind import WHO, all_duties, furnish
from tests.gateway.web.console.house import Client, House
from tests.gateway.web.console.house import house as opened
from tests.gateway.web.console.looks import NARROW, SMALL_CHOICES, WIDE, browsing, looks_right

MORE = (  # what a link does not lead to, but a form does
    "/search?words=ประชุม",
    "/search?words=ไม่มีคำนี้",
    "/registers/incoming?words=ไม่มีคำนี้&urgency=urgent",
    "/registers/outgoing?reserved=yes&year=all",
)
MEASURED = {"iframes": False, "rules": {"color-contrast": {"enabled": False}}}  # contrast is what `faults` measures
SHARES = 3  # so that each is over before its time is


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("looks")) as made:
        all_duties(made)
        furnish(made)
        yield made


def shape(path: str) -> str:
    """Pages of one kind look alike; only lines of the registers are each opened."""
    return path if re.fullmatch(r"/entries/\d+", path) else re.sub(r"/\d+(-\d+)?", "/#", path)


def reachable(client: Client) -> list[str]:
    """Every page that links lead to from the first one; one of each shape."""
    found: dict[str, str] = {}
    waiting = ["/home"]
    while waiting:
        path = waiting.pop()
        if shape(path) in found:
            continue
        answer = client.get(path)
        assert answer.status in (200, 303), (path, answer.status)
        page = answer.status == 200 and answer.headers.get_content_type() == "text/html"
        found[shape(path)] = path if page else ""
        hrefs = re.findall(r'<a [^>]*href="([^"#]+)', answer.text) if page else [answer.headers["Location"] or path]
        links = (urlsplit(urljoin(path, unescape(one))) for one in hrefs)
        waiting += [link.path for link in links if not link.netloc]
    return [path for path in found.values() if path]


def test_every_page_is_reached(house: House) -> None:
    shapes = {shape(path) for path in reachable(house.signed_in(WHO))}
    kinds = [f"/registers/{kind}" for kind in ("incoming", "outgoing", "order", "certificate")]
    wanted = {"/home", "/tray", "/tray/#", "/waiting", "/account", "/directory", "/entries/#/amend", "/entries/#/void"}
    wanted |= {"/entries/#/send", "/entries/#/slip", "/entries/#/mail", "/registers/certificate/many"}
    wanted |= {*kinds, *(f"{kind}/new" for kind in kinds), *(f"{kind}/export" for kind in kinds)}
    assert wanted <= shapes, wanted - shapes


@pytest.mark.proof
@pytest.mark.parametrize("share", range(SHARES))
def test_every_page_is_right_at_every_width_and_in_every_light(house: House, browser: Browser, share: int) -> None:
    pages = [*reachable(house.signed_in(WHO)), *MORE]
    wrong: dict[str, str] = {}
    with browsing(house, browser, WHO, WIDE) as page:
        for path in pages[share::SHARES]:
            page.goto(house.url + path)
            for width, scheme, whole in (
                (1280, "light", True),
                (1280, "dark", False),
                (390, "light", False),
                (390, "dark", True),
            ):
                page.set_viewport_size({"width": width, "height": 844})
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                try:
                    looks_right(page, **MEASURED) if whole else _measured(page)
                except AssertionError as fault:
                    wrong[f"{path} {width} {scheme}"] = str(fault)
    assert not wrong, "\n".join(f"{where}: {what}" for where, what in wrong.items())


@pytest.mark.parametrize("look", [NARROW, WIDE])
def test_a_line_that_is_not_there_is_told_calmly(house: House, browser: Browser, look: tuple[int, str]) -> None:
    width, scheme = look
    with visitor(
        browser, viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True
    ) as page:  # axe is a script
        house.browse(page.context, WHO)
        answer = page.goto(f"{house.url}/entries/999999")
        assert answer
        assert answer.status == 404
        looks_right(page)


def _measured(page: Page) -> None:
    """The quick half of `looks_right`: axe has seen the same document already."""
    found = [fault for fault in faults(page) if not re.search('input type="(radio|checkbox)"', fault)]
    found += page.evaluate(SMALL_CHOICES)
    assert not found, found
