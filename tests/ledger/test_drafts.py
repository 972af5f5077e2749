"""What somebody is typing comes back to them and to nobody else."""

from __future__ import annotations

from datetime import timedelta

from clerks import faults, person
from ledger_world import World

from ledger import drafts
from ledger.drafts import LONGEST, MOST


def keep(world: World, who: int, form: str = "new incoming", **fields: str) -> None:
    with world.database.write() as session:
        drafts.keep(session, who, form, fields, world.now)


def kept(world: World, who: int, form: str = "new incoming") -> dict[str, str]:
    with world.database.read() as session:
        return drafts.of(session, who, form)


def test_what_was_typed_comes_back_to_its_writer_alone(world: World) -> None:
    one, two = person(world).person_id, person(world).person_id
    typed = {"subject": 'ขอ "เชิญ"\nประชุม', "sender": ""}
    keep(world, one, **typed)
    assert kept(world, one) == typed
    assert kept(world, two) == kept(world, one, "new order") == {}


def test_the_newest_is_kept(world: World) -> None:
    who = person(world).person_id
    for subject in ("ก", "กข", "กขค"):
        keep(world, who, subject=subject)
    assert kept(world, who) == {"subject": "กขค"}


def test_an_empty_one_is_forgotten(world: World) -> None:
    who = person(world).person_id
    for empty in ({}, {"subject": " \n", "sender": ""}):
        keep(world, who, subject="ก")
        keep(world, who, **empty)
        assert kept(world, who) == {}


def test_one_that_is_too_long_is_forgotten(world: World) -> None:
    who = person(world).person_id
    keep(world, who, subject="ก" * (LONGEST - 20))
    assert kept(world, who)
    keep(world, who, subject="ก" * LONGEST)
    assert kept(world, who) == {}


def test_sending_a_form_drops_its_draft_and_no_other(world: World) -> None:
    who = person(world).person_id
    keep(world, who, "entry 1", subject="ก")
    keep(world, who, "entry 2", subject="ข")
    with world.database.write() as session:
        drafts.drop(session, who, "entry 1")
    assert (kept(world, who, "entry 1"), kept(world, who, "entry 2")) == ({}, {"subject": "ข"})


def test_what_nobody_came_back_for_goes_and_is_in_no_history(world: World) -> None:
    who = person(world).person_id
    keep(world, who, "entry 1", subject="ก")
    world.later(days=30)
    keep(world, who, "entry 2", subject="ข")
    with world.database.write() as session:
        drafts.forget_old(session, world.now - timedelta(days=1))
    assert (kept(world, who, "entry 1"), kept(world, who, "entry 2")) == ({}, {"subject": "ข"})
    assert faults(world) == []


def test_nobody_fills_the_disk_with_drafts(world: World) -> None:
    one, two = person(world).person_id, person(world).person_id
    keep(world, two, subject="ของอีกคน")
    for number in range(MOST + 2):
        keep(world, one, f"entry {number}", subject=str(number))
    assert [number for number in range(MOST + 2) if not kept(world, one, f"entry {number}")] == [0, 1]
    assert kept(world, two) == {"subject": "ของอีกคน"}
