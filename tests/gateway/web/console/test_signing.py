"""Signing in and out, the second factor, a forgotten password, an invitation, the first administrator (5.1)."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pyotp
import pytest
import sqlalchemy as sa
from starlette.requests import Request

from gateway import first_code
from gateway.web.console.asked import Asked
from ledger.access import Duty
from ledger.directory import PersonRow
from ledger.outbox import OutboxRow
from tests.gateway.web.console.house import PASSWORD, Client, House, text_of
from tests.gateway.web.console.house import house as opened
from tests.gateway.web.site import Answer
from tests.stories.house import eventually

LOGIN = "office.plain@test.example"
ANOTHER = "seven quiet otters juggle umbrellas"
WRONG = "อีเมลหรือรหัสผ่านไม่ถูกต้อง"


def sign_in(visitor: Client, password: str = PASSWORD, login: str = LOGIN, **more: str) -> Answer:
    return visitor.post("/sign-in", {"login": login, "password": password, **more})


def sign_out(visitor: Client) -> None:
    visitor.seal = ""
    assert where(visitor.post("/sign-out")) == "/sign-in?told=signed_out"


def stranger(house: House) -> Client:
    return Client(house, seal="x")


def where(answer: Answer) -> str:
    assert answer.status == 303, text_of(answer)
    return answer.headers["Location"]


def code(house: House, secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).generate_otp(int(house.clock.now.timestamp()) // 30 + steps)


def set_up(house: House, visitor: Client) -> tuple[str, list[str]]:
    """Set a second factor up; its secret and the recovery codes."""
    page = visitor.get("/account/second")
    secret = re.findall(r'name="secret" value="([A-Z2-7]{32})"', page.text)[0]
    done = visitor.post("/account/second", {"secret": secret, "code": code(house, secret), "next": "/home"})
    assert done.status == 200, text_of(done)
    return secret, re.findall(r"<li><code>([^<]+)</code></li>", done.text)


def mailed(house: House) -> str:
    """The path of the link that was mailed last; whoever asked for it was answered before it was made."""
    newest = sa.select(OutboxRow.token).order_by(OutboxRow.id.desc()).limit(1)

    def found() -> str | None:
        with house.database.read() as session:
            return session.execute(newest).scalar_one_or_none()

    return f"/join/{eventually(found, 'a link is mailed')}"


# Password


def test_signing_in_leads_to_where_one_wanted(house: House) -> None:
    visitor = stranger(house)
    assert where(sign_in(visitor, next="/registers/order?year=all")) == "/registers/order?year=all"
    assert "นายทดสอบ office.plain" in text_of(visitor.get("/home"))
    assert where(visitor.get("/sign-in?next=/search")) == "/search"


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_else(house: House, address: str) -> None:
    visitor = stranger(house)
    assert 'name="next" value="/home"' in visitor.get(f"/sign-in?next={address}").text
    assert where(sign_in(visitor, next=address)) == "/home"
    assert where(visitor.get(f"/sign-in?next={address}")) == "/home"


def test_a_wrong_password_and_an_unknown_login_are_told_alike(house: House) -> None:
    visitor = stranger(house)
    wrong, unknown = sign_in(visitor, "ผิด"), sign_in(visitor, login="nobody@test.example")
    assert wrong.status == unknown.status == 422
    assert WRONG in text_of(wrong)
    assert WRONG in text_of(unknown)
    assert 'value="office.plain@test.example"' in wrong.text
    assert "ผิด" not in wrong.text.replace("ไม่ถูกต้อง", "")
    assert "sid" not in visitor.cookies


def test_too_many_attempts_wait_and_are_forgiven(house: House) -> None:
    visitor = stranger(house)
    statuses = [sign_in(visitor, "ผิด").status for _ in range(7)]
    assert statuses == [422] * 5 + [429] * 2
    assert "โปรดรอประมาณ 1 นาที" in text_of(sign_in(visitor))
    house.clock.forward(minutes=2)
    assert where(sign_in(visitor)) == "/home"


def test_a_device_that_has_signed_in_gets_in_whatever_others_try(house: House) -> None:
    owner, other = stranger(house), stranger(house)
    sign_in(owner)
    sign_out(owner)
    assert [sign_in(other, "ผิด").status for _ in range(6)] == [422] * 5 + [429]
    assert sign_in(other).status == 429
    assert where(sign_in(owner)) == "/home"
    assert "sid" not in other.cookies


def test_a_device_is_known_by_a_cookie_that_outlives_the_sign_in(house: House) -> None:
    visitor = stranger(house)
    made = sign_in(visitor).headers.get_all("Set-Cookie")
    assert made is not None
    (device,) = [one for one in made if one.startswith("saraban_device=")]
    told = {part.strip().lower() for part in device.split(";")[1:]}
    assert told == {"path=/", "httponly", "samesite=strict", "max-age=31536000"}
    kept = visitor.cookies["saraban_device"]
    sign_out(visitor)
    assert visitor.cookies["saraban_device"] == kept
    assert "saraban_device" not in str(sign_in(visitor, "ผิด").headers)


def test_half_a_sign_in_makes_no_device_and_the_other_half_does(house: House) -> None:
    secret, _ = set_up(house, house.signed_in("office.plain"))
    house.clock.forward(seconds=31)
    visitor = stranger(house)
    sign_in(visitor)
    assert "saraban_device" not in visitor.cookies
    visitor.get("/second")
    visitor.post("/second", {"code": code(house, secret)})
    assert visitor.cookies["saraban_device"]


def test_the_device_that_changes_the_password_stays_known(house: House) -> None:
    visitor = stranger(house)
    sign_in(visitor)
    before = visitor.cookies["saraban_device"]
    visitor.seal = ""
    form = {"old": PASSWORD, "new": ANOTHER, "again": ANOTHER}
    assert where(visitor.post("/account/password", form)) == "/account?told=password"
    assert visitor.cookies["saraban_device"] != before
    for _ in range(6):
        sign_in(stranger(house), "ผิด")
    sign_out(visitor)
    assert where(sign_in(visitor, ANOTHER)) == "/home"


def test_one_browser_has_one_sign_in(house: House) -> None:
    visitor = stranger(house)
    sign_in(visitor)
    first = visitor.cookies["sid"]
    visitor.seal = ""
    assert where(sign_in(visitor, login="s1.plain@test.example")) == "/home"
    assert "โรงเรียนบ้านนา" in text_of(visitor.get("/home"))
    assert house.door.looked(first) is None


def test_signing_out_ends_it_and_clears_what_the_browser_kept(house: House) -> None:
    visitor = house.signed_in("office.plain")
    token = visitor.cookies["sid"]
    answer = visitor.post("/sign-out")
    assert where(answer) == "/sign-in?told=signed_out"
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert 'sid=""' in answer.headers["Set-Cookie"]
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    again = Client(house, {"sid": token})
    assert where(again.get("/home")).startswith("/sign-in")
    assert visitor.get("/home").headers["Cache-Control"] == "no-store"


def test_nobody_is_signed_out_by_a_link(house: House) -> None:
    visitor = house.signed_in("office.plain")
    assert visitor.get("/sign-out").status == 405
    assert visitor.get("/home").status == 200


@pytest.mark.parametrize(("minutes", "every"), [(31, 31), (12 * 60, 20)])
def test_a_sign_in_ends_when_idle_and_at_last(house: House, minutes: int, every: int) -> None:
    visitor = house.signed_in("office.plain")
    for _ in range(0, minutes, every):
        answer = visitor.get("/home")
        assert answer.status == 200
        house.clock.forward(minutes=every)
    assert where(visitor.get("/home")).startswith("/sign-in")
    assert visitor.cookies["sid"]  # a parallel request may just have brought a newer one


# Second factor


def test_the_second_factor_is_asked_for_and_then_the_way_goes_on(house: House) -> None:
    secret, _ = set_up(house, house.signed_in("office.plain"))
    house.clock.forward(seconds=31)
    visitor = stranger(house)
    assert where(sign_in(visitor, next="/registers/order?year=all")) == "/second?next=%2Fregisters%2Forder%3Fyear%3Dall"
    for page in ("/home", "/account", "/sign-in"):
        assert where(visitor.get(page)).startswith(("/sign-in", "/second"))
    assert where(visitor.get("/account/second")).startswith("/second")
    page = visitor.get("/second?next=%2Fregisters%2Forder%3Fyear%3Dall")
    assert "นายทดสอบ" not in text_of(page)  # the frame of nobody
    wrong = visitor.post("/second", {"code": code(house, secret, 5), "next": "/home"})
    assert (wrong.status, "รหัสยืนยันไม่ถูกต้อง" in text_of(wrong)) == (422, True)
    half = visitor.cookies["sid"]
    right = visitor.post("/second", {"code": code(house, secret), "next": "/registers/order?year=all"})
    assert where(right) == "/registers/order?year=all"
    assert visitor.cookies["sid"] != half
    assert visitor.get("/home").status == 200


def test_a_code_is_good_once_and_thai_digits_count(house: House) -> None:
    secret, _ = set_up(house, house.signed_in("office.plain"))
    house.clock.forward(seconds=31)
    thai = code(house, secret).translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
    first, second = stranger(house), stranger(house)
    sign_in(first)
    sign_in(second)
    first.get("/second"), second.get("/second")
    assert where(first.post("/second", {"code": f"{thai[:3]} {thai[3:]}"})) == "/home"
    assert second.post("/second", {"code": thai}).status == 422


def test_a_recovery_code_stands_in_once(house: House) -> None:
    _, codes = set_up(house, house.signed_in("office.plain"))
    assert len(set(codes)) == 10
    for expected in (303, 422):
        visitor = stranger(house)
        sign_in(visitor)
        visitor.get("/second")
        assert visitor.post("/second", {"code": codes[0].lower().replace("-", " ")}).status == expected


def test_wrong_codes_wait_too(house: House) -> None:
    set_up(house, house.signed_in("office.plain"))
    visitor = stranger(house)
    sign_in(visitor)
    visitor.get("/second")
    assert [visitor.post("/second", {"code": "x"}).status for _ in range(6)] == [422] * 5 + [429]


def test_a_required_one_is_set_up_before_anything_else(tmp_path: Path) -> None:
    with opened(tmp_path, second_for=frozenset({Duty.ADMINISTRATOR})) as house:
        visitor = stranger(house)
        answer = sign_in(visitor, login="office.administrator@test.example", next="/directory")
        assert where(answer) == "/account/second?next=%2Fdirectory"
        for page in ("/home", "/account", "/account/password"):
            assert where(visitor.follow(visitor.get(page))) == f"/account/second?next=%2F{page[1:].replace('/', '%2F')}"
        page = visitor.get(where(answer))
        assert "บัญชีนี้ต้องใช้การยืนยันสองขั้นตอน" in text_of(page)
        assert len(set_up(house, visitor)[1]) == 10
        assert visitor.get("/home").status == 200
        assert where(sign_in(stranger(house))) == "/home"  # nobody asks it of others


@pytest.mark.parametrize("everybody", [frozenset({None, *Duty})])
def test_it_can_be_required_of_everybody(tmp_path: Path, everybody: frozenset[Duty | None]) -> None:
    with opened(tmp_path, second_for=everybody) as house:
        for who in ("office.plain", "s1.director"):
            assert where(sign_in(stranger(house), login=f"{who}@test.example")).startswith("/account/second")


# Mailed links


def test_a_forgotten_password_is_chosen_anew_by_mail(house: House) -> None:
    old, visitor = house.signed_in("office.plain"), stranger(house)
    asked = visitor.post("/forgot", {"login": " Office.Plain@test.example "})
    assert where(asked) == "/forgot?told=sent"
    eventually(lambda: house.rang == ["send"])
    link = mailed(house)
    page = visitor.get(link)
    assert {"ตั้งรหัสผ่าน", "นายทดสอบ", LOGIN} <= set(text_of(page).split())
    weak = visitor.post(link, {"password": "123456789012345"})
    assert (weak.status, "เดาง่าย" in text_of(weak)) == (422, True)
    assert where(visitor.post(link, {"password": ANOTHER})) == "/home"
    assert visitor.get("/home").status == 200
    assert where(old.get("/home")).startswith("/sign-in")
    assert visitor.get(link).status == 409
    assert sign_in(stranger(house)).status == 422
    assert where(sign_in(stranger(house), ANOTHER)) == "/home"


def test_asking_for_a_link_tells_nobody_who_has_an_account(house: House) -> None:
    visitor = stranger(house)
    known, unknown = (visitor.post("/forgot", {"login": login}) for login in (LOGIN, "nobody@test.example"))
    assert where(known) == where(unknown)
    assert text_of(visitor.follow(known)) == text_of(visitor.follow(unknown))
    statuses = {visitor.post("/forgot", {"login": "nobody@test.example"}).status for _ in range(30)}
    assert statuses == {303, 429}


def test_nothing_is_looked_up_before_the_answer_to_a_forgotten_password_has_left(house: House) -> None:
    statements: list[str] = []
    for engine in (house.database._readers, house.database._writer):
        sa.event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    (page,) = [one for one in house.console.pages if one.path == "/forgot" and one.methods == ("POST",)]
    for login, mails in ((LOGIN, 1), ("nobody@test.example", 1), ("\x00", 1), ("s1.plain@test.example", 2)):
        statements.clear()
        request = Request({"type": "http", "method": "POST", "path": "/forgot", "headers": [], "query_string": b""})
        response = page.run(Asked(request, form={"login": login}))
        assert statements == []
        assert (response.status_code, response.headers["location"]) == (303, "/forgot?told=sent")
        assert response.background is not None
        asyncio.run(response.background())
        with house.database.read() as session:
            assert session.query(OutboxRow).count() == mails


def test_an_account_of_another_school_is_joined_with_its_own_password(house: House) -> None:
    with house.act("furnished") as act:
        key = act.add(PersonRow, organisation_id=house.places["s2"], code="both", name="นายทดสอบ สองแห่ง", mailbox=LOGIN)
        token = house.door.invitations.invite(act, key)
    visitor = stranger(house)
    assert visitor.get(f"/join/%{ord(token[0]):02x}{token[1:]}").status == stranger(house).get("/join/x").status
    assert "พิมพ์รหัสผ่านเดิม" in text_of(visitor.get(f"/join/{token}"))
    assert visitor.post(f"/join/{token}", {"password": ANOTHER}).status == 422
    assert where(visitor.post(f"/join/{token}", {"password": PASSWORD})) == "/home"
    assert "โรงเรียนวัดป่า" in text_of(visitor.get("/home"))


@pytest.mark.parametrize("token", ["x" * 43, "x", "../x", "ก" * 50, "x" * 5000])
def test_an_unknown_link_is_told_kindly(house: House, token: str) -> None:
    for answer in (
        stranger(house).get(f"/join/{token}"),
        stranger(house).post(f"/join/{token}", {"password": ANOTHER}),
    ):
        assert answer.status in (404, 409)
        assert "ใช้ไม่ได้" in text_of(answer) or answer.status == 404


# The first administrator

FIRST = {
    "login": "somsri@office.example",
    "password": ANOTHER,
    "person_name": "นางสมศรี ใจดี",
    "position": "เจ้าพนักงานธุรการ",
    "office_name": "สพป.ตัวอย่าง เขต 9",
}


def test_the_first_administrator_begins_with_the_servers_code(tmp_path: Path) -> None:
    with opened(tmp_path, furnished=False) as house:
        visitor = stranger(house)
        assert where(visitor.get("/sign-in")) == "/begin"
        with house.act("first code") as act:
            printed = house.door.invitations.first_code(act)
        wrong = visitor.post("/begin", {**FIRST, "code": "ABCD-EFGH-JKLM"})
        assert (wrong.status, "ใช้ไม่ได้" in text_of(wrong)) == (422, True)
        assert ANOTHER not in wrong.text
        assert FIRST["person_name"] in wrong.text
        empty = visitor.post("/begin", {"code": printed})
        assert "โปรดใส่ชื่อสำนักงาน" in text_of(empty)
        assert where(visitor.post("/begin", {**FIRST, "code": printed.lower()})) == "/home"
        assert FIRST["office_name"] in text_of(visitor.get("/home"))
        assert where(visitor.get("/begin")) == "/sign-in"
        assert where(stranger(house).post("/begin", {**FIRST, "code": printed})) == "/sign-in"


def test_its_page_names_the_file_as_long_as_the_code_lies_in_one(tmp_path: Path) -> None:
    with opened(tmp_path, furnished=False) as house:
        visitor = stranger(house)
        assert "แสดงบนจอ" in text_of(visitor.get("/begin"))
        file = first_code.keep(house.database.path.parent, "ABCD-EFGH-JKLM")
        for page in (visitor.get("/begin"), visitor.post("/begin", {"code": "x"})):
            assert "อยู่ในไฟล์ first-administrator.txt" in text_of(page)
            assert "ABCD" not in page.text
        assert "in the file first-administrator.txt" in text_of(visitor.get("/begin?lang=en"))
        file.unlink()
        assert "first-administrator" not in visitor.get("/begin?lang=th").text


def test_codes_cannot_be_guessed_for_long(tmp_path: Path) -> None:
    with opened(tmp_path, furnished=False) as house:
        visitor = stranger(house)
        statuses = [visitor.post("/begin", {**FIRST, "code": "ABCD-EFGH-JKLM"}).status for _ in range(25)]
        assert statuses == [422] * 20 + [429] * 5


def test_everything_is_said_in_english_too(house: House, tmp_path: Path) -> None:
    visitor = Client(house, {"saraban_language": "en"}, seal="x")
    pages = [
        visitor.get(path) for path in ("/sign-in?told=expired", "/forgot", "/forgot?told=sent", "/join/x", "/nowhere")
    ]
    pages += [sign_in(visitor, "x"), visitor.post("/begin", {"code": "x"}), visitor.post("/home", {})]
    with opened(tmp_path / "empty", furnished=False) as empty:
        newcomer = Client(empty, {"saraban_language": "en"}, seal="x")
        pages += [newcomer.get("/begin"), newcomer.post("/begin", {"code": "x"})]
    with opened(tmp_path / "open", base_url="http://192.0.2.7") as plain:
        pages.append(Client(plain, {"saraban_language": "en"}).get("/home"))
    for page in pages:
        assert not re.findall("[ก-๙]+", text_of(page).replace("ไทย", ""))
