"""What waits for somebody, acknowledging and handing on; and mails that did not get through (F65 to F84)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser

from ledger import access, outbox, registering, sending, unlocking
from ledger.addressing import Reach
from ledger.content import Content
from ledger.letters import DeliveryRow, LetterRow
from ledger.outbox import OutboxRow, Schedule
from ledger.receipts import ReceiptRow
from ledger.registers import EntryRow
from ledger.sending import Onward
from ledger.values import Answer, AnswerKind, Document, NoticeKind, RegisterKind, Secrecy, Urgency
from tests.gateway.web.console.house import House, text_of
from tests.gateway.web.console.house import house as opened
from tests.gateway.web.console.looks import NARROW, WIDE, browsing, looks_right
from watchers.reading import documents

PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("waiting")) as made:
        made.originals.put([PDF])
        yield made


def scan() -> Document:
    return documents.document("หนังสือนำส่ง.pdf", "application/pdf", PDF, number=1)


def sent(
    house: House,
    who: str,
    reach: Reach,
    codes: Sequence[str] = (),
    subject: str = "ขอเชิญประชุม",
    secrecy: Secrecy = Secrecy.ORDINARY,
) -> int:
    """A letter on its way. Returns the id of its last delivery."""
    with house.act("sent") as act:
        viewer = access.viewer(act.session, house.people[who])
        assert viewer is not None
        content = Content(subject=subject, sender="ผู้ส่ง", recipient="ผู้รับ")
        entry = registering.register(act, viewer, RegisterKind.OUTGOING, content, [scan()])
        wanted = Onward(reach, codes, "policy", "สรุปเรื่อง", Urgency.URGENT, secrecy)
        sending.send_entry(act, viewer, entry.id, wanted, house.cabinet.life, house.cabinet.sender_of)
        return int(act.session.execute(sa.select(sa.func.max(DeliveryRow.id))).scalar_one())


def receipt(house: House, delivery: int) -> ReceiptRow | None:
    with house.database.read() as session:
        found = session.execute(sa.select(ReceiptRow).where(ReceiptRow.delivery_id == delivery))
        return found.scalar_one_or_none()


def give_up(house: House) -> None:
    with house.act("dispatched") as act:
        rows = outbox.claim(act.session, house.clock.now, 1000, Schedule())
        answers = [(row, Answer(row.id, AnswerKind.PERMANENT, "550 <b>no</b>", "mx", house.clock.now)) for row in rows]
        outbox.record(act, answers, Schedule())


def test_a_clerk_sees_what_waits_and_acknowledges_from_the_list(house: House) -> None:
    delivery = sent(house, "office.plain", Reach.SCHOOLS, ["s1"], "แจ้งปฏิทิน")
    clerk = house.signed_in("s1.school_clerk")
    page = clerk.get("/waiting")
    assert "แจ้งปฏิทิน" in text_of(page)
    assert "จาก กลุ่มนโยบายและแผน · ถึง โรงเรียนบ้านนา" in text_of(page)
    assert receipt(house, delivery) is None  # looking is no receipt
    clerk.get(f"/deliveries/{delivery}")
    assert receipt(house, delivery) is None
    answer = clerk.post(f"/deliveries/{delivery}/acknowledge")
    told = text_of(clerk.follow(answer))
    found = receipt(house, delivery)
    assert found is not None
    assert (found.name, found.position, found.grade) == ("นายทดสอบ s1.school_clerk", "เจ้าหน้าที่", "console")
    assert '"network": "127.0.0.0/24"' in found.evidence
    assert "เลขทะเบียนรับ 1/2569" in told
    assert found.number in told
    assert "แจ้งปฏิทิน" not in text_of(clerk.get("/waiting"))
    assert "แจ้งปฏิทิน" in text_of(clerk.get("/registers/incoming"))


def test_a_letter_of_nobody_names_no_sender_and_what_came_now_came_just_now(house: House) -> None:
    delivery = sent(house, "office.plain", Reach.SCHOOLS, ["s1"], "แจ้งปฏิทิน")
    with house.act("amended") as act:
        act.alter(LetterRow, act.session.get_one(DeliveryRow, delivery).letter_id, sender="")
    clerk = house.signed_in("s1.school_clerk")
    page = text_of(clerk.get("/waiting"))
    assert "จาก ·" not in page
    assert "ถึง โรงเรียนบ้านนา" in page
    for text in (page, text_of(clerk.get("/home"))):
        assert "เมื่อสักครู่" in text
        assert "0 นาทีที่แล้ว" not in text


def test_a_letter_that_others_hold_is_amended_without_a_field_for_files(house: House) -> None:
    delivery = sent(house, "office.register_officer", Reach.SCHOOLS, ["s1"])
    with house.database.read() as session:
        letter = session.get_one(DeliveryRow, delivery).letter_id
        entry = session.scalars(sa.select(EntryRow.id).where(EntryRow.letter_id == letter)).one()
    page = house.signed_in("office.register_officer").get(f"/entries/{entry}/amend")
    assert page.status == 200
    assert 'name="subject"' in page.text
    assert 'name="files"' not in page.text


def test_acknowledging_twice_leaves_one_receipt_and_one_number(house: House) -> None:
    delivery = sent(house, "office.plain", Reach.SCHOOLS, ["s2"], "ครั้งเดียว")
    clerk = house.signed_in("s2.school_clerk")
    for _ in range(2):
        assert clerk.post(f"/deliveries/{delivery}/acknowledge").status == 303
    assert text_of(clerk.get("/registers/incoming")).count("ครั้งเดียว") == 1


def test_holder_and_sender_see_that_somebody_guessed_at_the_code(house: House) -> None:
    delivery = sent(house, "office.central_clerk", Reach.SCHOOLS, ["s1"], "ร้องเรียน", Secrecy.SECRET)
    with house.act("codes silenced") as act:
        unlocking.make(act, delivery)
        tried = [unlocking.check(act, delivery, "abc", "192.0.2.0/24") for _ in range(unlocking.WRONG)]
    assert tried[-1].silence is not None
    told = "มีผู้ใส่รหัสเปิดหนังสือผิดหลายครั้ง เมื่อ"
    assert told in text_of(house.signed_in("s1.school_clerk").get(f"/deliveries/{delivery}"))
    with house.database.read() as session:
        wanted = sa.select(EntryRow.id).join(DeliveryRow, DeliveryRow.letter_id == EntryRow.letter_id)
        entry = session.execute(wanted.where(DeliveryRow.id == delivery)).scalar_one()
    assert told in text_of(house.signed_in("office.central_clerk").get(f"/entries/{entry}"))


def test_nobody_else_acknowledges_and_another_organisation_finds_nothing(house: House) -> None:
    delivery = sent(house, "office.plain", Reach.SCHOOLS, ["s1"])
    watchers = {"s1.plain": (200, 403), "s1.director": (200, 403)}
    strangers = dict.fromkeys(("office.central_clerk", "office.director", "s2.school_clerk"), (404, 404))
    for who, (looks, acts) in (watchers | strangers).items():
        client = house.signed_in(who)
        assert client.get(f"/deliveries/{delivery}").status == looks
        assert client.get(f"/deliveries/{delivery}/files/1").status == looks
        assert client.post(f"/deliveries/{delivery}/acknowledge").status == acts
        assert client.post(f"/deliveries/{delivery}/forward", {"target": "person:1"}).status == acts
    assert receipt(house, delivery) is None
    assert house.signed_in("s1.plain").get("/deliveries/99999").status == 404
    seal_less = house.signed_in("s1.school_clerk")
    seal_less.seal = "0" * 64
    assert seal_less.post(f"/deliveries/{delivery}/acknowledge").status == 403
    assert seal_less.get(f"/deliveries/{delivery}/acknowledge").status == 405


def test_a_secret_letter_opens_to_its_holders_only(house: House) -> None:
    delivery = sent(house, "s1.plain", Reach.GROUP, ["finance"], "ความลับราชการ", Secrecy.SECRET)
    for who, status in {"office.group_clerk": 200, "office.central_clerk": 200, "office.plain": 403}.items():
        client = house.signed_in(who)
        assert client.get(f"/deliveries/{delivery}").status == status
        assert client.get(f"/deliveries/{delivery}/files/1").status == status
    assert "ความลับราชการ" in text_of(house.signed_in("office.group_clerk").get("/waiting"))
    assert "ความลับราชการ" not in text_of(house.signed_in("office.central_clerk").get("/waiting"))


def test_a_file_is_downloaded_and_a_missing_one_is_not_found(house: House) -> None:
    delivery = sent(house, "office.plain", Reach.SCHOOLS, ["s1"])
    clerk = house.signed_in("s1.school_clerk")
    answer = clerk.get(f"/deliveries/{delivery}/files/1")
    assert (answer.status, answer.body) == (200, PDF)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert clerk.get(f"/deliveries/{delivery}/files/2").status == 404


def test_handing_on_reaches_the_desk_of_the_next(house: House) -> None:
    delivery = sent(house, "s1.plain", Reach.REGISTRY, (), "ส่งต่อได้")
    clerk = house.signed_in("office.central_clerk")
    clerk.post(f"/deliveries/{delivery}/acknowledge")
    assert clerk.post(f"/deliveries/{delivery}/forward", {"target": "", "note": ""}).status == 422
    assert clerk.post(f"/deliveries/{delivery}/forward", {"target": f"person:{house.people['s1.plain']}"}).status == 422
    long = clerk.post(f"/deliveries/{delivery}/forward", {"target": "group:policy", "note": "ก" * 501})
    assert (long.status, '<a href="#note">' in long.text) == (422, True)
    house.rang.clear()
    target = f"person:{house.people['office.plain']}"
    answer = clerk.post(f"/deliveries/{delivery}/forward", {"target": target, "note": "โปรดดำเนินการ"})
    assert house.rang == ["send"]
    assert "ส่งต่อแล้ว" in text_of(clerk.follow(answer))
    next_one = house.signed_in("office.plain")
    waiting = text_of(next_one.get("/waiting"))
    assert "ส่งต่อได้" in waiting
    assert "ส่งต่อโดย นายทดสอบ office.central_clerk" in waiting
    assert "โปรดดำเนินการ" in waiting
    told = text_of(next_one.get(f"/deliveries/{delivery + 1}"))
    assert "สารบรรณกลาง สพป.ตัวอย่าง เขต 4 ลงทะเบียนรับแล้วเมื่อ" in told


def test_mails_that_were_given_up_are_seen_and_sent_again_by_who_they_concern(house: House) -> None:
    sent(house, "office.plain", Reach.SCHOOLS, ["s1", "s2"], "ส่งแล้วตีกลับ")
    give_up(house)
    registry = house.signed_in("office.register_admin")
    page = registry.get("/undelivered")
    assert "ส่งแล้วตีกลับ" in text_of(page)
    assert "550 &lt;b&gt;no&lt;/b&gt;" in page.text
    for who in ("office.deputy", "s2.director"):
        client = house.signed_in(who)
        assert "ส่งแล้วตีกลับ" not in text_of(client.get("/undelivered"))
        assert "ส่งไม่ถึง" not in text_of(client.get("/home"))
        assert client.post("/undelivered/retry", {"mail": "all"}).headers["Location"] == "/undelivered?retried=0"
    assert "ส่งแล้วตีกลับ" not in text_of(house.signed_in("s1.school_clerk").get("/undelivered"))
    with house.database.read() as session:
        wanted = sa.select(OutboxRow.id).where(OutboxRow.gave_up_at.is_not(None), OutboxRow.kind == NoticeKind.LETTER)
        wanted = wanted.where(OutboxRow.organisation_id == house.places["office"])
        keys = list(session.execute(wanted.order_by(OutboxRow.id.desc())).scalars())
    author = house.signed_in("office.plain")
    assert "ส่งแล้วตีกลับ" in text_of(author.get("/undelivered"))
    house.rang.clear()
    answer = author.post("/undelivered/retry", {"mail": str(keys[0])})
    assert answer.headers["Location"] == "/undelivered?retried=1"
    assert house.rang == ["send"]
    assert "จะส่งใหม่ 1 ฉบับ" in text_of(author.follow(answer))
    assert author.post("/undelivered/retry", {"mail": "0"}).headers["Location"] == "/undelivered?retried=0"
    assert registry.post("/undelivered/retry", {"mail": "all"}).headers["Location"] != "/undelivered?retried=0"
    assert "ไม่มีอีเมลที่ส่งไม่ถึง" in text_of(registry.get("/undelivered"))


@pytest.mark.parametrize("look", [NARROW, WIDE])
def test_a_clerk_in_a_browser(house: House, browser: Browser, look: tuple[int, str]) -> None:
    subject = f"ผ่านเบราว์เซอร์กว้าง {look[0]}"
    sent(house, "office.plain", Reach.SCHOOLS, ["s1"], subject)
    with browsing(house, browser, "s1.school_clerk", look) as page:
        page.goto(f"{house.url}/home")
        page.get_by_role("link", name="รอฉันรับ").press("Enter")
        page.get_by_role("heading", name="รอฉันรับ").wait_for()
        looks_right(page)
        page.get_by_role("link", name=subject).press("Enter")
        looks_right(page)
        page.get_by_role("button", name="ลงทะเบียนรับหนังสือ").press("Enter")
        page.wait_for_url("**told=acknowledged")
        looks_right(page)
        page.get_by_text("ส่งต่อให้กลุ่มหรือบุคคลอื่น").click()
        page.get_by_label("ส่งต่อถึง").select_option(f"person:{house.people['s1.plain']}")
        page.get_by_label("ข้อความถึงผู้รับ").fill("โปรดทราบ")
        page.get_by_role("button", name="ส่งต่อ", exact=True).press("Enter")
        page.wait_for_url("**told=forwarded")
        page.locator("#way").get_by_text("นายทดสอบ s1.plain").wait_for()
    give_up(house)
    with browsing(house, browser, "office.central_clerk", look) as page:
        page.goto(f"{house.url}/undelivered")
        looks_right(page)
        page.get_by_role("button", name="ลองส่งใหม่ทุกฉบับ").press("Enter")
        page.wait_for_url("**retried=*")
        looks_right(page)
