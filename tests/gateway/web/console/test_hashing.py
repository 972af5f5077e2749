"""Passwords wait in a short queue of their own: strangers who guess keep no page waiting, and have no free tries."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest

from ledger.passwords import AT_ONCE, OF_ONE, QUEUE, STRANGERS, Passwords, Turn
from tests.gateway.web.console.house import PASSWORD, Client, House, text_of
from tests.gateway.web.site import Answer

TYPED = {
    "login": "office.plain@test.example", "password": PASSWORD, "confirm-password": PASSWORD, "old": "ผิด",
    "new": "ฝูงช้างเดินข้ามสะพานแขวน", "again": "ฝูงช้างเดินข้ามสะพานแขวน", "code": "x",
}  # fmt: skip
DEPUTY = {"login": "office.deputy@test.example", "password": PASSWORD}
Guess = Callable[..., Future[Answer]]


@pytest.fixture
def clerk(house: House) -> Client:
    visitor = house.signed_in("office.plain")
    visitor.get("/home")  # from here on, its address knows it
    return visitor


@pytest.fixture
def stuck(clerk: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """No password is checked before this is set."""
    go = threading.Event()
    real = Turn.matches
    monkeypatch.setattr(Turn, "matches", lambda self, *typed: go.wait(60) and real(self, *typed))
    yield go
    go.set()


@pytest.fixture
def guess(house: House, stuck: threading.Event) -> Iterator[Guess]:
    """Sign in as a stranger, beside others."""
    with ThreadPoolExecutor(AT_ONCE + QUEUE) as crowd:

        def sign_in(login: str, network: int = 0) -> Future[Answer]:
            stranger = Client(house, seal="x", address=f"127.6.{network}.1")
            return crowd.submit(stranger.post, "/sign-in", {"login": login, "password": "เดา"})

        yield sign_in
        stuck.set()


def await_waiting(house: House, count: int, *who: Future[Answer]) -> None:
    """Until so many are inside or wait for their turn."""
    while house.door._lodge.passwords.here() < count:
        assert not any(one.done() for one in who)


def test_strangers_who_guess_keep_no_page_waiting(
    house: House, clerk: Client, guess: Guess, stuck: threading.Event
) -> None:
    guesses = [guess(f"nobody{n}@test.example", n) for n in range(STRANGERS)]
    await_waiting(house, STRANGERS, *guesses)
    with ThreadPoolExecutor(10) as others:
        assert {answer.status for answer in others.map(clerk.get, ["/home", "/waiting"] * 10)} == {200}
    late = Client(house, seal="x").post("/sign-in", DEPUTY)
    assert (late.status, late.headers["Retry-After"]) == (503, "30")
    assert "ระบบจึงยังไม่ได้ตรวจรหัสผ่าน โปรดรอสักครู่แล้วลองใหม่" in text_of(late)
    stuck.set()
    assert {one.result().status for one in guesses} == {422}
    assert Client(house, seal="x").post("/sign-in", TYPED).status == 303


def test_a_flood_of_guesses_keeps_out_neither_a_device_that_has_signed_in_before_nor_who_is_inside(
    house: House, clerk: Client, guess: Guess, stuck: threading.Event
) -> None:
    stuck.set()
    device = Client(house, seal="x")
    assert device.post("/sign-in", DEPUTY).status == 303
    device.cookies.pop("sid")
    stuck.clear()
    guesses = [guess(f"nobody{n}@test.example", n) for n in range(STRANGERS)]
    await_waiting(house, STRANGERS, *guesses)
    assert {guess(f"nobody{n}@test.example", n).result().status for n in range(9, 40)} == {503}
    with ThreadPoolExecutor(2) as known:
        comes = known.submit(device.post, "/sign-in", DEPUTY)
        confirms = known.submit(clerk.post, "/confirm", {"confirm-password": PASSWORD})
        await_waiting(house, STRANGERS + 2, comes, confirms)
        stuck.set()
        assert [comes.result().status, confirms.result().status] == [303, 303]


def test_who_waits_has_used_a_try_and_who_found_no_place_has_not(
    house: House, guess: Guess, stuck: threading.Event
) -> None:
    """Five wrong passwords for one login are looked at, however many come at once; the sixth does not even wait."""
    login = "office.plain@test.example"
    stuck.set()
    assert [guess(login).result().status for _ in range(5 - OF_ONE)] == [422] * (5 - OF_ONE)
    stuck.clear()
    guesses = [guess(login) for _ in range(OF_ONE)]
    await_waiting(house, OF_ONE, *guesses)
    assert guess(login).result().status == 429
    for _ in range(8):  # of the same network, which has no more places
        assert guess("office.deputy@test.example").result().status == 503
    stuck.set()
    wait(guesses)
    assert Client(house, seal="x", address="127.6.0.1").post("/sign-in", DEPUTY).status == 303


def test_only_pages_that_are_declared_so_hash(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is posted to all the others, they never take a turn in their own threads."""
    turned: list[str] = []
    asked = [""]
    real = Passwords.turn
    monkeypatch.setattr(
        Passwords, "turn", lambda self, *who, **how: (turned.append(asked[0]), real(self, *who, **how))[1]
    )
    for page in house.console.pages:
        if "POST" in page.methods and page.path != "/sign-out":
            asked[0] = ""
            visitor = house.signed_in("office.administrator")
            asked[0] = page.path
            path = page.path.replace("{kind}", "incoming").replace("{id:int}", "1").replace("{token}", "x" * 43)
            visitor.post(path, TYPED)
    assert {path for path in turned if path} - {page.path for page in house.console.pages if page.hashes} == set()
    assert {"/sign-in", "/confirm", "/account/password"} <= set(turned)
