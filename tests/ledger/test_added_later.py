"""Files that are added to a letter that others hold: by whom, and that every holder can tell (C5, P-32)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from clerks import (
    FULL,
    INCOMING,
    OFFICE,
    ORDER,
    OUTGOING,
    PDF,
    S1,
    S2,
    amend,
    enclose,
    faults,
    line,
    person,
    register,
    rows,
    scan,
    told,
)
from ledger_world import LIFE, World, as_it_is, sender_of

from gateway.cli.letters_told import as_dict
from ledger import amending, custody, facts, letters
from ledger.access import Duty
from ledger.desk import Desk
from ledger.directory import GroupRow
from ledger.errors import NotAllowed, NotFound, Refused
from ledger.letters import DeliveryRow, DocumentRow, Holder, LetterRow
from ledger.outbox import OutboxRow
from ledger.registers import EntryRow
from ledger.values import HolderKind, Secrecy, Visit

SCHOOL = Holder(HolderKind.SCHOOL, S1, "โรงเรียนบ้านนา", "s1@schools.example")


def arrived(world: World, place: int = OFFICE) -> int:
    """A letter of another agency that was numbered by the machine and went to its holder."""
    key = register(world, person(world, place=place), kind=INCOMING, documents=[scan("ต้นฉบับ.pdf")]).id
    with world.act("registered", "smtp") as act:
        act.alter(EntryRow, key, registrant_id=None)
    deliver(world, key, place)
    return key


def deliver(world: World, key: int, place: int = OFFICE) -> None:
    with world.act("sent") as act:
        holder = letters.group_holder(act.session.get_one(GroupRow, 1)) if place == OFFICE else SCHOOL
        letter = act.session.get_one(LetterRow, line(world, key).letter_id)
        custody.send_to(act, letter, holder, LIFE, sender_of)
    world.later(minutes=10)


def added(world: World, key: int, *duties: Duty, place: int = OFFICE) -> bool:
    """Whether somebody with those duties may add a file; what is offered is what is done."""
    viewer = person(world, *duties, place=place)
    with world.database.read() as session:
        offered = amending.may_add(session, viewer, session.get_one(EntryRow, key))
    try:
        enclose(world, viewer, key, scan("เพิ่ม.pdf", PDF + repr(duties).encode()))
    except NotAllowed:
        assert not offered
        return False
    assert offered
    return True


ANSWER_FOR_IT = {
    OFFICE: {Duty.CENTRAL_CLERK, Duty.REGISTER_ADMIN},
    S1: {Duty.SCHOOL_CLERK, Duty.DIRECTOR, Duty.DEPUTY},
}


@pytest.mark.parametrize("place", [OFFICE, S1])
@pytest.mark.parametrize("duty", [None, *Duty])
def test_who_adds_to_a_letter_that_others_hold(world: World, duty: Duty | None, place: int) -> None:
    key = arrived(world, place)
    assert added(world, key, *([duty] if duty else []), place=place) == (duty in ANSWER_FOR_IT[place])
    assert len(rows(world, DocumentRow)) == (2 if duty in ANSWER_FOR_IT[place] else 1)


def test_who_registered_it_adds_to_it_and_so_with_an_amendment(world: World) -> None:
    clerk = person(world)
    key = register(world, clerk, kind=INCOMING, documents=[scan()]).id
    deliver(world, key)
    enclose(world, clerk, key, scan("2.pdf", PDF + b"2"))
    amend(world, clerk, key, FULL, documents=[scan("3.pdf", PDF + b"3")])
    assert len(rows(world, DocumentRow)) == 3


@pytest.mark.parametrize("kind", [INCOMING, OUTGOING, ORDER])
def test_before_anybody_holds_it_a_colleague_adds_the_signed_scan(world: World, kind: Any) -> None:
    key = register(world, person(world), kind=kind, documents=[scan()]).id
    assert added(world, key)


@pytest.mark.parametrize("duty", [None, *Duty])
def test_nobody_adds_to_what_went_to_another_organisation_or_came_from_one(world: World, duty: Duty | None) -> None:
    key = register(world, person(world), kind=OUTGOING, documents=[scan()]).id
    deliver(world, key, S1)
    theirs = received(world, line(world, key).letter_id or 0)
    duties = [duty] if duty else []
    for place, entry, refusal in (
        (OFFICE, key, Refused),  # our own that was sent
        (S1, theirs, Refused),  # what the school got from us
        (S2, key, NotFound),
        (S2, theirs, NotFound),
    ):
        with pytest.raises(refusal):
            enclose(world, person(world, *duties, place=place), entry, scan("2.pdf", PDF + b"2"))
    assert len(rows(world, DocumentRow)) == 1


def received(world: World, letter: int) -> int:
    """The line that the receiving school has for a letter of the office."""
    key = register(world, person(world, place=S1), kind=INCOMING).id
    with world.act("acknowledged") as act:
        act.alter(EntryRow, key, letter_id=letter)
    return key


def files(world: World, key: int) -> list[tuple[str, Any, str]]:
    """The line's files as its page lists them."""
    return [(one.name, one.added_at, one.added_by) for one in told(world, person(world), key).documents]


def test_what_was_added_later_bears_when_and_by_whom_everywhere(world: World) -> None:
    key = arrived(world)
    clerk = person(world, Duty.CENTRAL_CLERK, name="นางมาลี")
    at = world.now
    enclose(world, clerk, key, scan("เพิ่ม.pdf", PDF + b"2"))
    wanted = [("ต้นฉบับ.pdf", None, ""), ("เพิ่ม.pdf", at, "นางมาลี")]
    assert files(world, key) == wanted

    world.later(hours=1)
    deliver(world, key, S1)  # who gets it now sees it as well
    letter = line(world, key).letter_id or 0
    with world.database.read() as session:
        shown = facts.of_letters(session, [letter])[letter].documents
        listed = as_dict(session, session.get_one(LetterRow, letter))["documents"]
        tokens = session.execute(sa.select(OutboxRow.token).order_by(OutboxRow.id)).scalars().all()
    assert [(one.name, one.added_at, one.added_by) for one in shown] == wanted
    assert [(one["name"], one["added_at"], one["added_by"]) for one in listed] == wanted
    desk = Desk(world.database, world.originals, LIFE, sender_of, as_it_is)
    for token in tokens:
        page = desk.look(token, Visit(world.now, "GET", "192.0.2.0/24", "test")).facts.documents
        assert [(one.name, one.added_at, one.added_by) for one in page] == wanted
    assert faults(world) == []


def test_what_was_added_before_it_was_sent_is_part_of_the_letter(world: World) -> None:
    clerk = person(world)
    key = register(world, clerk, kind=OUTGOING, documents=[scan("ร่าง.pdf")]).id
    world.later(minutes=5)
    enclose(world, clerk, key, scan("ลงนาม.pdf", PDF + b"2"))
    assert files(world, key) == [("ร่าง.pdf", None, ""), ("ลงนาม.pdf", None, "")]
    world.later(minutes=5)
    deliver(world, key, S1)
    assert files(world, key) == [("ร่าง.pdf", None, ""), ("ลงนาม.pdf", None, "")]


def test_it_is_the_first_delivery_that_counts_of_each_letter(world: World) -> None:
    early, late = arrived(world), register(world, person(world), kind=INCOMING, documents=[scan("ก.pdf")]).id
    clerk = person(world, Duty.CENTRAL_CLERK)
    for key in (early, late):
        enclose(world, clerk, key, scan("ข.pdf", PDF + b"2"))
    deliver(world, late)
    deliver(world, early)
    assert len(rows(world, DeliveryRow)) == 3
    with world.database.read() as session:
        found = facts.enclosed(session, [line(world, key).letter_id or 0 for key in (early, late)])
    assert [[one.added_at is not None for one in each] for each in found.values()] == [[False, True], [False, False]]


def test_a_secret_letters_files_are_not_told_on_the_command_line(world: World) -> None:
    secret = replace(FULL, secrecy=Secrecy.SECRET)
    key = register(world, person(world), secret, INCOMING, documents=[scan("ลับ.pdf")]).id
    with world.database.read() as session:
        assert as_dict(session, session.get_one(LetterRow, line(world, key).letter_id))["documents"] == []
