"""Sending a registered letter: who may, to whom, with what; nobody else's letter, and nothing twice (F25 to F28)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser

from ledger.directory import OrganisationRow, SchoolGroupMemberRow, SchoolGroupRow
from ledger.letters import DeliveryRow, LetterRow
from ledger.outbox import OutboxRow
from ledger.registers import EntryRow
from ledger.values import Secrecy
from tests.gateway.web.console.house import Client, House, text_of
from tests.gateway.web.console.house import house as opened
from tests.gateway.web.console.looks import NARROW, WIDE, browsing, looks_right

LETTER = {"letter_date": "14 ส.ค. 2569", "sender": "สำนักงาน", "recipient": "ผู้อำนวยการ", "subject": "ขอเชิญประชุม"}
SENT = {"group": "policy", "reach": "schools", "schools": ["s1", "s2"], "summary": "สรุปเรื่อง", "urgency": "urgent"}
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("sending")) as made:
        with made.act("furnished") as act:
            made.places["s3"] = act.add(
                OrganisationRow, code="s3", name="โรงเรียนเอกชนไร้อีเมล", kind="school", school_type="private"
            )
            key = act.add(SchoolGroupRow, organisation_id=made.places["office"], code="small", name="โรงเรียนขนาดเล็ก")
            for member in ("s2", "s3"):
                act.add(SchoolGroupMemberRow, school_group_id=key, organisation_id=made.places[member])
        yield made


def registered(client: Client, file: bytes = b"", **content: str) -> int:
    """A line of the outgoing register, written through its form. Returns its id."""
    files = [("หนังสือ.pdf", file)] if file else []
    answer = client.upload("/registers/outgoing/new", {**LETTER, **content}, files)
    return int(client.follow(answer).text.partition("/entries/")[2].partition("/")[0])


def holders(house: House, entry: int) -> list[str]:
    with house.database.read() as session:
        letter = session.get_one(EntryRow, entry).letter_id
        wanted = sa.select(DeliveryRow.holder).where(DeliveryRow.letter_id == letter).order_by(DeliveryRow.id)
        return list(session.execute(wanted).scalars())


def letter_of(house: House, entry: int) -> LetterRow:
    with house.database.read() as session:
        return session.get_one(LetterRow, session.get_one(EntryRow, entry).letter_id)


def test_the_form_shows_the_letter_as_registered_and_sends_it_on(house: House) -> None:
    client = house.signed_in("office.plain")
    entry = registered(client, PDF)
    page = text_of(client.get(f"/entries/{entry}/send"))
    for told in ("14 ส.ค. 2569", "ขอเชิญประชุม", "หนังสือ", "กลุ่มนโยบายและแผน", "สถานศึกษารัฐบาลทุกแห่ง (2)", "โรงเรียนขนาดเล็ก"):
        assert told in page
    house.rang.clear()
    answer = client.post(f"/entries/{entry}/send", SENT)
    assert answer.headers["Location"] == f"/entries/{entry}?told=sent"
    assert house.rang == ["send"]
    told = text_of(client.follow(answer))
    assert "ส่งหนังสือแล้ว" in told
    assert "โรงเรียนบ้านนา ยังไม่ลงทะเบียนรับ" in told
    letter = letter_of(house, entry)
    assert (letter.sender, letter.recipient) == ("กลุ่มนโยบายและแผน", "โรงเรียนบ้านนา, โรงเรียนวัดป่า")
    assert (letter.summary, letter.urgency) == ("สรุปเรื่อง", "urgent")
    with house.database.read() as session:
        mails = list(session.execute(sa.select(OutboxRow.recipient).where(OutboxRow.letter_id == letter.id)).scalars())
    assert mails == ["s1@schools.example", "s2@schools.example"]


def test_a_form_that_is_sent_twice_sends_once(house: House) -> None:
    client = house.signed_in("office.plain")
    entry = registered(client)
    for told in ("sent", "sent_before"):
        assert client.post(f"/entries/{entry}/send", SENT).headers["Location"].endswith(f"told={told}")
    assert client.get(f"/entries/{entry}/send").headers["Location"].endswith("told=sent_before")
    page = text_of(client.get(f"/entries/{entry}?told=sent_before"))
    assert "จึงไม่ส่งซ้ำ" in page
    assert "ส่งหนังสือถึงสถานศึกษา" not in page
    assert holders(house, entry) == ["โรงเรียนบ้านนา", "โรงเรียนวัดป่า"]


def test_only_the_registrant_sends_and_others_find_nothing(house: House) -> None:
    entry = registered(house.signed_in("office.plain"))
    for who, status in (
        ("office.register_admin", 403),
        ("office.director", 403),
        ("s1.director", 404),
        ("s2.plain", 404),
    ):
        client = house.signed_in(who)
        assert client.get(f"/entries/{entry}/send").status == status
        assert client.post(f"/entries/{entry}/send", SENT).status == status
    assert holders(house, entry) == []


def test_void_held_and_other_lines_are_not_sent(house: House) -> None:
    client = house.signed_in("office.plain")
    entry = registered(client)
    shown = client.get(f"/entries/{entry}/void").text
    seen = shown.partition('name="seen" value="')[2].partition('"')[0]
    client.post(f"/entries/{entry}/void", {"reason": "พิมพ์ผิด", "seen": seen})
    held = client.post(
        "/registers/outgoing/reserve", {"reserved_for": "สมศรี", "reserved_until": "31 ธ.ค. 2569", "count": "1"}
    )
    order = client.post("/registers/order/new", {"subject": "แต่งตั้ง"})
    keys = [entry, *(int(one.headers["Location"].split("/")[-1].split("?")[0]) for one in (held, order))]
    for key in keys:
        assert client.get(f"/entries/{key}/send").status == 409
        assert client.post(f"/entries/{key}/send", SENT).status == 409


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"summary": ""}, "summary"),
        ({"group": "nobody"}, "group"),
        ({"reach": ""}, "reach"),
        ({"reach": "registry"}, "reach"),
        ({"schools": []}, "schools"),
        ({"schools": ["s9"]}, "schools"),
        ({"schools": ["s1", "s3"]}, "unreachable_too"),
        ({"reach": "school_groups", "school_groups": ["none"]}, "school_groups"),
        ({"secrecy": "top_secret"}, "secrecy"),
    ],
)
def test_a_faulty_form_keeps_what_was_typed_and_sends_nothing(
    house: House, wrong: dict[str, object], field: str
) -> None:
    client = house.signed_in("office.plain")
    entry = registered(client)
    answer = client.post(f"/entries/{entry}/send", {**SENT, **wrong})
    assert answer.status == 422
    assert f'<a href="#{field}">' in answer.text
    assert f'id="{field}"' in answer.text
    if field != "schools":
        assert 'name="schools" value="s1" checked' in answer.text
    if field != "summary":
        assert "สรุปเรื่อง</textarea>" in answer.text
    assert holders(house, entry) == []


def test_who_has_no_mailbox_is_marked_before_and_named_after(house: House) -> None:
    client = house.signed_in("office.plain")
    entry = registered(client)
    assert "โรงเรียนเอกชนไร้อีเมล เอกชน ยังไม่มีอีเมล" in text_of(client.get(f"/entries/{entry}/send"))
    form = {**SENT, "reach": "school_groups", "school_groups": ["small"]}
    assert "โรงเรียนเอกชนไร้อีเมล: ยังไม่มีอีเมล" in text_of(client.post(f"/entries/{entry}/send", form))
    assert client.post(f"/entries/{entry}/send", {**form, "unreachable_too": "1"}).status == 303
    assert holders(house, entry) == ["โรงเรียนวัดป่า", "โรงเรียนเอกชนไร้อีเมล"]


def test_a_secret_letter_is_hidden_in_the_register_from_then_on(house: House) -> None:
    client = house.signed_in("office.plain")
    entry = registered(client, subject="เรื่องที่ต้องปิด")
    assert client.post(f"/entries/{entry}/send", {**SENT, "secrecy": "secret"}).status == 303
    assert letter_of(house, entry).secrecy is Secrecy.SECRET
    assert "เรื่องที่ต้องปิด" not in text_of(house.signed_in("office.deputy").get("/registers/outgoing"))
    assert "เรื่องที่ต้องปิด" in text_of(client.get("/registers/outgoing"))


def test_a_school_writes_to_the_office_or_to_other_schools(house: House) -> None:
    client = house.signed_in("s1.plain")
    shown = text_of(client.get(f"/entries/{registered(client)}/send"))
    assert "จาก โรงเรียนบ้านนา" in shown
    assert "สารบรรณกลาง สพป.ตัวอย่าง เขต 4" in shown
    assert "โรงเรียนขนาดเล็ก" not in shown  # school groups are the office's
    for reach, more, held in (
        ("registry", {}, ["สารบรรณกลาง สพป.ตัวอย่าง เขต 4"]),
        ("group", {"to_group": "finance"}, ["กลุ่มบริหารงานการเงินและสินทรัพย์"]),
        ("all", {}, ["โรงเรียนวัดป่า"]),
        ("schools", {"schools": "s2"}, ["โรงเรียนวัดป่า"]),
    ):
        entry = registered(client)
        assert client.post(f"/entries/{entry}/send", {"reach": reach, "summary": "สรุป", **more}).status == 303
        assert holders(house, entry) == held
        assert letter_of(house, entry).sender == "โรงเรียนบ้านนา"
    for more in ({"reach": "schools", "schools": "s1"}, {"reach": "school_groups", "school_groups": "small"}):
        entry = registered(client)
        assert client.post(f"/entries/{entry}/send", {"summary": "สรุป", **more}).status == 422


def test_what_was_chosen_comes_back_with_the_draft(house: House) -> None:
    client = house.signed_in("office.plain")
    entry = registered(client)
    draft = {"d.summary": "ค้างไว้", "d.reach": "schools", "d.chosen": "s2 s3", "d.chosen_groups": "small"}
    client.post("/drafts", {"form": f"send {entry}", **draft})
    shown = client.get(f"/entries/{entry}/send").text
    assert "ค้างไว้</textarea>" in shown
    assert [code for code in ("s1", "s2", "s3") if f'value="{code}" checked' in shown] == ["s2", "s3"]
    assert 'value="small" data-members="s2 s3" checked' in shown
    client.post(f"/entries/{entry}/send", SENT)
    assert "ค้างไว้" not in client.get(f"/entries/{registered(client)}/send").text


@pytest.mark.parametrize("look", [NARROW, WIDE])
def test_choosing_schools_in_a_browser(house: House, browser: Browser, look: tuple[int, str]) -> None:
    entry = registered(house.signed_in("office.plain"), PDF)
    with browsing(house, browser, "office.plain", look) as page:
        page.goto(f"{house.url}/entries/{entry}")
        page.get_by_role("link", name="ส่งหนังสือถึงสถานศึกษา").press("Enter")
        looks_right(page)
        tally, dead = page.locator("[data-tally]"), page.locator(".dead")
        page.get_by_label("กลุ่มนโยบายและแผน").check()
        page.get_by_label("สถานศึกษารัฐบาลทุกแห่ง (2)").check()
        assert tally.inner_text() == "จะส่งถึง 2 แห่ง"
        assert not dead.is_visible()
        page.get_by_label("บางสถานศึกษา").check()
        assert tally.inner_text() == "ยังไม่ได้เลือกผู้รับ"
        page.get_by_role("button", name="โรงเรียนขนาดเล็ก").press("Enter")
        assert tally.inner_text() == "จะส่งถึง 2 แห่ง"
        assert dead.is_visible()  # one of them has no mailbox
        page.get_by_role("button", name="เอาออก โรงเรียนเอกชนไร้อีเมล").click()
        assert not dead.is_visible()
        page.get_by_label("ค้นหาสถานศึกษา").fill("บ้าน นา")
        assert page.locator(".places li:visible").all_inner_texts() == ["โรงเรียนบ้านนา"]
        page.get_by_role("button", name="เลือกทั้งหมดที่แสดง").click()
        page.get_by_label("ค้นหาสถานศึกษา").fill("๙๙")
        page.get_by_text("ไม่พบสถานศึกษาตามคำค้น").wait_for()
        assert page.locator("[data-count]").inner_text() == "2"
        looks_right(page)
        page.get_by_label("เนื้อหาโดยสรุป").fill("ขอเชิญประชุมวันที่ 14 ธันวาคม")
        page.get_by_role("button", name="ส่งหนังสือ").press("Enter")
        page.wait_for_url("**told=sent")
        page.get_by_text("ส่งหนังสือแล้ว").wait_for()
    assert holders(house, entry) == ["โรงเรียนบ้านนา", "โรงเรียนวัดป่า"]


def test_without_scripts_the_form_works_too(house: House, browser: Browser) -> None:
    entry = registered(house.signed_in("s1.plain"))
    context = browser.new_context(java_script_enabled=False, locale="th-TH")
    page = house.browse(context, "s1.plain").new_page()
    page.goto(f"{house.url}/entries/{entry}/send")
    page.get_by_label("กลุ่มในสำนักงานโดยตรง").check()
    page.get_by_label("กลุ่มผู้รับ").select_option("finance")
    page.get_by_label("เนื้อหาโดยสรุป").fill("สรุป")
    page.get_by_role("button", name="ส่งหนังสือ").click()
    context.close()
    assert holders(house, entry) == ["กลุ่มบริหารงานการเงินและสินทรัพย์"]
