"""What the door to every page keeps out: strangers, other sites' forms, too much, too slow, too many at once (5.1)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from socket import create_connection
from urllib.parse import urlencode

import pytest

from gateway.web import forms
from gateway.web.console import bodies, guard
from gateway.web.crowd import ANSWERED, FEW
from gateway.web.multipart import Multipart
from gateway.web.posted import Urlencoded
from tests.gateway.web.console.house import PASSWORD, Client, House, text_of
from tests.gateway.web.console.house import house as opened
from tests.gateway.web.console.test_registers import PAPER
from tests.gateway.web.test_connection import ended, eventually

FORM = "application/x-www-form-urlencoded"
NEW = "/registers/incoming/new"
BETTER = "ฝูงช้างเดินข้ามสะพานแขวน"
DRAFT = {"form": "new incoming", "d.subject": "ขอเชิญประชุม"}


@pytest.fixture
def clerk(house: House) -> Client:
    visitor = house.signed_in("office.plain")
    visitor.get("/home")
    return visitor


def numbers(visitor: Client) -> str:
    return text_of(visitor.get("/registers/incoming"))


# Whose form it is


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_form_of_another_site_does_nothing(clerk: Client, site: str) -> None:
    assert clerk.post(NEW, PAPER, Sec_Fetch_Site=site).status == 403
    assert "0 รายการ" in numbers(clerk)


def test_without_sec_fetch_site_the_origin_decides(house: House, clerk: Client) -> None:
    port = house.url.rpartition(":")[2]
    answers = {origin: plain(house, clerk, origin) for origin in (
        "http://127.0.0.1", f"http://127.0.0.1:{port}", "http://127.0.0.1:1", "http://evil.example", "null", "",
        "http://127.0.0.1.evil.example", f"http://evil.example:{port}", "https://127.0.0.1",
    )}  # fmt: skip
    fine = [origin for origin, status in answers.items() if status == 200]
    assert fine == ["http://127.0.0.1", f"http://127.0.0.1:{port}"]
    assert set(answers.values()) == {200, 403}


def plain(house: House, visitor: Client, origin: str) -> int:
    """Post a draft as an old browser does."""
    body = urlencode({"seal": visitor.seal, **DRAFT}).encode()
    lines = [
        "POST /drafts HTTP/1.1", f"Host: {house.url.removeprefix('http://')}", f"Cookie: sid={visitor.cookies['sid']}",
        f"Content-Type: {FORM}", f"Content-Length: {len(body)}", "Connection: close",
    ]  # fmt: skip
    return status(
        raw(house, "\r\n".join([*lines, *([f"Origin: {origin}"] if origin else [])]).encode() + b"\r\n\r\n" + body)
    )


def raw(house: House, *parts: bytes) -> bytes:
    """Send bytes and read until the server hangs up."""
    with create_connection(("127.0.0.1", int(house.url.rpartition(":")[2])), timeout=30) as connection:
        for part in parts:
            connection.sendall(part)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


def status(answer: bytes) -> int:
    return int(answer.split(b" ")[1])


def test_a_form_without_its_seal_is_told_to_be_old(clerk: Client) -> None:
    for seal in ("", "0" * 64, "ก" * 64):
        clerk.seal = seal or "x"
        answer = clerk.post(NEW, PAPER)
        assert answer.status == 403
        assert "แบบฟอร์มนี้เปิดไว้ก่อนการเข้าสู่ระบบครั้งนี้" in text_of(answer)
    clerk.seal = ""
    assert "0 รายการ" in numbers(clerk)


def test_the_seal_of_another_sign_in_opens_nothing(house: House, clerk: Client) -> None:
    other = house.signed_in("office.plain")
    other.get("/home")
    assert other.seal != clerk.seal
    clerk.seal = other.seal
    assert clerk.post(NEW, PAPER).status == 403


def test_a_page_left_open_survives_a_new_token(house: House, clerk: Client) -> None:
    before = clerk.cookies["sid"]
    clerk.cookies["sid"] = house.door.confirm(before, PASSWORD)
    assert clerk.post(NEW, PAPER).status == 303


def test_reading_changes_nothing(house: House, clerk: Client) -> None:
    """Every page that is read leaves the history as it was."""
    with house.database.read() as session:
        before = session.connection().exec_driver_sql("SELECT count(*) FROM history").scalar()
    for page in house.console.pages:
        if "GET" in page.methods and "{" not in page.path and page.path != "/live":
            assert clerk.get(page.path).status < 500, page.path
    with house.database.read() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM history").scalar() == before


# Too much, too slow, too many


def test_a_form_has_a_size(clerk: Client) -> None:
    answer = clerk.post("/drafts", {"d.x": "a" * bodies.FORM_BYTES})
    assert answer.status == 413
    assert "ข้อความที่ส่งมายาวเกินกำหนด" in text_of(answer)


def test_text_that_is_too_long_is_called_text_also_where_files_could_come(clerk: Client) -> None:
    answer = clerk.post(NEW, {"subject": "a" * 2 * bodies.FORM_BYTES})
    assert (answer.status, "ข้อความที่ส่งมายาวเกินกำหนด" in text_of(answer)) == (413, True)
    assert "0 รายการ" in numbers(clerk)


def test_text_has_the_same_size_where_files_are_allowed(clerk: Client) -> None:
    half = "a" * (bodies.FORM_BYTES // 2)
    answer = clerk.upload(NEW, {**PAPER, "summary": half, "remark": half}, [("a.pdf", b"%PDF-1.4\n%%EOF\n")])
    assert (answer.status, "ข้อความที่ส่งมายาวเกินกำหนด" in text_of(answer)) == (413, True)
    large = [(f"{n}.pdf", b"%PDF-1.4\n" + b"a" * bodies.FORM_BYTES) for n in range(2)]
    assert clerk.upload(NEW, PAPER, large).status == 303


def test_who_is_not_signed_in_brings_little(house: House) -> None:
    stranger = Client(house, seal="x")
    long = stranger.post("/sign-in", {"login": "a" * forms.LARGEST})
    assert (long.status, "ข้อความที่ส่งมายาวเกินกำหนด" in text_of(long)) == (413, True)
    assert stranger.post("/sign-in", {f"f{n}": "" for n in range(forms.FIELDS)}).status == 400
    assert stranger.upload("/sign-in", {"login": "a"}, [("a.pdf", b"x")]).status == 409
    assert stranger.post("/sign-in", {"login": "a" * 60_000, "password": "b"}).status == 422


def test_forms_are_read_and_cleaned_where_no_loop_runs(clerk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def noted(call: Callable[..., object], name: str) -> Callable[..., object]:
        def run(*args: object) -> object:
            with pytest.raises(RuntimeError, match="no running event loop"):
                asyncio.get_running_loop()
            ran.append(name)
            return call(*args)

        return run

    for owner, name in ((bodies, "clean"), (Multipart, "feed"), (Urlencoded, "feed"), (Urlencoded, "finish")):
        monkeypatch.setattr(owner, name, noted(getattr(owner, name), name))
    assert clerk.post("/drafts", DRAFT).status == 200
    assert clerk.upload(NEW, PAPER, []).status == 303
    assert {"clean", "feed", "finish"} == set(ran)


def test_a_body_that_does_not_tell_its_length_is_counted(house: House, clerk: Client) -> None:
    head = (
        f"POST /drafts HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sid={clerk.cookies['sid']}\r\n"
        "Sec-Fetch-Site: same-origin\r\n"
        f"Content-Type: {FORM}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    ).encode()
    seal, chunk = b"seal=" + clerk.seal.encode() + b"&x=", b"a" * 65536
    chunks = [b"%x\r\n%b\r\n" % (len(one), one) for one in [seal, *[chunk] * 17]]
    assert status(raw(house, head, *chunks, b"0\r\n\r\n")) == 413


def test_a_form_has_so_many_fields(clerk: Client) -> None:
    many = {"form": "many"} | {f"f{n}": "" for n in range(bodies.FIELDS - 1)}  # and the seal
    assert clerk.post("/drafts", many).status == 400
    many.popitem()
    assert clerk.post("/drafts", many).status == 200


def test_a_page_without_files_takes_none_and_others_five(house: House, clerk: Client) -> None:
    pdf = ("a.pdf", b"%PDF-1.4\n%%EOF\n")
    none = clerk.upload("/drafts", DRAFT, [pdf])
    assert (none.status, "หน้านี้ไม่รับไฟล์แนบ" in text_of(none)) == (409, True)
    seven = clerk.upload(NEW, PAPER, [pdf] * 7)
    assert (seven.status, "แนบไฟล์ได้ไม่เกิน 5 ไฟล์" in text_of(seven)) == (409, True)
    assert clerk.upload(NEW, PAPER, [pdf] * 5).status == 303


def test_what_is_no_form_is_told_so(clerk: Client) -> None:
    broken = clerk.ask("POST", "/drafts", b"--x\r\nnonsense", Content_Type="multipart/form-data; boundary=y")
    assert broken.status == 400
    assert "อ่านข้อมูลที่ส่งมาไม่ได้" in text_of(broken)
    assert clerk.ask("POST", "/drafts", b'{"seal": 1}', Content_Type="application/json").status == 403


def test_a_slow_form_is_not_waited_for(house: House, clerk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SECONDS", 0.05)
    head = (
        f"POST /drafts HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sid={clerk.cookies['sid']}\r\n"
        "Sec-Fetch-Site: same-origin\r\n"
        f"Content-Type: {FORM}\r\nContent-Length: 500\r\nConnection: close\r\n\r\nseal="
    ).encode()
    assert status(raw(house, head)) == 408


def test_one_sign_in_has_so_many_requests_at_once(house: House, clerk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "AT_ONCE", 2)
    held, go = threading.Barrier(3), threading.Event()
    original = house.door.looked

    def slow(token: str, *, touch: bool = True) -> object:
        if touch and not go.is_set():
            held.wait(20)
            go.wait(20)
        return original(token, touch=touch)

    monkeypatch.setattr(house.door, "looked", slow)
    twins = [Client(house, dict(clerk.cookies)) for _ in range(2)]
    threads = [threading.Thread(target=twin.get, args=("/account",)) for twin in twins]
    for thread in threads:
        thread.start()
    held.wait(20)
    third = clerk.get("/account")
    go.set()
    for thread in threads:
        thread.join()
    assert (third.status, "มีคำขอพร้อมกันมากเกินไป" in text_of(third)) == (429, True)
    assert clerk.get("/account").status == 200


def test_connections_of_who_is_signed_in_are_counted_apart(house: House) -> None:
    """Twice twelve half forms of clerks, more than an address of strangers may have open: all are waited for."""
    with ExitStack() as stack:
        held = []
        for who in ("office.plain", "s1.plain"):
            visitor = house.signed_in(who)
            visitor.get("/home")
            head = (
                f"POST /drafts HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sid={visitor.cookies['sid']}\r\n"
                f"Sec-Fetch-Site: same-origin\r\nContent-Type: {FORM}\r\nContent-Length: 900\r\n\r\n"
            )
            for _ in range(FEW // 2 + 2):
                line = create_connection(("127.0.0.1", int(house.url.rpartition(":")[2])))
                held.append(stack.enter_context(line))
                begins = f"seal={visitor.seal}&form=new+incoming&d.subject=".encode()
                line.sendall(head.encode() + begins)
        assert Client(house).get("/sign-in").status == 200
        rest = b"a" * (900 - len(begins))
        for line in held:
            line.sendall(rest)
        assert {line.recv(65536)[:13] for line in held} == {b"HTTP/1.1 200 "}


@pytest.mark.parametrize(
    ("how", "fields"),
    [
        ("/sign-out", {}),
        ("/account/sign-ins/end-others", {}),
        ("/account/password", {"old": PASSWORD, "new": BETTER, "again": BETTER}),
    ],
    ids=["by itself", "by another", "by another password"],
)
def test_a_sign_in_that_ended_holds_no_more_connections_than_a_stranger(
    house: House, clerk: Client, how: str, fields: dict[str, str]
) -> None:
    """Also where nobody asks who it is, as for receipt links."""
    old = clerk.cookies["sid"]
    ends = clerk if how == "/sign-out" else house.signed_in("office.plain")
    assert ends.post(how, fields).status == 303
    drips = (
        f"POST /r/{'x' * 43} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sid={old}\r\nContent-Type: {FORM}\r\n"
        "Content-Length: 900\r\n\r\nname="
    )
    with ExitStack() as stack:
        held = []
        for _ in range(FEW):
            at = ("127.0.0.1", int(house.url.rpartition(":")[2]))
            held.append(stack.enter_context(create_connection(at)))
            held[-1].sendall(drips.encode())
        eventually(lambda: sum(map(ended, held)) == FEW - ANSWERED)


# Transport


def test_over_https_cookies_are_bound_to_it(tmp_path: Path) -> None:
    with opened(tmp_path, base_url="https://saraban.example") as house:
        visitor = Client(house)
        answer = visitor.post("/sign-in", {"login": "office.plain@test.example", "password": PASSWORD})
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-sid=")
        assert {part.strip().lower() for part in cookie.split(";")[1:]} == {
            "path=/",
            "httponly",
            "secure",
            "samesite=lax",
        }
        device = (answer.headers.get_all("Set-Cookie") or [])[1].lower()
        assert device.startswith("__host-device=")
        assert {"path=/", "httponly", "secure"} <= {part.strip() for part in device.split(";")}
        assert visitor.get("/home").status == 200
        assert answer.headers["Strict-Transport-Security"]
        chosen = visitor.get("/home?lang=en").headers["Set-Cookie"].lower()
        assert "secure" in chosen
        assert "httponly" in chosen
        assert plain_origin(visitor, "https://saraban.example") == 200
        assert plain_origin(visitor, "http://saraban.example") == 403


def test_an_origin_is_the_same_in_each_of_its_spellings(tmp_path: Path) -> None:
    name = "xn--s3cf9a.xn--o3cw4h"
    with opened(tmp_path, base_url="https://สพป.ไทย:443") as house:
        visitor = Client(house, {"__Host-sid": house.token("office.plain")})
        visitor.get("/home")
        for origin in (f"https://{name}", f"https://{name}:443", f"https://{name.upper()}"):
            assert plain_origin(visitor, origin, name) == 200, origin
        for origin in (f"http://{name}", f"https://{name}:444", f"https://x.{name}", "null", "https://[", "\x00", ""):
            assert plain_origin(visitor, origin, name) in (400, 403), origin


def plain_origin(visitor: Client, origin: str, host: str = "saraban.example") -> int:
    house = visitor.house
    body = urlencode({"seal": visitor.seal, **DRAFT}).encode()
    head = (
        f"POST /drafts HTTP/1.1\r\nHost: {host}\r\nCookie: __Host-sid={visitor.cookies['__Host-sid']}\r\n"
        f"Origin: {origin}\r\nContent-Type: {FORM}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return status(raw(house, head.encode() + body))


def test_over_plain_http_beyond_this_machine_nobody_signs_in(tmp_path: Path) -> None:
    with opened(tmp_path, base_url="http://192.0.2.7:8080") as house:
        visitor = Client(house, {"sid": house.token("office.plain")}, seal="x")
        for answer in (visitor.get("/sign-in"), visitor.get("/home"), visitor.post("/sign-in", {"login": "a"})):
            assert answer.status == 403
            assert 'base_url = "https://' in text_of(answer)
            assert "password" not in answer.text
            assert answer.headers["Set-Cookie"] is None
