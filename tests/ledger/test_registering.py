"""A person at the registers: what each needs, its number, forms that come twice, held numbers (F16, F22, F29 to F36)."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

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
from ledger.errors import ClockBackwards, FieldsWrong, NotAllowed, NotFound, Refused, RegisterClosed, RegisterOff
from ledger.history import HistoryRow
from ledger.letters import DocumentRow, LetterRow
from ledger.registers import Entered, EntryRow, RegisterRow
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
    letter = rows(world, LetterRow)[-1]
    assert (letter.id, letter.outgoing, letter.subject, letter.secrecy) == (key, True, FULL.subject, Secrecy.ORDINARY)


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
    new = [register(world, clerk, kind=kind) for kind in RegisterKind]
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


# Forms that come twice


def test_a_form_that_is_sent_twice_takes_one_number(world: World) -> None:
    clerk = person(world)
    first = register(world, clerk, key="k", documents=[scan()])
    world.later(minutes=1)
    assert register(world, clerk, key="k", documents=[scan()]) == first
    assert len(rows(world, EntryRow)) == len(rows(world, LetterRow)) == len(rows(world, DocumentRow)) == 1


def test_a_form_key_is_of_one_person(world: World) -> None:
    assert [register(world, person(world), key="k").number for _ in range(2)] == [1, 2]


def test_without_a_key_every_form_is_new(world: World) -> None:
    clerk = person(world)
    assert [register(world, clerk).number for _ in range(2)] == [1, 2]


@pytest.mark.parametrize("kind", [INCOMING, OUTGOING])
def test_a_form_that_was_changed_after_its_number_is_not_thrown_away_unseen(world: World, kind: RegisterKind) -> None:
    clerk = person(world)
    register(world, clerk, key="k")
    with pytest.raises(FieldsWrong) as wrong:
        register(world, clerk, replace(FULL, subject="อีกเรื่อง"), kind, key="k")
    assert set(wrong.value.problems) == {"form"}
    assert len(rows(world, EntryRow)) == 1


def test_an_undated_form_sent_again_after_midnight_is_the_same(world: World) -> None:
    clerk, undated = person(world), replace(FULL, letter_date=None)
    first = register(world, clerk, undated, OUTGOING, key="k")
    world.later(days=1)
    assert register(world, clerk, undated, OUTGOING, key="k").id == first.id


def test_one_form_from_sixteen_threads_takes_one_number(world: World) -> None:
    clerk = person(world)
    got: list[Entered] = []

    def press() -> None:
        got.append(register(world, clerk, key="same", kind=OUTGOING))

    threads = [threading.Thread(target=press) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 16
    assert {one.id for one in got} == {1}
    assert len(rows(world, EntryRow)) == 1


def test_many_threads_get_dense_numbers_in_every_register(world: World) -> None:
    clerk = person(world)

    def write(kind: RegisterKind, thread: int) -> None:
        for turn in range(5):
            register(world, clerk, kind=kind, key=f"{kind} {thread} {turn}")

    threads = [threading.Thread(target=write, args=(kind, n)) for kind in RegisterKind for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for register_id in range(1, 5):
        numbers = sorted(row.number for row in rows(world, EntryRow) if row.register_id == register_id)
        assert numbers == list(range(1, 16))
    assert faults(world) == []


# Certificates


def certificates(world: World, viewer: Viewer, *names: str, **more: object) -> list[Entered]:
    contents = [Content(recipient=name, subject="อบรม") for name in names]
    with world.act("certificates", viewer.name) as act:
        return registering.certificates(act, viewer, contents, **more)  # type: ignore[arg-type]


def test_certificates_are_one_range_and_one_line_of_history(world: World) -> None:
    clerk = person(world)
    register(world, clerk, kind=CERTIFICATE)
    before = len(rows(world, HistoryRow))
    assert [one.text for one in certificates(world, clerk, "ก", "ข", "ค")] == ["2/2569", "3/2569", "4/2569"]
    assert [row.about for row in rows(world, HistoryRow)[before:]] == ["entries 2-4"]


@pytest.mark.parametrize("count", [0, registering.MOST_AT_ONCE + 1])
def test_as_many_certificates_as_one_act_takes(world: World, count: int) -> None:
    with pytest.raises(Refused):
        certificates(world, person(world), *["ก"] * count)
    assert rows(world, EntryRow) == []


def test_certificates_sent_twice_are_numbered_once_and_nobody_elses_come_along(world: World) -> None:
    clerk = person(world)
    first = certificates(world, clerk, "ก", "ข", key="k")
    world.later(seconds=1)
    register(world, clerk, kind=CERTIFICATE)
    register(world, person(world), kind=CERTIFICATE)
    assert certificates(world, clerk, "ก", "ข", key="k") == first
    assert certificates(world, clerk, "ก", "ข", "ค", "ง", key="k") == first
    assert len(rows(world, EntryRow)) == 4


def test_certificates_belong_to_an_order_of_the_own_organisation(world: World) -> None:
    clerk, teacher = person(world), person(world, place=S1)
    order, letter = register(world, clerk, kind=ORDER), register(world, clerk)
    theirs = register(world, teacher, kind=ORDER)
    certificates(world, clerk, "ก", order_id=order.id)
    for wrong in (theirs.id, letter.id, 999):
        with pytest.raises(NotFound):
            certificates(world, clerk, "ข", order_id=wrong)
    assert [row.order_id for row in rows(world, EntryRow) if row.recipient == "ก"] == [order.id]


# Held numbers


def reserve(
    world: World, viewer: Viewer, for_whom: str = "ผอ.", days: int = 7, count: int = 1, kind: RegisterKind = OUTGOING,
    key: str = "",
) -> list[Entered]:  # fmt: skip
    until = TODAY + timedelta(days=days)
    with world.act("reserved", viewer.name) as act:
        return registering.reserve(act, viewer, kind, for_whom, until, count, key=key)


def test_a_held_number_is_the_next_and_empty(world: World) -> None:
    clerk = person(world)
    register(world, clerk, kind=OUTGOING)
    (held,) = reserve(world, clerk, " ผอ. ")
    entry = line(world, held.id)
    assert (entry.text, entry.subject, entry.letter_id, entry.reserved) == ("ศธ 04022/2", "", None, True)
    assert (entry.reserved_for, entry.reserved_until, entry.letter_date) == ("ผอ.", date(2026, 11, 30), TODAY)
    assert register(world, clerk, kind=OUTGOING).number == 3


@pytest.mark.parametrize("kind", [INCOMING, CERTIFICATE])
def test_only_numbers_of_what_we_write_are_held(world: World, kind: RegisterKind) -> None:
    with pytest.raises(Refused):
        reserve(world, person(world), kind=kind)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"for_whom": "  "}, "reserved_for"), ({"days": -1}, "reserved_until"), ({"count": 0}, "count"),
     ({"count": -3}, "count"), ({"count": registering.MOST_RESERVED + 1}, "count")],
)  # fmt: skip
def test_what_holding_needs(world: World, wrong: dict[str, object], field: str) -> None:
    with pytest.raises(FieldsWrong) as told:
        reserve(world, person(world), **wrong)  # type: ignore[arg-type]
    assert set(told.value.problems) == {field}
    assert rows(world, EntryRow) == []


def test_many_are_held_in_one_act_and_once(world: World) -> None:
    clerk = person(world)
    held = reserve(world, clerk, count=50, kind=ORDER, key="k")
    assert [one.number for one in held] == list(range(1, 51))
    world.later(seconds=1)
    reserve(world, clerk, kind=ORDER)
    assert reserve(world, clerk, count=50, kind=ORDER, key="k") == held
    assert len(rows(world, EntryRow)) == 51
    assert faults(world) == []


def test_until_today_is_no_past_day_even_late_in_the_evening(world: World) -> None:
    world.now = datetime(2026, 11, 23, 16, 59, tzinfo=UTC)  # 23:59
    reserve(world, person(world), days=0)
    world.later(minutes=1)
    with pytest.raises(FieldsWrong):
        reserve(world, person(world), days=0)
