"""Files that are taken off a letter that others hold: every holder is told which, when, by whom and why (C5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from clerks import (
    FULL,
    INCOMING,
    PDF,
    S1,
    enclose,
    faults,
    line,
    person,
    register,
    rows,
    scan,
    take_off,
    told,
)
from ledger_world import LIFE, World, as_it_is, sender_of

from gateway.cli.letters_told import as_dict
from ledger import custody, facts, letters
from ledger.access import Viewer
from ledger.desk import Desk
from ledger.directory import GroupRow
from ledger.errors import FieldsWrong, NotFound
from ledger.holding import document, held
from ledger.letters import DocumentRow, Holder, LetterRow
from ledger.outbox import OutboxRow
from ledger.values import DocumentLine, HolderKind, Secrecy, Visit

SCHOOL = Holder(HolderKind.SCHOOL, S1, "โรงเรียนบ้านนา", "s1@schools.example")
WHY = "แนบผิดฉบับ"


def came(world: World, clerk: Viewer, **content: Any) -> int:
    """A letter of another agency with two files."""
    files = [scan("ก.pdf"), scan("ข.pdf", PDF + b"2")]
    return register(world, clerk, replace(FULL, **content), INCOMING, documents=files).id


def deliver(world: World, key: int, holder: Holder | None = None) -> int:
    """Put it on its way to a work group, or to that holder."""
    with world.act("sent") as act:
        letter = act.session.get_one(LetterRow, line(world, key).letter_id)
        to = holder or letters.group_holder(act.session.get_one(GroupRow, 1))
        delivery = custody.send_to(act, letter, to, LIFE, sender_of)
    world.later(minutes=10)
    return delivery


def struck(documents: tuple[DocumentLine, ...]) -> list[tuple[str, Any, str, str]]:
    """What a list of files tells of each that is gone."""
    gone = [one for one in documents if one.removed_at is not None]
    return [(one.name, one.removed_at, one.removed_by, one.removed_reason) for one in gone]


def letter_of(world: World, key: int) -> int:
    return line(world, key).letter_id or 0


def desk_of(world: World) -> Desk:
    return Desk(world.database, world.originals, LIFE, sender_of, as_it_is)


def test_what_a_holder_had_is_struck_through_everywhere_and_served_to_nobody(world: World) -> None:
    clerk = person(world, name="นางมาลี")
    key = came(world, clerk)
    delivery = deliver(world, key)
    at = world.now
    take_off(world, clerk, key, 1, WHY)
    wanted = [("ก.pdf", at, "นางมาลี", WHY)]
    world.later(hours=1)
    deliver(world, key, SCHOOL)  # who gets it now is told as well

    letter, visit = letter_of(world, key), Visit(world.now, "GET", "192.0.2.0/24", "test")
    assert struck(told(world, clerk, key).documents) == wanted
    with world.database.read() as session:
        assert struck(facts.of_letters(session, [letter])[letter].documents) == wanted
        listed = as_dict(session, session.get_one(LetterRow, letter))["documents"]
        tokens = session.execute(sa.select(OutboxRow.token).order_by(OutboxRow.id)).scalars().all()
        with pytest.raises(NotFound):
            document(session, held(session, clerk, delivery), 1)
        assert document(session, held(session, clerk, delivery), 2).name == "ข.pdf"
    names = ("name", "removed_at", "removed_by", "removed_reason")
    assert [tuple(one[name] for name in names) for one in listed] == [*wanted, ("ข.pdf", None, "", "")]
    for token in tokens:
        page = desk_of(world).look(token, visit)
        assert struck(page.facts.documents) == wanted
        assert desk_of(world).document(token, 2, visit).name == "ข.pdf"
        with pytest.raises(NotFound):
            desk_of(world).document(token, 1, visit)
    assert len(tokens) == 2
    assert faults(world) == []


def test_what_was_added_later_and_taken_off_tells_both(world: World) -> None:
    clerk = person(world, name="นางมาลี")
    key = came(world, clerk)
    deliver(world, key)
    added = world.now
    enclose(world, clerk, key, scan("ค.pdf", PDF + b"3"))
    world.later(minutes=5)
    take_off(world, clerk, key, 3, WHY)
    *_, gone = told(world, clerk, key).documents
    assert (gone.name, gone.added_at, gone.removed_at) == ("ค.pdf", added, world.now)


def test_what_nobody_had_leaves_no_word(world: World) -> None:
    clerk = person(world)
    key = came(world, clerk)
    take_off(world, clerk, key, 1)
    assert [one.name for one in told(world, clerk, key).documents] == ["ข.pdf"]
    world.later(minutes=5)
    deliver(world, key)
    assert [one.name for one in told(world, clerk, key).documents] == ["ข.pdf"]


def test_what_somebody_has_goes_only_with_a_reason(world: World) -> None:
    clerk = person(world)
    key = came(world, clerk)
    deliver(world, key)
    with pytest.raises(FieldsWrong) as wrong:
        take_off(world, clerk, key, 1, "  ")
    assert set(wrong.value.problems) == {"reason"}
    assert [one.removed_at for one in rows(world, DocumentRow)] == [None, None]


def test_of_a_secret_letter_no_name_is_told_before_it_is_open(world: World) -> None:
    clerk = person(world)
    key = came(world, clerk, secrecy=Secrecy.SECRET)
    deliver(world, key)
    take_off(world, clerk, key, 1, WHY)
    letter = letter_of(world, key)
    with world.database.read() as session:
        token = session.execute(sa.select(OutboxRow.token)).scalar_one()
        assert facts.of_letters(session, [letter])[letter].documents == ()
        assert as_dict(session, session.get_one(LetterRow, letter))["documents"] == []
    visit = Visit(world.now, "GET", "192.0.2.0/24", "test")
    assert desk_of(world).look(token, visit).facts.documents == ()
    assert struck(desk_of(world).look(token, visit, unlocked=True).facts.documents) == [
        ("ก.pdf", world.now, clerk.name, WHY)
    ]
