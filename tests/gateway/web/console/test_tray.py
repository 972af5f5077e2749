"""The tray: what waits, one letter beside its form, and the decision about it (I3, I4, I8; attacks 17, 19, 23)."""

from __future__ import annotations

import re

import pytest

from ledger import directory, registers
from ledger.drafts import DraftRow
from ledger.intakes import OutcomeRow
from ledger.letters import DeliveryRow, DocumentRow
from ledger.outbox import OutboxRow
from ledger.registers import EntryRow
from ledger.values import OutcomeKind, RegisterKind
from tests.gateway.web.console.house import Client, House, text_of
from tests.gateway.web.console.offers import FORM, HTML, Dropped, faults, hold, mail, pdf, rows, with_rules
from tests.gateway.web.site import Answer

STRANGER = "ขายดี <sale@shop.example>"


@pytest.fixture
def clerk(house: House) -> Client:
    return house.signed_in("office.central_clerk")


def kinds(house: House) -> dict[int, OutcomeKind]:
    return {row.intake_id: row.kind for row in rows(house, OutcomeRow)}


def value(answer: Answer, name: str) -> str:
    """What stands in a field of the page."""
    found = re.search(rf'name="{re.escape(name)}"[^>]* value="([^"]*)"', answer.text)
    assert found, name
    return found[1]


def is_checked(answer: Answer, name: str) -> bool:
    return re.search(rf'name="{re.escape(name)}" value="1" checked', answer.text) is not None


def test_the_tray_shows_who_what_how_and_why_it_waits(house: House, clerk: Client) -> None:
    assert "ไม่มีรายการรอพิจารณา" in text_of(clerk.get("/tray"))
    hold(house, mail("เรื่องแรก"))
    hold(house, mail("เรื่องที่สอง", sender=STRANGER), sender="sale@shop.example")
    hold(house, pdf(), dropped=Dropped())
    hold(house, mail("ของโรงเรียนอื่น"), place="s1")
    page = text_of(clerk.get("/tray"))
    assert "3 รายการ" in page
    assert page.index("เรื่องแรก") < page.index("เรื่องที่สอง") < page.index("สแกน.pdf")
    assert "โรงเรียนบ้านนา" in page
    assert "sale@shop.example" in page
    assert "โฟลเดอร์ สารบรรณกลาง" in page
    assert "1 ชม. ที่แล้ว" in page
    assert "หน่วยงานกำหนดให้เจ้าหน้าที่ตรวจก่อนลงทะเบียน" in page
    assert "ของโรงเรียนอื่น" not in page


def test_a_long_tray_has_pages(house: House, clerk: Client) -> None:
    for number in range(52):
        hold(house, mail(f"เรื่องที่ {number:02}"))
    first, second = text_of(clerk.get("/tray")), text_of(clerk.get("/tray?page=2"))
    assert "เรื่องที่ 49" in first
    assert "เรื่องที่ 50" not in first
    assert "เรื่องที่ 51" in second


def test_a_secret_letter_says_nothing_to_who_does_not_read_secrets(house: House, clerk: Client) -> None:
    key = hold(house, mail("ลับ การสอบข้อเท็จจริง", html=HTML, files={"ลับ.pdf": pdf()}))
    admin = house.signed_in("office.register_admin")
    page = text_of(admin.get("/tray"))
    assert "หนังสือลับ ผู้ที่มีหน้าที่อ่าน" in page
    assert "สอบข้อเท็จจริง" not in admin.get("/tray").text
    assert "โรงเรียนบ้านนา" not in page
    for path in ("", "/body", "/original", "/files/1", "/files/1/page/1.png"):
        assert admin.get(f"/tray/{key}{path}").status == 403
        assert clerk.get(f"/tray/{key}{path}").status == 200
    for act in ("register", "join", "refuse"):
        assert admin.post(f"/tray/{key}/{act}", {**FORM, "reason": "x", "entry": "1"}).status == 403
    assert admin.post("/tray/refuse", {"mark": [key], "reason": "x"}).status == 403
    assert kinds(house) == {key: OutcomeKind.HELD}
    assert "การสอบข้อเท็จจริง" in text_of(clerk.get("/tray"))


def test_what_turns_out_secret_when_it_is_read_is_closed_too(house: House) -> None:
    """A rule that was written after it was held makes it secret."""
    key, admin = hold(house, mail("เรื่องเงินเดือน", html=HTML)), house.signed_in("office.register_admin")
    assert admin.get(f"/tray/{key}").status == 200
    with_rules(house, "rules: [{name: เงินเดือน, when: {subject: เงินเดือน}, then: {secrecy: ลับ}}]")
    assert admin.get(f"/tray/{key}").status == 403
    assert admin.get(f"/tray/{key}/body").status == 403


def test_nothing_of_the_tray_is_open_to_others(house: House, clerk: Client) -> None:
    own, theirs = hold(house, mail(html=HTML, files={"ก.pdf": pdf()})), hold(house, mail(), place="s1")
    plain = house.signed_in("office.plain")
    for path in ("", "/body", "/original", "/files/1", "/files/1/page/1.png"):
        assert plain.get(f"/tray/{own}{path}").status == 403
        assert clerk.get(f"/tray/{theirs}{path}").status == 404
        assert clerk.get(f"/tray/999{path}").status == 404
    for act in ("register", "join", "refuse"):
        assert plain.post(f"/tray/{own}/{act}", FORM).status == 403
        assert clerk.post(f"/tray/{theirs}/{act}", {**FORM, "reason": "x", "entry": "1"}).status == 404
    assert clerk.post("/tray/refuse", {"mark": [theirs], "reason": "x"}).status == 404
    assert "ได้เลข" not in clerk.get(f"/tray?done={theirs}&told=registered").text
    assert set(kinds(house).values()) == {OutcomeKind.HELD}


def test_the_form_proposes_what_the_pipeline_would_write(house: House, clerk: Client) -> None:
    with_rules(house)
    key = hold(house, mail(files={"หนังสือเชิญ.pdf": pdf()}))
    page = clerk.get(f"/tray/{key}")
    assert value(page, "letter_number") == "ศธ 04001/ว1187"
    assert value(page, "letter_date") == "24 พ.ย. 2569"
    assert value(page, "sender") == "โรงเรียนบ้านนา"
    assert value(page, "recipient") == "สพป.ตัวอย่าง เขต 4"
    assert ">ขอเชิญประชุมผู้บริหารสถานศึกษา</textarea>" in page.text
    assert '<option value="most_urgent" selected>' in page.text
    assert (is_checked(page, "to.policy"), is_checked(page, "to.finance"), is_checked(page, "registry")) == (
        True,
        False,
        False,
    )
    assert "ต้องให้หัวหน้าสารบรรณดูก่อน" in text_of(page)


def test_a_file_of_a_folder_is_proposed_for_the_central_registry(house: House, clerk: Client) -> None:
    page = clerk.get(f"/tray/{hold(house, pdf(), dropped=Dropped('ที่ ศธ 04022-ว12 ขอข้อมูล.pdf'))}")
    assert value(page, "letter_number") == "ศธ 04022/ว12"
    assert is_checked(page, "registry")
    assert value(page, "remark") == "ไฟล์ ที่ ศธ 04022-ว12 ขอข้อมูล.pdf"


def test_registering_takes_the_number_tells_everybody_and_goes_on(house: House, clerk: Client) -> None:
    key, following = hold(house, mail(files={"หนังสือเชิญ.pdf": pdf()})), hold(house, mail("ต่อไป"))
    answer = clerk.post(f"/tray/{key}/register", FORM)
    assert answer.headers["Location"] == f"/tray/{following}?told=registered&done={key}"
    assert "ลงทะเบียนแล้ว ได้เลข 1/2569" in text_of(clerk.follow(answer))
    (entry,) = rows(house, EntryRow)
    assert (entry.text, entry.registered_by) == ("1/2569", "นายทดสอบ office.central_clerk")
    assert (entry.action, entry.registrant_id) == ("กลุ่มนโยบายและแผน", house.people["office.central_clerk"])
    assert [row.holder for row in rows(house, DeliveryRow)] == ["กลุ่มนโยบายและแผน"]
    assert [row.name for row in rows(house, DocumentRow)] == ["หนังสือเชิญ.pdf"]
    assert {row.recipient for row in rows(house, OutboxRow)} == {"policy@office.example", "s1@schools.example"}
    assert house.rang == ["send"]
    assert faults(house) == []
    assert clerk.get(f"/entries/{entry.id}").status == 200


def test_the_last_decision_leads_back_to_an_empty_tray(house: House, clerk: Client) -> None:
    key = hold(house, mail())
    answer = clerk.post(f"/tray/{key}/register", FORM)
    assert answer.headers["Location"] == f"/tray?told=registered&done={key}"
    page = text_of(clerk.follow(answer))
    assert "ได้เลข 1/2569" in page
    assert "ไม่มีรายการรอพิจารณา" in page


def test_a_wrong_form_keeps_what_was_typed_and_takes_no_number(house: House, clerk: Client) -> None:
    key = hold(house, mail())
    answer = clerk.post(
        f"/tray/{key}/register", {**FORM, "letter_number": "", "letter_date": "วันไหน", "remark": "เก็บไว้"}
    )
    assert answer.status == 422
    assert "อ่านวันที่ไม่ได้" in text_of(answer)
    assert value(answer, "remark") == "เก็บไว้"
    assert is_checked(answer, "to.policy")
    answer = clerk.post(f"/tray/{key}/register", {**FORM, "letter_number": ""})
    assert "โปรดใส่เลขที่หนังสือ" in text_of(answer)
    assert rows(house, EntryRow) == []
    assert kinds(house) == {key: OutcomeKind.HELD}


def test_a_register_that_is_off_is_told_and_the_letter_stays(house: House, clerk: Client) -> None:
    with house.act() as act:
        office = directory.organisation(act.session, "office")
        registers.set_start(act, office, RegisterKind.INCOMING, 2569, 0)
    key = hold(house, mail(), policy="all")
    assert "ไม่ได้เปิดใช้งาน" in text_of(clerk.get(f"/tray/{key}"))
    answer = clerk.post(f"/tray/{key}/register", FORM)
    assert answer.status == 409
    assert "ทะเบียนหนังสือรับของสพป.ตัวอย่าง เขต 4 ปี 2569 ไม่ได้เปิดใช้งาน" in text_of(answer)
    assert kinds(house) == {key: OutcomeKind.HELD}
    with house.act() as act:
        registers.set_start(act, directory.organisation(act.session, "office"), RegisterKind.INCOMING, 2569, 7)
    assert "ได้เลข 7/2569" in text_of(clerk.follow(clerk.post(f"/tray/{key}/register", FORM)))


def test_the_second_clerk_is_told_and_no_number_is_used(house: House, clerk: Client) -> None:
    key, other = hold(house, mail()), house.signed_in("office.register_admin")
    other.get(f"/tray/{key}")
    assert clerk.post(f"/tray/{key}/register", FORM).status == 303
    for act in ("register", "join", "refuse"):
        answer = other.post(f"/tray/{key}/{act}", {**FORM, "reason": "ไม่รับ", "entry": "1"})
        assert answer.status == 409
        assert "มีผู้พิจารณารายการนี้ไปก่อนแล้ว (1/2569)" in text_of(answer)
    assert "มีผู้พิจารณารายการนี้ไปก่อนแล้ว" in text_of(other.get(f"/tray/{key}"))
    assert len(rows(house, EntryRow)) == 1
    assert faults(house) == []


def test_pressing_twice_is_no_quarrel(house: House, clerk: Client) -> None:
    key = hold(house, mail())
    first, second = (clerk.post(f"/tray/{key}/register", FORM) for _ in range(2))
    assert (second.status, second.headers["Location"]) == (303, first.headers["Location"])
    assert len(rows(house, EntryRow)) == 1


def test_a_copy_is_found_by_search_and_joined_with_its_files(house: House, clerk: Client) -> None:
    first = hold(house, mail("ขอเชิญประชุมผู้บริหาร", files={"หนังสือ.pdf": pdf()}))
    clerk.post(f"/tray/{first}/register", {**FORM, "subject": "ขอเชิญประชุมผู้บริหาร"})
    copy = hold(house, mail("ส่งฉบับลงนาม", text="ตามมา", files={"ลงนาม.pdf": pdf(2)}))
    assert "ยังไม่พบรายการที่คล้ายกัน" in text_of(clerk.get(f"/tray/{copy}"))
    for words in ("ประชุมผู้บริหาร", "1187", "๑/๒๕๖๙"):
        assert "1/2569 ขอเชิญประชุมผู้บริหาร" in text_of(clerk.get(f"/tray/{copy}?find={words}"))
    missing = clerk.post(f"/tray/{copy}/join?find=1187", {"files": "1"})
    assert (missing.status, "โปรดเลือกรายการที่จะรวมด้วย" in text_of(missing)) == (422, True)
    answer = clerk.post(f"/tray/{copy}/join", {"entry": "1", "files": "1"})
    assert "รวมฉบับซ้ำแล้ว กับเลข 1/2569" in text_of(clerk.follow(answer))
    assert [row.name for row in rows(house, DocumentRow)] == ["หนังสือ.pdf", "ลงนาม.pdf"]
    assert kinds(house)[copy] is OutcomeKind.JOINED
    assert faults(house) == []


def test_the_same_letter_twice_is_offered_to_be_joined_and_numbered_again_only_on_purpose(
    house: House, clerk: Client
) -> None:
    one, other, third = (hold(house, mail()) for _ in range(3))
    clerk.get(f"/tray/{other}")
    clerk.post(f"/tray/{one}/register", FORM)
    stale = clerk.post(f"/tray/{other}/register", {**FORM, "seen": ""})
    assert stale.status == 422
    assert "มีฉบับเดียวกันลงทะเบียนไว้แล้ว" in text_of(stale)
    assert len(rows(house, EntryRow)) == 1
    assert value(stale, "seen") == "1"
    page = clerk.get(f"/tray/{third}")
    assert re.search(r'name="entry" value="1" checked', page.text)
    assert clerk.post(f"/tray/{third}/join", {"entry": "1"}).status == 303
    assert clerk.post(f"/tray/{other}/register", {**FORM, "seen": "1"}).status == 303
    assert [row.text for row in rows(house, EntryRow)] == ["1/2569", "2/2569"]


def test_refusing_needs_a_reason(house: House, clerk: Client) -> None:
    key = hold(house, mail())
    answer = clerk.post(f"/tray/{key}/refuse", {"reason": " "})
    assert (answer.status, "โปรดระบุเหตุผลที่ไม่รับ" in text_of(answer)) == (422, True)
    answer = clerk.post(f"/tray/{key}/refuse", {"reason": "ไม่ใช่หนังสือราชการ"})
    assert "ไม่รับรายการนั้นแล้ว" in text_of(clerk.follow(answer))
    assert rows(house, OutcomeRow)[0].reason == "นายทดสอบ office.central_clerk ไม่รับ: ไม่ใช่หนังสือราชการ"
    assert faults(house) == []


def test_marked_ones_are_refused_together_and_what_others_decided_is_told(house: House, clerk: Client) -> None:
    keys = [hold(house, mail(f"โฆษณา {n}")) for n in range(4)]
    answer = clerk.post("/tray/refuse", {"mark": keys[:2], "reason": ""})
    assert answer.status == 422
    assert answer.text.count('form="bulk" checked') == 2
    assert clerk.post("/tray/refuse", {"reason": "โฆษณา"}).status == 422
    house.signed_in("office.register_admin").post(f"/tray/{keys[0]}/register", FORM)
    answer = clerk.post("/tray/refuse", {"mark": keys[:3], "reason": "โฆษณา"})
    page = text_of(clerk.follow(answer))
    assert "ไม่รับแล้ว 2 รายการ" in page
    assert "อีก 1 รายการมีผู้พิจารณาไปก่อนแล้ว" in page
    assert "1 รายการ เก่าสุดอยู่บน" in page
    assert list(kinds(house).values()).count(OutcomeKind.REFUSED) == 2
    assert faults(house) == []


def test_a_school_decides_about_its_own_mail(house: House) -> None:
    key = hold(house, mail(), place="s1")
    school = house.signed_in("s1.school_clerk")
    page = school.get(f"/tray/{key}")
    assert "to." not in re.findall(r'name="(to\.)', page.text)
    answer = school.post(f"/tray/{key}/register", FORM)
    assert "ได้เลข 1/2569" in text_of(school.follow(answer))
    assert [row.holder for row in rows(house, DeliveryRow)] == ["โรงเรียนบ้านนา"]


def test_an_order_from_its_folder_is_registered_as_an_order(house: House, clerk: Client) -> None:
    with house.act() as act:
        registers.set_start(act, directory.organisation(act.session, "office"), RegisterKind.ORDER, 2569, 0)
    key = hold(house, pdf(), dropped=Dropped("แต่งตั้งคณะกรรมการ.pdf"), policy="all", register=RegisterKind.ORDER)
    page = clerk.get(f"/tray/{key}")
    assert "ลงทะเบียนคำสั่ง" in text_of(page)
    assert 'name="letter_number"' not in page.text
    with house.act() as act:
        registers.set_start(act, directory.organisation(act.session, "office"), RegisterKind.ORDER, 2569, 1)
    answer = clerk.post(f"/tray/{key}/register", {"subject": "แต่งตั้งคณะกรรมการ", "letter_date": ""})
    assert "ได้เลข 1/2569" in text_of(clerk.follow(answer))
    assert faults(house) == []


def test_what_was_being_typed_comes_back_and_goes_with_the_decision(house: House, clerk: Client) -> None:
    key = hold(house, mail())
    clerk.post("/drafts", {"form": f"tray {key}", "d.subject": "กำลังพิมพ์", "d.to.finance": "1"})
    page = clerk.get(f"/tray/{key}")
    assert "นี่คือข้อความที่ท่านพิมพ์ค้างไว้" in text_of(page)
    assert ">กำลังพิมพ์</textarea>" in page.text
    assert is_checked(page, "to.finance")
    assert not is_checked(page, "registry")
    clerk.post(f"/tray/{key}/refuse", {"reason": "ไม่รับ"})
    assert rows(house, DraftRow) == []


@pytest.mark.parametrize("path", ["/tray/{0}", "/tray/{0}/body", "/tray/1/files/{0}", "/entries/{0}/mail"])
def test_numbers_beyond_all_bounds_are_nowhere(house: House, clerk: Client, path: str) -> None:
    hold(house, mail())
    for number in ("9" * 19, "9" * 40):
        assert clerk.get(path.format(number)).status == 404


def test_one_goes_on_to_the_list_when_the_next_turns_out_secret(house: House) -> None:
    first, secret = hold(house, mail()), hold(house, mail("เรื่องเงินเดือน"))
    with_rules(house, "rules: [{name: เงินเดือน, when: {subject: เงินเดือน}, then: {secrecy: ลับ}}]")
    admin = house.signed_in("office.register_admin")
    answer = admin.post(f"/tray/{first}/register", FORM)
    assert answer.headers["Location"].startswith(f"/tray/{secret}?")
    shown = admin.follow(answer)
    assert shown.headers["Location"] == f"/tray?told=registered&done={first}"
    assert "ได้เลข 1/2569" in text_of(admin.follow(shown))


def test_a_page_beyond_the_last_leads_to_the_first(house: House, clerk: Client) -> None:
    hold(house, mail())
    assert clerk.get("/tray?page=9").headers["Location"] == "/tray"
