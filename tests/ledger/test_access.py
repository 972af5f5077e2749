"""Who may do what, until when, and who reads what is secret (C3, C5, I8, R14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from clerks import CERTIFICATE, FULL, INCOMING, OFFICE, ORDER, OUTGOING, S1, S2, line, person, register
from ledger_world import LIFE, World

from ledger import access, letters
from ledger.access import APPOINTS, TABLE, Changing, Duty, Right, Viewer, Window
from ledger.directory import DutyRow, OrganisationRow, PersonRow
from ledger.errors import NotAllowed
from ledger.letters import Holder
from ledger.registers import EntryRow, WindowRow
from ledger.values import HolderKind, RegisterKind, Secrecy

# C3, written down once more: who has a right beyond what everybody has, at the office and at a school.
C3 = {
    Right.TRAY: ({"central_clerk", "register_admin"}, {"school_clerk", "director", "deputy"}),
    Right.CONFIGURE: ({"register_admin", "register_officer"}, {"director", "deputy", "register_officer"}),
    Right.OFFICERS: ({"register_admin", "register_officer"}, {"director", "deputy"}),
    Right.OVERRULE: ({"register_admin"}, {"director", "deputy"}),
    Right.CLERKS: ({"correspondence_admin"}, {"director", "deputy"}),
    Right.SCHOOL_GROUPS: ({"correspondence_admin"}, set()),
    Right.APPOINT: (
        {"administrator", "correspondence_admin", "register_admin", "register_officer"},
        {"director", "deputy"},
    ),
    Right.PEOPLE: ({"administrator"}, {"director", "deputy"}),
    Right.DIRECTORY: ({"administrator"}, set()),
}
EVERYBODYS = {Right.OPEN, Right.OWN, Right.READ, Right.REGISTER, Right.SEND}
SECRET = replace(FULL, secrecy=Secrecy.SECRET)


def viewer(kind: str, *duties: Duty, person_id: int = 1, group: int | None = None) -> Viewer:
    return Viewer(person_id, "นางมาลี", OFFICE, "หน่วยงาน", kind, group, frozenset(duties))


def test_every_right_is_in_the_table_and_in_this_test() -> None:
    assert set(TABLE) == set(Right) == EVERYBODYS | set(C3)


@pytest.mark.parametrize("kind", ["office", "school"])
@pytest.mark.parametrize("right", list(Right))
def test_each_duty_has_the_rights_of_c3_and_no_other(right: Right, kind: str) -> None:
    given = {duty for duty in Duty if viewer(kind, duty).may(right)}
    if right in EVERYBODYS:
        assert given == set(Duty)
        assert viewer(kind).may(right)
    else:
        assert given == C3[right][0 if kind == "office" else 1]
        assert not viewer(kind).may(right)


@pytest.mark.parametrize("right", list(Right))
def test_an_organisation_outside_has_no_rights(right: Right) -> None:
    outside = viewer("outside", *Duty)
    assert not outside.may(right)
    with pytest.raises(NotAllowed):
        outside.must(right)


def test_nobody_but_the_administrator_gives_every_duty() -> None:
    assert {right for right, duties in APPOINTS.items() if Duty.ADMINISTRATOR in duties} == {Right.DIRECTORY}
    assert Duty.REGISTER_ADMIN not in APPOINTS[Right.OFFICERS] | APPOINTS[Right.CLERKS]


def test_who_rests_sees_nothing(world: World) -> None:
    clerk = person(world, Duty.CENTRAL_CLERK)
    assert clerk.duties == {Duty.CENTRAL_CLERK}
    for row, key in ((PersonRow, clerk.person_id), (OrganisationRow, OFFICE)):
        with world.act() as act:
            act.alter(row, key, active=False)
            assert access.viewer(act.session, clerk.person_id) is None
            act.alter(row, key, active=True)
    with world.database.read() as session:
        assert access.viewer(session, 999) is None


def test_a_duty_that_is_not_known_here_gives_nothing(world: World) -> None:
    clerk = person(world)
    with world.act() as act:
        act.add(DutyRow, person_id=clerk.person_id, duty="emperor")
        found = access.viewer(act.session, clerk.person_id)
    assert found is not None
    assert found.duties == frozenset()


# Windows


@pytest.mark.parametrize(
    ("kind", "office", "school"), [(INCOMING, 3, 3), (OUTGOING, 1, 1), (ORDER, 15, 1), (CERTIFICATE, 30, 30)]
)
def test_the_usual_windows_are_those_of_c5(world: World, kind: RegisterKind, office: int, school: int) -> None:
    with world.database.read() as session:
        assert access.window(session, OFFICE, True, kind) == Window(office, office)
        assert access.window(session, S1, False, kind) == Window(school, school)


def test_an_own_window_is_of_one_organisation_and_one_register(world: World) -> None:
    with world.act() as act:
        act.add(WindowRow, organisation_id=S1, kind=INCOMING, amend_days=7, void_days=0)
        assert access.window(act.session, S1, False, INCOMING) == Window(7, 0)
        assert access.window(act.session, S2, False, INCOMING) == Window(3, 3)
        assert access.window(act.session, S1, False, OUTGOING) == Window(1, 1)


@pytest.mark.parametrize(
    ("registered", "days", "end"),
    [
        ("2026-11-23T03:30", 1, "2026-11-23T17:00"),  # 10:30, until midnight in Bangkok
        ("2026-11-23T16:59:59.999999", 1, "2026-11-23T17:00"),  # the day's last moment: only that
        ("2026-11-23T17:00", 1, "2026-11-24T17:00"),  # its first moment: the whole day
        ("2026-12-31T16:30", 1, "2026-12-31T17:00"),  # New Year's Eve 23:30
        ("2026-12-31T17:00", 3, "2027-01-03T17:00"),  # New Year
        ("2026-12-30T05:00", 3, "2027-01-01T17:00"),  # over New Year
        ("2028-02-28T05:00", 3, "2028-03-01T17:00"),  # a leap day
        ("2026-11-23T03:30", 0, "2026-11-22T17:00"),  # never
    ],
)
def test_a_window_is_counted_from_midnight_in_bangkok(registered: str, days: int, end: str) -> None:
    moment = datetime.fromisoformat(registered).replace(tzinfo=UTC)
    assert access.open_until(moment, days) == datetime.fromisoformat(end).replace(tzinfo=UTC)


def may(world: World, seen_by: Viewer, key: int, at: datetime, kind: RegisterKind = OUTGOING) -> Changing:
    with world.database.read() as session:
        return access.changing(session, seen_by, session.get_one(EntryRow, key), kind, at)


OPEN, CLOSED, OVERRULED = Changing(True, True, False), Changing(False, False, True), Changing(True, True, True)


def test_the_registrant_changes_it_until_the_last_microsecond(world: World) -> None:
    clerk, colleague = person(world), person(world)
    key = register(world, clerk, kind=OUTGOING).id
    midnight = datetime(2026, 11, 23, 17, tzinfo=UTC)
    assert may(world, clerk, key, midnight - timedelta(microseconds=1)) == OPEN
    assert may(world, clerk, key, midnight) == CLOSED
    assert may(world, colleague, key, world.now) == CLOSED


@pytest.mark.parametrize(
    ("duty", "place", "expected"),
    [(duty, OFFICE, OVERRULED if duty is Duty.REGISTER_ADMIN else CLOSED) for duty in Duty]
    + [(duty, S1, OVERRULED if duty in (Duty.DIRECTOR, Duty.DEPUTY) else CLOSED) for duty in Duty],
)
def test_who_overrules_changes_what_others_registered(world: World, duty: Duty, place: int, expected: Changing) -> None:
    clerk, other = person(world, place=place), person(world, duty, place=place)
    key = register(world, clerk).id
    assert may(world, other, key, world.now, INCOMING) == expected


def test_who_overrules_needs_a_reason_for_the_own_line_once_its_window_is_over(world: World) -> None:
    admin = person(world, Duty.REGISTER_ADMIN)
    key = register(world, admin).id
    assert may(world, admin, key, world.now, INCOMING) == OPEN
    assert may(world, admin, key, world.now + timedelta(days=9), INCOMING) == OVERRULED


def test_windows_of_amending_and_voiding_differ(world: World) -> None:
    clerk, admin = person(world), person(world, Duty.REGISTER_ADMIN)
    with world.act() as act:
        act.add(WindowRow, organisation_id=OFFICE, kind=INCOMING, amend_days=5, void_days=0)
        act.add(WindowRow, organisation_id=OFFICE, kind=OUTGOING, amend_days=0, void_days=5)
    entered = {kind: register(world, clerk, kind=kind).id for kind in (INCOMING, OUTGOING)}
    assert may(world, clerk, entered[INCOMING], world.now, INCOMING) == Changing(True, False, False)
    assert may(world, clerk, entered[OUTGOING], world.now) == Changing(False, True, True)
    own = register(world, admin).id
    assert may(world, admin, own, world.now, INCOMING) == OPEN  # the right to overrule is not lost in the window


def test_what_is_void_stays_as_it_is_even_for_who_overrules(world: World) -> None:
    admin = person(world, Duty.REGISTER_ADMIN)
    key = register(world, admin).id
    with world.act() as act:
        act.alter(EntryRow, key, voided_at=world.now, voided_by="x", void_reason="x")
    assert may(world, admin, key, world.now, INCOMING) == access.NOTHING


def test_a_line_that_no_person_registered_is_nobodys_to_change_but_who_overrules(world: World) -> None:
    key = register(world, person(world)).id
    with world.act() as act:
        act.alter(EntryRow, key, registrant_id=None)
    assert may(world, person(world), key, world.now, INCOMING) == CLOSED
    assert may(world, person(world, Duty.REGISTER_ADMIN), key, world.now, INCOMING) == OVERRULED


def test_who_overrules_changes_nothing_that_they_may_not_read(world: World) -> None:
    key = register(world, person(world), SECRET).id
    assert may(world, person(world, Duty.REGISTER_ADMIN), key, world.now, INCOMING) == access.NOTHING


# Secrecy


def reads(world: World, seen_by: Viewer, key: int) -> bool:
    """By the question about one line and by the condition of lists, which must agree."""
    with world.database.read() as session:
        entry = session.get_one(EntryRow, key)
        one = access.reads(session, seen_by, entry)
        listed = session.execute(sa.select(EntryRow.id).where(EntryRow.id == key, access.readable(seen_by))).first()
        assert one is (listed is not None)
    return one


@pytest.mark.parametrize("secrecy", [Secrecy.SECRET, Secrecy.VERY_SECRET])
@pytest.mark.parametrize(
    ("place", "readers"), [(OFFICE, {Duty.CENTRAL_CLERK, Duty.DIRECTOR}), (S1, {Duty.SCHOOL_CLERK, Duty.DIRECTOR})]
)
def test_secret_lines_are_read_by_those_on_duty_for_all(
    world: World, place: int, readers: set[Duty], secrecy: Secrecy
) -> None:
    registrant = person(world, place=place)
    key = register(world, registrant, replace(FULL, secrecy=secrecy)).id
    group = 1 if place == OFFICE else None
    read_by = {duty for duty in Duty if reads(world, person(world, duty, place=place, group=group), key)}
    assert read_by == readers
    assert reads(world, registrant, key)
    assert not reads(world, person(world, place=place), key)


def test_ordinary_lines_are_read_by_everybody(world: World) -> None:
    assert reads(world, person(world), register(world, person(world)).id)


def deliver(world: World, key: int, holder: Holder) -> None:
    with world.act("sent") as act:
        letter = act.session.get_one(letters.LetterRow, line(world, key).letter_id)
        letters.deliver(act, letter, holder, LIFE)


def test_a_group_that_holds_it_reads_it_through_its_clerk_alone(world: World) -> None:
    clerk, member = person(world, Duty.GROUP_CLERK, group=1), person(world, group=1)
    other = person(world, Duty.GROUP_CLERK, group=2)
    nowhere = person(world, Duty.GROUP_CLERK)
    key = register(world, person(world), SECRET).id
    assert not reads(world, clerk, key)
    deliver(world, key, Holder(HolderKind.GROUP, OFFICE, "กลุ่ม", "", group_id=1))
    assert reads(world, clerk, key)
    assert not any(reads(world, one, key) for one in (member, other, nowhere))


def test_a_person_who_holds_it_reads_it_and_the_clerk_of_their_group_does_not(world: World) -> None:
    holder, colleague = person(world, group=1), person(world, Duty.GROUP_CLERK, group=1)
    key = register(world, person(world), SECRET).id
    deliver(world, key, Holder(HolderKind.PERSON, OFFICE, "x", "", group_id=1, person_id=holder.person_id))
    assert reads(world, holder, key)
    assert not reads(world, colleague, key)


def test_what_a_person_holds_for_another_organisation_opens_nothing_here(world: World) -> None:
    holder = person(world)
    key = register(world, person(world), SECRET).id
    deliver(world, key, Holder(HolderKind.PERSON, S2, "x", "", person_id=holder.person_id))
    assert not reads(world, holder, key)
