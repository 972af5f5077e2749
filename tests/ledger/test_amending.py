"""Changing a line: until when, by whom, with which reason, and never over somebody else's change (C5, P-11, P-32)."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from clerks import (
    CERTIFICATE,
    FULL,
    INCOMING,
    OFFICE,
    ORDER,
    OUTGOING,
    S1,
    amend,
    faults,
    line,
    person,
    register,
    rows,
    scan,
    version,
    void,
)
from ledger_world import World

from ledger import amending, registering
from ledger.access import Duty, Viewer
from ledger.content import Content
from ledger.errors import ChangedMeanwhile, FieldsWrong, NotAllowed, NotFound, SarabanError
from ledger.history import HistoryRow
from ledger.letters import LetterRow
from ledger.registers import EntryRow
from ledger.values import RegisterKind, Secrecy, Urgency

OTHER = replace(FULL, subject="ขอเลื่อนประชุม", action="นางสมศรี", urgency=Urgency.URGENT)


def newest(world: World) -> HistoryRow:
    found: HistoryRow = rows(world, HistoryRow)[-1]
    return found


def hold(world: World, viewer: Viewer, kind: RegisterKind = OUTGOING) -> int:
    with world.act("reserved", viewer.name) as act:
        (held,) = registering.reserve(act, viewer, kind, "ผอ.", date(2026, 11, 30))
    return held.id


@pytest.mark.parametrize("kind", list(RegisterKind))
def test_the_registrant_amends_and_number_day_and_registrant_stay(world: World, kind: RegisterKind) -> None:
    clerk = person(world)
    entered = register(world, clerk, kind=kind)
    before = line(world, entered.id)
    world.later(hours=1)
    amend(world, clerk, entered.id, OTHER)
    after = line(world, entered.id)
    assert after.subject == "ขอเลื่อนประชุม"
    for name in ("number", "text", "registered_at", "registered_by", "registrant_id", "register_id", "form_key"):
        assert getattr(after, name) == getattr(before, name), name
    assert after.letter_number == before.letter_number
    assert (newest(world).what, newest(world).who, newest(world).about) == (
        "amended",
        clerk.name,
        f"entry {entered.id}",
    )
    assert faults(world) == []


@pytest.mark.parametrize(("kind", "days"), [(INCOMING, 3), (OUTGOING, 1), (ORDER, 15), (CERTIFICATE, 30)])
def test_after_the_window_only_who_overrules_amends_and_says_why(world: World, kind: RegisterKind, days: int) -> None:
    clerk, colleague, admin = person(world), person(world), person(world, Duty.REGISTER_ADMIN, name="นายผู้ดูแล")
    key = register(world, clerk, kind=kind).id
    midnight = world.now.replace(hour=17, minute=0) + timedelta(days=days - 1)
    world.now = midnight - timedelta(microseconds=1)
    with pytest.raises(NotAllowed):
        amend(world, colleague, key, OTHER)
    amend(world, clerk, key, OTHER)
    world.now = midnight
    with pytest.raises(NotAllowed):
        amend(world, clerk, key, FULL, "เหตุผลดี")
    for reason in ("", "  "):
        with pytest.raises(FieldsWrong) as wrong:
            amend(world, admin, key, FULL, reason)
        assert set(wrong.value.problems) == {"reason"}
    amend(world, admin, key, FULL, " พิมพ์ผิด: วันที่ ")
    assert line(world, key).subject == FULL.subject
    assert (newest(world).about, newest(world).who) == (f"entry {key}: พิมพ์ผิด: วันที่", "นายผู้ดูแล")


def test_nothing_is_asked_of_who_overrules_that_the_form_does_not_need(world: World) -> None:
    admin = person(world, Duty.REGISTER_ADMIN)
    key = register(world, person(world)).id
    with pytest.raises(FieldsWrong) as wrong:
        amend(world, admin, key, replace(OTHER, subject=" ", sender=""), "เหตุผล")
    assert set(wrong.value.problems) == {"subject", "sender"}
    assert line(world, key).subject == FULL.subject


def test_a_date_that_is_taken_out_is_not_made_up(world: World) -> None:
    clerk = person(world, Duty.REGISTER_ADMIN)
    incoming, order = register(world, clerk).id, register(world, clerk, kind=ORDER).id
    world.later(days=2)
    for key in (incoming, order):
        amend(world, clerk, key, replace(FULL, letter_date=None), "ไม่มีวันที่")
    assert line(world, incoming).letter_date is None
    assert line(world, order).letter_date == date(2026, 11, 23)  # of its number


def test_a_line_never_becomes_top_secret(world: World) -> None:
    clerk = person(world)
    key = register(world, clerk).id
    with pytest.raises(FieldsWrong):
        amend(world, clerk, key, replace(FULL, secrecy=Secrecy.TOP_SECRET))


def test_what_becomes_secret_is_hidden_from_then_on(world: World) -> None:
    clerk, colleague = person(world), person(world)
    key = register(world, clerk).id
    amend(world, clerk, key, replace(FULL, secrecy=Secrecy.SECRET))
    assert rows(world, LetterRow)[0].secrecy is Secrecy.SECRET
    with world.database.read() as session, pytest.raises(NotAllowed):
        amending.own(session, colleague, key)


# Lost updates


def test_two_forms_of_one_line_are_not_saved_over_each_other(world: World) -> None:
    clerk, admin = person(world), person(world, Duty.REGISTER_ADMIN)
    key = register(world, clerk).id
    seen = version(world, key)
    amend(world, clerk, key, OTHER, seen=seen)
    for stale in (seen, "", "x"):
        with pytest.raises(ChangedMeanwhile), world.act() as act:
            amending.amend(act, admin, key, replace(FULL, subject="ที่สาม"), stale, "เหตุผล")
        with pytest.raises(ChangedMeanwhile), world.act() as act:
            amending.void(act, admin, key, "ซ้ำ", stale)
    assert line(world, key).subject == OTHER.subject
    amend(world, admin, key, replace(FULL, subject="ที่สาม"), "เหตุผล", seen=version(world, key))


def test_of_many_at_once_one_is_saved(world: World) -> None:
    clerk = person(world)
    key = register(world, clerk).id
    seen, outcomes = version(world, key), []

    def save(number: int) -> None:
        try:
            amend(world, clerk, key, replace(FULL, subject=f"ฉบับที่ {number}"), seen=seen)
            outcomes.append(f"ฉบับที่ {number}")
        except ChangedMeanwhile:
            outcomes.append("")

    threads = [threading.Thread(target=save, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (saved,) = [text for text in outcomes if text]
    assert len(outcomes) == 8
    assert line(world, key).subject == saved


def test_a_form_survives_a_file_that_comes_meanwhile(world: World) -> None:
    clerk, colleague = person(world), person(world)
    key = register(world, clerk, kind=ORDER).id
    seen = version(world, key)
    world.originals.put([scan().content])
    with world.act("file added") as act:
        amending.add_documents(act, colleague, key, [scan()])
    amend(world, clerk, key, OTHER, seen=seen)
    assert rows(world, LetterRow)[0].subject == OTHER.subject


# Voiding


def test_a_void_line_keeps_its_number_and_takes_no_more_changes(world: World) -> None:
    clerk, admin = person(world), person(world, Duty.REGISTER_ADMIN)
    key = register(world, clerk).id
    for reason in ("", " \n"):
        with pytest.raises(FieldsWrong):
            void(world, clerk, key, reason)
    void(world, clerk, key, " ออกเลขซ้ำ ")
    entry = line(world, key)
    assert (entry.number, entry.subject, entry.void_reason) == (1, FULL.subject, "ออกเลขซ้ำ")
    assert (entry.voided_by, entry.voided_at) == (clerk.name, world.now)
    for again in (lambda: void(world, admin, key), lambda: amend(world, admin, key, OTHER, "เหตุผล")):
        with pytest.raises(NotAllowed):
            again()
    assert register(world, clerk).number == 2
    assert faults(world) == []


def test_after_the_window_only_who_overrules_voids(world: World) -> None:
    clerk, admin = person(world), person(world, Duty.REGISTER_ADMIN)
    key = register(world, clerk, kind=OUTGOING).id
    world.later(days=1)
    with pytest.raises(NotAllowed):
        void(world, clerk, key)
    void(world, admin, key)


# Held numbers


def test_a_held_number_is_filled_at_any_time_by_who_holds_it(world: World) -> None:
    clerk = person(world)
    key = hold(world, clerk)
    world.later(days=40)
    with pytest.raises(FieldsWrong):
        amend(world, clerk, key, Content())
    amend(world, clerk, key, replace(FULL, letter_date=None))
    entry = line(world, key)
    assert (entry.text, entry.letter_number, entry.subject) == ("ศธ 04022/1", "ศธ 04022/1", FULL.subject)
    assert (entry.reserved, entry.filled_at, entry.letter_date) == (False, world.now, date(2026, 11, 23))
    assert newest(world).what == "filled"
    with pytest.raises(NotAllowed):  # its window was counted from the day of the number
        amend(world, clerk, key, OTHER)
    assert faults(world) == []


def test_what_fills_a_held_number_is_what_its_files_come_with(world: World) -> None:
    clerk = person(world)
    key = hold(world, clerk)
    secret = replace(FULL, secrecy=Secrecy.SECRET, urgency=Urgency.MOST_URGENT)
    amend(world, clerk, key, secret, documents=[scan()])
    (letter,) = rows(world, LetterRow)
    assert (letter.subject, letter.sender, letter.recipient) == (FULL.subject, FULL.sender, FULL.recipient)
    assert (letter.secrecy, letter.urgency, letter.letter_date) == (
        Secrecy.SECRET,
        Urgency.MOST_URGENT,
        FULL.letter_date,
    )
    assert (letter.letter_number, letter.id) == ("ศธ 04022/1", line(world, key).letter_id)


def test_a_held_number_is_filled_by_one(world: World) -> None:
    clerk, admin = person(world), person(world, Duty.REGISTER_ADMIN)
    key = hold(world, clerk)
    seen = version(world, key)
    with pytest.raises(NotAllowed):
        amend(world, person(world), key, FULL)
    amend(world, clerk, key, FULL)
    with pytest.raises(ChangedMeanwhile):
        amend(world, admin, key, OTHER, "ใช้แทน", seen=seen)


def test_a_held_number_is_given_up_by_voiding_it(world: World) -> None:
    clerk = person(world)
    key = hold(world, clerk, ORDER)
    world.later(days=50)
    void(world, clerk, key, "ไม่ใช้แล้ว")
    assert not line(world, key).reserved
    assert register(world, clerk, kind=ORDER).number == 1  # of the new year


# Other organisations (P-32)


def test_another_organisations_line_is_not_there(world: World) -> None:
    teacher = person(world, Duty.DIRECTOR, place=S1)
    clerk = person(world, *(Duty), place=OFFICE)
    key = register(world, teacher, documents=[scan()]).id
    asked = [
        lambda one: amend(world, clerk, one, OTHER, "x", seen="x"),
        lambda one: void(world, clerk, one, seen="x"),
        lambda one: _own(world, clerk, one),
    ]
    for ask in asked:
        faults_of = []
        for one in (key, 999_999):
            with pytest.raises(NotFound) as told:
                ask(one)
            faults_of.append(told.value.sentence().replace(str(one), "?"))
        assert faults_of[0] == faults_of[1]
    assert line(world, key).subject == FULL.subject


def _own(world: World, viewer: Viewer, key: int) -> EntryRow:
    with world.database.read() as session:
        return amending.own(session, viewer, key)[0]


def test_a_secret_line_of_the_own_organisation_is_refused(world: World) -> None:
    key = register(world, person(world), replace(FULL, secrecy=Secrecy.SECRET)).id
    admin = person(world, Duty.REGISTER_ADMIN)
    asked: list[SarabanError] = []
    for ask in (lambda: amend(world, admin, key, OTHER, "x"), lambda: void(world, admin, key)):
        with pytest.raises(NotAllowed) as told:
            ask()
        asked.append(told.value)
    assert len(asked) == 2
