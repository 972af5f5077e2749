"""How often one address and one link may ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.web.limits import Rates, Window
from tests.gateway.web.office import CROWDED, ORDINARY
from tests.gateway.web.site import Site, site


@pytest.fixture
def limited() -> Iterator[Site]:
    """The site with the limits that it ships with, behind one trusted proxy."""
    with site(rates=Rates(), trusted_proxies=["127.0.0.1"]) as web:
        yield web


def test_thirty_a_minute_of_one_link_from_one_address_and_then_a_friendly_429(limited: Site) -> None:
    assert {limited.get(f"/r/{ORDINARY}").status for _ in range(30)} == {200}
    answer = limited.get(f"/r/{ORDINARY}")
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) in (29, 30)  # to the end of the minute
    assert "มีการเปิดหน้านี้ถี่เกินไป" in answer.text
    assert len(limited.desk.looks) == 30
    assert limited.get(f"/r/{ORDINARY}", X_Forwarded_For="192.0.2.7").status == 200
    limited.clock.forward(minutes=2)
    assert limited.get(f"/r/{ORDINARY}").status == 200


def test_a_school_behind_one_address_shares_no_links_limit(limited: Site) -> None:
    """A circular: two hundred recipients, each with a link of their own, look at it in the same minute."""
    links = [f"{number:043}" for number in range(200)]
    limited.desk.pages |= dict.fromkeys(links, limited.desk.pages[ORDINARY])
    assert [limited.get(f"/r/{link}").status for link in links] == [200] * 200
    assert [limited.get(f"/r/{ORDINARY}").status for _ in range(31)] == [200] * 30 + [429]
    assert limited.get(f"/r/{links[7]}").status == 200


def test_all_links_together_have_a_wide_limit(limited: Site) -> None:
    links = [f"{number:043}" for number in range(21)]
    limited.desk.pages |= dict.fromkeys(links, limited.desk.pages[ORDINARY])
    statuses = [limited.get(f"/r/{links[number // 30]}").status for number in range(620)]
    assert statuses == [200] * 600 + [429] * 20


def test_links_that_do_not_work_are_thirty_a_minute_and_three_hundred_an_hour(limited: Site) -> None:
    limited.clock.forward(minutes=10)
    statuses = []
    for number in range(320):
        limited.clock.forward(seconds=2.5)
        statuses.append(limited.get(f"/r/{number:043}").status)
    assert statuses == [404] * 300 + [429] * 20


@pytest.mark.parametrize("method", ["get", "post", "head"])
def test_guessing_links_counts_whatever_the_method(limited: Site, method: str) -> None:
    form = {"body": "", "Content_Type": "application/x-www-form-urlencoded"} if method == "post" else {}
    statuses = [limited.ask(method.upper(), f"/r/{n:043}", **form).status for n in range(31)]
    assert statuses == [404] * 30 + [429]


def test_while_guesses_wait_a_refusal_tells_nothing_of_a_link(limited: Site) -> None:
    for number in range(30):
        limited.get(f"/r/{number:043}")
    limited.desk.looks.clear()
    unknown, known = limited.get(f"/r/{'x' * 43}"), limited.get(f"/r/{ORDINARY}")
    assert (unknown.status, unknown.text) == (known.status, known.text)
    assert unknown.headers["Retry-After"] == known.headers["Retry-After"]
    assert limited.desk.looks == []


def test_who_guesses_keeps_nobody_from_a_link_that_has_worked_there(limited: Site) -> None:
    assert limited.get(f"/r/{ORDINARY}").status == 200
    for number in range(31):
        limited.get(f"/r/{number:043}")
    assert limited.get(f"/r/{CROWDED}").status == 429
    assert limited.get(f"/r/{ORDINARY}").status == 200
    assert limited.post(f"/r/{ORDINARY}", {}).status == 422
    assert limited.get(f"/r/{CROWDED}", X_Forwarded_For="192.0.2.7").status == 200


def test_ten_posts_a_minute_to_one_link_from_wherever_they_come(limited: Site) -> None:
    statuses = [
        limited.post(f"/r/{ORDINARY}/unlock", {"code": "1"}, X_Forwarded_For=f"192.0.2.{n}").status for n in range(12)
    ]
    assert statuses == [303] * 10 + [429] * 2
    assert limited.post(f"/r/{CROWDED}", {}, X_Forwarded_For="192.0.2.99").status == 422


def test_health_and_what_pages_load_are_never_limited(limited: Site) -> None:
    assert {limited.get("/livez").status for _ in range(60)} == {200}


def test_a_window_admits_its_count_and_says_how_long_to_wait() -> None:
    window = Window(3, 60)
    assert [window.wait("a", 0) for _ in range(4)] == [0, 0, 0, 60]
    assert window.wait("b", 0) == 0
    assert window.wait("a", 45) == 15
    assert window.wait("a", 60) == pytest.approx(20)
    assert [window.wait("a", 80), window.wait("a", 80)] == [0, pytest.approx(20)]
    assert window.wait("a", 200) == 0


def test_what_is_counted_beyond_the_limit_makes_one_wait_longer() -> None:
    window = Window(3, 60)
    for _ in range(12):
        window.count("a", 30)
    assert [window.left("a", now) for now in (30, 60, 90)] == pytest.approx([30, 50, 20])  # till two of twelve are left
    assert window.left("a", 111) == 0


def test_no_minute_whatever_its_beginning_admits_half_as_much_again() -> None:
    window, admitted = Window(30, 60), []
    for second in range(600):
        for _ in range(1 + second * 7 % 5):
            if window.wait("a", second) == 0:
                admitted.append(second)
    assert max(sum(start <= one < start + 60 for one in admitted) for start in range(600)) < 45


def test_a_clock_set_back_locks_nobody_out() -> None:
    window = Window(1, 60)
    window.wait("a", 1_000_000)
    assert window.wait("a", 0) == 0


def test_a_window_forgets_the_oldest_keys_within_its_bounds() -> None:
    window = Window(1, 60, keys=100)
    for number in range(10_000):
        assert window.wait(str(number), 0) == 0
    assert len(window) == 100
