"""The own account: password, second factor, open sign-ins, and acting for another organisation (5.1, C2)."""

from __future__ import annotations

import re
from base64 import b64decode
from pathlib import Path
from urllib.parse import unquote

import pytest

from gateway.web.console.account import device
from ledger.access import Duty
from ledger.directory import DutyRow, PersonRow
from ledger.history import HistoryRow
from tests.gateway.web.console.house import PASSWORD, Client, House, text_of
from tests.gateway.web.console.house import house as opened
from tests.gateway.web.console.test_signing import ANOTHER, LOGIN, code, set_up, sign_in, stranger, where


@pytest.fixture
def clerk(house: House) -> Client:
    visitor = house.signed_in("office.plain")
    visitor.get("/home")
    return visitor


def second_person(house: House, place: str = "s2", *duties: Duty) -> int:
    """Somebody of another organisation who has the clerk's account."""
    with house.act("furnished") as act:
        key = act.add(
            PersonRow, organisation_id=house.places[place], code="both", name="นายทดสอบ สองแห่ง", mailbox=LOGIN
        )
        for duty in duties:
            act.add(DutyRow, person_id=key, duty=str(duty))
        token = house.door.invitations.invite(act, key)
    stranger(house).post(f"/join/{token}", {"password": PASSWORD})
    return key


def lines(house: House) -> list[str]:
    with house.database.read() as session:
        return [what for (what,) in session.query(HistoryRow.what).order_by(HistoryRow.id)]


def test_the_account_says_who_and_where(clerk: Client) -> None:
    said = text_of(clerk.get("/account"))
    assert {"นายทดสอบ", "office.plain", LOGIN, "ยังไม่ได้ตั้งค่า", "เครื่องนี้"} <= set(said.split())
    assert "ทำงานให้หน่วยงานอื่น" not in said


# Password


def test_another_password_ends_every_other_sign_in(house: House, clerk: Client) -> None:
    other, before = house.signed_in("office.plain"), clerk.cookies["sid"]
    answer = clerk.post("/account/password", {"old": PASSWORD, "new": ANOTHER, "again": ANOTHER})
    assert where(answer) == "/account?told=password"
    assert clerk.cookies["sid"] != before
    assert "เปลี่ยนรหัสผ่านแล้ว" in text_of(clerk.follow(answer))
    assert where(other.get("/home")).startswith("/sign-in")
    assert sign_in(stranger(house)).status == 422
    assert where(sign_in(stranger(house), ANOTHER)) == "/home"
    assert "password changed" in lines(house)


@pytest.mark.parametrize(
    ("old", "new", "again", "field", "sentence"),
    [
        ("", ANOTHER, ANOTHER, "old", "โปรดใส่รหัสผ่านปัจจุบัน"),
        ("ผิดแน่นอน", ANOTHER, ANOTHER, "old", "รหัสผ่านไม่ถูกต้อง"),
        (PASSWORD, ANOTHER, ANOTHER + "x", "again", "ไม่ตรงกัน"),
        (PASSWORD, "สั้น", "สั้น", "new", "อย่างน้อย 15 ตัวอักษร"),
        (PASSWORD, "officeplainofficeplain", "officeplainofficeplain", "new", "เดาง่าย"),
    ],
)
def test_a_password_that_cannot_be_is_told_beside_its_field(
    house: House, clerk: Client, old: str, new: str, again: str, field: str, sentence: str
) -> None:
    answer = clerk.post("/account/password", {"old": old, "new": new, "again": again})
    assert answer.status == 422
    assert re.search(rf'id="{field}-wrong">[^<]*{sentence}', answer.text)
    assert not [typed for typed in (old, new, again) if typed and typed in answer.text]
    assert where(sign_in(stranger(house))) == "/home"


def test_guessing_the_old_password_is_slowed(clerk: Client) -> None:
    wrong = {"old": "ผิด", "new": ANOTHER, "again": ANOTHER}
    assert [clerk.post("/account/password", wrong).status for _ in range(6)] == [422] * 5 + [429]


# Second factor


def test_the_picture_is_an_image_and_nothing_is_kept_before_the_first_code(house: House, clerk: Client) -> None:
    page = clerk.get("/account/second")
    picture = re.findall(r'src="data:image/svg\+xml([^"]+)"', page.text)[0]
    svg = b64decode(picture.split(",")[1]).decode() if "base64" in picture else unquote(picture)
    assert "<path" in svg
    assert "style=" not in svg
    assert "ยังไม่ได้ตั้งค่า" in text_of(clerk.get("/account"))
    secrets = {re.findall(r'name="secret" value="([A-Z2-7]{32})"', clerk.get("/account/second").text)[0] for _ in "ab"}
    assert len(secrets) == 2


def test_a_wrong_code_keeps_the_secret_that_is_in_the_app_by_now(house: House, clerk: Client) -> None:
    secret = re.findall(r'name="secret" value="([A-Z2-7]{32})"', clerk.get("/account/second").text)[0]
    wrong = clerk.post("/account/second", {"secret": secret, "code": "1", "next": "//evil.example"})
    assert wrong.status == 422
    assert f'value="{secret}"' in wrong.text
    assert 'name="next" value="/home"' in wrong.text
    for made_up in ("", "A" * 31, "<script>", secret.lower()):
        again = clerk.post("/account/second", {"secret": made_up, "code": "1"})
        assert again.status == 422
        assert "โปรดเริ่มตั้งค่าการยืนยันสองขั้นตอนใหม่" in text_of(again)
        assert re.findall(r'name="secret" value="([A-Z2-7]{32})"', again.text) != [secret]


def test_once_set_up_it_is_managed(house: House, clerk: Client) -> None:
    other = house.signed_in("office.plain")
    secret, codes = set_up(house, clerk)
    assert where(other.get("/home")).startswith("/sign-in")
    assert "เหลือ 10 รหัส" in text_of(clerk.get("/account/second"))
    fresh = clerk.post("/account/second/codes")
    newer = re.findall(r"<li><code>([^<]+)</code></li>", fresh.text)
    assert (len(newer), set(newer) & set(codes)) == (10, set())
    assert "second factor set" in lines(house)
    assert not [one for one in (secret, *codes) if one in clerk.get("/account/second").text]
    assert 'name="secret"' in clerk.get("/account/second?anew=1").text


def test_it_is_removed_with_the_password(house: House, clerk: Client) -> None:
    assert where(clerk.post("/account/second/remove", {"password": PASSWORD})) == "/account/second"  # there is none
    set_up(house, clerk)
    wrong = clerk.post("/account/second/remove", {"password": "ผิด"})
    assert (wrong.status, "รหัสผ่านไม่ถูกต้อง" in text_of(wrong)) == (422, True)
    assert where(clerk.post("/account/second/remove", {"password": PASSWORD})) == "/account?told=second_removed"
    assert where(sign_in(stranger(house))) == "/home"


def test_a_required_one_stays(tmp_path: Path) -> None:
    with opened(tmp_path, second_for=frozenset({None})) as house:
        visitor = stranger(house)
        sign_in(visitor)
        set_up(house, visitor)
        assert "ยกเลิกไม่ได้" in text_of(visitor.get("/account/second"))
        refused = visitor.post("/account/second/remove", {"password": PASSWORD})
        assert (refused.status, "จึงยกเลิกไม่ได้" in text_of(refused)) == (409, True)


def test_codes_are_for_those_who_have_a_second_factor(clerk: Client) -> None:
    assert where(clerk.post("/account/second/codes")) == "/account/second"
    assert where(clerk.get("/account/second/codes")) == "/account/second"


# Sign-ins


def test_own_sign_ins_are_listed_and_ended(house: House, clerk: Client) -> None:
    others = [house.signed_in("office.plain") for _ in range(2)]
    strangers = house.signed_in("office.deputy")
    page = clerk.get("/account")
    keys = re.findall(r'name="sign_in" value="(\d+)"', page.text)
    assert len(keys) == 3  # and the one in which the account was made
    assert where(clerk.post("/account/sign-ins/end", {"sign_in": keys[0]})) == "/account?told=ended"
    assert where(clerk.post("/account/sign-ins/end", {"sign_in": keys[0]})) == "/account?told=ended_before"
    assert sorted(one.get("/home").status for one in others) == [200, 303]
    theirs = re.findall(r'name="sign_in" value="(\d+)"', house.signed_in("office.deputy").get("/account").text)
    assert where(clerk.post("/account/sign-ins/end", {"sign_in": theirs[0]})) == "/account?told=ended_before"
    assert strangers.get("/home").status == 200
    for nonsense in ("", "x", "-1", "9" * 30):
        assert where(clerk.post("/account/sign-ins/end", {"sign_in": nonsense})) == "/account?told=ended_before"


def test_all_others_end_at_once(house: House, clerk: Client) -> None:
    others, before = [house.signed_in("office.plain") for _ in range(3)], clerk.cookies["sid"]
    assert where(clerk.post("/account/sign-ins/end-others")) == "/account?told=others_ended"
    assert {one.get("/home").status for one in others} == {303}
    assert clerk.get("/home").status == 200
    assert clerk.cookies["sid"] != before


def test_ending_this_one_signs_out(house: House, clerk: Client) -> None:
    here = house.door.looked(clerk.cookies["sid"])
    assert here is not None
    assert where(clerk.post("/account/sign-ins/end", {"sign_in": str(here.id)})) == "/sign-in?told=signed_out"
    assert where(clerk.get("/home")).startswith("/sign-in")


@pytest.mark.parametrize(
    ("agent", "called"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537 Chrome/130 Safari/537 Edg/130", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) Version/17 Mobile Safari/604", "Safari · iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit Chrome/130 Mobile Safari/537", "Chrome · Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko Firefox/132.0", "Firefox · Linux"),
        ("curl/8", "curl/8"),
        ("", ""),
    ],
)
def test_devices_are_called_as_people_call_them(agent: str, called: str) -> None:
    assert device(agent) == called


# Another organisation


def test_one_account_acts_for_one_school_and_then_for_another(house: House, clerk: Client) -> None:
    key, before = second_person(house), clerk.cookies["sid"]
    page = clerk.get("/account")
    assert re.search(rf'name="person" value="{key}">โรงเรียนวัดป่า', page.text)
    assert where(clerk.post("/account/act-for", {"person": str(key)})) == "/home"
    assert clerk.cookies["sid"] != before
    assert "โรงเรียนวัดป่า" in text_of(clerk.get("/home"))
    assert where(clerk.post("/account/act-for", {"person": str(house.people["office.plain"])})) == "/home"
    assert "สพป.ตัวอย่าง" in text_of(clerk.get("/home"))


def test_nobody_acts_for_anybody_else(house: House, clerk: Client) -> None:
    for other in (house.people["office.administrator"], house.people["s1.director"], 10**8):
        assert clerk.post("/account/act-for", {"person": str(other)}).status == 403
    for nonsense in ("", "x", "0"):
        assert where(clerk.post("/account/act-for", {"person": nonsense})) == "/account"
    assert "office.plain" in text_of(clerk.get("/home"))


def test_a_graver_duty_elsewhere_asks_for_a_second_factor_first(tmp_path: Path) -> None:
    with opened(tmp_path, second_for=frozenset({Duty.DIRECTOR})) as house:
        visitor = house.signed_in("office.plain")
        key = second_person(house, "s2", Duty.DIRECTOR)
        assert where(visitor.post("/account/act-for", {"person": str(key)})) == "/account/second?next=%2Fhome"
        assert where(visitor.get("/home")).startswith("/sign-in")
        set_up(house, visitor)
        assert "โรงเรียนวัดป่า" in text_of(visitor.get("/home"))


def test_everything_is_said_in_english_too(house: House, clerk: Client) -> None:
    second_person(house)
    clerk.get("/home?lang=en")
    pages = [clerk.get("/account"), clerk.get("/account/password"), clerk.get("/account/second")]
    pages.append(clerk.post("/account/password", {"old": "x", "new": "y", "again": "z"}))
    secret = re.findall(r'name="secret" value="([A-Z2-7]{32})"', pages[2].text)[0]
    pages.append(clerk.post("/account/second", {"secret": secret, "code": code(house, secret)}))
    pages += [clerk.get("/account/second"), clerk.get("/confirm"), clerk.get("/nowhere"), clerk.post("/home")]
    pages.append(clerk.post("/account/second/remove", {"password": "x"}))
    names = r"นายทดสอบ( สองแห่ง)?|สพป\.ตัวอย่าง เขต 4|โรงเรียนวัดป่า|ไทย|ว่"
    for page in pages:
        assert not re.findall("[ก-๙]+", re.sub(names, "", text_of(page)))
