"""What waits for whom, since when: letters to acknowledge, the tray, held numbers that are overdue (P-32)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from clerks import FULL, OFFICE, ORDER, OUTGOING, S1, S2, amend, line, person, register, void
from ledger_world import LIFE, World

from ledger import holding, letters, registering, waiting
from ledger.access import Duty, Viewer
from ledger.intakes import IntakeRow, OutcomeRow
from ledger.letters import Holder, LetterRow
from ledger.values import HolderKind, OutcomeKind, Visit
from ledger.waiting import Pile, Waiting

TODAY = date(2026, 11, 23)


def of(world: World, viewer: Viewer, today: date = TODAY) -> Waiting:
    with world.database.read() as session:
        return waiting.of(session, viewer, today)


def deliver(world: World, kind: HolderKind, place: int, group: int | None = None, who: int | None = None) -> int:
    """A letter on its way to a holder."""
    key = register(world, person(world, place=S2 if place != S2 else OFFICE), kind=OUTGOING).id
    with world.act("sent") as act:
        letter = act.session.get_one(LetterRow, line(world, key).letter_id)
        return letters.deliver(act, letter, Holder(kind, place, "x", "", group, who), LIFE)[0]


def test_nothing_waits_for_nobody(world: World) -> None:
    assert of(world, person(world, *Duty, group=1)) == Waiting(Pile(), Pile(), 0)


def test_a_letter_waits_for_its_holder_until_it_is_acknowledged(world: World) -> None:
    clerk, colleague = person(world, Duty.CENTRAL_CLERK), person(world)
    first, since = deliver(world, HolderKind.REGISTRY, OFFICE), world.now
    world.later(hours=3)
    second, later = deliver(world, HolderKind.REGISTRY, OFFICE), world.now
    assert of(world, clerk).letters == Pile(2, since)
    assert of(world, colleague).letters == Pile()
    for delivery, left in ((first, Pile(1, later)), (second, Pile())):
        with world.act("acknowledged") as act:
            holding.acknowledge(act, clerk, delivery, Visit(world.now, "POST"))
        assert of(world, clerk).letters == left


@pytest.mark.parametrize(
    ("kind", "duty", "group"),
    [
        (HolderKind.REGISTRY, Duty.CENTRAL_CLERK, None),
        (HolderKind.GROUP, Duty.GROUP_CLERK, 1),
        (HolderKind.SCHOOL, Duty.SCHOOL_CLERK, None),
    ],
)
def test_each_clerk_waits_for_what_is_the_clerks(world: World, kind: HolderKind, duty: Duty, group: int | None) -> None:
    place = S1 if kind is HolderKind.SCHOOL else OFFICE
    deliver(world, kind, place, group)
    assert of(world, person(world, duty, place=place, group=group)).letters.count == 1
    others = [one for one in Duty if one is not duty]
    assert of(world, person(world, *others, place=place, group=group)).letters.count == 0
    assert of(world, person(world, duty, place=S2, group=group)).letters.count == 0
    if group:
        assert of(world, person(world, duty, place=place, group=2)).letters.count == 0


def test_a_persons_letter_waits_for_the_person(world: World) -> None:
    holder = person(world, group=1)
    deliver(world, HolderKind.PERSON, OFFICE, 1, holder.person_id)
    assert of(world, holder).letters.count == 1
    assert of(world, person(world, Duty.GROUP_CLERK, group=1)).letters.count == 0


def hold(world: World, place: int, kind: OutcomeKind = OutcomeKind.HELD) -> None:
    with world.act("held") as act:
        intake = act.add(
            IntakeRow, channel="smtp", source="x", organisation_id=place, register="incoming", sender="", recipients="",
            peer="", name="", size=1, sha256="0" * 64, taken_at=world.now, settled_at=world.now,
        )  # fmt: skip
        act.add(OutcomeRow, intake_id=intake, kind=kind, reason="x", at=world.now)


@pytest.mark.parametrize(
    ("place", "deciding"),
    [
        (OFFICE, {Duty.CENTRAL_CLERK, Duty.REGISTER_ADMIN}),
        (S1, {Duty.SCHOOL_CLERK, Duty.DIRECTOR, Duty.DEPUTY}),
    ],
)
def test_the_tray_waits_for_those_who_decide(world: World, place: int, deciding: set[Duty]) -> None:
    since = world.now
    for owner in (place, place, S2):
        hold(world, owner)
        world.later(minutes=1)
    hold(world, place, OutcomeKind.REFUSED)
    piles = {duty: of(world, person(world, duty, place=place)).tray for duty in Duty}
    assert {duty for duty, pile in piles.items() if pile.count} == deciding
    assert {pile for pile in piles.values() if pile.count} == {Pile(2, since)}


def test_a_held_number_is_overdue_the_day_after(world: World) -> None:
    clerk, colleague, admin = person(world), person(world), person(world, Duty.REGISTER_ADMIN)
    with world.act("reserved") as act:
        first, second, _ = registering.reserve(act, clerk, ORDER, "ผอ.", TODAY, 3)
        registering.reserve(act, clerk, ORDER, "ผอ.", TODAY + timedelta(days=9))
    tomorrow = TODAY + timedelta(days=1)
    assert [of(world, one).overdue for one in (clerk, colleague, admin)] == [0, 0, 0]
    assert [of(world, one, tomorrow).overdue for one in (clerk, colleague, admin)] == [3, 0, 3]
    amend(world, clerk, first.id, FULL)
    void(world, clerk, second.id)
    assert of(world, clerk, tomorrow).overdue == 1
    director = person(world, Duty.DIRECTOR, place=S1)
    assert of(world, director, tomorrow).overdue == 0
