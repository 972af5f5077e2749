"""A list never tells what its viewer may not read, however it is asked (I8, R14, P-32)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from books_world import (
    ALL,
    INCOMING,
    OUTGOING,
    STRANGER,
    TODAY,
    catch_up,
    each,
    enclose,
    enter,
    ids,
    page,
    viewer,
)
from ledger_world import World

from ledger import listing
from ledger.access import Duty, Viewer
from ledger.directory import PersonRow
from ledger.letters import DeliveryRow
from ledger.listing import Page
from ledger.registers import EntryRow
from ledger.values import HolderKind, Secrecy, Urgency

SECRET = {"secrecy": Secrecy.SECRET, "subject": "ลับเรื่องทุจริต", "sender": "ป.ป.ช.", "recipient": "ผอ.", "group_id": 1}


def test_a_line_says_what_the_entry_says(world: World) -> None:
    said = {"letter_number": "ศธ 1/2", "letter_date": TODAY, "sender": "ก", "recipient": "ข", "subject": "ค"}
    said |= {"action": "ง", "remark": "จ", "urgency": Urgency.URGENT, "origin": "paper", "registrant_id": 1}
    enter(world, group_id=1, reserved_for="ฉ", reserved_until=TODAY, **said)
    enclose(world, 1, "a.pdf")
    (line,) = page(world, ALL, STRANGER).lines
    assert {name: getattr(line, name) for name in said} == said
    assert (line.number, line.text, line.year, line.kind, line.letter_id) == (1, "1/2569", 2569, INCOMING, 1)
    assert (line.group, line.files, line.registered_by) == ("กลุ่มบริหารงานการเงินและสินทรัพย์", 1, "Malee")
    assert (line.registered_at, line.reserved, line.reserved_for) == (world.now, True, "ฉ")
    assert not line.hidden


def test_a_secret_line_of_others_is_a_number_and_nothing_else(world: World) -> None:
    key = enter(world, letter_number="ปช 0001/77", letter_date=TODAY, action="ทำ", remark="ด่วน", **SECRET)
    enclose(world, 1, "หลักฐาน.pdf")
    with world.act() as act:
        act.alter(EntryRow, key, voided_at=world.now, voided_by="Malee", void_reason="ซ้ำ")
    (line,) = page(world, ALL, STRANGER).lines
    assert each(world, ALL, STRANGER) == [line]
    assert (line.hidden, line.text, line.secrecy, line.voided_by) == (True, "1/2569", Secrecy.SECRET, "Malee")
    shown = {"letter_number", "sender", "recipient", "subject", "action", "remark", "group", "void_reason"}
    assert {getattr(line, name) for name in shown} == {""}
    assert (line.files, line.letter_id, line.letter_date) == (0, None, None)
    assert page(world, ALL).lines[0].subject == SECRET["subject"]


def test_an_own_number_is_no_secret(world: World) -> None:
    enter(world, OUTGOING, **SECRET)
    (line,) = page(world, ALL, STRANGER).lines
    assert (line.hidden, line.letter_number, line.subject) == (True, "ศธ 04022/1", "")


NARROWINGS: list[dict[str, Any]] = [
    *({"words": word} for word in ("ทุจริต", "ทุ", "ท", "77", "ปช 0001/77", "หลักฐาน", "ใจความ", "1/2569", "/")),
    *({"words": "ทุจริต", "field": "subject"}, {"sender": "ป.ป.ช."}, {"recipient": "ผอ"}, {"group_id": 1}),
    *({"files": True}, {"files": False}, {"words": "1"}, {"words": "2569"}, {"words": "-"}),
]


@pytest.mark.parametrize("narrowing", NARROWINGS)
def test_nothing_that_is_asked_tells_of_a_secret_line(world: World, narrowing: dict[str, Any]) -> None:
    enter(world, letter_number="ปช 0001/77", remark="-", summary="ใจความ", **SECRET)
    enclose(world, 1, "หลักฐาน.pdf")
    catch_up(world)
    wanted = replace(ALL, **narrowing)
    assert page(world, wanted, STRANGER) == Page((), 0)
    assert each(world, wanted, STRANGER) == []
    if narrowing != {"files": False}:
        assert (page(world, wanted).total, len(each(world, wanted))) == (1, 1)


def test_rights_are_those_of_now_though_the_index_is_behind(world: World) -> None:
    key = enter(world, subject="ลับเรื่องทุจริต")
    catch_up(world)
    with world.act() as act:
        act.alter(EntryRow, key, secrecy=Secrecy.VERY_SECRET)
    assert page(world, replace(ALL, words="ทุจริต"), STRANGER) == Page((), 0)
    assert each(world, replace(ALL, words="ทุจริต"), STRANGER) == []


def deliver(world: World, **holder: object) -> None:
    with world.act() as act:
        made = {"made_at": act.at, "made_by": "x", "holder": "x", "organisation_id": 1, **holder}
        act.add(DeliveryRow, letter_id=1, holder_kind=HolderKind.GROUP, **made)


READERS: list[tuple[Viewer, Callable[[World], object]]] = [
    (viewer(Duty.DIRECTOR, person_id=99), lambda world: None),
    (viewer(person_id=1), lambda world: None),  # who registered it
    (viewer(person_id=2), lambda world: deliver(world, person_id=2)),
    (viewer(Duty.GROUP_CLERK, person_id=99, group_id=2), lambda world: deliver(world, group_id=2)),
]


@pytest.mark.parametrize(("reader", "prepare"), READERS)
def test_who_holds_it_or_is_on_duty_reads_and_finds_it(
    world: World, reader: Viewer, prepare: Callable[[World], object]
) -> None:
    with world.act() as act:
        act.add(PersonRow, organisation_id=1, code="two", name="สอง", position="", mailbox="")
    enter(world, registrant_id=1, **SECRET)
    prepare(world)
    catch_up(world)
    for wanted in (ALL, replace(ALL, words="ทุจริต"), replace(ALL, group_id=1)):
        (line,) = page(world, wanted, reader).lines
        assert (line.hidden, line.subject) == (False, SECRET["subject"])
        assert each(world, wanted, reader) == [line]


def test_other_organisations_are_never_seen(world: World) -> None:
    own, _ = enter(world, subject="ประชุม"), enter(world, owner=2, subject="ประชุม")
    catch_up(world)
    for wanted in (ALL, replace(ALL, words="ประชุม"), replace(ALL, words="ปร"), replace(ALL, words="1/2569")):
        assert ids(page(world, wanted)) == [line.id for line in each(world, wanted)] == [own]
        school = viewer(Duty.SCHOOL_CLERK, organisation_id=2)
        assert ids(page(world, wanted, school)) == [2]
        assert page(world, wanted, viewer(organisation_id=3)) == Page((), 0)
    with world.database.read() as session:
        assert sum(sum(counts.values()) for _, counts in listing.per_day(session, 1, 1, TODAY)) == 1
        assert listing.years(session, 3, INCOMING) == []
