"""Mails that were given up: whose business they are, and how they go out once more (P-15)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from desks import OFFICE, S1, S2, person, written
from ledger_world import LIFE, World, sender_of

from ledger import holding, outbox, sending, undelivered, verify
from ledger.access import Duty, Viewer
from ledger.addressing import Reach
from ledger.directory import OrganisationRow
from ledger.outbox import OutboxRow, Schedule
from ledger.sending import Onward
from ledger.values import Answer, AnswerKind, NoticeKind, Secrecy, Visit

SCHEDULE = Schedule()


def refused(world: World, writer: Viewer, secrecy: Secrecy = Secrecy.ORDINARY) -> None:
    """A letter to both schools whose mails the other side refuses."""
    entry = written(world, writer)
    with world.act("sent", writer.name) as act:
        wanted = Onward(Reach.ALL, (), "policy", "สรุป", secrecy=secrecy)
        sending.send_entry(act, writer, entry, wanted, LIFE, sender_of)
    give_up(world)


def give_up(world: World) -> None:
    with world.act("dispatched", "dispatch") as act:
        rows = outbox.claim(act.session, world.now, 100, SCHEDULE)
        answer = "550 5.1.1 no such user"
        outbox.record(
            act, [(row, Answer(row.id, AnswerKind.PERMANENT, answer, "mx", world.now)) for row in rows], SCHEDULE
        )


def told(world: World, viewer: Viewer) -> list[tuple[str, str, bool]]:
    with world.database.read() as session:
        found = undelivered.of(session, viewer)
        assert undelivered.count(session, viewer) == len(found)
        return sorted((one.mail.recipient, one.mail.answer, one.hidden) for one in found)


def retry(world: World, viewer: Viewer, keys: list[int] | None = None) -> int:
    with world.act("retried", viewer.name) as act:
        return undelivered.retry(act, viewer, keys)


BOTH = [
    ("s1@schools.example", "550 5.1.1 no such user", False),
    ("s2@schools.example", "550 5.1.1 no such user", False),
]


def test_the_registry_and_the_registrant_are_told_and_nobody_else(world: World) -> None:
    writer = person(world, OFFICE)
    refused(world, writer)
    for viewer in (writer, person(world, OFFICE, Duty.CENTRAL_CLERK), person(world, OFFICE, Duty.REGISTER_ADMIN)):
        assert told(world, viewer) == BOTH
    for viewer in (person(world, OFFICE), person(world, OFFICE, Duty.DIRECTOR), person(world, S1, Duty.SCHOOL_CLERK)):
        assert told(world, viewer) == []
        assert retry(world, viewer) == 0
        assert retry(world, viewer, [1, 2]) == 0
    assert told(world, writer) == BOTH


def test_a_retried_mail_is_due_now_under_its_message_id_and_goes_to_the_new_mailbox(world: World) -> None:
    writer = person(world, OFFICE)
    refused(world, writer)
    with world.act() as act:
        act.alter(OrganisationRow, S2, mailbox="new@schools.example")
        before = dict(act.session.execute(sa.select(OutboxRow.id, OutboxRow.message_id)).all())  # type: ignore[arg-type]
    world.later(days=6)
    assert retry(world, writer, [2]) == 1
    assert told(world, writer) == BOTH[:1]
    with world.database.read() as session:
        row = session.get_one(OutboxRow, 2)
        assert (row.recipient, row.due, row.message_id) == ("new@schools.example", world.now, before[2])
        assert row.token
        assert list(verify.faults(session, world.originals)) == []
    assert retry(world, writer) == 1
    assert told(world, writer) == []


def test_what_was_acknowledged_meanwhile_is_no_trouble(world: World) -> None:
    writer, holder = person(world, OFFICE), person(world, S1, Duty.SCHOOL_CLERK)
    refused(world, writer)
    with world.act("acknowledged") as act:
        holding.acknowledge(act, holder, 1, Visit(world.now, "POST"))
    assert told(world, writer) == BOTH[1:]


def test_what_a_secret_letter_says_is_hidden_from_who_may_not_read_it(world: World) -> None:
    writer = person(world, OFFICE)
    refused(world, writer, Secrecy.SECRET)
    assert [hidden for _, _, hidden in told(world, writer)] == [False, False]
    assert [hidden for _, _, hidden in told(world, person(world, OFFICE, Duty.CENTRAL_CLERK))] == [False, False]
    assert [hidden for _, _, hidden in told(world, person(world, OFFICE, Duty.REGISTER_ADMIN))] == [True, True]


@pytest.mark.parametrize(("kind", "count"), [(NoticeKind.CODE, 0), (NoticeKind.INVITATION, 1)])
def test_a_code_is_dead_and_not_sent_again(world: World, kind: NoticeKind, count: int) -> None:
    with world.act() as act:
        outbox.add(act, world.office(act), kind, "x@people.example", sender="saraban@office.example")
    give_up(world)
    clerk = person(world, OFFICE, Duty.CENTRAL_CLERK)
    assert len(told(world, clerk)) == 1
    assert retry(world, clerk) == count
