"""Pages of the guard: refusals in the console's frame, the way through signing in, the password once more, language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.responses import Response

from gateway.web.console.asked import Asked
from gateway.web.console.back import inside
from gateway.web.console.guard import Page
from ledger.access import Right
from ledger.errors import ChangedMeanwhile, NotFound, Refused, Unavailable
from tests.gateway.web.console.house import PASSWORD, Client, House, text_of
from tests.gateway.web.console.test_registers import PAPER
from tests.gateway.web.site import Answer, running

NEW = "/registers/incoming/new"


@pytest.fixture
def clerk(house: House) -> Client:
    visitor = house.signed_in("office.plain")
    visitor.get("/home")
    return visitor


# Methods, and pages that tell why


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "POST"])
def test_a_page_knows_its_methods(clerk: Client, method: str) -> None:
    answer = clerk.ask(method, "/home")
    assert answer.status == 405
    assert "เปิดหน้านี้ด้วยวิธีนี้ไม่ได้" in text_of(answer)
    assert {"GET", "HEAD"} == set(answer.headers["Allow"].replace(" ", "").split(","))


def test_head_is_answered_like_get_without_a_body(clerk: Client) -> None:
    answer = clerk.ask("HEAD", "/home")
    assert (answer.status, answer.body) == (200, b"")


def test_an_unknown_address_is_told_in_the_frame_of_who_asks(house: House, clerk: Client) -> None:
    answer = clerk.get("/nowhere")
    assert answer.status == 404
    assert "นายทดสอบ office.plain" in text_of(answer)
    assert "กลับหน้าวันนี้" in text_of(answer)
    assert "เข้าสู่ระบบ" in text_of(Client(house).get("/nowhere"))
    assert "อีเมล" not in text_of(answer)  # that is the page behind receipt links
    assert "ลิงก์" in text_of(Client(house).get("/r/" + "x" * 43))


FAULTS = [
    (NotFound(what="รายการทะเบียน", what_en="entry", name="1", hint=""), 404, "ไม่พบรายการทะเบียน “1”"),
    (Refused(reason="เลขนี้ถูกยกเลิกแล้ว"), 409, "เลขนี้ถูกยกเลิกแล้ว"),
    (ChangedMeanwhile(), 409, "มีผู้แก้ไขรายการนี้ไปก่อนแล้ว"),
    (Unavailable(), 503, "โปรดลองใหม่ภายหลัง"),
]


@pytest.fixture
def broken(house: House, monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """The home page's next errors."""
    coming: list[Exception] = []
    original = house.door.own

    def own(token: str) -> object:
        if coming:
            raise coming.pop()
        return original(token)

    monkeypatch.setattr(house.door, "own", own)
    return coming


@pytest.mark.parametrize(("fault", "code", "text"), FAULTS, ids=[type(fault).__name__ for fault, _, _ in FAULTS])
def test_an_error_is_a_page_with_its_sentence(
    clerk: Client, broken: list[Exception], fault: Exception, code: int, text: str
) -> None:
    broken.append(fault)
    answer = clerk.get("/account")
    assert (answer.status, text in text_of(answer)) == (code, True)
    assert "27 พ.ย. 2569 10:30:" in text_of(answer)
    assert answer.headers["Retry-After"] == ("30" if code == 503 else None)


def test_a_bug_tells_nothing_but_its_time(clerk: Client, broken: list[Exception]) -> None:
    broken.append(ZeroDivisionError("secret detail"))
    answer = clerk.get("/account")
    assert answer.status == 500
    assert "ระบบขัดข้อง" in text_of(answer)
    assert "secret detail" not in answer.text
    assert "ZeroDivision" not in answer.text


def test_nobody_may_do_what_the_table_does_not_give(clerk: Client) -> None:
    answer = clerk.get("/settings/registers")
    assert answer.status == 403
    assert "ไม่มีสิทธิ์ทำรายการนี้" in text_of(answer)


# Signing in first


def test_a_stranger_is_sent_to_sign_in_and_then_where_they_wanted(house: House) -> None:
    answer = Client(house).get("/registers/incoming?year=all&page=2")
    assert answer.status == 303
    assert answer.headers["Location"] == "/sign-in?next=" + quote("/registers/incoming?year=all&page=2", safe="")


def test_a_strangers_form_leads_back_to_the_page_that_had_it(house: House) -> None:
    visitor = Client(house, seal="x")
    back = visitor.post(NEW, PAPER, Referer=f"{house.url}/registers/incoming/new?x=1")
    assert back.headers["Location"] == f"/sign-in?next={quote('/registers/incoming/new?x=1', safe='')}&told=expired"
    for referer in ("http://evil.example/registers", "nonsense", ""):
        assert "next=%2Fhome&" in visitor.post(NEW, PAPER, Referer=referer).headers["Location"]


def test_a_script_is_told_plainly(house: House) -> None:
    answer = Client(house).get("/read-day?text=1", Accept="application/json")
    assert (answer.status, json.loads(answer.body)) == (401, {"signed_out": True})
    assert Client(house).get("/live", Accept="text/event-stream").status == 204


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "evil",
        "/\tevil", "/\n/evil.example", "", "http:/evil", "///evil.example", "/a\\b", "//[", "/\u202eevil",
    ],
)  # fmt: skip
def test_no_address_leads_elsewhere(address: str) -> None:
    assert inside(address) == "/home"


@pytest.mark.parametrize(
    "address", ["/home", "/registers/incoming?year=all", "/search?words=ประชุม", "/a//b", "/x?y=//z"]
)
def test_own_addresses_lead_where_they_say(address: str) -> None:
    assert inside(address) == address


# A page that refreshes itself does not keep a sign-in alive


def test_only_people_keep_a_sign_in_alive(house: House, clerk: Client) -> None:
    for _ in range(4):
        house.clock.forward(minutes=10)
        quiet = clerk.get("/home", Saraban_Quiet="1").status
    assert quiet == 303
    other = house.signed_in("office.plain")
    for _ in range(4):
        house.clock.forward(minutes=10)
        assert other.get("/home").status == 200


# What is grave asks for the password again, and loses nothing


Told = list[dict[str, list[str]]]


@pytest.fixture
def grave(house: House) -> Iterator[Told]:
    """What a grave page, which the house has besides, was told."""
    told: Told = []

    def run(asked: Asked) -> Response:
        told.append(asked.lists)
        return Response("done")

    pages = [
        Page("/grave", run, Right.OWN, ("GET", "POST"), grave=True),
        Page("/files", run, Right.OWN, ("POST",), grave=True, uploads=1),
    ]
    with running(Starlette(routes=[*map(house.console.guard.route, pages), *house.console.routes()])) as port:
        house.url = f"http://127.0.0.1:{port}"
        yield told


def fields(page: Answer) -> dict[str, list[str]]:
    """The hidden fields of a page's form."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text):
        found.setdefault(unescape(name), []).append(unescape(value))
    return found


def test_a_grave_form_is_carried_through_the_password(house: House, clerk: Client, grave: Told) -> None:
    clerk.get("/home")
    assert clerk.post("/grave", {"a": ["1", "2"], "b": "<&\"'ก\nข"}).body == b"done"
    house.clock.forward(minutes=11)
    page = clerk.post("/grave?year=2570", {"a": ["1", "2"], "b": "<&\"'ก\nข"})
    assert (page.status, len(grave)) == (428, 1)
    carried = fields(page)
    wrong = clerk.post("/confirm", {**carried, "confirm-password": "ผิด"})
    assert (wrong.status, "รหัสผ่านไม่ถูกต้อง" in text_of(wrong)) == (422, True)
    carried = fields(wrong)
    right = clerk.post("/confirm", {**carried, "confirm-password": PASSWORD})
    assert (right.status, right.headers["Location"]) == (307, "/grave?year=2570")
    assert clerk.post("/grave?year=2570", {**carried, "confirm-password": PASSWORD}).body == b"done"
    assert [grave[-1][name] for name in ("a", "b")] == [grave[0][name] for name in ("a", "b")]


def test_a_grave_page_or_upload_asks_first(house: House, clerk: Client, grave: Told) -> None:
    house.clock.forward(minutes=11)
    asked = clerk.get("/grave")
    assert (asked.status, asked.headers["Location"]) == (303, "/confirm?next=%2Fgrave")
    assert clerk.upload("/files", {}, [("a.pdf", b"x")]).status == 303
    assert grave == []
    confirmed = clerk.post("/confirm", {"confirm-password": PASSWORD, "confirm-next": "/grave"})
    assert clerk.follow(confirmed).body == b"done"


def test_the_password_is_asked_for_wherever_it_leads(clerk: Client) -> None:
    answer = clerk.post(
        "/confirm", {"confirm-password": PASSWORD, "confirm-next": "//evil.example", "confirm-again": "1"}
    )
    assert answer.headers["Location"] == "/home"


# Language


def test_the_language_is_chosen_once_and_kept(clerk: Client) -> None:
    assert "Today" not in text_of(clerk.get("/home"))
    assert "Today" in text_of(clerk.get("/home?lang=en"))
    assert "Today" in text_of(clerk.get("/home"))
    assert "You may not do this" in text_of(clerk.get("/settings/registers"))
    assert "วันนี้" in text_of(clerk.get("/home?lang=th"))
    assert clerk.get("/home?lang=xx").headers["Set-Cookie"] is None
