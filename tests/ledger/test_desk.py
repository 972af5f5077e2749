"""What a receipt link may do, and what it may not (P-18 to P-21, I6, I8)."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from ledger_world import LIFE, World, as_it_is, sender_of

from ledger import custody, directory, letters, registers, sending, verify
from ledger.desk import Desk
from ledger.directory import OrganisationRow
from ledger.errors import NoSuchLink, NotFound, Refused
from ledger.letters import DeliveryRow, LinkRow
from ledger.originals import digest
from ledger.outbox import OutboxRow
from ledger.receipts import ReceiptRow
from ledger.registers import EntryRow
from ledger.sending import Dispatched
from ledger.values import Document, NoticeKind, RegisterKind, Secrecy, Visit

PDF = b"%PDF-1.4 ..."
VIRUS = b"MZ..."


def desk(world: World) -> Desk:
    return Desk(world.database, world.originals, LIFE, sender_of, as_it_is)


def visit(world: World, method: str = "GET") -> Visit:
    return Visit(world.now, method, "192.0.2.0/24", "test")


def tokens(world: World) -> list[str]:
    with world.database.read() as session:
        wanted = sa.select(OutboxRow.token).where(OutboxRow.token != "").order_by(OutboxRow.id)
        return list(session.execute(wanted).scalars())


def send(world: World, *to: str, secrecy: Secrecy = Secrecy.ORDINARY) -> list[str]:
    """A letter with a document that is served and one that is not. Returns the tokens of its links."""
    world.originals.put([PDF, VIRUS])
    documents = [
        Document("ก.pdf", "ก.pdf", "application/pdf", "application/pdf", PDF, len(PDF), digest(PDF)),
        Document("ข.exe", "ข.exe", "x/y", "x/y", VIRUS, len(VIRUS), digest(VIRUS), withheld="ไฟล์อันตราย"),
    ]
    before = len(tokens(world))
    with world.act("sent") as act:
        wanted = Dispatched(to=to, subject="ขอเชิญประชุม", summary="สรุป", documents=documents, secrecy=secrecy)
        sending.send(act, world.office(act), wanted, LIFE, sender_of)
    return tokens(world)[before:]


def count(world: World, row: type) -> int:
    with world.database.read() as session:
        return session.execute(sa.select(sa.func.count()).select_from(row)).scalar_one()


def test_looking_acknowledges_nothing(world: World) -> None:
    (token,) = send(world, "s1")
    for method in ("HEAD", "GET", "GET"):
        page = desk(world).look(token, visit(world, method))
    assert (page.facts.subject, page.holder, page.acknowledged_at) == ("ขอเชิญประชุม", "โรงเรียนบ้านนา", None)
    assert count(world, ReceiptRow) == 0


def test_the_first_get_is_remembered_as_opened(world: World) -> None:
    (token,) = send(world, "s1")
    desk(world).look(token, visit(world, "HEAD"))
    assert desk(world).look(token, visit(world)).steps[0].opened_at is None
    first = world.now
    world.later(hours=1)
    assert desk(world).look(token, visit(world)).steps[0].opened_at == first


def test_acknowledging_counts_once(world: World) -> None:
    (token,) = send(world, "s1")
    first = desk(world).acknowledge(token, visit(world, "POST"), "นางมาลี", "ครู")
    world.later(minutes=1)
    again = desk(world).acknowledge(token, visit(world, "POST"), "คนอื่น")
    assert first == again
    assert (again.acknowledged_by, again.own_number) == ("นางมาลี", "1/2569")
    assert count(world, ReceiptRow) == 1


def test_acknowledging_from_two_browsers_at_once_counts_once(world: World) -> None:
    (token,) = send(world, "s1")
    pressing = [
        threading.Thread(target=desk(world).acknowledge, args=(token, visit(world, "POST"), f"คนที่ {number}"))
        for number in range(8)
    ]
    for thread in pressing:
        thread.start()
    for thread in pressing:
        thread.join()
    assert count(world, ReceiptRow) == 1
    with world.database.read() as session:
        assert list(verify.faults(session, world.originals)) == []


def test_a_machine_that_only_presses_the_button_has_no_name(world: World) -> None:
    (token,) = send(world, "s1")
    with pytest.raises(Refused, match="ชื่อผู้รับ"):
        desk(world).acknowledge(token, visit(world, "POST"), "  ")
    assert count(world, ReceiptRow) == 0


def test_a_school_that_keeps_registers_gets_its_own_number_and_others_none(world: World) -> None:
    with_register, without = send(world, "s1", "s2")
    assert desk(world).acknowledge(with_register, visit(world), "ก").own_number == "1/2569"
    assert desk(world).acknowledge(without, visit(world), "ข").own_number == ""
    with world.database.read() as session:
        school = directory.organisation(session, "s1")
        ((entry, _),) = registers.entries(session, RegisterKind.INCOMING, school)
    assert (entry.letter_number, entry.sender, entry.subject) == ("ศธ 04022/1", "สพป.ตัวอย่าง เขต 4", "ขอเชิญประชุม")


def test_a_school_sees_neither_the_others_nor_their_numbers(world: World) -> None:
    first, second = send(world, "s1", "s2")
    desk(world).acknowledge(first, visit(world), "ก")
    page = desk(world).look(second, visit(world))
    assert [step.holder for step in page.steps] == ["โรงเรียนวัดป่า"]
    assert page.own_number == ""


@pytest.mark.parametrize("spoiled", ["unknown", "expired", "revoked"])
def test_links_that_do_not_work_all_look_alike(world: World, spoiled: str) -> None:
    (token,) = send(world, "s1")
    if spoiled == "unknown":
        token = "x" * 43
    elif spoiled == "expired":
        world.later(days=181)
    else:
        with world.act() as act:
            act.alter(LinkRow, 1, revoked_at=world.now)
    for attempt in (
        lambda: desk(world).look(token, visit(world)),
        lambda: desk(world).acknowledge(token, visit(world), "ก"),
        lambda: desk(world).document(token, 1, visit(world)),
        lambda: desk(world).forward(token, "group:policy", "ก", "", visit(world)),
        lambda: desk(world).send_code(token, visit(world)),
        lambda: desk(world).check_code(token, "123456", visit(world)),
    ):
        with pytest.raises(NoSuchLink):
            attempt()


def test_documents_are_served_byte_for_byte_and_withheld_ones_not(world: World) -> None:
    (token,) = send(world, "s1")
    assert desk(world).document(token, 1, visit(world)).content == PDF
    with pytest.raises(Refused, match="ไฟล์อันตราย"):
        desk(world).document(token, 2, visit(world))
    with pytest.raises(NotFound):
        desk(world).document(token, 3, visit(world))


def arrived(world: World) -> str:
    """A letter from outside that lies with the finance group. Returns its token."""
    with world.act("registered") as act:
        office = world.office(act)
        letter = letters.write(act, [], organisation_id=office.id, subject="ขอข้อมูล", sender="สพฐ.")
        registers.enter(act, office, RegisterKind.INCOMING, letter_id=letter.id, subject="ขอข้อมูล")
        group = directory.group(act.session, office.id, "finance")
        assert group is not None
        custody.send_to(act, letter, letters.group_holder(group), LIFE, sender_of)
    return tokens(world)[-1]


def test_the_holder_forwards_to_a_person_and_the_chain_stays_visible(world: World) -> None:
    token = arrived(world)
    desk(world).acknowledge(token, visit(world), "หัวหน้ากลุ่ม")
    page = desk(world).forward(token, "person:1", "หัวหน้ากลุ่ม", "โปรดดำเนินการ", visit(world))
    assert [(step.holder, step.by) for step in page.steps] == [
        ("กลุ่มบริหารงานการเงินและสินทรัพย์", ""),
        ("นางสมศรี ใจดี", "หัวหน้ากลุ่ม"),
    ]
    hers = desk(world).look(tokens(world)[-1], visit(world))
    assert (hers.holder, hers.steps[0].acknowledged_by, hers.steps[1].note) == (
        "นางสมศรี ใจดี",
        "หัวหน้ากลุ่ม",
        "โปรดดำเนินการ",
    )
    with world.database.read() as session:
        assert session.get_one(EntryRow, 1).action == "นางสมศรี ใจดี"
        assert count(world, EntryRow) == 1


def test_forwarding_offers_the_other_groups_and_the_people_once(world: World) -> None:
    token = arrived(world)
    assert [target.value for target in desk(world).look(token, visit(world)).targets] == ["group:policy", "person:1"]
    page = desk(world).forward(token, "group:policy", "ก", "", visit(world))
    assert [target.value for target in page.targets] == ["person:1"]


@pytest.mark.parametrize("target", ["group:nobody", "person:99", "", "group:finance"])
def test_forwarding_reaches_only_who_is_offered(world: World, target: str) -> None:
    token = arrived(world)
    with pytest.raises(Refused):
        desk(world).forward(token, target, "ก", "", visit(world))
    assert count(world, DeliveryRow) == 1


def test_a_secret_letter_shows_nothing_before_the_code(world: World) -> None:
    (token,) = send(world, "s1", secrecy=Secrecy.SECRET)
    page = desk(world).look(token, visit(world))
    assert page.locked
    assert (page.facts.subject, page.facts.summary, page.facts.documents, page.targets) == ("", "", (), ())
    assert page.facts.number == "ศธ 04022/1"
    with pytest.raises(NoSuchLink):
        desk(world).document(token, 1, visit(world))
    with pytest.raises(Refused):
        desk(world).acknowledge(token, visit(world), "ก")
    with pytest.raises(Refused):
        desk(world).forward(token, "person:1", "ก", "", visit(world))


def code_in_the_mail(world: World) -> str:
    with world.database.read() as session:
        wanted = sa.select(OutboxRow).where(OutboxRow.kind == NoticeKind.CODE).order_by(OutboxRow.id.desc())
        mail = session.execute(wanted).scalars().first()
    assert mail is not None
    assert mail.recipient == "s1@schools.example"
    return mail.code


def test_the_mailed_code_opens_a_secret_letter_once(world: World) -> None:
    (token,) = send(world, "s1", secrecy=Secrecy.SECRET)
    assert desk(world).send_code(token, visit(world)) == "s1•••@schools.example"
    code = code_in_the_mail(world)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert [desk(world).check_code(token, tried, visit(world)) for tried in (wrong, code, code)] == [False, True, False]
    page = desk(world).look(token, visit(world), unlocked=True)
    assert (page.locked, page.facts.subject) == (False, "ขอเชิญประชุม")
    assert desk(world).acknowledge(token, visit(world), "ก", unlocked=True).acknowledged_by == "ก"


def test_a_revoked_link_closes_the_letter_at_once(world: World) -> None:
    (token,) = send(world, "s1")
    desk(world).look(token, visit(world))
    with world.act("revoked") as act:
        act.alter(LinkRow, 1, revoked_at=world.now)
    with pytest.raises(NoSuchLink):
        desk(world).look(token, visit(world))


def test_the_office_itself_is_not_registered_twice(world: World) -> None:
    token = arrived(world)
    page = desk(world).acknowledge(token, visit(world), "ก")
    assert page.own_number == "1/2569"
    with world.database.read() as session:
        assert len(registers.entries(session, RegisterKind.INCOMING, session.get_one(OrganisationRow, 1))) == 1
