"""The tray: one decision for each held intake, by whoever is first; secret ones only for their readers (I3, I4, I8)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from ledger_world import LIFE, World, sender_of

from ledger import copies, intakes, registering, registers, tray, verify
from ledger.access import Duty, Viewer
from ledger.answering import Answering
from ledger.arrivals import Ways
from ledger.content import Content
from ledger.database import Row
from ledger.directory import GroupRow, OrganisationRow, PersonRow
from ledger.errors import (
    ChangedMeanwhile,
    DecidedMeanwhile,
    FieldsWrong,
    NotAllowed,
    NotFound,
    RegisterClosed,
    RegisterOff,
)
from ledger.history import HistoryRow
from ledger.intakes import IntakeRow, OutcomeRow
from ledger.letters import DeliveryRow, DocumentRow, LetterRow
from ledger.originals import digest
from ledger.outbox import OutboxRow
from ledger.registers import EntryRow
from ledger.tray import Wanted
from ledger.values import (
    Address,
    Channel,
    Document,
    Intake,
    NoticeKind,
    Outcome,
    OutcomeKind,
    Reading,
    RegisterKind,
    Secrecy,
    Urgency,
)

PDF = b"%PDF-1.4 a letter"
CONTENT = Content(
    subject="ขอเชิญประชุม",
    letter_number="ศธ 04001/ว1187",
    letter_date=date(2026, 11, 20),
    sender="สพฐ.",
    recipient="สพป.ตัวอย่าง เขต 4",
    remark="ด่วน",
    urgency=Urgency.URGENT,
)


ALL = Answering("all")


@dataclass(frozen=True)
class Post:
    """How mail leaves in these tests."""

    life: Any = LIFE
    sender_of: Any = sender_of
    answering: Answering = ALL


WAYS: Ways = Post()


def clerk(world: World, duty: Duty = Duty.CENTRAL_CLERK, name: str = "นางมาลี", place: int = 1) -> Viewer:
    with world.act() as act:
        person = act.add(PersonRow, organisation_id=place, code=f"{duty}{name}", name=name, mailbox="")
        kind = act.session.get_one(OrganisationRow, place).kind
    return Viewer(person, name, place, "", kind, None, frozenset({duty}))


def document(content: bytes = PDF, name: str = "หนังสือ.pdf", **other: Any) -> Document:
    kind = "application/pdf"
    return Document(name, name, kind, kind, content, len(content), digest(content), **other)


def reading(subject: str = "ขอเชิญประชุม", *documents: Document, **other: Any) -> Reading:
    told = {"identity": digest(subject.encode()), "message_id": "1@obec.example", **other}
    return Reading(senders=(Address("clerk@obec.example", "สารบรรณ"),), subject=subject, documents=documents, **told)


def hold(
    world: World,
    read: Reading | None = None,
    secrecy: Secrecy = Secrecy.ORDINARY,
    owner: int = 1,
    reason: str = "ผู้ส่งไม่อยู่ในทะเบียนหน่วยงาน",
    **arrived: Any,
) -> int:
    """An intake that waits in the tray."""
    read = read if read is not None else reading()
    world.originals.put([b"x", *(document.content for document in read.documents)])
    offer = {"channel": Channel.SMTP, "source": "smtp", "sender": "clerk@obec.example", **arrived}
    with world.database.write() as session:
        (key,) = intakes.take(session, [(Intake(content=b"x", at=world.now, **offer), owner)])
    with world.act("held") as act:
        intakes.learn(act, act.session.get_one(IntakeRow, key), read)
        intakes.conclude(act, key, OutcomeKind.HELD, reason, secrecy=secrecy)
    return key


def register(
    world: World, viewer: Viewer, key: int, read: Reading | None = None, content: Content = CONTENT, **wanted: Any
) -> Outcome:
    with world.act("registered", viewer.name) as act:
        return tray.register(act, viewer, key, read or reading(), Wanted(content, **wanted), WAYS)


def rows(world: World, row: type[Row]) -> list[Any]:
    with world.database.read() as session:
        return list(session.execute(sa.select(row).order_by(sa.text("id"))).scalars())


def outcomes(world: World) -> list[tuple[int, OutcomeKind]]:
    return [(row.intake_id, row.kind) for row in rows(world, OutcomeRow)]


def faults(world: World) -> list[str]:
    with world.database.read() as session:
        return list(verify.faults(session, world.originals))


def shown(world: World, viewer: Viewer, offset: int = 0, limit: int = 10) -> tray.Tray:
    with world.database.read() as session:
        return tray.page(session, viewer, offset=offset, limit=limit)


def test_the_tray_shows_the_oldest_first_and_only_the_own_organisations(world: World) -> None:
    keys = [hold(world, reading(f"เรื่อง {n}"), sender="s1@schools.example") for n in range(3)]
    hold(world, owner=2)
    viewer = clerk(world)
    found = shown(world, viewer)
    assert [line.id for line in found.lines] == keys
    assert found.total == 3
    assert found.lines[0].subject == "เรื่อง 0"
    assert (found.lines[0].organisation, found.lines[0].reason) == ("โรงเรียนบ้านนา", "ผู้ส่งไม่อยู่ในทะเบียนหน่วยงาน")
    assert [line.id for line in shown(world, viewer, offset=1, limit=1).lines] == [keys[1]]


def test_a_secret_intake_says_nothing_to_who_does_not_read_secrets(world: World) -> None:
    key = hold(world, reading("เรื่องลับสุดยอด"), Secrecy.SECRET, name="ลับ.pdf")
    admin = clerk(world, Duty.REGISTER_ADMIN)
    (line,) = shown(world, admin).lines
    assert line.hidden
    assert (line.subject, line.sender, line.organisation, line.name, line.reason) == ("", "", "", "", "")
    (open_line,) = shown(world, clerk(world)).lines
    assert (open_line.hidden, open_line.subject) == (False, "เรื่องลับสุดยอด")
    with world.database.read() as session, pytest.raises(NotAllowed):
        tray.held(session, admin, key)


@pytest.mark.parametrize("secrecy", [Secrecy.SECRET, Secrecy.VERY_SECRET])
def test_nobody_decides_about_what_they_may_not_read(world: World, secrecy: Secrecy) -> None:
    admin = clerk(world, Duty.REGISTER_ADMIN)
    held, read_later = hold(world, secrecy=secrecy), hold(world, reading("อ่านได้ภายหลัง"))
    for key, read in ((held, reading()), (read_later, reading("อ่านได้ภายหลัง", secrecy=secrecy))):
        with pytest.raises(NotAllowed):
            register(world, admin, key, read)
        with pytest.raises(NotAllowed), world.act() as act:
            tray.join(act, admin, key, read, 1)
    with pytest.raises(NotAllowed), world.act() as act:
        tray.refuse(act, admin, [read_later, held], "ไม่ใช่หนังสือราชการ")
    assert outcomes(world) == [(held, OutcomeKind.HELD), (read_later, OutcomeKind.HELD)]


def test_another_organisations_intake_is_as_if_there_was_none(world: World) -> None:
    key, viewer = hold(world, owner=2), clerk(world)
    for wanted in (key, 999):
        with pytest.raises(NotFound), world.act() as act:
            tray.held(act.session, viewer, wanted)
        with pytest.raises(NotFound), world.act() as act:
            tray.refuse(act, viewer, [wanted], "ไม่รับ")
        with pytest.raises(NotFound):
            register(world, viewer, wanted)
        with world.database.read() as session:
            assert tray.told(session, viewer, wanted) is None


def test_without_the_right_there_is_no_tray(world: World) -> None:
    key, nobody = hold(world), clerk(world, Duty.GROUP_CLERK)
    with pytest.raises(NotAllowed):
        shown(world, nobody)
    with pytest.raises(NotAllowed):
        register(world, nobody, key)
    with pytest.raises(NotAllowed), world.act() as act:
        tray.refuse(act, nobody, [key], "ไม่รับ")


def test_registering_takes_a_number_and_sends_the_letter_as_the_pipeline_would(world: World) -> None:
    picture = document(b"GIF89a logo", "โลโก้.gif", inline=True)
    read = reading("ขอเชิญประชุม", document(), picture, text="เรียน ผอ. ")
    viewer, key = clerk(world), hold(world, read)
    outcome = register(world, viewer, key, read, groups=("finance",))
    assert (outcome.kind, outcome.text, outcome.groups) == (
        OutcomeKind.REGISTERED,
        "1/2569",
        ("กลุ่มบริหารงานการเงินและสินทรัพย์",),
    )
    (entry,), (letter,), (delivery,) = rows(world, EntryRow), rows(world, LetterRow), rows(world, DeliveryRow)
    assert (entry.subject, entry.letter_number, entry.remark) == ("ขอเชิญประชุม", "ศธ 04001/ว1187", "ด่วน")
    assert (entry.action, entry.group_id, entry.urgency) == ("กลุ่มบริหารงานการเงินและสินทรัพย์", 1, Urgency.URGENT)
    assert (entry.registered_by, entry.registrant_id, entry.origin) == ("นางมาลี", viewer.person_id, "")
    assert "ผู้ส่งไม่อยู่ในทะเบียนหน่วยงาน" in entry.reason
    assert (letter.id, letter.intake_id, letter.summary) == (entry.letter_id, key, "เรียน ผอ.")
    assert [row.name for row in rows(world, DocumentRow)] == ["หนังสือ.pdf"]
    assert (delivery.letter_id, delivery.group_id) == (letter.id, 1)
    mails = {mail.kind: mail.recipient for mail in rows(world, OutboxRow)}
    assert mails == {NoticeKind.ARRIVAL: "finance@office.example", NoticeKind.ANSWER: "clerk@obec.example"}
    assert outcomes(world) == [(key, OutcomeKind.REGISTERED)]
    assert shown(world, viewer).total == 0
    assert faults(world) == []


def test_one_line_of_history_tells_the_whole_decision(world: World) -> None:
    key = hold(world)
    before = len(rows(world, HistoryRow))
    viewer = clerk(world)
    register(world, viewer, key)
    line = rows(world, HistoryRow)[-1]
    assert len(rows(world, HistoryRow)) == before + 2  # the clerk, and the decision
    assert (line.who, line.what, line.about) == ("นางมาลี", "registered", f"intake {key}")


def test_without_a_group_it_goes_to_the_central_registry(world: World) -> None:
    viewer = clerk(world)
    with world.act() as act:
        act.alter(GroupRow, 2, mailbox="")
    for groups in ((), ("policy",), ("nobody",)):
        read = reading(f"ถึง {groups}")
        outcome = register(world, viewer, hold(world, read), read, groups=groups)
        assert outcome.groups == ("สารบรรณกลาง สพป.ตัวอย่าง เขต 4",)
    read = reading("ทั้งสอง")
    both = register(world, viewer, hold(world, read), read, groups=("finance",), registry=True)
    assert both.groups == ("กลุ่มบริหารงานการเงินและสินทรัพย์", "สารบรรณกลาง สพป.ตัวอย่าง เขต 4")


def test_a_school_registers_in_its_own_book(world: World) -> None:
    director = clerk(world, Duty.DIRECTOR, place=2)
    outcome = register(world, director, hold(world, owner=2))
    assert (outcome.text, outcome.groups) == ("1/2569", ("โรงเรียนบ้านนา",))
    with world.database.read() as session:
        assert registers.newest(session, session.get_one(OrganisationRow, 1)) == []


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (replace(CONTENT, letter_number=" "), "letter_number"),
        (replace(CONTENT, subject=""), "subject"),
        (replace(CONTENT, secrecy=Secrecy.TOP_SECRET), "secrecy"),
    ],
)
def test_a_wrong_form_changes_nothing(world: World, content: Content, field: str) -> None:
    key = hold(world)
    with pytest.raises(FieldsWrong) as fault:
        register(world, clerk(world), key, content=content)
    assert field in fault.value.problems
    assert outcomes(world) == [(key, OutcomeKind.HELD)]
    assert rows(world, EntryRow) == rows(world, LetterRow) == []
    assert faults(world) == []


def test_a_register_that_is_off_or_closed_keeps_it_in_the_tray(world: World) -> None:
    key, viewer = hold(world), clerk(world)
    with world.act() as act:
        registers.set_start(act, world.office(act), RegisterKind.INCOMING, 2569, 0)
    with pytest.raises(RegisterOff):
        register(world, viewer, key)
    with world.act() as act:
        registers.set_start(act, world.office(act), RegisterKind.INCOMING, 2569, 1)
        act.alter(OrganisationRow, 1, year_in_use=2568)
    with pytest.raises(RegisterClosed):
        register(world, viewer, key)
    assert outcomes(world) == [(key, OutcomeKind.HELD)]
    with world.act() as act:
        act.alter(OrganisationRow, 1, year_in_use=None)
    assert register(world, viewer, key).text == "1/2569"
    assert faults(world) == []


def test_the_second_clerk_is_told_and_takes_no_number(world: World) -> None:
    key, first, second = hold(world), clerk(world), clerk(world, name="นายมานะ")
    register(world, first, key)
    for decide in (
        lambda act: tray.register(act, second, key, reading(), Wanted(CONTENT), WAYS),
        lambda act: tray.join(act, second, key, reading(), 1),
        lambda act: tray.held(act.session, second, key),
    ):
        with pytest.raises(DecidedMeanwhile, match="1/2569") as fault, world.act() as act:
            decide(act)
        assert "1/2569" in fault.value.sentence("th")
        assert isinstance(fault.value, ChangedMeanwhile)
    assert [entry.text for entry in rows(world, EntryRow)] == ["1/2569"]
    assert outcomes(world) == [(key, OutcomeKind.REGISTERED)]


def test_pressing_twice_registers_once(world: World) -> None:
    key, viewer = hold(world), clerk(world)
    assert register(world, viewer, key) == register(world, viewer, key)
    assert len(rows(world, EntryRow)) == 1
    assert faults(world) == []


def test_eight_clerks_at_once_take_one_number(world: World) -> None:
    key, start = hold(world), threading.Barrier(8)
    viewers = [clerk(world, name=f"คนที่ {n}") for n in range(8)]

    def press(viewer: Viewer) -> str:
        start.wait(20)
        try:
            return register(world, viewer, key).text
        except DecidedMeanwhile as fault:
            return fault.sentence("en")

    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(press, viewers))
    assert told.count("1/2569") == 1
    assert sum("decided about this first (1/2569)" in sentence for sentence in told) == 7
    assert len(rows(world, EntryRow)) == 1
    assert outcomes(world) == [(key, OutcomeKind.REGISTERED)]
    assert faults(world) == []


def test_a_copy_that_was_registered_meanwhile_is_shown_before_it_takes_a_second_number(world: World) -> None:
    one, other, viewer = hold(world), hold(world), clerk(world)
    register(world, viewer, one)
    with pytest.raises(FieldsWrong) as fault:
        register(world, viewer, other)
    assert "ฉบับเดียวกัน" in fault.value.problems["form"]
    assert len(rows(world, EntryRow)) == 1
    with world.database.read() as session:
        first = copies.first_of(session, session.get_one(IntakeRow, other), reading())
    assert first is not None
    assert register(world, viewer, other, seen=first.entry_id).text == "2/2569"


def test_what_could_not_be_read_is_known_again_once_it_was_registered(world: World) -> None:
    viewer, key = clerk(world), hold(world, Reading())
    register(world, viewer, key, reading("อ่านได้แล้ว"))
    again = hold(world, Reading())
    with pytest.raises(FieldsWrong):
        register(world, viewer, again, reading("อ่านได้แล้ว"))
    assert rows(world, IntakeRow)[0].subject == "อ่านได้แล้ว"
    assert faults(world) == []


def test_what_was_dropped_for_the_outgoing_register_gets_its_number_and_goes_nowhere(world: World) -> None:
    read = reading("หนังสือถึงโรงเรียน", document())
    dropped = {"channel": Channel.FOLDER, "source": "/drop", "register": RegisterKind.OUTGOING, "name": "ก.pdf"}
    content = replace(CONTENT, letter_number="", sender="สพป.ตัวอย่าง เขต 4", recipient="โรงเรียนบ้านนา")
    key = hold(world, read, **dropped)
    outcome = register(world, clerk(world), key, read, content, groups=("finance",), circular=True)
    assert outcome.text == "ศธ 04022/ว1"
    assert rows(world, LetterRow)[0].letter_number == "ศธ 04022/ว1"
    assert rows(world, DeliveryRow) == rows(world, OutboxRow) == []
    assert faults(world) == []


def test_an_automatic_mail_is_registered_but_not_answered(world: World) -> None:
    read = reading(automatic=True)
    register(world, clerk(world), hold(world, read), read)
    assert [mail.kind for mail in rows(world, OutboxRow)] == [NoticeKind.ARRIVAL]


def a_line(world: World, viewer: Viewer, kind: RegisterKind = RegisterKind.INCOMING, **content: Any) -> int:
    with world.act("registered") as act:
        return registering.register(act, viewer, kind, replace(CONTENT, **content)).id


def join(world: World, viewer: Viewer, key: int, read: Reading, entry: int, *, with_files: bool = False) -> Outcome:
    with world.act("joined", viewer.name) as act:
        return tray.join(act, viewer, key, read, entry, with_files=with_files)


def test_a_copy_is_joined_and_takes_no_number(world: World) -> None:
    viewer, read = clerk(world), reading("สำเนา", document())
    entry, key = a_line(world, viewer), hold(world, read)
    outcome = join(world, viewer, key, read, entry)
    assert (outcome.kind, outcome.text) == (OutcomeKind.JOINED, "1/2569")
    assert rows(world, DocumentRow) == []
    assert len(rows(world, EntryRow)) == 1
    assert outcomes(world) == [(key, OutcomeKind.JOINED)]
    assert faults(world) == []


def test_the_files_of_a_copy_are_added_once(world: World) -> None:
    viewer, scan = clerk(world), document(b"%PDF-1.4 signed", "ลงนาม.pdf")
    entry = a_line(world, viewer)
    for read in (reading("หนึ่ง", document()), reading("สอง", document(), scan, document(b"GIF89a", inline=True))):
        join(world, viewer, hold(world, read), read, entry, with_files=True)
    assert [row.name for row in rows(world, DocumentRow)] == ["หนังสือ.pdf", "ลงนาม.pdf"]
    assert {row.added_by for row in rows(world, DocumentRow)} == {"นางมาลี"}
    assert faults(world) == []


def test_files_of_a_secret_copy_never_come_to_an_ordinary_line(world: World) -> None:
    viewer, read = clerk(world), reading("สำเนาลับ", document(), secrecy=Secrecy.SECRET)
    ordinary, secret = a_line(world, viewer), a_line(world, viewer, secrecy=Secrecy.VERY_SECRET)
    key = hold(world, read)
    with pytest.raises(FieldsWrong) as fault:
        join(world, viewer, key, read, ordinary, with_files=True)
    assert "files" in fault.value.problems
    assert rows(world, DocumentRow) == []
    assert join(world, viewer, key, read, secret, with_files=True).secret
    assert len(rows(world, DocumentRow)) == 1


def test_a_copy_is_joined_only_to_a_line_in_use_of_the_same_book(world: World) -> None:
    viewer, read, key = clerk(world), reading(), hold(world)
    sent, voided = a_line(world, viewer, RegisterKind.OUTGOING), a_line(world, viewer)
    with world.act() as act:
        registers.void(act, act.session.get_one(EntryRow, voided), "พิมพ์ผิด")
    theirs = a_line(world, clerk(world, Duty.DIRECTOR, place=2))
    for entry, wrong in ((sent, FieldsWrong), (voided, FieldsWrong), (theirs, NotFound), (999, NotFound)):
        with pytest.raises(wrong):
            join(world, viewer, key, read, entry)
    assert outcomes(world) == [(key, OutcomeKind.HELD)]
    assert faults(world) == []


def test_nobody_joins_to_a_secret_line_of_others(world: World) -> None:
    secret = a_line(world, clerk(world), secrecy=Secrecy.SECRET)
    with pytest.raises(NotAllowed):
        join(world, clerk(world, Duty.REGISTER_ADMIN), hold(world), reading(), secret)


def test_many_are_refused_in_one_act_with_one_reason(world: World) -> None:
    keys = [hold(world, reading(f"โฆษณา {n}")) for n in range(4)]
    viewer = clerk(world)
    register(world, clerk(world, name="นายมานะ"), keys[1], reading("โฆษณา 1"))
    before = len(rows(world, HistoryRow))
    with world.act("refused", viewer.name) as act:
        refused = tray.refuse(act, viewer, keys, " ไม่ใช่หนังสือราชการ ")
    assert refused == [keys[0], *keys[2:]]
    assert len(rows(world, HistoryRow)) == before + 1
    kinds = dict(outcomes(world))
    assert [kinds[key] for key in keys] == [
        OutcomeKind.REFUSED,
        OutcomeKind.REGISTERED,
        OutcomeKind.REFUSED,
        OutcomeKind.REFUSED,
    ]
    assert {row.reason for row in rows(world, OutcomeRow) if row.kind is OutcomeKind.REFUSED} == {
        "นางมาลี ไม่รับ: ไม่ใช่หนังสือราชการ"
    }
    assert faults(world) == []


@pytest.mark.parametrize(("keys", "reason", "field"), [([1], " ", "reason"), ([], "ไม่รับ", "mark")])
def test_refusing_needs_a_reason_and_something_to_refuse(
    world: World, keys: list[int], reason: str, field: str
) -> None:
    hold(world)
    viewer = clerk(world)
    with pytest.raises(FieldsWrong) as fault, world.act() as act:
        tray.refuse(act, viewer, keys, reason)
    assert list(fault.value.problems) == [field]


def test_what_was_refused_can_be_settled_anew(world: World) -> None:
    key, viewer = hold(world), clerk(world)
    with world.act("refused") as act:
        tray.refuse(act, viewer, [key], "ผิดพลาด")
    with world.act("reopened") as act:
        assert intakes.reopen(act, key)
    assert faults(world) == []


def test_one_goes_on_to_the_next_that_one_reads_and_from_the_last_to_the_oldest(world: World) -> None:
    first, secret, third = hold(world), hold(world, secrecy=Secrecy.SECRET), hold(world)
    admin, registry = clerk(world, Duty.REGISTER_ADMIN), clerk(world)
    with world.database.read() as session:
        assert tray.beside(session, admin, first) == (None, third)
        assert tray.beside(session, registry, first) == (None, secret)
        assert tray.beside(session, admin, third) == (first, None)
        assert tray.after(session, admin, first) == third
        assert tray.after(session, admin, third) == first
    with world.act() as act:
        tray.refuse(act, registry, [first, third], "ไม่รับ")
    with world.database.read() as session:
        assert tray.after(session, admin, third) is None
        assert tray.after(session, registry, third) == secret


def test_what_became_of_it_is_told_with_its_number(world: World) -> None:
    key, viewer = hold(world), clerk(world)
    world.later(days=1)
    register(world, viewer, key)
    with world.database.read() as session:
        told = tray.told(session, viewer, key)
    assert told is not None
    assert told.text == "1/2569"
    assert rows(world, EntryRow)[0].registered_at == world.now
    assert rows(world, IntakeRow)[0].settled_at == world.now - timedelta(days=1)
