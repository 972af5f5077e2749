"""Who hears the number of a letter that they sent, and how many in an hour (R9, P-17)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from ledger_world import World, sender_of

from ledger import answering, intakes, letters
from ledger.answering import Answering
from ledger.database import open_database
from ledger.directory import GroupRow, OrganisationRow, PersonRow
from ledger.intakes import IntakeRow
from ledger.outbox import OutboxRow
from ledger.values import Channel, Intake, NoticeKind, OutcomeKind, Reading, ReadingKind, Secrecy

STRANGER = "you@evil.example"
OBEC = "clerk@obec.example"


@dataclass(frozen=True)
class Post:
    """How mail leaves in these tests."""

    answering: Answering
    sender_of: Any = sender_of


@pytest.fixture
def peopled(world: World) -> World:
    with world.act("furnished") as act:
        act.add(OrganisationRow, code="obec", name="สพฐ.", kind="outside", domains="obec.example")
        act.add(OrganisationRow, code="gone", name="ยุบแล้ว", kind="outside", domains="gone.example", active=False)
        act.add(GroupRow, organisation_id=1, code="law", name="กลุ่มกฎหมาย", mailbox="Law@Groups.example")
        act.add(GroupRow, organisation_id=1, code="old", name="กลุ่มเดิม", mailbox="old@groups.example", active=False)
        act.add(PersonRow, organisation_id=2, code="kru", name="ครูสมใจ", mailbox="somjai@post.example")
    return world


def send(world: World, sender: str, decided: Answering, channel: Channel = Channel.SMTP, **read: Any) -> None:
    """A letter comes from that sender and is entered."""
    content = f"{sender} {world.now}".encode()
    with world.database.write() as session:
        (key,) = intakes.take(session, [(Intake(channel, "smtp", content, world.now, sender=sender), 1)])
    reading = replace(Reading(kind=ReadingKind.LETTER, message_id="1@x.example"), **read)
    with world.act("registered") as act:
        owner, intake = act.session.get_one(OrganisationRow, 1), act.session.get_one(IntakeRow, key)
        answering.answer(act, owner, intake, reading, None, Post(decided))  # type: ignore[arg-type]


def answered(world: World) -> list[tuple[str, str]]:
    """Everybody who was answered, and how they are greeted."""
    with world.database.read() as session:
        wanted = sa.select(OutboxRow.recipient, OutboxRow.recipient_name).where(OutboxRow.kind == NoticeKind.ANSWER)
        return [(recipient, name) for recipient, name in session.execute(wanted.order_by(OutboxRow.id))]


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        (OBEC, "สพฐ."),
        ("Any.One@OBEC.example", "สพฐ."),
        ("s1@schools.example", "โรงเรียนบ้านนา"),
        ("s1+tag@schools.example", "โรงเรียนบ้านนา"),
        ("law@groups.example", "กลุ่มกฎหมาย"),
        ("SOMJAI@post.example", "ครูสมใจ"),
    ],
)
def test_whom_the_directory_knows_is_answered_by_its_name_for_them(peopled: World, sender: str, name: str) -> None:
    send(peopled, sender, Answering())
    assert answered(peopled) == [(sender, name)]


@pytest.mark.parametrize(
    "sender", [STRANGER, "x@gone.example", "old@groups.example", "law@groups.example.evil.example"]
)
def test_whom_it_does_not_know_is_answered_only_where_all_are_and_without_a_name(peopled: World, sender: str) -> None:
    send(peopled, sender, Answering())
    assert answered(peopled) == []
    send(peopled, sender, Answering("all"))
    assert answered(peopled) == [(sender, "")]


@pytest.mark.parametrize(
    ("sender", "channel", "read"),
    [
        (OBEC, Channel.FOLDER, {}),
        (OBEC, Channel.SMTP, {"automatic": True}),
        ("", Channel.SMTP, {}),
        ("Saraban+x@office.example", Channel.SMTP, {}),
    ],
)
def test_nobody_answers_files_machines_or_ourselves(
    peopled: World, sender: str, channel: Channel, read: dict[str, Any]
) -> None:
    send(peopled, sender, Answering("all"), channel, **read)
    assert answered(peopled) == []


def test_switched_off_nobody_is_answered(peopled: World) -> None:
    send(peopled, OBEC, Answering("off"))
    assert answered(peopled) == []


def test_one_sender_is_answered_once_a_day(peopled: World) -> None:
    for hours in (0, 12, 11.9):
        peopled.later(hours=hours)
        send(peopled, OBEC, Answering())
    assert len(answered(peopled)) == 1
    peopled.later(hours=0.2)
    send(peopled, OBEC, Answering())
    assert len(answered(peopled)) == 2


def test_in_an_hour_no_more_are_answered_than_was_decided_whoever_they_are(peopled: World) -> None:
    for number in range(5):
        send(peopled, f"{number}@obec.example", Answering("known", per_hour=3))
    assert [who for who, _ in answered(peopled)] == [f"{number}@obec.example" for number in range(3)]
    peopled.later(minutes=59)
    send(peopled, "late@obec.example", Answering("known", per_hour=3))
    assert len(answered(peopled)) == 3
    peopled.later(minutes=2)
    send(peopled, "late@obec.example", Answering("known", per_hour=3))
    assert answered(peopled)[-1][0] == "late@obec.example"


def test_a_restart_begins_neither_the_hour_nor_the_day_anew(peopled: World) -> None:
    send(peopled, OBEC, Answering(per_hour=1))
    again = open_database(peopled.folder / "data")
    try:
        other = replace(peopled, database=again)
        send(other, "2@obec.example", Answering(per_hour=1))
        send(other, OBEC, Answering())
    finally:
        again.close()
    assert answered(peopled) == [(OBEC, "สพฐ.")]


def test_other_mails_are_not_counted_among_the_answers(peopled: World) -> None:
    with peopled.act("sent") as act:
        for number in range(3):
            act.add(
                OutboxRow, organisation_id=1, kind=NoticeKind.LETTER, recipient=f"{number}@x.example",
                message_id=f"{number}@y.example", made_at=peopled.now, since=peopled.now,
            )  # fmt: skip
    send(peopled, OBEC, Answering(per_hour=1))
    assert answered(peopled) == [(OBEC, "สพฐ.")]


def test_counting_needs_the_small_index_alone(peopled: World) -> None:
    with peopled.database.read() as session:
        asked = "EXPLAIN QUERY PLAN SELECT id FROM outbox WHERE kind = 'answer' AND made_at > ? LIMIT 9"
        (step,) = session.connection().exec_driver_sql(asked, (str(datetime.now(UTC)),))
    assert "ix_outbox_answered" in step.detail


def test_why_a_second_letter_of_the_day_was_not_answered_is_known(peopled: World) -> None:
    def arrive(sender: str, number: int) -> answering.Heard:
        """A letter comes from that sender, is registered and answered as may be; what is known of it then."""
        content = f"{sender} {number}".encode()
        with peopled.database.write() as session:
            (key,) = intakes.take(session, [(Intake(Channel.SMTP, "smtp", content, peopled.now, sender=sender), 1)])
        with peopled.act("registered") as act:
            owner, intake = act.session.get_one(OrganisationRow, 1), act.session.get_one(IntakeRow, key)
            letter = letters.write(act, (), organisation_id=1, intake_id=key).id
            reading = Reading(kind=ReadingKind.LETTER, message_id="1@x.example")
            answering.answer(act, owner, intake, reading, letter, Post(Answering()))
            intakes.conclude(act, key, OutcomeKind.REGISTERED, "", secrecy=Secrecy.ORDINARY, letter_id=letter)
        with peopled.database.read() as session:
            return answering.heard(session, session.get_one(IntakeRow, key))

    first = peopled.now
    assert arrive(OBEC, 1) == (first, None)
    peopled.later(hours=3)
    assert arrive(OBEC, 2) == (None, first)
    assert arrive(STRANGER, 3) == (None, None)  # nobody told them before
    second = peopled.later(days=1)
    assert arrive(OBEC, 4) == (second, None)
