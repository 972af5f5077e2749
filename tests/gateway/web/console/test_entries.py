"""One line: its page, slip and files; amending it, also against somebody else; voiding; held numbers (F19, F20, C5)."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import pytest

from ledger import verify
from ledger.registers import EntryRow
from ledger.values import RegisterKind
from tests.gateway.web.console.house import Client, House, text_of
from tests.gateway.web.console.lines import FULL, PDF, hold, line, register, void
from tests.gateway.web.site import Answer

INCOMING, OUTGOING, ORDER, CERTIFICATE = RegisterKind
CHANGED = {
    "letter_number": "ศธ 04001/ว1187", "letter_date": "24/11/69", "sender": "สพฐ.", "recipient": "ผอ.สพป.",
    "subject": "ขอเลื่อนประชุม", "action": "นางสมศรี", "remark": "", "group_id": "2", "urgency": "urgent",
    "secrecy": "ordinary",
}  # fmt: skip


@pytest.fixture
def clerk(house: House) -> Client:
    return house.signed_in("office.plain")


def value(answer: Answer, name: str) -> str:
    """What stands in a field of the form."""
    found = re.search(rf'<input[^>]* name="{name}"[^>]* value="([^"]*)"', answer.text)
    if found is None:
        found = re.search(rf'<textarea[^>]* name="{name}"[^>]*>([^<]*)<', answer.text)
    assert found is not None, name
    return unescape(found[1])


def amend(visitor: Client, key: int, seen: str = "", **fields: str) -> Answer:
    seen = seen or value(visitor.get(f"/entries/{key}/amend"), "seen")
    return visitor.post(f"/entries/{key}/amend", {**CHANGED, "seen": seen, **fields})


def faults(house: House) -> list[str]:
    with house.database.read() as session:
        return list(verify.faults(session, house.originals))


# The page, the slip, the files


def test_the_page_says_all_of_the_line(house: House, clerk: Client) -> None:
    key = register(house, "office.plain", files=("หนังสือนำ.pdf",), group_id=1)
    said = text_of(clerk.get(f"/entries/{key}"))
    for text in (
        "1/2569", FULL.subject, "ศธ 04001/ว1187", "24 พฤศจิกายน 2569", "สพฐ.", "ผอ.สพป.", "นางสมศรี", "เอกสารกระดาษ",
        "กลุ่มบริหารงานการเงินและสินทรัพย์", "นายทดสอบ office.plain", "27 พ.ย. 2569 10:30", "หนังสือนำ.pdf", "ลงทะเบียนด้วยมือ",
    ):  # fmt: skip
        assert text in said, text


def test_the_slip_has_number_day_and_time(house: House, clerk: Client) -> None:
    key = register(house, "office.plain", OUTGOING)
    said = text_of(clerk.get(f"/entries/{key}/slip"))
    for text in ("สพป.ตัวอย่าง เขต 4", "ศธ 04022/1", "วันที่ 27 พฤศจิกายน 2569", "เวลา 10:30 น."):
        assert text in said
    assert "Time 10:30" in text_of(clerk.get(f"/entries/{key}/slip?lang=en"))


def test_a_file_is_saved_and_never_shown_inside_the_site(house: House, clerk: Client) -> None:
    key = register(house, "office.plain", files=("คำสั่ง ที่ ๑.pdf",))
    for method in ("GET", "HEAD"):
        answer = clerk.ask(method, f"/entries/{key}/files/1")
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "application/pdf"
        disposition = answer.headers["Content-Disposition"]
        assert disposition.startswith("attachment")
        assert quote("คำสั่ง ที่ ๑.pdf") in disposition
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.body == (PDF + "คำสั่ง ที่ ๑.pdf".encode() if method == "GET" else b"")


def test_files_come_and_go_by_the_page(house: House, clerk: Client) -> None:
    key = register(house, "office.plain", ORDER)
    assert clerk.upload(f"/entries/{key}/files", {}, [("ลงนาม.pdf", PDF)]).status == 303
    assert "ลงนาม.pdf" in text_of(clerk.get(f"/entries/{key}"))
    assert clerk.post(f"/entries/{key}/files/1/remove").status == 303
    page = text_of(clerk.get(f"/entries/{key}"))
    assert "ไม่มีไฟล์แนบ" in page
    assert page.count("ลงนาม.pdf") == 2  # its coming and its going are told
    assert clerk.get(f"/entries/{key}/files/1").status == 404
    assert clerk.post(f"/entries/{key}/files/1/remove").status == 404
    assert faults(house) == []


def test_after_the_window_a_file_goes_only_with_a_reason(house: House) -> None:
    key = register(house, "office.plain", files=("ก.pdf",))
    house.clock.forward(days=4)
    admin = house.signed_in("office.register_admin")
    assert 'name="reason"' in admin.get(f"/entries/{key}").text
    refused = admin.post(f"/entries/{key}/files/1/remove")
    assert (refused.status, "โปรดระบุเหตุผลที่เอาไฟล์ออก" in text_of(refused)) == (422, True)
    assert admin.post(f"/entries/{key}/files/1/remove", {"reason": "แนบผิดฉบับ"}).status == 303
    assert "เหตุผล: แนบผิดฉบับ" in text_of(admin.get(f"/entries/{key}"))


# Amending


def test_the_form_holds_what_the_line_says_and_the_page_tells_the_change(house: House, clerk: Client) -> None:
    key = register(house, "office.plain")
    form = clerk.get(f"/entries/{key}/amend")
    assert [value(form, name) for name in ("subject", "letter_number", "letter_date", "sender")] == [
        FULL.subject, FULL.letter_number, "24 พ.ย. 2569", "สพฐ.",
    ]  # fmt: skip
    page = text_of(clerk.follow(amend(clerk, key)))
    assert "บันทึกการแก้ไขแล้ว" in page
    for told in (
        f"เรื่อง {FULL.subject} → ขอเลื่อนประชุม", "หมายเหตุ เอกสารกระดาษ → (ว่าง)", "ชั้นความเร็ว ปกติ → ด่วน",
        "กลุ่มปฏิบัติ กลุ่มนโยบายและแผน",
    ):  # fmt: skip
        assert told in page
    assert line(house, key).text == "1/2569"


def test_a_faulty_form_comes_back_with_all_that_was_typed(house: House, clerk: Client) -> None:
    key = register(house, "office.plain")
    answer = amend(clerk, key, subject=" ", letter_date="31 ก.พ. 2569", remark="ที่พิมพ์ไว้")
    assert answer.status == 422
    assert value(answer, "letter_date") == "31 ก.พ. 2569"
    assert value(answer, "remark") == "ที่พิมพ์ไว้"
    assert amend(clerk, key, subject=" ").status == 422
    assert line(house, key).subject == FULL.subject


def test_two_who_change_one_line_see_both_versions(house: House, clerk: Client) -> None:
    key = register(house, "office.plain")
    other = house.signed_in("office.register_admin")
    seen = value(other.get(f"/entries/{key}/amend"), "seen")
    assert amend(clerk, key, subject="ฉบับแรก", group_id="1").status == 303
    clash = amend(other, key, seen, subject="ฉบับหลัง", reason="พิมพ์ผิด", urgency="most_urgent")
    assert clash.status == 409
    said = text_of(clash)
    assert "เรื่อง ฉบับแรก ฉบับหลัง" in said
    assert "กลุ่มปฏิบัติ กลุ่มบริหารงานการเงินและสินทรัพย์ กลุ่มนโยบายและแผน" in said
    assert "ชั้นความเร็ว ด่วน ด่วนที่สุด" in said
    assert line(house, key).subject == "ฉบับแรก"
    assert value(clash, "subject") == "ฉบับหลัง"
    assert value(clash, "seen") not in ("", seen)
    assert amend(other, key, value(clash, "seen"), subject="ฉบับหลัง", reason="พิมพ์ผิด").status == 303
    assert line(house, key).subject == "ฉบับหลัง"


def test_after_the_window_the_registrant_is_kept_out_and_the_admin_says_why(house: House, clerk: Client) -> None:
    key = register(house, "office.plain")
    seen = value(clerk.get(f"/entries/{key}/amend"), "seen")
    house.clock.forward(days=4)
    clerk = house.signed_in("office.plain")
    assert clerk.get(f"/entries/{key}/amend").status == 403
    assert amend(clerk, key, seen, reason="เหตุผล").status == 403
    admin = house.signed_in("office.register_admin")
    without = amend(admin, key, seen)
    assert (without.status, "โปรดระบุเหตุผลที่แก้ไข" in text_of(without)) == (422, True)
    assert "เหตุผล: แก้ตามหนังสือ" in text_of(admin.follow(amend(admin, key, seen, reason="แก้ตามหนังสือ")))


def test_the_list_offers_only_what_may_be_done(house: House, clerk: Client) -> None:
    key = register(house, "office.plain")
    for who, offered in (("office.plain", True), ("office.deputy", False), ("office.register_admin", True)):
        page = house.signed_in(who).get("/registers/incoming").text
        assert (f"/entries/{key}/amend" in page, f"/entries/{key}/void" in page) == (offered, offered)


# Voiding and held numbers


def test_voiding_asks_why_and_leaves_the_line(house: House, clerk: Client) -> None:
    key = register(house, "office.plain")
    seen = value(clerk.get(f"/entries/{key}/void"), "seen")
    refused = clerk.post(f"/entries/{key}/void", {"seen": seen, "reason": "  "})
    assert (refused.status, "โปรดระบุเหตุผลที่ยกเลิกเลข" in text_of(refused)) == (422, True)
    amend(clerk, key)
    assert clerk.post(f"/entries/{key}/void", {"seen": seen, "reason": "ซ้ำ"}).status in (409, 422)
    assert line(house, key).voided_at is None
    seen = value(clerk.get(f"/entries/{key}/void"), "seen")
    page = text_of(clerk.follow(clerk.post(f"/entries/{key}/void", {"seen": seen, "reason": "ออกเลขซ้ำ"})))
    assert "ยกเลิกเลขแล้ว" in page
    assert "ออกเลขซ้ำ" in page
    for path in ("amend", "void"):
        assert clerk.get(f"/entries/{key}/{path}").status == 403
    assert clerk.upload(f"/entries/{key}/files", {}, [("ก.pdf", PDF)]).status == 409


@pytest.mark.parametrize(("count", "numbers"), [("1", 1), ("๓", 3)])
def test_numbers_are_held_and_filled_by_the_page(house: House, clerk: Client, count: str, numbers: int) -> None:
    form = clerk.get("/registers/order/reserve")
    fields = {"reserved_for": "ผอ.", "reserved_until": "30 พ.ย. 2569", "count": count, "key": value(form, "key")}
    answer = clerk.post("/registers/order/reserve", fields)
    assert clerk.post("/registers/order/reserve", fields).status == 303
    assert "จองเลขแล้ว" in text_of(clerk.follow(answer))
    assert f"{numbers} รายการ" in text_of(clerk.get("/registers/order?reserved=yes"))
    assert "ใช้เลขนี้" in text_of(clerk.get("/entries/1"))
    page = text_of(clerk.follow(amend(clerk, 1, subject="แต่งตั้งกรรมการ")))
    assert "ใช้เลขที่จองไว้แล้ว" in page
    assert (line(house, 1).text, line(house, 1).subject) == ("1/2569", "แต่งตั้งกรรมการ")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"count": "0"}, "1 ถึง 50"), ({"count": "51"}, "1 ถึง 50"), ({"count": "1.5"}, "1 ถึง 50"),
        ({"count": "สอง"}, "1 ถึง 50"), ({"reserved_for": " "}, "ชื่อผู้ขอจองเลข"),
        ({"reserved_until": "26 พ.ย. 2569"}, "ไม่ก่อนวันนี้"), ({"reserved_until": "x"}, "อ่านวันที่ไม่ได้"),
    ],
)  # fmt: skip
def test_a_faulty_reservation_holds_nothing(house: House, clerk: Client, fields: dict[str, str], said: str) -> None:
    full = {"reserved_for": "ผอ.", "reserved_until": "30/11/69", "count": "1"}
    answer = clerk.post("/registers/outgoing/reserve", {**full, **fields})
    assert (answer.status, said in text_of(answer)) == (422, True)
    assert "0 รายการ" in text_of(clerk.get("/registers/outgoing"))


@pytest.mark.parametrize("kind", [INCOMING, CERTIFICATE])
def test_other_registers_hold_no_numbers(clerk: Client, kind: RegisterKind) -> None:
    assert clerk.get(f"/registers/{kind}/reserve").status == 404
    form = {"reserved_for": "ผอ.", "reserved_until": "30/11/69", "count": "1"}
    assert clerk.post(f"/registers/{kind}/reserve", form).status in (404, 409)


def test_an_overdue_number_is_told_on_its_page_and_at_home(house: House, clerk: Client) -> None:
    key = hold(house, "office.plain", OUTGOING, days=0)
    assert "เกินกำหนดใช้" not in text_of(clerk.get(f"/entries/{key}"))
    house.clock.forward(days=1)
    clerk = house.signed_in("office.plain")
    assert "เกินกำหนดใช้" in text_of(clerk.get(f"/entries/{key}"))
    assert "เลขจองเกินกำหนด 1" in text_of(clerk.get("/home"))
    assert "เลขจองเกินกำหนด" not in text_of(house.signed_in("office.deputy").get("/home"))
    void(house, "office.plain", key)
    assert "เลขจองเกินกำหนด" not in text_of(clerk.get("/home"))


def test_a_letter_without_a_number_begins_with_its_sender_on_the_desk(house: House, clerk: Client) -> None:
    key = register(house, "office.plain", sender="อบต.นา")
    with house.act("amended") as act:
        act.alter(EntryRow, key, letter_number="")  # as a mail without one is registered
    assert re.search(r'preview">จาก อบต\.นา', clerk.get("/home").text)
