"""A quoted link on the pages: nobody reads it there, its sender sees that it came back and replaces it (P-21)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser

from ledger import access, registering, sending, unlocking
from ledger.addressing import Reach
from ledger.content import Content
from ledger.directory import OrganisationRow
from ledger.letters import DeliveryRow
from ledger.masks import MARK
from ledger.outbox import OutboxRow
from ledger.registers import EntryRow
from ledger.sending import Onward
from ledger.values import RegisterKind, Secrecy
from tests.gateway.web.console import offers
from tests.gateway.web.console.house import Client, House, text_of
from tests.gateway.web.console.house import house as opened
from tests.gateway.web.console.looks import NARROW, WIDE, browsing, looks_right

BACK = "ลิงก์ลงทะเบียนรับย้อนกลับมาในอีเมลของ s2@schools.example"
PRESSED = "เปลี่ยนลิงก์และส่งลิงก์ใหม่ถึงผู้รับแล้ว"


@dataclass(frozen=True)
class Sent:
    """A letter of the office's plain person to s1, whose link s2 quoted."""

    entry: int
    delivery: int
    token: str
    intake: int  # the mail that quoted it, held in the office's tray


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("replacing")) as made:
        yield made


@pytest.fixture
def sent(house: House) -> Sent:
    entry, (delivery,) = post(house, "s1")
    token = mails(house, delivery)[0].token
    link = f"{house.url}/r/{token}"
    quoting = offers.mail(f"ส่งต่อ {link}", f"> {link}\n", f'<a href="{link}">เปิด</a>', {"note.txt": link.encode()},
                          sender="s2@schools.example")  # fmt: skip
    return Sent(entry, delivery, token, offers.hold(house, quoting))


def post(
    house: House, *schools: str, who: str = "office.plain", secrecy: Secrecy = Secrecy.ORDINARY
) -> tuple[int, list[int]]:
    """A letter of somebody at the office; its line and its deliveries."""
    with house.act("sent") as act:
        viewer = access.viewer(act.session, house.people[who])
        assert viewer is not None
        content = Content(subject="ขอเชิญประชุม", sender="ผู้ส่ง", recipient="ผู้รับ")
        entry = registering.register(act, viewer, RegisterKind.OUTGOING, content, [])
        wanted = Onward(Reach.SCHOOLS, schools, "policy", "สรุปเรื่อง", secrecy=secrecy)
        sending.send_entry(act, viewer, entry.id, wanted, house.cabinet.life, house.cabinet.sender_of)
        made = sa.select(DeliveryRow.id).join(EntryRow, EntryRow.letter_id == DeliveryRow.letter_id)
        found = act.session.execute(made.where(EntryRow.id == entry.id).order_by(DeliveryRow.id))
        return entry.id, list(found.scalars())


def mails(house: House, delivery: int) -> list[OutboxRow]:
    with house.database.read() as session:
        wanted = sa.select(OutboxRow).where(OutboxRow.delivery_id == delivery).order_by(OutboxRow.id)
        return list(session.execute(wanted).scalars())


def press(client: Client, sent: Sent, page: str) -> str:
    """Press the button of a page as it stands there; returns what is told then."""
    shown = client.get(page).text
    form = shown[shown.index(f'action="/deliveries/{sent.delivery}/link"') :]
    seen = form[form.index('name="seen" value="') :].split('"')[3]
    at = {"at": "delivery"} if page.startswith("/deliveries") else {}
    return text_of(client.follow(client.post(f"/deliveries/{sent.delivery}/link", {"seen": seen, **at})))


def test_the_tray_shows_a_quoted_link_nowhere(house: House, sent: Sent) -> None:
    clerk, one = house.signed_in("office.central_clerk"), f"/tray/{sent.intake}"
    pages = [clerk.get(path) for path in ("/tray", one, f"{one}/body", f"{one}/original", f"{one}/files/1")]
    assert [page.status for page in pages] == [200] * 5
    assert not any(sent.token in page.text for page in pages)
    assert MARK in pages[1].text


def test_the_link_of_another_office_can_be_followed_by_who_gets_its_letter(house: House) -> None:
    link = "https://saraban.area9.example/r/wL3-q_7Rk2ZyT0aVbN8cXd5eFgH1iJ4mKoPsQuWxY9z"
    page, note = f'<a href="{link}">เปิด</a>', {"note.txt": link.encode()}
    mail = offers.mail(f"แจ้ง {link}", f"> {link}\n", page, note)
    intake = offers.hold(house, mail)
    clerk = house.signed_in("office.central_clerk")
    assert link in clerk.get(f"/tray/{intake}").text
    assert clerk.post(f"/tray/{intake}/register", {**offers.FORM, "subject": f"แจ้ง {link}"}).status == 303
    with house.database.read() as session:
        made = sa.select(EntryRow.id).where(EntryRow.subject == f"แจ้ง {link}")
        entry = session.execute(made).scalar_one()
    assert link in text_of(clerk.get(f"/entries/{entry}"))
    assert f'href="{link}"' in clerk.get(f"/entries/{entry}/mail/body").text
    assert clerk.get(f"/entries/{entry}/mail/original").body == mail
    assert clerk.get(f"/entries/{entry}/files/1").text == link


def test_a_quoted_link_is_registered_by_its_clerk_without_it(house: House, sent: Sent) -> None:
    clerk = house.signed_in("office.central_clerk")
    form = {**offers.FORM, "subject": f"ส่งต่อ {house.url}/r/{sent.token}"}
    assert clerk.post(f"/tray/{sent.intake}/register", form).status == 303
    assert 'href="/entries/' not in clerk.get(f"/search?words={sent.token[:20]}").text
    assert 'href="/entries/' in clerk.get("/search?words=ลิงก์ลงทะเบียนรับ").text
    entry = clerk.get("/registers/incoming").text
    assert sent.token not in entry
    assert f"ส่งต่อ {MARK}" in entry


def test_the_sender_sees_it_and_replaces_the_link(house: House, sent: Sent) -> None:
    maker, page = house.signed_in("office.plain"), f"/entries/{sent.entry}"
    assert BACK in text_of(maker.get(page))
    assert PRESSED in press(maker, sent, page)
    assert house.rang[-1] == "send"
    (mail,) = mails(house, sent.delivery)  # it waited still, and goes with the new link
    visitor = Client(house)
    assert visitor.get(f"/r/{mail.token}").status == 200
    gone = visitor.get(f"/r/{sent.token}")
    assert gone.status == 404
    assert "ลิงก์" in text_of(gone)
    after = maker.get(page).text
    assert "เปลี่ยนลิงก์แล้วเมื่อ" in after
    assert "โดย นายทดสอบ office.plain" in after[after.index("เปลี่ยนลิงก์แล้วเมื่อ") :][:80]
    assert 'class="state waiting had"' not in after  # it is done, and says so calmly
    assert f'action="/deliveries/{sent.delivery}/link"' not in after


def test_the_holder_sees_it_and_is_sent_to_the_sender(house: House, sent: Sent) -> None:
    holder = house.signed_in("s1.school_clerk")
    shown = holder.get(f"/deliveries/{sent.delivery}")
    assert BACK in text_of(shown)
    assert "โปรดแจ้งหน่วยงานผู้ส่งให้เปลี่ยน" in text_of(shown)
    assert "/link" not in shown.text
    assert holder.post(f"/deliveries/{sent.delivery}/link", {"seen": "1"}).status == 404


def guess(house: House, delivery: int) -> None:
    """Five wrong codes."""
    with house.act("codes silenced") as act:
        unlocking.make(act, delivery)
        tried = [unlocking.check(act, delivery, "abc", "192.0.2.0/24") for _ in range(unlocking.WRONG)]
    assert tried[-1].silence is not None


def test_a_guessed_code_is_told_on_the_desk_until_the_sender_replaces_the_link(house: House) -> None:
    maker, other = house.signed_in("office.central_clerk"), house.signed_in("office.plain")
    entry, (delivery,) = post(house, "s1", who="office.central_clerk", secrecy=Secrecy.SECRET)
    with house.database.read() as session:
        number = session.get_one(EntryRow, entry).text
    guess(house, delivery)
    assert f"ลิงก์ของหนังสือ {number} ที่ส่งถึงผู้รับ 1 ราย" in text_of(maker.get("/home"))
    assert f"ของหนังสือ {number} " not in text_of(other.get("/home"))
    one = Sent(entry, delivery, mails(house, delivery)[0].token, 0)
    assert PRESSED in press(maker, one, f"/entries/{entry}")
    assert Client(house).get(f"/r/{one.token}").status == 404
    shown = maker.get(f"/entries/{entry}").text
    assert f'action="/deliveries/{delivery}/link"' not in shown
    assert "โดย นายทดสอบ office.central_clerk" in shown[shown.index("เปลี่ยนลิงก์แล้วเมื่อ") :][:90]
    assert f"ของหนังสือ {number} " not in text_of(maker.get("/home"))
    house.clock.forward(minutes=16)
    guess(house, delivery)  # whoever guesses at the new link is told of anew
    assert f'action="/deliveries/{delivery}/link"' in maker.get(f"/entries/{entry}").text


def test_whose_link_came_back_stands_first_and_open_among_many(house: House) -> None:
    codes = [f"t{number}" for number in range(12)]
    with house.act("added") as act:
        for code in codes:
            act.add(OrganisationRow, code=code, name=f"โรงเรียน {code}", kind="school", school_type="government",
                    mailbox=f"{code}@schools.example", prefix="", keeps_registers=False)  # fmt: skip
    entry, deliveries = post(house, *codes)
    guess(house, deliveries[-1])
    shown = house.signed_in("office.plain").get(f"/entries/{entry}").text
    first, closed = shown[shown.index('id="way"') :].split('<details class="more">', 1)
    assert f'action="/deliveries/{deliveries[-1]}/link"' in first
    assert closed.count("ส่งถึงเมื่อ") == len(deliveries) - 8


def test_an_old_form_replaces_nothing(house: House, sent: Sent) -> None:
    clerk = house.signed_in("office.central_clerk")
    assert clerk.post(f"/deliveries/{sent.delivery}/link", {"seen": "x"}).status == 303
    assert mails(house, sent.delivery)[0].token == sent.token


def test_it_is_told_in_english_as_well(house: House, sent: Sent) -> None:
    told = text_of(house.signed_in("office.plain").get(f"/entries/{sent.entry}?lang=en"))
    assert "The receipt link came back in a mail of s2@schools.example" in told
    assert "Replace the link" in told


@pytest.mark.parametrize("look", [WIDE, NARROW])
def test_both_pages_look_right(house: House, sent: Sent, browser: Browser, look: tuple[int, str]) -> None:
    for who, path in (("office.plain", f"/entries/{sent.entry}"), ("s1.school_clerk", f"/deliveries/{sent.delivery}")):
        with browsing(house, browser, who, look) as page:
            page.goto(house.url + path)
            looks_right(page)
