"""The settings of the registers as a page: who sees it, what it saves and refuses, and how it looks (F37 to F39)."""

from __future__ import annotations

import re
from html import unescape

import pytest
from playwright.sync_api import Browser, expect

from tests.gateway.web.console.house import PASSWORD, Client, House, text_of
from tests.gateway.web.console.looks import NARROW, WIDE, browsing, looks_right
from tests.gateway.web.console.test_registers import PAPER
from tests.gateway.web.console.test_signing_browser import outside
from tests.gateway.web.site import Answer

PAGE = "/settings/registers"
SAVED = f"{PAGE}?told=saved"


@pytest.fixture
def admin(house: House) -> Client:
    return house.signed_in("office.register_admin")


def fields(page: Answer) -> dict[str, str]:
    """What the page's form would send as it stands."""
    form = page.text[page.text.index('<form id="registers"') :]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        if attributes.get("type") in ("radio", "checkbox") and " checked" not in tag:
            continue
        if "name" in attributes:
            found[attributes["name"]] = attributes.get("value", "")
    if chosen := re.search(r"<option selected>(\d+)</option>", form):
        found["year_in_use"] = chosen[1]
    return found


def save(visitor: Client, page: str = PAGE, **changes: str | None) -> Answer:
    """Open the page, change something and save."""
    typed: dict[str, str | None] = {**fields(visitor.get(page)), **changes}
    return visitor.post(PAGE, {name: value for name, value in typed.items() if value is not None})


def register(visitor: Client, kind: str = "incoming", **more: str) -> str:
    """Register something; its number, or what is said instead."""
    answer = visitor.post(f"/registers/{kind}/new", {**PAPER, "key": "", **more})
    said = text_of(visitor.follow(answer) if answer.status == 303 else answer)
    found = re.search(r"ศธ [\d.]+/ว?\d+|\d+/25\d\d", said.replace("ศธ 04001/ว1187", ""))
    return found[0] if answer.status == 303 and found else said


def test_what_is_saved_as_it_stands_changes_nothing(house: House, admin: Client) -> None:
    assert register(house.signed_in("office.plain"), "outgoing", circular="1") == "ศธ 04022/ว1"
    assert 'name="start_circular" value="2"' in admin.get(PAGE).text  # what would be right if circulars went apart
    with house.database.read() as session:
        before = session.connection().exec_driver_sql("SELECT count(*) FROM history").scalar()
    assert save(admin).headers["Location"] == SAVED
    with house.database.read() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM history").scalar() == before


def test_settings_are_saved_and_numbers_follow(house: House, admin: Client) -> None:
    answer = save(
        admin, prefix=" ศธ  04099/ ", start_incoming="๕๐๐", circular_series="own", start_circular="7", amend_order="2"
    )
    assert answer.headers["Location"] == SAVED
    page = text_of(admin.follow(answer))
    for told in ("บันทึกการตั้งค่าแล้ว", "500/2569", "ศธ 04099/1", "ศธ 04099/ว7"):
        assert told in page
    clerk = house.signed_in("office.plain")
    assert register(clerk) == "500/2569"
    assert register(clerk, "outgoing", circular="1") == "ศธ 04099/ว7"
    assert register(clerk, "outgoing") == "ศธ 04099/1"
    assert "เริ่มที่ 500 ออกแล้วถึง 500" in text_of(admin.get(PAGE))
    assert 'name="start_incoming"' not in admin.get(PAGE).text


def test_a_register_is_closed_and_opened_again(house: House, admin: Client) -> None:
    clerk = house.signed_in("office.plain")
    assert register(clerk) == "1/2569"
    assert save(admin, open_incoming=None).status == 303
    assert "ไม่ออกเลข" in text_of(admin.get(PAGE))
    assert "ไม่ได้เปิดใช้งาน" in register(clerk)
    assert save(admin, open_incoming="yes").status == 303
    assert register(clerk) == "2/2569"


def test_a_number_of_the_next_year_is_set_ahead(house: House, admin: Client) -> None:
    ahead = f"{PAGE}?year=2570"
    assert 'name="prefix"' not in admin.get(ahead).text
    answer = save(admin, ahead, start_order="40", start_incoming="0")
    assert answer.headers["Location"] == f"{PAGE}?year=2570&told=saved"
    assert "40/2570" in text_of(admin.follow(answer))
    assert "40/2570" not in text_of(admin.get(PAGE))
    for other in ("2568", "2571", "1"):
        assert admin.get(f"{PAGE}?year={other}").status == 404


def test_a_year_by_hand_warns_in_december_and_stops_at_new_year(house: House, admin: Client) -> None:
    assert save(admin, mode="hand", year_in_use="2569").status == 303
    assert "31 ธันวาคม" not in text_of(admin.get(PAGE))
    house.clock.forward(days=10)
    admin = house.signed_in("office.register_admin")
    for page in (PAGE, "/home"):
        assert "ปี 2569 จะสิ้นสุดวันที่ 31 ธันวาคม" in text_of(admin.get(page))
    assert "31 ธันวาคม" not in text_of(house.signed_in("office.plain").get("/home"))
    house.clock.forward(days=30)
    admin, clerk = house.signed_in("office.register_admin"), house.signed_in("office.plain")
    assert "ซึ่งสิ้นสุดแล้ว จึงยังไม่ออกเลข" in register(clerk)
    for page in (PAGE, "/home"):
        assert "ปีที่ใช้งานคือ 2569 ซึ่งสิ้นสุดแล้ว" in text_of(admin.get(page))
    assert save(admin, year_in_use="2570").status == 303
    assert register(clerk) == "1/2570"
    assert "สิ้นสุดแล้ว" not in text_of(admin.get(PAGE))


WRONG = [
    ("start_order", "abc", "เลขเริ่มต้นต้องเป็นจำนวน"),
    ("start_order", "", "เลขเริ่มต้นต้องเป็นจำนวน"),
    ("start_order", "-5", "เลขเริ่มต้นต้องเป็นจำนวน"),
    ("start_order", "5 0", "เลขเริ่มต้นต้องเป็นจำนวน"),
    ("amend_incoming", "367", "จำนวนวันต้องเป็น"),
    ("void_certificate", "1.5", "จำนวนวันต้องเป็น"),
    ("prefix", "ศธ 04022", "คำนำหน้าเลขต้อง"),
    ("year_in_use", "2600", "โปรดเลือกปี"),
]


@pytest.mark.parametrize(("field", "value", "sentence"), WRONG, ids=[f"{field}={value}" for field, value, _ in WRONG])
def test_what_cannot_be_is_told_beside_its_field(admin: Client, field: str, value: str, sentence: str) -> None:
    answer = save(admin, **{"mode": "hand", field: value})
    assert answer.status == 422
    assert re.search(rf'id="{field}-wrong">{sentence}', answer.text)
    if field != "year_in_use":
        assert f'name="{field}" value="{value}"' in answer.text
    again = fields(answer)
    assert admin.post(PAGE, {**again, "mode": "calendar", field: "3" if field != "prefix" else "ก/"}).status == 303


def test_what_the_form_does_not_name_stays(house: House, admin: Client) -> None:
    register(house.signed_in("office.plain"))
    page = fields(admin.get(PAGE))
    assert admin.post(PAGE, {"seen": page["seen"], "year": page["year"]}).headers["Location"] == SAVED
    assert {**fields(admin.get(PAGE)), "seal": ""} == {**page, "seal": ""}


def test_of_two_who_save_the_second_sees_both_versions(house: House, admin: Client) -> None:
    other = house.signed_in("office.register_officer")
    typed = {**fields(admin.get(PAGE)), "prefix": "ศธ 2/", "mode": "hand"}
    save(other, prefix="ศธ 1/", amend_order="9")
    clash = admin.post(PAGE, typed)
    assert clash.status == 409
    said = text_of(clash)
    assert "มีผู้แก้ไขการตั้งค่าไปก่อนแล้ว" in said
    for row in ("คำนำหน้าเลข ศธ 1/ ศธ 2/", "แก้ไขได้ภายใน (วัน) · ทะเบียนคำสั่ง 9 15", "ปีที่ใช้งาน ตามปฏิทิน กำหนดเอง"):
        assert row in said
    assert "ศธ 1/" in admin.get(PAGE).text
    assert admin.post(PAGE, fields(clash)).status == 303
    assert "ศธ 2/" in admin.get(PAGE).text


def test_it_asks_for_the_password_and_loses_nothing(house: House, admin: Client) -> None:
    typed = {**fields(admin.get(PAGE)), "prefix": "ศธ 3/"}
    house.clock.forward(minutes=11)
    asked = admin.post(PAGE, typed)
    assert (asked.status, 'name="prefix" value="ศธ 3/"' in asked.text) == (428, True)
    carried = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', asked.text))
    on = admin.post("/confirm", {**carried, "confirm-password": PASSWORD})
    assert (on.status, on.headers["Location"]) == (307, PAGE)
    assert admin.post(PAGE, {**carried, "confirm-password": PASSWORD}).headers["Location"] == SAVED
    assert "ศธ 3/" in admin.get(PAGE).text


def test_each_school_sets_its_own(house: House) -> None:
    head = house.signed_in("s1.deputy")
    assert save(head, prefix="ศธ 04022.99/", start_incoming="0").status == 303
    assert "04022.99" not in house.signed_in("s2.director").get(PAGE).text
    assert "ไม่ได้เปิดใช้งาน" in register(house.signed_in("s1.plain"))
    assert register(house.signed_in("s2.plain")) == "1/2569"
    for who in ("s1.school_clerk", "s1.plain", "office.administrator", "office.director", "office.central_clerk"):
        assert house.signed_in(who).get(PAGE).status == 403


def test_officers_are_appointed_in_the_directory(house: House, admin: Client) -> None:
    page = admin.get(PAGE)
    assert "office.register_officer" in text_of(page)
    assert 'href="/directory"' in page.text[page.text.index('id="officers"') :]
    officer = house.signed_in("s1.register_officer").get(PAGE)
    assert 'href="/directory"' not in officer.text[officer.text.index('id="officers"') :]


def test_everything_is_said_in_english_too(admin: Client) -> None:
    admin.get("/home?lang=en")
    for page in (PAGE, f"{PAGE}?year=2570"):
        said = re.sub(r"สพป\.ตัวอย่าง เขต 4|นายทดสอบ|ศธ|ว\d*|ไทย", "", text_of(admin.get(page)))
        assert not re.findall("[ก-๙]+", said)


@pytest.mark.parametrize("look", [NARROW, WIDE])
def test_a_register_admin_prepares_the_new_year(house: House, browser: Browser, look: tuple[int, str]) -> None:
    with browsing(house, browser, "office.register_admin", look) as page:
        page.goto(f"{house.url}/home")
        page.locator(".menu summary").click()
        page.get_by_role("link", name="ตั้งค่าทะเบียน").click()
        looks_right(page)
        page.get_by_label("กำหนดเอง").check()
        page.get_by_label("ออกเลขได้ถึงสิ้นปี").select_option("2570")
        page.get_by_label("คำนำหน้าเลข").fill("ศธ 04099/")
        expect(page.locator('output[data-next="start_outgoing"]').first).to_have_text("ศธ 04099/1")
        page.get_by_label("แยกชุด").check()
        expect(page.locator('output[data-next="start_circular"]')).to_have_text("ศธ 04099/ว1")
        page.get_by_label("เลขเริ่มต้น ทะเบียนคำสั่ง").fill("๘๘")
        expect(page.locator('output[data-next="start_order"]')).to_have_text("88/2569")
        page.get_by_label("เลขเริ่มต้น ทะเบียนเกียรติบัตร").fill("0")
        expect(page.locator('output[data-next="start_certificate"]')).to_have_text("ไม่ออกเลข")
        looks_right(page)
        page.get_by_role("button", name="บันทึกการตั้งค่า").click()
        expect(page.get_by_role("status").first).to_contain_text("บันทึกการตั้งค่าแล้ว")
        expect(page.locator('output[data-next="start_order"]')).to_have_text("88/2569")
        expect(page.get_by_label("ออกเลขได้ถึงสิ้นปี")).to_have_value("2570")
        page.get_by_role("link", name="ปี 2570").click()
        page.get_by_label("เลขเริ่มต้น ทะเบียนหนังสือรับ").fill("5")
        looks_right(page)
        page.keyboard.press("Enter")
        expect(page.locator('output[data-next="start_incoming"]')).to_have_text("5/2570")


@pytest.mark.parametrize("look", [NARROW, WIDE])
def test_how_faults_and_clashes_look(house: House, browser: Browser, look: tuple[int, str]) -> None:
    assert register(house.signed_in("office.plain")) == "1/2569"
    with outside(browser, look) as page:  # where a form that was wrong may be told of by the browser
        house.browse(page.context, "office.register_admin")
        page.goto(house.url + PAGE)
        page.get_by_label("คำนำหน้าเลข").fill("ศธ 9")
        page.get_by_label("แก้ไข (วัน) ทะเบียนคำสั่ง").fill("999")
        page.keyboard.press("Enter")
        expect(page.locator("#prefix-wrong")).to_be_visible()
        looks_right(page)
        page.get_by_role("link", name="คำนำหน้าเลขต้อง").click()
        expect(page.get_by_label("คำนำหน้าเลข")).to_be_focused()
        page.get_by_label("คำนำหน้าเลข").fill("ศธ 9/")
        page.get_by_label("แก้ไข (วัน) ทะเบียนคำสั่ง").fill("9")
        save(house.signed_in("office.register_officer"), prefix="ศธ 8/", mode="hand")
        page.get_by_label("เปิดใช้ ทะเบียนหนังสือรับ").uncheck()
        page.get_by_role("button", name="บันทึกการตั้งค่า").click()
        expect(page.get_by_role("heading", name="มีผู้แก้ไขการตั้งค่าไปก่อนแล้ว")).to_be_visible()
        expect(page.get_by_label("เปิดใช้ ทะเบียนหนังสือรับ")).not_to_be_checked()
        looks_right(page)
        page.get_by_role("button", name="บันทึกการตั้งค่า").click()
        expect(page.get_by_role("status").first).to_contain_text("บันทึกการตั้งค่าแล้ว")
        expect(page.get_by_label("คำนำหน้าเลข")).to_have_value("ศธ 9/")
