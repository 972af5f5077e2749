"""The story of a line in plain words: who, when, before and after, files, reasons; nobody else's (F72, F93, P-32)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import sqlalchemy as sa
from clerks import (
    FULL,
    ORDER,
    OUTGOING,
    PDF,
    S1,
    S2,
    amend,
    enclose,
    person,
    register,
    rows,
    scan,
    take_off,
    told,
    void,
)
from ledger_world import LIFE, World, sender_of

from ledger import holding, registering, registers, search, sending, story
from ledger.access import Duty, Viewer
from ledger.addressing import Reach
from ledger.content import Content
from ledger.directory import OrganisationRow
from ledger.history import HistoryRow
from ledger.registers import EntryRow
from ledger.sending import Onward
from ledger.story import Change, EntryLineRow
from ledger.values import RegisterKind, Secrecy, Urgency, Visit


def send(world: World, clerk: Viewer, key: int, *codes: str) -> None:
    with world.act("sent", clerk.name) as act:
        sending.send_entry(
            act, clerk, key, Onward(Reach.SCHOOLS, codes, group="policy", summary="สรุป"), LIFE, sender_of
        )


def receive(world: World, teacher: Viewer, delivery: int) -> EntryRow:
    """What the school's book says of what it got."""
    with world.act("acknowledged", teacher.name) as act:
        holding.acknowledge(act, teacher, delivery, Visit(world.now, "POST"))
    with world.database.read() as session:
        school = session.get_one(OrganisationRow, teacher.organisation_id)
        return registers.entries(session, RegisterKind.INCOMING, school)[-1][0]


def test_each_act_says_who_when_what_and_why_the_newest_first(world: World) -> None:
    clerk, admin = person(world, name="นางมาลี"), person(world, Duty.REGISTER_ADMIN, name="นายผู้ดูแล")
    key, began = register(world, clerk).id, world.now
    changed = world.later(days=5)
    amend(world, admin, key, replace(FULL, subject="ใหม่", urgency=Urgency.URGENT, letter_date=None), "พิมพ์ผิด: เรื่อง")
    struck = world.later(hours=1)
    void(world, admin, key, "ซ้ำ")
    voided, amended, registered = told(world, clerk, key).acts
    assert [(one.at, one.who, one.what) for one in (voided, amended, registered)] == [
        (struck, "นายผู้ดูแล", "voided"),
        (changed, "นายผู้ดูแล", "amended"),
        (began, "นางมาลี", "registered"),
    ]
    assert amended.reason == "พิมพ์ผิด: เรื่อง"
    assert set(amended.changes) == {
        Change("subject", FULL.subject, "ใหม่"),
        Change("urgency", "normal", "urgent"),
        Change("letter_date", "2026-11-20", None),
    }
    assert voided.changes == (Change("void_reason", "", "ซ้ำ"),)
    assert registered.changes == ()


def test_what_did_not_change_is_not_told(world: World) -> None:
    clerk = person(world)
    key = register(world, clerk).id
    amend(world, clerk, key, FULL)
    assert [one.what for one in told(world, clerk, key).acts] == ["registered"]


def test_files_are_named_when_they_come_and_when_they_go(world: World) -> None:
    clerk = person(world)
    key = register(world, clerk, documents=[scan("ร่าง.pdf")]).id
    enclose(world, clerk, key, scan("ลงนาม.pdf", PDF + b"2"), scan("แนบ.pdf", PDF + b"3"))
    take_off(world, clerk, key, 2)
    acts = told(world, clerk, key).acts
    assert [(one.what, one.files) for one in acts] == [
        ("file removed", ("ลงนาม.pdf",)),
        ("file added", ("ลงนาม.pdf", "แนบ.pdf")),
        ("registered", ("ร่าง.pdf",)),
    ]
    assert [document.name for document in told(world, clerk, key).documents] == ["ร่าง.pdf", "แนบ.pdf"]


def test_a_held_number_tells_for_whom_and_how_it_was_filled(world: World) -> None:
    clerk = person(world)
    with world.act("reserved", clerk.name) as act:
        first, second = registering.reserve(act, clerk, ORDER, "ผอ.", date(2026, 11, 30), 2)
    amend(world, clerk, second.id, Content(subject="แต่งตั้งกรรมการ"))
    filled, held = told(world, clerk, second.id).acts
    assert (filled.what, filled.changes[0]) == ("filled", Change("subject", "", "แต่งตั้งกรรมการ"))
    assert held.what == "reserved"
    assert [one.what for one in told(world, clerk, first.id).acts] == ["reserved"]


def test_each_line_has_its_own_story(world: World) -> None:
    clerk = person(world)
    one, other = (
        register(world, clerk, documents=[scan("ก.pdf")]).id,
        register(world, clerk, documents=[scan("ข.pdf")]).id,
    )
    amend(world, clerk, other, replace(FULL, subject="อื่น"))
    assert [(act.what, act.files) for act in told(world, clerk, one).acts] == [("registered", ("ก.pdf",))]
    assert len(told(world, clerk, other).acts) == 2


def test_an_order_and_its_certificates_know_each_other(world: World) -> None:
    clerk = person(world)
    order = register(world, clerk, kind=ORDER)
    with world.act("certificates", clerk.name) as act:
        names = [Content(recipient=name, subject="อบรม") for name in ("ก", "ข")]
        given = registering.certificates(act, clerk, names, order_id=order.id)
    found = told(world, clerk, order.id)
    assert [one.recipient for one in found.certificates] == ["ก", "ข"]
    assert (found.order, found.year) == (None, 2569)
    of_one = told(world, clerk, given[1].id)
    assert of_one.order is not None
    assert (of_one.order.id, of_one.certificates) == (order.id, ())
    assert [one.what for one in of_one.acts] == ["certificates"]
    assert rows(world, HistoryRow)[-1].changes.count('["entries"') == 2


def test_the_sender_sees_every_stop_and_a_holder_its_own(world: World) -> None:
    clerk, teacher = person(world, name="นางมาลี"), person(world, Duty.SCHOOL_CLERK, place=S1)
    key = register(world, clerk, kind=OUTGOING, documents=[scan()]).id
    send(world, clerk, key, "s1", "s2")
    own = receive(world, teacher, 1)
    stops = told(world, clerk, key).stops
    assert [(one.delivery.holder, one.receipt is not None) for one in stops] == [
        ("โรงเรียนบ้านนา", True),
        ("โรงเรียนวัดป่า", False),
    ]
    theirs = told(world, teacher, own.id)
    assert [one.delivery.organisation_id for one in theirs.stops] == [S1]
    assert theirs.letter is not None
    assert [document.name for document in theirs.documents] == ["หนังสือ.pdf"]


def test_a_holder_hears_nothing_of_what_the_sender_and_others_do(world: World) -> None:
    """Not even when the index comes only after all of it: then the office's acts touch the same letter."""
    clerk = person(world, Duty.REGISTER_ADMIN, name="คนของเขต")
    one, two = (person(world, Duty.SCHOOL_CLERK, place=place, name=f"ครู {place}") for place in (S1, S2))
    with world.act() as act:
        act.alter(OrganisationRow, S2, keeps_registers=True)
    key = register(world, clerk, kind=OUTGOING, documents=[scan()]).id
    send(world, clerk, key, "s1", "s2")
    own, other = receive(world, one, 1), receive(world, two, 2)
    with world.act("amended", clerk.name) as act:
        act.alter(EntryRow, key, remark="ภายในเขต")
    amend(world, two, other.id, replace(FULL, subject="ของอีกโรงเรียน"))
    found = told(world, one, own.id)
    assert {act.who for act in found.acts} == {"ครู 2"}
    assert [act.what for act in found.acts] == ["acknowledged"]
    assert [(act.who, act.what) for act in told(world, clerk, key).acts] == [
        ("คนของเขต", "amended"),
        ("คนของเขต", "sent"),
        ("คนของเขต", "registered"),
    ]


def test_the_story_follows_a_line_that_becomes_secret(world: World) -> None:
    clerk = person(world)
    key = register(world, clerk).id
    amend(world, clerk, key, replace(FULL, secrecy=Secrecy.SECRET))
    assert told(world, clerk, key).acts[0].changes == (Change("secrecy", "ordinary", "secret"),)


def test_lines_of_history_are_noted_once(world: World) -> None:
    clerk = person(world)
    key = register(world, clerk).id
    told(world, clerk, key)
    with world.database.write() as session:
        before = session.execute(sa.select(sa.func.count()).select_from(EntryLineRow)).scalar_one()
        story.note(session, [(key, session.execute(sa.select(EntryLineRow.line)).scalars().first() or 0)])
        story.note(session, [])
        assert session.execute(sa.select(sa.func.count()).select_from(EntryLineRow)).scalar_one() == before
    search.rebuild(world.database)
    assert [one.what for one in told(world, clerk, key).acts] == ["registered"]
