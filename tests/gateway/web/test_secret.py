"""A secret letter stays closed until the code from the holder's own mailbox is typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.errors import CodesSilent, CodesSpent
from tests.gateway.web.office import CODE, HIDDEN, NOW, ORDINARY
from tests.gateway.web.site import Answer, Site, site

KEPT = ("เรื่องที่ต้องปกปิด", "ขอเชิญเข้าร่วมประชุม", "หนังสือนำส่ง.pdf", "สำนักงานคณะกรรมการ", "จิราพร")


def unlock(web: Site, code: str) -> Answer:
    return web.post(f"/r/{HIDDEN}/unlock", {"code": code, "nonce": web.get(f"/r/{HIDDEN}").nonce()})


def test_the_locked_page_shows_number_and_dates_and_nothing_else(web: Site) -> None:
    text = web.get(f"/r/{HIDDEN}").text
    assert all(shown in text for shown in ("ศธ 04001/ว1187", "11 ส.ค. 2569", "1204/2569", "fi•••@saraban.example"))
    assert not [kept for kept in KEPT if kept in text]


def test_a_code_is_mailed_once_for_each_form(web: Site) -> None:
    nonce = web.get(f"/r/{HIDDEN}").nonce()
    for _ in range(3):
        answer = web.post(f"/r/{HIDDEN}/code", {"nonce": nonce})
        assert (answer.status, answer.headers["Location"]) == (303, f"/r/{HIDDEN}?code=sent")
    assert web.desk.acts("send_code") == [("send_code",)]
    assert "ส่งรหัสไปที่ fi•••@saraban.example แล้ว" in web.get(f"/r/{HIDDEN}?code=sent").text


@pytest.mark.parametrize("typed", [CODE, "๔๘๒๙๑๓", " 482 913 ", "๔๘๒-913"])
def test_the_right_code_opens_the_letter_on_this_device(web: Site, typed: str) -> None:
    answer = unlock(web, typed)
    assert (answer.status, answer.headers["Location"]) == (303, f"/r/{HIDDEN}")
    cookie = answer.headers["Set-Cookie"]
    assert all(part in cookie for part in (f"Path=/r/{HIDDEN}", "HttpOnly", "SameSite=strict", "Max-Age=1800"))
    text = web.get(f"/r/{HIDDEN}").text
    assert all(shown in text for shown in KEPT)
    assert web.get(f"/r/{HIDDEN}/files/1").status == 200


def test_a_wrong_code_opens_nothing(web: Site) -> None:
    answer = unlock(web, "000000")
    assert answer.status == 422
    assert answer.text.count("รหัสไม่ถูกต้อง") == 1
    assert "ยังเปิดหนังสือไม่ได้" in answer.text
    assert "ยังไม่ได้บันทึก" not in answer.text  # there was nothing to save
    assert "Set-Cookie" not in answer.headers
    assert not [kept for kept in KEPT if kept in web.get(f"/r/{HIDDEN}").text]


@pytest.mark.parametrize(
    ("language", "told"),
    [("th", "หยุดรับและหยุดส่งรหัสของหนังสือฉบับนี้จนถึง 14 ส.ค. 2569 11:07 น."), ("en", "until 14 Aug 2026")],
)
def test_while_it_is_silent_the_page_says_until_when_and_takes_no_code(web: Site, language: str, told: str) -> None:
    until = NOW + timedelta(minutes=15)
    nonce = web.get(f"/r/{HIDDEN}").nonce()
    web.desk.refuses = CodesSilent(until=until)
    web.desk.pages[HIDDEN] = replace(web.desk.pages[HIDDEN], silent_until=until)
    answer = web.post(f"/r/{HIDDEN}/unlock?lang={language}", {"code": CODE, "nonce": nonce})
    assert (answer.status, answer.text.count(told)) == (422, 1)
    page = web.get(f"/r/{HIDDEN}?lang={language}")
    assert told in page.text
    assert "<form" not in page.text


def test_a_code_too_many_says_when_the_next_may_be_asked_for(web: Site) -> None:
    web.desk.refuses = CodesSpent(until=NOW + timedelta(hours=1))
    answer = web.post(f"/r/{HIDDEN}/code", {"nonce": web.get(f"/r/{HIDDEN}").nonce()})
    assert answer.status == 422
    assert "ขอรหัสใหม่ได้ตั้งแต่ 14 ส.ค. 2569 11:52 น." in answer.text
    assert 'name="code"' in answer.text  # the one in the mail still opens


def test_what_was_opened_closes_again_after_half_an_hour(web: Site) -> None:
    unlock(web, CODE)
    web.clock.forward(minutes=30, seconds=1)
    assert not [kept for kept in KEPT if kept in web.get(f"/r/{HIDDEN}").text]


def test_the_proof_of_one_letter_opens_no_other_and_a_form_nonce_is_no_proof(web: Site) -> None:
    page = web.get(f"/r/{HIDDEN}")
    for forged in (page.nonce(), "forged", web.get(f"/r/{ORDINARY}").nonce()):
        web.cookies["saraban_open"] = forged
        assert not [kept for kept in KEPT if kept in web.get(f"/r/{HIDDEN}").text]


def test_a_locked_letter_is_neither_acknowledged_nor_forwarded_nor_saved(web: Site) -> None:
    nonce = web.get(f"/r/{HIDDEN}").nonce()
    fields = {"name": "นายกอบชัย มาลี", "target": "group:audit", "nonce": nonce}
    assert web.post(f"/r/{HIDDEN}", fields).status == 303
    assert web.post(f"/r/{HIDDEN}/forward", fields).status == 303
    assert web.get(f"/r/{HIDDEN}/files/1").status == 409
    assert web.desk.asked == []


def test_an_open_letter_is_acknowledged_like_any_other(web: Site) -> None:
    unlock(web, CODE)
    nonce = web.get(f"/r/{HIDDEN}").nonce()
    web.post(f"/r/{HIDDEN}", {"name": "นายกอบชัย มาลี", "nonce": nonce})
    assert len(web.desk.acts("acknowledge")) == 1


def test_the_way_tells_who_had_the_code_and_of_others_that_their_link_was_followed(web: Site) -> None:
    unlock(web, CODE)
    followed = "อาจเป็นโปรแกรมตรวจอีเมล จึงไม่นับว่าอ่านแล้ว"
    text = web.get(f"/r/{HIDDEN}").text
    assert followed in text
    assert "เปิดด้วยรหัส" not in text
    page = web.desk.pages[HIDDEN]
    *before, last = page.steps
    web.desk.pages[HIDDEN] = replace(page, steps=(*before, replace(last, unlocked_at=NOW)))
    text = web.get(f"/r/{HIDDEN}").text
    assert "เปิดด้วยรหัสล่าสุดเมื่อ" in text
    assert "14 ส.ค. 2569" in text.partition("เปิดด้วยรหัสล่าสุดเมื่อ")[2][:150]
    assert followed not in text


def test_cookies_insist_on_https_where_the_public_address_has_it() -> None:
    with site(base_url="https://127.0.0.1") as web:
        assert "Secure" in unlock(web, CODE).headers["Set-Cookie"]
        nonce = web.get(f"/r/{ORDINARY}").nonce()
        assert "Secure" in web.post(f"/r/{ORDINARY}", {"name": "นาย ก", "nonce": nonce}).headers["Set-Cookie"]
