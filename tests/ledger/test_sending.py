"""A letter goes out: number, one delivery and one mail for each addressee (F47 to F58)."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from desks import OFFICE, S1, S2, line, person, written
from ledger_world import LIFE, World, sender_of

from ledger import addressing, amending, holding, letters, registering, registers, sending, verify
from ledger.access import Duty, Viewer
from ledger.addressing import Reach
from ledger.content import Content
from ledger.directory import OrganisationRow, SchoolGroupMemberRow, SchoolGroupRow
from ledger.errors import AlreadySent, FieldsWrong, NotAllowed, NotFound, Refused
from ledger.history import HistoryRow
from ledger.letters import DeliveryRow, LetterRow
from ledger.originals import digest
from ledger.outbox import OutboxRow
from ledger.registers import EntryRow
from ledger.sending import Dispatched, Onward
from ledger.values import Document, NoticeKind, RegisterKind, Secrecy, Urgency, Visit


def send(world: World, *to: str, **wanted: object) -> EntryRow:
    with world.act("sent") as act:
        letter = Dispatched(to=to, **{"subject": "ขอเชิญประชุม", **wanted})
        entry, _ = sending.send(act, world.office(act), letter, LIFE, sender_of)
        return act.session.get_one(EntryRow, entry.id)


def test_a_circular_to_all_schools_has_a_delivery_and_a_mail_for_each(world: World) -> None:
    entry = send(world, "all", circular=True, urgency=Urgency.URGENT)
    assert (entry.text, entry.letter_number, entry.recipient) == (
        "ศธ 04022/ว1",
        "ศธ 04022/ว1",
        "สถานศึกษารัฐบาลทุกแห่ง",
    )
    with world.database.read() as session:
        letter = session.get_one(LetterRow, entry.letter_id)
        assert (letter.letter_number, letter.urgency) == ("ศธ 04022/ว1", Urgency.URGENT)
        assert list(session.execute(sa.select(DeliveryRow.holder)).scalars()) == ["โรงเรียนบ้านนา", "โรงเรียนวัดป่า"]
        mails = session.execute(sa.select(OutboxRow.recipient, OutboxRow.kind, OutboxRow.due)).all()
    assert [tuple(mail) for mail in mails] == [
        ("s1@schools.example", NoticeKind.LETTER, world.now),
        ("s2@schools.example", NoticeKind.LETTER, world.now),
    ]


def test_an_addressee_named_twice_gets_one_letter(world: World) -> None:
    send(world, "s1", "all", "finance")
    with world.database.read() as session:
        holders = list(session.execute(sa.select(DeliveryRow.holder)).scalars())
    assert holders == ["โรงเรียนบ้านนา", "โรงเรียนวัดป่า", "กลุ่มบริหารงานการเงินและสินทรัพย์"]


@pytest.mark.parametrize(
    ("to", "wanted", "error", "said"),
    [
        (["nobody"], {}, NotFound, "nobody"),
        ([], {}, Refused, "--to"),
        (["all"], {"subject": " "}, Refused, "--subject"),
        (["all"], {"secrecy": Secrecy.TOP_SECRET}, Refused, "ลับที่สุด"),
        (["all"], {"group": "none"}, NotFound, "finance"),
    ],
)
def test_what_cannot_be_sent_takes_no_number(
    world: World, to: list[str], wanted: dict[str, object], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        send(world, *to, **wanted)
    assert send(world, "all").number == 1


def test_schools_without_a_mailbox_are_named_before_anything_is_written(world: World) -> None:
    with world.act() as act:
        act.alter(OrganisationRow, 3, mailbox="")
    with pytest.raises(Refused, match="โรงเรียนวัดป่า"):
        send(world, "all")
    assert send(world, "s1").number == 1


# A letter that a person has registered before (F25 to F28, C3, C6).


def onward(**wanted: object) -> Onward:
    return Onward(**{"reach": Reach.ALL, "group": "policy", "summary": "สรุป", **wanted})  # type: ignore[arg-type]


def send_on(world: World, viewer: Viewer, entry: int, **wanted: object) -> int:
    with world.act("sent", viewer.name) as act:
        return sending.send_entry(act, viewer, entry, onward(**wanted), LIFE, sender_of)


def deliveries(world: World) -> list[str]:
    with world.database.read() as session:
        return list(session.execute(sa.select(DeliveryRow.holder).order_by(DeliveryRow.id)).scalars())


def test_a_registered_letter_goes_out_with_its_number_date_and_files(world: World) -> None:
    clerk = person(world, OFFICE)
    world.originals.put([b"%PDF-1.4 x"])
    scan = Document("ก.pdf", "ก.pdf", "application/pdf", "application/pdf", b"%PDF-1.4 x", 10, digest(b"%PDF-1.4 x"))
    entry = written(world, clerk, documents=(scan,), letter_date=date(2026, 11, 20))
    assert send_on(world, clerk, entry, urgency=Urgency.URGENT, secrecy=Secrecy.SECRET) == 2
    with world.database.read() as session:
        told = session.get_one(EntryRow, entry)
        letter = session.get_one(LetterRow, told.letter_id)
        assert (letter.letter_number, letter.letter_date) == ("ศธ 04022/1", date(2026, 11, 20))
        assert (letter.sender, letter.recipient) == ("กลุ่มนโยบายและแผน", "สถานศึกษารัฐบาลทุกแห่ง")
        assert (letter.subject, letter.summary) == ("ขอเชิญประชุม", "สรุป")
        assert (letter.urgency, letter.secrecy) == (told.urgency, told.secrecy) == (Urgency.URGENT, Secrecy.SECRET)
        assert told.recipient == "ผู้เกี่ยวข้อง"  # F92
        assert [d.name for d in letters.documents(session, [letter.id])] == ["ก.pdf"]
        assert session.execute(sa.select(sa.func.count()).select_from(OutboxRow)).scalar_one() == 2
        assert list(verify.faults(session, world.originals)) == []
        last = session.execute(sa.select(HistoryRow).order_by(HistoryRow.id.desc())).scalars().first()
        assert (last.who, last.what, last.about) == (clerk.name, "sent", f"entry {entry}")  # type: ignore[union-attr]


def test_a_letter_is_sent_once(world: World) -> None:
    clerk = person(world, OFFICE)
    entry = written(world, clerk)
    send_on(world, clerk, entry, reach=Reach.SCHOOLS, codes=["s1"])
    with pytest.raises(AlreadySent, match="04022/1"):
        send_on(world, clerk, entry)
    assert deliveries(world) == ["โรงเรียนบ้านนา"]


def test_only_its_registrant_sends_and_other_organisations_find_nothing(world: World) -> None:
    clerk, director = person(world, OFFICE), person(world, OFFICE, Duty.DIRECTOR, Duty.REGISTER_ADMIN)
    entry = written(world, clerk)
    with pytest.raises(NotAllowed):
        send_on(world, director, entry)
    with pytest.raises(NotFound):
        send_on(world, person(world, S1, Duty.DIRECTOR), entry)
    assert deliveries(world) == []


def test_what_is_void_held_or_no_letter_is_not_sent(world: World) -> None:
    clerk = person(world, OFFICE)
    void, order = written(world, clerk), written(world, clerk, RegisterKind.ORDER)
    with world.act("voided") as act:
        registers.void(act, act.session.get_one(EntryRow, void), "ผิด")
    with world.act("reserved") as act:
        (held,) = registering.reserve(act, clerk, RegisterKind.OUTGOING, "สมศรี", date(2026, 12, 1))
    for entry, said in ((void, "ยกเลิก"), (held.id, "จองไว้"), (order, "ทะเบียนหนังสือส่ง")):
        with pytest.raises(Refused, match=said):
            send_on(world, clerk, entry)
    with world.act("filled") as act:
        content = Content(subject="เรื่อง", sender="ก", recipient="ข")
        amending.amend(act, clerk, held.id, content, amending.version(act.session.get_one(EntryRow, held.id)))
    assert send_on(world, clerk, held.id) == 2  # it had no letter before


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"summary": " "}, "summary"),
        ({"summary": "ก" * 4001}, "summary"),
        ({"secrecy": Secrecy.TOP_SECRET}, "secrecy"),
        ({"secrecy": Secrecy.ORDINARY}, "secrecy"),  # the line is secret
        ({"group": ""}, "group"),
        ({"group": "nobody"}, "group"),
        ({"reach": None}, "reach"),
        ({"reach": Reach.REGISTRY}, "reach"),  # of schools
        ({"reach": Reach.GROUP, "codes": ["finance"]}, "reach"),
        ({"reach": Reach.SCHOOLS}, "schools"),
        ({"reach": Reach.SCHOOLS, "codes": ["s1", "nobody"]}, "schools"),
        ({"reach": Reach.SCHOOL_GROUPS, "codes": ["all"]}, "school_groups"),
        ({"reach": Reach.SCHOOL_GROUPS}, "school_groups"),
    ],
)
def test_a_faulty_form_sends_to_nobody(world: World, wanted: dict[str, object], field: str) -> None:
    clerk = person(world, OFFICE)
    entry = written(world, clerk, secrecy=Secrecy.SECRET)
    with pytest.raises(FieldsWrong) as wrong:
        send_on(world, clerk, entry, **{"secrecy": Secrecy.SECRET, **wanted})
    assert list(wrong.value.problems) == [field]
    assert deliveries(world) == []


def test_all_faults_are_told_at_once(world: World) -> None:
    clerk = person(world, OFFICE)
    entry = written(world, clerk)
    with pytest.raises(FieldsWrong) as wrong:
        send_on(world, clerk, entry, reach=None, group="", summary="")
    assert set(wrong.value.problems) == {"reach", "group", "summary"}


def test_who_has_no_mailbox_is_named_and_gets_the_letter_only_knowingly(world: World) -> None:
    clerk = person(world, OFFICE)
    entry = written(world, clerk)
    with world.act() as act:
        act.alter(OrganisationRow, S2, mailbox="")
    with pytest.raises(FieldsWrong) as wrong:
        send_on(world, clerk, entry)
    assert wrong.value.problems["unreachable_too"].startswith("โรงเรียนวัดป่า: ")
    assert send_on(world, clerk, entry, unreachable_too=True) == 2
    with world.database.read() as session:
        assert list(session.execute(sa.select(OutboxRow.recipient)).scalars()) == ["s1@schools.example"]
    assert deliveries(world) == ["โรงเรียนบ้านนา", "โรงเรียนวัดป่า"]


def test_school_groups_name_their_schools_once_each(world: World) -> None:
    clerk = person(world, OFFICE)
    entry = written(world, clerk)
    with world.act() as act:
        for code, name, members in (("small", "โรงเรียนขนาดเล็ก", (S1, S2)), ("dream", "โรงเรียนในฝัน", (S2,))):
            key = act.add(SchoolGroupRow, organisation_id=OFFICE, code=code, name=name)
            for member in members:
                act.add(SchoolGroupMemberRow, school_group_id=key, organisation_id=member)
        act.add(SchoolGroupRow, organisation_id=OFFICE, code="empty", name="ไม่มีใคร")
    with world.database.read() as session:
        offered = addressing.offer(session, clerk)
        assert [(one.code, one.members) for one in offered.school_groups] == [
            ("small", ("s1", "s2")),
            ("dream", ("s2",)),
        ]
        assert [one.groups for one in offered.schools] == [("small",), ("small", "dream")]
        assert addressing.offer(session, person(world, S1)).school_groups == ()
    with pytest.raises(FieldsWrong):
        send_on(world, clerk, entry, reach=Reach.SCHOOL_GROUPS, codes=["empty"])
    assert send_on(world, clerk, entry, reach=Reach.SCHOOL_GROUPS, codes=["dream", "small"]) == 2
    assert deliveries(world) == ["โรงเรียนบ้านนา", "โรงเรียนวัดป่า"]
    with world.database.read() as session:
        assert session.execute(sa.select(LetterRow.recipient)).scalar_one() == "โรงเรียนขนาดเล็ก, โรงเรียนในฝัน"


@pytest.mark.parametrize(
    ("reach", "codes", "held"),
    [
        (Reach.REGISTRY, [], ["สารบรรณกลาง สพป.ตัวอย่าง เขต 4"]),
        (Reach.GROUP, ["finance"], ["กลุ่มบริหารงานการเงินและสินทรัพย์"]),
        (Reach.ALL, [], ["โรงเรียนวัดป่า"]),  # not itself (F51)
        (Reach.SCHOOLS, ["s2"], ["โรงเรียนวัดป่า"]),
    ],
)
def test_a_school_sends_to_the_office_or_to_schools(
    world: World, reach: Reach, codes: list[str], held: list[str]
) -> None:
    teacher = person(world, S1)
    entry = written(world, teacher)
    assert send_on(world, teacher, entry, reach=reach, codes=codes, group="policy") == 1
    assert deliveries(world) == held
    with world.database.read() as session:
        letter = session.get_one(LetterRow, line(world, entry).letter_id)
        assert (letter.sender, letter.organisation_id) == ("โรงเรียนบ้านนา", S1)  # F50


@pytest.mark.parametrize(
    ("reach", "codes", "field"),
    [
        (Reach.SCHOOLS, ["s1"], "schools"),  # itself
        (Reach.SCHOOL_GROUPS, ["small"], "reach"),
        (Reach.GROUP, ["nobody"], "to_group"),
        (Reach.GROUP, [], "to_group"),
    ],
)
def test_what_a_school_may_not_choose(world: World, reach: Reach, codes: list[str], field: str) -> None:
    teacher = person(world, S1)
    entry = written(world, teacher)
    with pytest.raises(FieldsWrong) as wrong:
        send_on(world, teacher, entry, reach=reach, codes=codes)
    assert list(wrong.value.problems) == [field]


def test_private_and_resting_schools_are_not_among_all(world: World) -> None:
    clerk = person(world, OFFICE)
    with world.act() as act:
        act.alter(OrganisationRow, S2, school_type="private")
        act.add(OrganisationRow, code="s3", name="โรงเรียนเลิกแล้ว", kind="school", school_type="government", active=False)
    entry, other = written(world, clerk), written(world, clerk)
    assert send_on(world, clerk, entry) == 1
    assert send_on(world, clerk, other, reach=Reach.SCHOOLS, codes=["s2"]) == 1
    assert deliveries(world) == ["โรงเรียนบ้านนา", "โรงเรียนวัดป่า"]
    with world.database.read() as session:
        assert [one.code for one in addressing.offer(session, clerk).government] == ["s1"]


def test_what_was_sent_stays_as_its_holders_got_it(world: World) -> None:
    clerk, admin = person(world, OFFICE), person(world, OFFICE, Duty.REGISTER_ADMIN)
    world.originals.put([b"%PDF-1.4 x"])
    scan = Document("ก.pdf", "ก.pdf", "application/pdf", "application/pdf", b"%PDF-1.4 x", 10, digest(b"%PDF-1.4 x"))
    entry = written(world, clerk, documents=(scan,))
    send_on(world, clerk, entry, reach=Reach.SCHOOLS, codes=["s1"])
    changed = Content(subject="เรื่องอื่น", sender="ก", recipient="ข")
    with world.act() as act:
        amending.amend(act, admin, entry, changed, amending.version(line(world, entry)), "พิมพ์ผิด")
    with pytest.raises(Refused), world.act() as act:
        amending.remove_document(act, clerk, entry, 1)
    with world.database.read() as session:
        told = session.get_one(EntryRow, entry)
        assert (told.subject, session.get_one(LetterRow, told.letter_id).subject) == ("เรื่องอื่น", "ขอเชิญประชุม")


def test_a_school_changes_its_own_line_but_never_the_offices_letter(world: World) -> None:
    clerk, teacher = person(world, OFFICE), person(world, S1, Duty.SCHOOL_CLERK)
    entry = written(world, clerk)
    send_on(world, clerk, entry, reach=Reach.SCHOOLS, codes=["s1"])
    with world.act("acknowledged", teacher.name) as act:
        holding.acknowledge(act, teacher, 1, Visit(world.now, "POST"))
    with world.database.read() as session:
        ((own, _),) = registers.entries(session, RegisterKind.INCOMING, session.get_one(OrganisationRow, S1))
    assert own.registrant_id == teacher.person_id  # C5
    changed = Content(subject="ของโรงเรียน", letter_number="1", sender="ก", recipient="ข")
    with world.act() as act:
        amending.amend(act, teacher, own.id, changed, amending.version(own))
    with pytest.raises(Refused), world.act() as act:
        amending.add_documents(act, teacher, own.id, ())
    with world.database.read() as session:
        assert session.get_one(EntryRow, own.id).subject == "ของโรงเรียน"
        assert session.get_one(LetterRow, own.letter_id).subject == "ขอเชิญประชุม"
