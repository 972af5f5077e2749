"""Looking at a letter, acknowledging it, passing it on, saving its files."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from html import unescape
from urllib.parse import unquote

import pytest

from ledger.errors import NoSuchLink, Refused, Unavailable
from tests.gateway.web.office import CROWDED, DONE, GROUP, ORDINARY
from tests.gateway.web.site import Answer, Site

NAME = "นางสมศรี ใจดี"


def press(web: Site, page: Answer, **fields: str) -> Answer:
    """Send the acknowledging form of a page."""
    return web.post(f"/r/{ORDINARY}", {"name": NAME, "nonce": page.nonce()} | fields)


def forward(web: Site, page: Answer, **fields: str) -> Answer:
    """Send the forwarding form of a page."""
    sent = {"target": "group:audit", "name": NAME, "note": "ตรวจ\r\nด่วน", "nonce": page.nonce(1)}
    return web.post(f"/r/{ORDINARY}/forward", sent | fields)


def test_the_page_shows_office_number_dates_subject_documents_and_holder(web: Site) -> None:
    text = unescape(web.get(f"/r/{ORDINARY}").text)
    for shown in (
        "เขต 4",
        "ศธ 04001/ว1187",
        "11 ส.ค. 2569",
        "1204/2569",
        "14 ส.ค. 2569 08:52 น.",
        "ขอเชิญประชุม",
        GROUP,
        "ด่วนมาก",
    ):
        assert shown in text
    assert f'href="/r/{ORDINARY}/files/2"' in text


def test_get_and_head_acknowledge_nothing(web: Site) -> None:
    assert web.get(f"/r/{ORDINARY}").status == web.ask("HEAD", f"/r/{ORDINARY}").status == 200
    assert [visit.method for visit in web.desk.looks] == ["GET", "HEAD"]
    assert web.desk.asked == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_other_methods_are_refused_before_the_desk_hears_of_them(web: Site, method: str) -> None:
    for path in ("", "/forward", "/code", "/unlock", "/files/1"):
        assert web.ask(method, f"/r/{ORDINARY}{path}").status == 405
    assert (web.desk.looks, web.desk.asked) == ([], [])


def test_a_get_on_an_act_is_refused(web: Site) -> None:
    for act in ("forward", "code", "unlock"):
        assert web.get(f"/r/{ORDINARY}/{act}").status == 405
    assert (web.desk.looks, web.desk.asked) == ([], [])


def test_the_forms_post_acknowledges_and_the_page_then_shows_time_name_and_evidence(web: Site) -> None:
    answer = press(web, web.get(f"/r/{ORDINARY}"), position="เจ้าพนักงานธุรการ")
    assert (answer.status, answer.headers["Location"]) == (303, f"/r/{ORDINARY}")
    text = unescape(web.get(f"/r/{ORDINARY}").text)
    assert NAME in text
    assert "14 ส.ค. 2569 10:52 น." in text
    assert "20260814-0000AAAA" in text
    assert "ลงทะเบียนรับหนังสือ" not in text
    _, name, position, visit = web.desk.acts("acknowledge")[0]
    assert (name, position) == (NAME, "เจ้าพนักงานธุรการ")
    assert visit.network == "127.0.0.0/24"  # type: ignore[attr-defined]


def test_pressing_twice_ends_at_the_same_page_and_records_once(web: Site) -> None:
    page = web.get(f"/r/{ORDINARY}")
    with ThreadPoolExecutor(4) as presses:
        answers = list(presses.map(lambda _: press(web, page), range(4)))
    answers.append(press(web, page, name="นายอื่น"))
    assert {(a.status, a.headers["Location"]) for a in answers} == {(303, f"/r/{ORDINARY}")}
    assert web.desk.pages[ORDINARY].acknowledged_by == NAME
    assert "นายอื่น" not in web.get(f"/r/{ORDINARY}").text


def test_a_quick_person_waits_until_the_form_is_two_seconds_old(web: Site) -> None:
    page = web.get(f"/r/{ORDINARY}")
    web.clock.forward(seconds=0.5)
    assert press(web, page).status == 303
    assert web.clock.pauses == [pytest.approx(1.5, abs=0.002)]
    assert len(web.desk.acts("acknowledge")) == 1


@pytest.mark.parametrize("name", ["", "   ", "...", "12345", "\u200b\u202e", "-\r\n-"])
def test_nobody_without_a_name_acknowledges(web: Site, name: str) -> None:
    answer = press(web, web.get(f"/r/{ORDINARY}"), name=name)
    assert answer.status == 422
    assert "โปรดพิมพ์ชื่อ-นามสกุลของท่าน" in answer.text
    assert web.desk.asked == []


def test_a_form_that_is_too_old_or_forged_acts_never_and_keeps_what_was_typed(web: Site) -> None:
    page, other = web.get(f"/r/{ORDINARY}"), web.get(f"/r/{CROWDED}")
    web.clock.forward(hours=24, seconds=1)
    for nonce in (page.nonce(), other.nonce(), "", "forged.nonce", page.nonce()[:-2]):
        answer = press(web, page, nonce=nonce, position="ครู ค.ศ. 1")
        assert answer.status == 422
        assert NAME in answer.text
        assert "ครู ค.ศ. 1" in answer.text
        assert answer.nonce() != page.nonce()
    assert web.desk.asked == []
    assert press(web, answer).status == 303


def test_too_long_a_name_is_named_and_nothing_is_cut(web: Site) -> None:
    page = web.get(f"/r/{ORDINARY}")
    assert "ชื่อยาวเกิน 100 ตัวอักษร" in press(web, page, name="ก" * 101).text
    assert "ตำแหน่งยาวเกิน 100 ตัวอักษร" in press(web, page, position="ก" * 101).text
    assert web.desk.asked == []
    assert press(web, page, name="ก" * 100).status == 303


def test_the_name_is_remembered_on_the_device_and_prefilled_from_nothing_else(web: Site) -> None:
    assert 'name="name" required maxlength="100" autocomplete="name" value=""' in web.get(f"/r/{CROWDED}?name=x").text
    answer = press(web, web.get(f"/r/{ORDINARY}"))
    cookie = answer.headers["Set-Cookie"]
    assert all(part in cookie for part in ("Path=/r", "HttpOnly", "SameSite=lax", "Max-Age=31536000"))
    assert unquote(web.cookies["saraban_name"]) == NAME
    assert f'value="{NAME}"' in web.get(f"/r/{CROWDED}").text


def test_control_and_direction_marks_never_reach_the_evidence(web: Site) -> None:
    press(web, web.get(f"/r/{ORDINARY}"), name="นาย\x1b[31m\r\nสม\u202eชาย\x00", position="ครู\x07")
    _, name, position, _ = web.desk.acts("acknowledge")[0]
    assert (name, position) == ("นาย[31m สมชาย", "ครู")


def test_a_refusal_of_the_desk_is_shown_beside_what_was_typed(web: Site) -> None:
    page = web.get(f"/r/{ORDINARY}")
    web.desk.acknowledge = _refuse  # type: ignore[method-assign, assignment]
    answer = press(web, page)
    assert answer.status == 422
    assert "หนังสือฉบับนี้ถูกเรียกคืนแล้ว" in answer.text
    assert NAME in answer.text


def _refuse(*_: object, **__: object) -> None:
    raise Refused(reason="หนังสือฉบับนี้ถูกเรียกคืนแล้ว")


def test_forwarding_reaches_the_desk_with_target_name_and_note(web: Site) -> None:
    answer = forward(web, web.get(f"/r/{ORDINARY}"))
    assert (answer.status, answer.headers["Location"]) == (303, f"/r/{ORDINARY}#way")
    assert web.desk.acts("forward") == [("forward", "group:audit", NAME, "ตรวจ\nด่วน")]
    text = web.get(f"/r/{ORDINARY}").text
    assert text.count('<li class="waiting') == 2
    assert "ตรวจ" in text
    assert web.desk.pages[ORDINARY].acknowledged_at is None


def test_a_forwarding_form_sent_many_times_forwards_once(web: Site) -> None:
    page = web.get(f"/r/{ORDINARY}")
    with ThreadPoolExecutor(4) as presses:
        answers = list(presses.map(lambda _: forward(web, page), range(8)))
    assert {answer.status for answer in answers} == {303}
    assert len(web.desk.acts("forward")) == 1


def test_a_forwarding_form_that_failed_may_be_sent_again(web: Site) -> None:
    page = web.get(f"/r/{ORDINARY}")
    real, web.desk.forward = web.desk.forward, _refuse  # type: ignore[method-assign, assignment]
    assert forward(web, page).status == 422
    web.desk.forward = real  # type: ignore[method-assign]
    assert forward(web, page).status == 303
    assert len(web.desk.acts("forward")) == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"target": ""}, "โปรดเลือกกลุ่มหรือบุคคล"),
        ({"target": "group:somebody-else"}, "โปรดเลือกกลุ่มหรือบุคคล"),
        ({"name": " "}, "โปรดพิมพ์ชื่อ-นามสกุล"),
        ({"note": "ก" * 501}, "ข้อความยาวเกิน 500"),
        ({"nonce": "forged"}, "หน้านี้เปิดค้างไว้นานเกินไป"),
    ],
)
def test_an_incomplete_forwarding_says_what_is_missing(web: Site, fields: dict[str, str], sentence: str) -> None:
    answer = forward(web, web.get(f"/r/{ORDINARY}"), **fields)
    assert answer.status == 422
    assert sentence in answer.text
    assert '<details class="more" open>' in answer.text
    assert web.desk.asked == []


def test_a_letter_may_be_forwarded_after_it_was_acknowledged(web: Site) -> None:
    nonce = web.get(f"/r/{DONE}").nonce()
    web.post(f"/r/{DONE}/forward", {"target": "person:12", "name": NAME, "nonce": nonce})
    assert web.desk.acts("forward") == [("forward", "person:12", NAME, "")]


def test_a_file_is_saved_under_its_name_and_never_shown(web: Site) -> None:
    answer = web.get(f"/r/{ORDINARY}/files/1")
    assert (answer.status, answer.body) == (200, web.desk.content)
    assert answer.headers["Content-Type"] == "application/pdf"
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=\"document.pdf\"; filename*=UTF-8''")
    assert unquote(disposition.partition("''")[2]) == "หนังสือนำส่ง.pdf"
    assert web.get(f"/r/{ORDINARY}/files/2").headers["Content-Type"] == "application/octet-stream"
    assert web.ask("HEAD", f"/r/{ORDINARY}/files/1").body == b""


def test_a_withheld_file_is_listed_with_its_reason_and_not_served(web: Site) -> None:
    page = web.get(f"/r/{CROWDED}").text
    assert "ไฟล์ชนิดนี้อาจเป็นอันตราย" in page
    assert "/files/11" not in page
    answer = web.get(f"/r/{CROWDED}/files/11")
    assert answer.status == 409
    assert "ไฟล์ชนิดนี้อาจเป็นอันตราย" in answer.text
    assert web.desk.content not in answer.body


@pytest.mark.parametrize("position", ["99", "0", "9" * 40, "-1", "x", "1/../2"])
def test_a_file_that_is_not_there_is_not_found(web: Site, position: str) -> None:
    assert web.get(f"/r/{ORDINARY}/files/{position}").status == 404


def test_every_link_that_opens_nothing_gets_the_same_page(web: Site) -> None:
    answers = [web.get(f"/r/{token}") for token in ("x" * 43, "y" * 43, "short", "z" * 900, "%00", "%F0%9F%94%92")]
    assert {answer.status for answer in answers} == {404}
    assert len({answer.body for answer in answers}) == 1
    assert NoSuchLink().sentence("th") in answers[0].text


@pytest.mark.parametrize("encoded", [f"/r/%{ord(ORDINARY[0]):02x}{ORDINARY[1:]}", f"/%72/{ORDINARY}"])
def test_a_link_that_is_percent_encoded_opens_nothing(web: Site, encoded: str) -> None:
    answers = [web.get(encoded), web.post(encoded, {"name": NAME}), web.get(f"{encoded}/files/1")]
    assert [answer.status for answer in answers] == [404] * 3
    assert NoSuchLink().sentence("th") in answers[0].text
    assert web.get(f"/r/{ORDINARY}").status == 200


def test_nothing_is_done_behind_a_link_that_opens_nothing(web: Site) -> None:
    nonce = web.get(f"/r/{ORDINARY}").nonce()
    for path in ("", "/forward", "/code", "/unlock"):
        assert web.post(f"/r/{'x' * 43}{path}", {"name": NAME, "nonce": nonce}).status == 404
    assert web.get(f"/r/{'x' * 43}/files/1").status == 404
    assert web.desk.asked == []


def test_an_empty_link_is_not_found(web: Site) -> None:
    assert {web.get(path).status for path in ("/r", "/r/", "/r//", "/")} == {404}


def test_our_own_fault_is_temporary_and_says_nothing_of_itself(web: Site) -> None:
    web.desk.fails.append(Unavailable())
    answer = web.get(f"/r/{ORDINARY}")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    web.desk.fails.append(RuntimeError("canary in /var/lib/saraban.db"))
    answer = web.get(f"/r/{ORDINARY}")
    assert answer.status == 500
    assert "canary" not in answer.text
    assert "RuntimeError" not in answer.text
    assert "ระบบขัดข้อง" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_the_receipt_page_is_small_and_loads_no_script(web: Site) -> None:
    for token in (ORDINARY, DONE):
        answer = web.get(f"/r/{token}")
        assert len(answer.body) < 30 * 1024
        assert "<script" not in answer.text
        assert "style=" not in answer.text
