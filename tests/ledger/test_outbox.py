"""Each addressee has one mail; claims lapse, answers decide, nothing is forgotten (I5, P-14 to P-16)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from ledger_world import World, sender_of

from ledger import outbox
from ledger.outbox import OutboxRow, Schedule
from ledger.values import Answer, AnswerKind, NoticeKind

SCHEDULE = Schedule(first=timedelta(minutes=5), longest=timedelta(minutes=60), give_up=timedelta(days=5))


def queue(world: World, kind: NoticeKind = NoticeKind.LETTER, count: int = 1) -> None:
    with world.act("queued") as act:
        for number in range(count):
            outbox.add(act, world.office(act), kind, f"s{number}@x.example", sender="a@office.example", token="t" * 43)


def claim(world: World, limit: int = 100) -> list[int]:
    with world.database.write() as session:
        return [row.id for row in outbox.claim(session, world.now, limit, SCHEDULE)]


def answer(world: World, key: int, kind: AnswerKind, text: str = "said") -> list[OutboxRow]:
    with world.act("sent") as act:
        claimed = act.session.get_one(OutboxRow, key)
        given_up = outbox.record(act, [(claimed, Answer(key, kind, text, "relay", world.now))], SCHEDULE)
        outbox.warn(act, given_up, sender_of)
        return given_up


def mail(world: World, key: int = 1) -> OutboxRow:
    with world.database.read() as session:
        return session.get_one(OutboxRow, key)


def test_a_claimed_mail_is_nobody_elses_until_the_claim_lapses(world: World) -> None:
    queue(world, count=3)
    assert (claim(world, 2), claim(world), claim(world)) == ([1, 2], [3], [])
    world.later(minutes=31)
    assert claim(world) == [1, 2, 3]


def test_a_sent_mail_keeps_the_answer_and_forgets_the_link(world: World) -> None:
    queue(world)
    claim(world)
    answer(world, 1, AnswerKind.SENT, "250 queued as X")
    sent = mail(world)
    assert (sent.sent_at, sent.answer, sent.peer, sent.due, sent.token) == (
        world.now,
        "250 queued as X",
        "relay",
        None,
        "",
    )


def test_a_temporary_failure_comes_back_later_each_time_and_keeps_its_link(world: World) -> None:
    queue(world)
    pauses = []
    for _ in range(6):
        claim(world)
        answer(world, 1, AnswerKind.TEMPORARY)
        due = mail(world).due
        assert due is not None
        pauses.append(due - world.now)
        world.now = due
    minutes = [round(pause / timedelta(minutes=1)) for pause in pauses]
    assert all(
        wanted * 0.9 <= got <= wanted * 1.1 + 1 for got, wanted in zip(minutes, [5, 10, 20, 40, 60, 60], strict=True)
    )
    assert mail(world).token == "t" * 43


def test_a_permanent_failure_is_given_up_with_the_reason_and_the_registry_is_told(world: World) -> None:
    queue(world)
    claim(world)
    (given_up,) = answer(world, 1, AnswerKind.PERMANENT, "550 5.1.1 no such user")
    assert (given_up.recipient, mail(world).gave_up_at, mail(world).due) == ("s0@x.example", world.now, None)
    warning = mail(world, 2)
    assert (warning.kind, warning.recipient) == (NoticeKind.GIVEN_UP, "registry@office.example")
    assert "550 5.1.1 no such user" in warning.failed


def test_many_who_refuse_one_letter_are_one_warning_until_it_leaves(world: World) -> None:
    queue(world, count=4)
    claim(world)
    for key in (1, 2, 3):
        answer(world, key, AnswerKind.PERMANENT, f"550 no {key}")
    assert json.loads(mail(world, 5).failed) == [[f"s{key - 1}@x.example", f"550 no {key}"] for key in (1, 2, 3)]
    assert claim(world) == [5]
    answer(world, 4, AnswerKind.PERMANENT, "550 no 4")
    assert json.loads(mail(world, 6).failed) == [["s3@x.example", "550 no 4"]]


def test_a_warning_that_fails_warns_of_nothing(world: World) -> None:
    queue(world, NoticeKind.GIVEN_UP)
    claim(world)
    answer(world, 1, AnswerKind.PERMANENT)
    assert claim(world) == []


def test_after_five_days_it_is_given_up(world: World) -> None:
    queue(world)
    claim(world)
    world.later(days=5, minutes=1)
    assert answer(world, 1, AnswerKind.TEMPORARY)[0].id == 1


def test_a_lost_answer_is_unknown_and_tried_again_under_the_same_message_id(world: World) -> None:
    queue(world)
    claim(world)
    before = mail(world).message_id
    answer(world, 1, AnswerKind.UNKNOWN)
    doubtful = mail(world)
    assert (doubtful.unknown_at, doubtful.message_id, doubtful.sent_at) == (world.now, before, None)
    assert doubtful.due is not None


def test_what_a_dead_daemon_had_claimed_comes_back_as_unknown(world: World) -> None:
    queue(world, count=2)
    claim(world, 1)
    with world.act("released") as act:
        assert outbox.release(act) == 1
    assert (mail(world, 1).unknown_at, mail(world, 2).unknown_at) == (world.now, None)
    assert claim(world) == [1, 2]


def test_what_was_claimed_but_not_tried_is_handed_back_as_it_was(world: World) -> None:
    queue(world, count=2)
    with world.database.write() as session:
        claimed = outbox.claim(session, world.now, 100, SCHEDULE)
        outbox.hand_back(session, claimed[1:], world.now)
    assert (mail(world, 2).attempts, mail(world, 2).unknown_at) == (0, None)
    assert claim(world) == [2]


@pytest.mark.parametrize(("keys", "count"), [(None, 2), ([2], 1), ([1, 2], 2), ([3], 0)])
def test_retry_makes_due_what_waits_or_what_is_named(world: World, keys: list[int] | None, count: int) -> None:
    queue(world, count=3)
    claim(world)
    answer(world, 1, AnswerKind.TEMPORARY)
    answer(world, 2, AnswerKind.PERMANENT)
    answer(world, 3, AnswerKind.SENT)
    with world.act("retried") as act:
        assert outbox.retry(act, keys) == count
    assert len(claim(world)) == (2 if keys is None else count + 1)  # with the warning of the given-up one


def test_a_given_up_mail_that_is_tried_again_has_five_days_anew(world: World) -> None:
    queue(world)
    claim(world)
    world.later(days=6)
    answer(world, 1, AnswerKind.TEMPORARY)
    with world.act("retried") as act:
        outbox.retry(act, [1])
    claim(world)
    assert answer(world, 1, AnswerKind.TEMPORARY) == []
