"""Many open tabs: all of them load, all of them hear the news, and one stream is enough for them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.gateway.web.browser import visitor
from tests.gateway.web.console.every_kind import WHO, line
from tests.gateway.web.console.house import House
from tests.gateway.web.console.house import house as opened
from tests.gateway.web.console.test_news import streams_of

TABS = 12  # a browser has six connections to a house
OUT_OF_SIGHT = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
REGISTER = "/registers/order"
STREAM = re.compile(r"/live\?")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("live")) as made:
        yield made


@pytest.fixture
def page(house: House, browser: Browser) -> Iterator[Page]:
    """The first tab of a clerk's browser, which loads everything from the house each time."""
    with visitor(browser, viewport={"width": 1280, "height": 800}) as first:
        house.browse(first.context, WHO)
        first.goto(house.url + REGISTER)
        yield first


def written(house: House, subject: str) -> None:
    line(house.signed_in("office.plain"), "order", subject=subject)


def test_twelve_tabs_load_and_each_has_the_news(house: House, page: Page) -> None:
    tabs = [page, *(page.context.new_page() for _ in range(TABS - 1))]
    for tab in tabs[1:]:
        tab.goto(house.url + REGISTER)
        expect(tab.get_by_role("heading", level=1)).to_be_visible()
    written(house, "ข่าวถึงทุกแท็บ")
    for tab in tabs:
        expect(tab.locator("#book")).to_contain_text("ข่าวถึงทุกแท็บ")
    assert len(streams_of(house)) == 1
    for tab in tabs[:-1]:
        tab.close()
    written(house, "แท็บสุดท้ายฟังต่อ")
    expect(tabs[-1].locator("#book")).to_contain_text("แท็บสุดท้ายฟังต่อ")


def test_a_page_out_of_sight_listens_to_nothing_and_is_fresh_when_it_is_seen_again(house: House, page: Page) -> None:
    with page.expect_response(STREAM):
        page.reload()
    page.evaluate(OUT_OF_SIGHT, True)
    while streams_of(house):
        page.wait_for_timeout(20)
    written(house, "เมื่อไม่มีใครดู")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(1500)
    assert asked == []
    expect(page.locator("#book")).not_to_contain_text("เมื่อไม่มีใครดู")
    page.evaluate(OUT_OF_SIGHT, False)
    expect(page.locator("#book")).to_contain_text("เมื่อไม่มีใครดู")
    written(house, "เมื่อมีคนดูอีกครั้ง")
    expect(page.locator("#book")).to_contain_text("เมื่อมีคนดูอีกครั้ง")
    assert len(streams_of(house)) == 1


def test_when_the_page_that_listens_is_put_away_another_goes_on(house: House, page: Page) -> None:
    other = page.context.new_page()
    other.goto(house.url + REGISTER)
    page.evaluate(OUT_OF_SIGHT, True)
    written(house, "อีกแท็บฟังแทน")
    expect(other.locator("#book")).to_contain_text("อีกแท็บฟังแทน")
    expect(page.locator("#book")).not_to_contain_text("อีกแท็บฟังแทน")
    page.evaluate(OUT_OF_SIGHT, False)
    written(house, "ทั้งสองแท็บ")
    for tab in (page, other):
        expect(tab.locator("#book")).to_contain_text("ทั้งสองแท็บ")
    assert len(streams_of(house)) == 1


@pytest.mark.parametrize("status", [502, 503])
def test_a_page_that_was_refused_listens_again_a_minute_later(house: House, page: Page, status: int) -> None:
    page.clock.install()
    page.route(STREAM, lambda route: route.fulfill(status=status))
    with page.expect_response(STREAM):
        page.reload()
    page.unroute(STREAM)
    written(house, f"หลังจาก {status}")
    with page.expect_request(STREAM):
        for _ in range(50):  # the page hears of the refusal in its own time
            page.clock.fast_forward(60_000)
            page.wait_for_timeout(20)
    expect(page.locator("#book")).to_contain_text(f"หลังจาก {status}")


@pytest.mark.parametrize("missing", ["BroadcastChannel", "navigator.locks"])
def test_a_browser_that_cannot_share_listens_by_itself(house: House, browser: Browser, missing: str) -> None:
    remove = {
        "BroadcastChannel": "delete window.BroadcastChannel",
        "navigator.locks": 'Object.defineProperty(Navigator.prototype, "locks", { value: undefined })',
    }
    with visitor(browser) as page:
        house.browse(page.context, WHO)
        page.add_init_script(remove[missing])
        page.goto(house.url + REGISTER)
        written(house, f"ไม่มี {missing}")
        expect(page.locator("#book")).to_contain_text(f"ไม่มี {missing}")
