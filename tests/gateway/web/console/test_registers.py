"""Registering by hand: one form, one number, and what the page then tells."""

from __future__ import annotations

from tests.gateway.web.console.house import House, text_of

PAPER = {
    "letter_number": "ศธ 04001/ว1187",
    "letter_date": "24 พ.ย. 2569",
    "sender": "สพฐ.",
    "recipient": "สพป.ตัวอย่าง เขต 4",
    "subject": "ขอเชิญประชุม",
    "key": "k1",
}


def test_a_paper_letter_gets_its_number_and_is_found_in_the_list(house: House) -> None:
    visitor = house.signed_in("office.plain")
    answer = visitor.post("/registers/incoming/new", PAPER)
    page = text_of(visitor.follow(answer))
    assert "1/2569" in page
    assert "ลงทะเบียนแล้ว" in page
    listed = text_of(visitor.get("/registers/incoming"))
    assert "ศธ 04001/ว1187" in listed
    assert "24 พ.ย. 2569" in listed


def test_the_same_form_twice_takes_one_number(house: House) -> None:
    visitor = house.signed_in("office.plain")
    first, second = visitor.post("/registers/incoming/new", PAPER), visitor.post("/registers/incoming/new", PAPER)
    assert first.headers["Location"] == second.headers["Location"]


def test_a_form_without_its_seal_changes_nothing(house: House) -> None:
    visitor = house.signed_in("office.plain")
    visitor.seal = "0" * 64
    assert visitor.post("/registers/incoming/new", PAPER).status == 403
    assert visitor.post("/registers/incoming/new", PAPER, Sec_Fetch_Site="cross-site").status == 403
    assert "0 รายการ" in text_of(visitor.get("/registers/incoming"))
