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


def test_thirty_a_minute_from_one_address_and_then_a_friendly_429(limited: Site) -> None:
    assert {limited.get(f"/r/{ORDINARY}").status for _ in range(30)} == {200}
    answer = limited.get(f"/r/{CROWDED}")
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) in (29, 30)  # to the end of the minute
    assert "มีการเปิดหน้านี้ถี่เกินไป" in answer.text
    assert len(limited.desk.looks) == 30
    assert limited.get(f"/r/{ORDINARY}", X_Forwarded_For="192.0.2.7").status == 200
    limited.clock.forward(minutes=2)
    assert limited.get(f"/r/{ORDINARY}").status == 200


def test_three_hundred_an_hour_from_one_address(limited: Site) -> None:
    limited.clock.forward(minutes=10)
    statuses = []
    for _ in range(320):
        limited.clock.forward(seconds=2.5)
        statuses.append(limited.get(f"/r/{'x' * 43}").status)
    assert statuses == [404] * 300 + [429] * 20


def test_guessing_links_by_post_counts_too(limited: Site) -> None:
    statuses = [limited.post(f"/r/{n:043}", {}).status for n in range(31)]
    assert statuses == [404] * 30 + [429]


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
