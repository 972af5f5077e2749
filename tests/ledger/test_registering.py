"""A person at the registers: what each of them needs, and the number that it gives (F16, F22 to F24, F29 to F36)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from clerks import (
    CERTIFICATE,
    FULL,
    INCOMING,
    OFFICE,
    ORDER,
    OUTGOING,
    PDF,
    S1,
    S2,
    faults,
    line,
    person,
    register,
    rows,
    scan,
)
from ledger_world import World

from ledger import registering, registers
from ledger.access import Viewer
from ledger.content import FIELDS, LONGEST, Content
from ledger.directory import GroupRow, OrganisationRow
from ledger.errors import ClockBackwards, FieldsWrong, NotAllowed, RegisterClosed, RegisterOff
from ledger.history import HistoryRow
from ledger.letters import DocumentRow, LetterRow
from ledger.registers import EntryRow, RegisterRow
from ledger.values import RegisterKind, Secrecy, Urgency

NEEDED = {
    INCOMING: {"letter_number", "sender", "recipient", "subject"},
    OUTGOING: {"sender", "recipient", "subject"},
    ORDER: {"subject"},
    CERTIFICATE: {"recipient", "subject"},
}
TODAY = date(2026, 11, 23)


def problems(world: World, viewer: Viewer, content: Content, kind: RegisterKind = INCOMING) -> set[str]:
    with pytest.raises(FieldsWrong) as wrong:
        register(world, viewer, content, kind)
    return set(wrong.value.problems)


def settled(world: World, place: int = OFFICE, **columns: object) -> None:
    with world.act("configured") as act:
        act.alter(OrganisationRow, place, **columns)


# What a form says


@pytest.mark.parametrize("kind", list(RegisterKind))
@pytest.mark.parametrize("empty", ["", " \n "])
def test_each_register_names_everything_that_it_needs_at_once(world: World, kind: RegisterKind, empty: str) -> None:
    blank = Content(subject=empty, letter_number=empty, sender=empty, recipient=empty)
    assert problems(world, person(world), blank, kind) == NEEDED[kind]
    assert rows(world, EntryRow) == rows(world, LetterRow) == rows(world, RegisterRow) == []


@pytest.mark.parametrize("kind", list(RegisterKind))
def test_each_register_keeps_its_own_fields_and_no_others(world: World, kind: RegisterKind) -> None:
    said = replace(
        FULL, action="นางสมศรี", remark="ด่วน", group_id=1, urgency=Urgency.URGENT, secrecy=Secrecy.SECRET
    )  # fmt: skip
    entered = register(world, person(world), said, kind)
    entry, empty = line(world, entered.id), Content()
    for name in Content.__dataclass_fields__.keys() - {"letter_number"}:
        assert getattr(entry, name) == getattr(said if name in FIELDS[kind] else empty, name), name
    expected = {INCOMING: said.letter_number, OUTGOING: "ศธ 04022/1"}.get(kind, "")
    assert entry.letter_number == expected


def test_what_is_needed_beyond_that_is_not(world: World) -> None:
    entry = line(world, register(world, person(world), Content(subject=" ประกาศ "), ORDER).id)
    assert (entry.subject, entry.text, entry.letter_date, entry.origin) == ("ประกาศ", "1/2569", TODAY, "console")


def test_a_letter_that_came_without_a_date_gets_none(world: World) -> None:
    clerk = person(world)
    assert line(world, register(world, clerk, replace(FULL, letter_date=None)).id).letter_date is None
    assert line(world, register(world, clerk, replace(FULL, letter_date=None), OUTGOING).id).letter_date == TODAY


def test_a_field_has_a_length(world: World) -> None:
    clerk = person(world)
    register(world, clerk, replace(FULL, subject="ก" * LONGEST))
    assert problems(world, clerk, replace(FULL, subject="ก" * (LONGEST + 1), remark="ข" * 5000)) == {
        "subject",
        "remark",
    }


def test_top_secret_is_kept_on_paper(world: World) -> None:
    top = replace(FULL, secrecy=Secrecy.TOP_SECRET)
    for kind in RegisterKind:  # even where the register has no such field
        assert "secrecy" in problems(world, person(world), top, kind)
    assert rows(world, EntryRow) == []


@pytest.mark.parametrize("group", [0, 99, 3])
def test_a_group_is_one_of_the_own_organisation(world: World, group: int) -> None:
    with world.act() as act:
        assert act.add(GroupRow, organisation_id=S1, code="x", name="x", mailbox="") == 3
    assert problems(world, person(world), replace(FULL, group_id=group)) == {"group_id"}
    assert line(world, register(world, person(world), replace(FULL, group_id=2)).id).group_id == 2


def test_the_line_says_who_wrote_it_and_how_it_came(world: World) -> None:
    clerk = person(world, name="นางสมใจ")
    origins = {}
    for kind in RegisterKind:
        entry = line(world, register(world, clerk, kind=kind).id)
        origins[kind] = entry.origin
        assert (entry.registered_by, entry.registrant_id, entry.registered_at) == (
            "นางสมใจ",
            clerk.person_id,
            world.now,
        )
    assert origins == {INCOMING: "paper", OUTGOING: "console", ORDER: "console", CERTIFICATE: "console"}
    assert {row.about for row in rows(world, HistoryRow) if row.what == "registered"} == {
        f"entry {n}" for n in range(1, 5)
    }


def test_correspondence_is_a_letter_from_the_start_and_the_rest_once_it_has_files(world: World) -> None:
    clerk = person(world)
    for kind in RegisterKind:
        assert (line(world, register(world, clerk, kind=kind).id).letter_id is not None) is (
            kind in (INCOMING, OUTGOING)
        )
    key = line(world, register(world, clerk, kind=ORDER, documents=[scan()]).id).letter_id
    made = rows(world, LetterRow)[-1]
    assert (made.id, made.outgoing, made.subject, made.secrecy) == (key, True, FULL.subject, Secrecy.ORDINARY)


def test_the_letter_says_what_the_line_says(world: World) -> None:
    clerk = person(world)
    secret = replace(FULL, secrecy=Secrecy.SECRET, urgency=Urgency.URGENT)
    entered = register(world, clerk, secret, OUTGOING, [scan("ก.pdf"), scan("ข.pdf", PDF + b"2")])
    letter = rows(world, LetterRow)[0]
    assert (letter.letter_number, letter.outgoing, letter.organisation_id) == (entered.text, True, OFFICE)
    assert (letter.secrecy, letter.urgency, letter.subject) == (Secrecy.SECRET, Urgency.URGENT, FULL.subject)
    assert [(row.position, row.name) for row in rows(world, DocumentRow)] == [(1, "ก.pdf"), (2, "ข.pdf")]
    assert faults(world) == []


# Numbers


def test_circulars_share_the_series_or_have_their_own(world: World) -> None:
    clerk = person(world)
    shared = [register(world, clerk, kind=OUTGOING, circular=circular).text for circular in (False, True, False)]
    assert shared == ["ศธ 04022/1", "ศธ 04022/ว2", "ศธ 04022/3"]
    settled(world, circular_series="own")
    own = [register(world, clerk, kind=OUTGOING, circular=circular).text for circular in (True, True, False)]
    assert own == ["ศธ 04022/ว1", "ศธ 04022/ว2", "ศธ 04022/4"]


def test_only_what_goes_out_is_a_circular(world: World) -> None:
    settled(world, circular_series="own")
    assert [register(world, person(world), kind=ORDER, circular=True).text for _ in range(2)] == ["1/2569", "2/2569"]
    assert [row.series for row in rows(world, RegisterRow)] == [""]


def test_each_organisation_counts_for_itself(world: World) -> None:
    office, one, two = (person(world, place=place) for place in (OFFICE, S1, S2))
    assert [register(world, one_of).text for one_of in (office, one, office, two)] == [
        "1/2569",
        "1/2569",
        "2/2569",
        "1/2569",
    ]


def test_a_new_year_begins_at_midnight_in_bangkok(world: World) -> None:
    clerk = person(world)
    world.now = datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)
    old = [register(world, clerk, kind=kind).text for kind in RegisterKind]
    world.later(seconds=1)
    undated = replace(FULL, letter_date=None)
    new = [register(world, clerk, undated, kind) for kind in RegisterKind]
    assert old == ["1/2569", "ศธ 04022/1", "1/2569", "1/2569"]
    assert [one.text for one in new] == ["1/2570", "ศธ 04022/1", "1/2570", "1/2570"]
    assert {one.year for one in new} == {2570}
    assert line(world, new[2].id).letter_date == date(2027, 1, 1)
    assert faults(world) == []


def test_a_year_that_is_set_by_hand_closes_all_four_registers_when_it_is_over(world: World) -> None:
    clerk = person(world)
    settled(world, year_in_use=2569)
    for kind in RegisterKind:
        register(world, clerk, kind=kind)
    world.now = datetime(2026, 12, 31, 17, tzinfo=UTC)
    for kind in RegisterKind:
        with pytest.raises(RegisterClosed) as told:
            register(world, clerk, kind=kind)
        assert "2569" in told.value.sentence()
    with pytest.raises(RegisterClosed), world.act() as act:
        registering.reserve(act, clerk, ORDER, "ก", date(2027, 1, 5))
    with pytest.raises(RegisterClosed), world.act() as act:
        registering.certificates(act, clerk, [Content(recipient="ก", subject="ข")])
    assert len(rows(world, EntryRow)) == 4
    assert register(world, person(world, place=S1)).text == "1/2570"  # others go on
    settled(world, year_in_use=2570)
    assert register(world, clerk).text == "1/2570"


def test_a_register_that_is_off_takes_nothing_and_the_others_do(world: World) -> None:
    with world.act() as act:
        registers.set_start(act, world.office(act), ORDER, 2569, 0)
    clerk = person(world)
    with pytest.raises(RegisterOff):
        register(world, clerk, kind=ORDER, documents=[scan()])
    with pytest.raises(RegisterOff), world.act() as act:
        registering.reserve(act, clerk, ORDER, "ก", TODAY)
    assert rows(world, EntryRow) == rows(world, LetterRow) == []
    assert register(world, clerk).number == 1


def test_a_register_that_was_switched_off_in_use_is_off_in_the_next_year_too(world: World) -> None:
    clerk = person(world)
    register(world, clerk)
    with world.act() as act:
        act.alter(RegisterRow, 1, closed=True)
    for _ in range(2):
        with pytest.raises(RegisterOff):
            register(world, clerk)
        world.now = datetime(2027, 1, 4, tzinfo=UTC)
    with world.act() as act:
        act.alter(RegisterRow, 1, closed=False)
    assert register(world, clerk).text == "1/2570"
    assert faults(world) == []


def test_a_clock_far_back_gives_no_number(world: World) -> None:
    clerk = person(world)
    register(world, clerk)
    world.later(hours=-1)
    with pytest.raises(ClockBackwards):
        register(world, clerk)


def test_who_has_no_right_registers_nothing(world: World) -> None:
    outside = replace(person(world), kind="outside")
    with pytest.raises(NotAllowed):
        register(world, outside)
    with pytest.raises(NotAllowed), world.act() as act:
        registering.reserve(act, outside, ORDER, "ก", TODAY)
    with pytest.raises(NotAllowed), world.act() as act:
        registering.certificates(act, outside, [Content(recipient="ก", subject="ข")])
