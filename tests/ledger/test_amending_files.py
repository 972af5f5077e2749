"""Files that come later and files that are taken off; what others hold stays as they got it (C5, P-11, P-32)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from clerks import (
    FULL,
    INCOMING,
    OFFICE,
    ORDER,
    OUTGOING,
    PDF,
    S1,
    amend,
    enclose,
    faults,
    line,
    person,
    register,
    rows,
    scan,
    take_off,
    void,
)
from ledger_world import LIFE, World

from ledger import amending, letters
from ledger.access import Duty
from ledger.errors import FieldsWrong, NotAllowed, NotFound, Refused
from ledger.history import HistoryRow
from ledger.letters import DocumentRow, Holder, LetterRow
from ledger.registers import EntryRow
from ledger.values import HolderKind, Secrecy


def names(world: World, key: int) -> list[tuple[int, str]]:
    with world.database.read() as session:
        entry = session.get_one(EntryRow, key)
        found = letters.documents(session, [entry.letter_id or 0])
        return [(document.position, document.name) for document in found]


def deliver(world: World, key: int, organisation_id: int = S1) -> None:
    with world.act("sent") as act:
        letter = act.session.get_one(LetterRow, line(world, key).letter_id)
        letters.deliver(act, letter, Holder(HolderKind.SCHOOL, organisation_id, "โรงเรียน", ""), LIFE)


def test_the_signed_scan_comes_after_the_window_and_from_a_colleague(world: World) -> None:
    clerk, colleague = person(world), person(world, name="นายสแกน")
    key = register(world, clerk, kind=OUTGOING, documents=[scan("ร่าง.pdf")]).id
    world.later(days=30)
    enclose(world, colleague, key, scan("ลงนาม.pdf", PDF + b"2"), scan("แนบ.pdf", PDF + b"3"))
    assert names(world, key) == [(1, "ร่าง.pdf"), (2, "ลงนาม.pdf"), (3, "แนบ.pdf")]
    came, later, _ = rows(world, DocumentRow)
    assert (came.added_by, came.added_at) == ("", None)
    assert (later.added_by, later.added_at) == ("นายสแกน", world.now)
    assert faults(world) == []


def test_an_order_without_files_becomes_a_letter_with_its_first(world: World) -> None:
    clerk = person(world)
    key = register(world, clerk, kind=ORDER).id
    assert line(world, key).letter_id is None
    enclose(world, clerk, key, scan())
    enclose(world, clerk, key, scan("2.pdf", PDF + b"2"))
    (letter,) = rows(world, LetterRow)
    assert (letter.id, letter.subject, letter.outgoing) == (line(world, key).letter_id, FULL.subject, True)
    assert len(names(world, key)) == 2


def test_files_come_with_an_amendment_too(world: World) -> None:
    clerk = person(world)
    key = register(world, clerk).id
    amend(world, clerk, key, replace(FULL, subject="ใหม่"), documents=[scan()])
    assert names(world, key) == [(1, "หนังสือ.pdf")]
    assert rows(world, LetterRow)[0].subject == "ใหม่"


def test_a_void_line_takes_no_file(world: World) -> None:
    clerk = person(world)
    key = register(world, clerk, documents=[scan()]).id
    void(world, clerk, key)
    with pytest.raises(Refused):
        enclose(world, clerk, key, scan())
    with pytest.raises(NotAllowed):
        take_off(world, clerk, key)


def test_a_file_is_taken_off_and_its_original_stays(world: World) -> None:
    clerk = person(world)
    key = register(world, clerk, documents=[scan("ก.pdf"), scan("ข.pdf", PDF + b"2")]).id
    take_off(world, clerk, key, 1)
    assert names(world, key) == [(2, "ข.pdf")]
    gone = rows(world, DocumentRow)[0]
    assert (gone.removed_by, gone.removed_at) == (clerk.name, world.now)
    assert world.originals.get(gone.sha256) == PDF
    enclose(world, clerk, key, scan("ค.pdf", PDF + b"3"))
    assert names(world, key) == [(2, "ข.pdf"), (3, "ค.pdf")]  # no position is used twice
    for position in (1, 0, 99):
        with pytest.raises(NotFound):
            take_off(world, clerk, key, position)
    assert faults(world) == []


def test_after_the_window_a_file_is_taken_off_only_with_a_reason(world: World) -> None:
    clerk, admin = person(world), person(world, Duty.REGISTER_ADMIN)
    key = register(world, clerk, documents=[scan()]).id
    world.later(days=3)
    with pytest.raises(NotAllowed):
        take_off(world, clerk, key, reason="แนบผิด")
    with pytest.raises(FieldsWrong) as wrong:
        take_off(world, admin, key, reason=" ")
    assert set(wrong.value.problems) == {"reason"}
    assert len(names(world, key)) == 1
    take_off(world, admin, key, reason="แนบผิดฉบับ")
    assert rows(world, HistoryRow)[-1].about == f"entry {key}: แนบผิดฉบับ"


def test_a_colleague_takes_no_file_off(world: World) -> None:
    key = register(world, person(world), documents=[scan()]).id
    with pytest.raises(NotAllowed):
        take_off(world, person(world), key)


def test_what_was_sent_gets_no_further_file_and_loses_none(world: World) -> None:
    clerk, admin = person(world), person(world, Duty.REGISTER_ADMIN)
    key = register(world, clerk, kind=OUTGOING, documents=[scan()]).id
    deliver(world, key)
    asked = [
        lambda: enclose(world, clerk, key, scan("2.pdf", PDF + b"2")),
        lambda: take_off(world, admin, key, reason="x"),
        lambda: amend(world, clerk, key, FULL, documents=[scan("2.pdf", PDF + b"2")]),
    ]
    for ask in asked:
        with pytest.raises(Refused):
            ask()
    assert names(world, key) == [(1, "หนังสือ.pdf")]
    amend(world, clerk, key, replace(FULL, subject="แก้ในทะเบียน"))  # the line, not the letter
    assert (line(world, key).subject, rows(world, LetterRow)[0].subject) == ("แก้ในทะเบียน", FULL.subject)


def test_what_came_in_stays_open_while_it_goes_round_the_house(world: World) -> None:
    clerk = person(world)
    key = register(world, clerk, kind=INCOMING, documents=[scan()]).id
    deliver(world, key, OFFICE)
    enclose(world, clerk, key, scan("2.pdf", PDF + b"2"))
    take_off(world, clerk, key, 1, "แนบผิดฉบับ")
    amend(world, clerk, key, replace(FULL, subject="แก้"))
    assert names(world, key) == [(2, "2.pdf")]
    assert rows(world, LetterRow)[0].subject == "แก้"


def test_files_of_others_are_not_there_and_secret_ones_are_refused(world: World) -> None:
    teacher, clerk = person(world, place=S1), person(world, *Duty)
    theirs = register(world, teacher, documents=[scan()]).id
    for ask in (lambda: enclose(world, clerk, theirs, scan()), lambda: take_off(world, clerk, theirs, reason="x")):
        with pytest.raises(NotFound):
            ask()
    secret = register(world, person(world), replace(FULL, secrecy=Secrecy.SECRET), documents=[scan()]).id
    admin = person(world, Duty.REGISTER_ADMIN)
    for ask in (lambda: enclose(world, admin, secret, scan()), lambda: take_off(world, admin, secret, reason="x")):
        with pytest.raises(NotAllowed):
            ask()
    assert len(names(world, theirs)) == len(names(world, secret)) == 1


def test_a_position_finds_a_file_of_this_line_alone(world: World) -> None:
    clerk = person(world)
    first = register(world, clerk, documents=[scan("ก.pdf")]).id
    second = register(world, clerk, kind=ORDER).id
    with world.database.read() as session:
        assert amending.document_of(session, session.get_one(EntryRow, first), 1).name == "ก.pdf"
        for position in (1, 0, -1, 2**62):
            with pytest.raises(NotFound):
                amending.document_of(session, session.get_one(EntryRow, second), position)
