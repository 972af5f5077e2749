"""A link that came back in somebody else's mail: told in the delivery's history, replaced by its sender."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
import sqlalchemy as sa
from ledger_world import LIFE, World, as_it_is, sender_of

from gateway.cli.letters_told import as_dict
from ledger import due, history, intakes, outbox, quoted, sending, verify
from ledger.access import Duty, Viewer
from ledger.desk import Desk
from ledger.directory import OrganisationRow
from ledger.errors import NoSuchLink, NotAllowed, NotFound, Refused
from ledger.intakes import IntakeRow
from ledger.letters import DeliveryRow, LetterRow, LinkRow, token_hash
from ledger.outbox import OutboxRow, Schedule
from ledger.registers import EntryRow
from ledger.sending import Dispatched
from ledger.values import (
    Address,
    Answer,
    AnswerKind,
    Channel,
    Intake,
    NoticeKind,
    Reading,
    ReadingKind,
    Secrecy,
    Visit,
)


def viewer(*duties: Duty, person: int = 1, organisation: int = 1) -> Viewer:
    return Viewer(person, "นางมาลี", organisation, "สพป.", "office", None, frozenset(duties))


CLERK = viewer(Duty.CENTRAL_CLERK)


def send(world: World, secrecy: Secrecy = Secrecy.ORDINARY) -> str:
    """A letter to school s1; returns the token of its link, which waits for the relay."""
    with world.act("sent") as act:
        wanted = Dispatched(to=["s1"], subject="ขอเชิญประชุม", secrecy=secrecy)
        sending.send(act, world.office(act), wanted, LIFE, sender_of)
        return act.session.get_one(OutboxRow, 1).token


def relayed(world: World, kind: AnswerKind = AnswerKind.SENT) -> None:
    """The relay answers to all that waits."""
    with world.act("answered") as act:
        rows = outbox.claim(act.session, world.now, 50, Schedule())
        outbox.record(act, [(row, Answer(row.id, kind, "250 ok", "relay", world.now)) for row in rows], Schedule())


def came(
    world: World,
    token: str,
    sender: str = "other@obec.example",
    kind: ReadingKind = ReadingKind.LETTER,
    *,
    made_up: Sequence[str] = ("0" * 64,),
) -> int:
    """A mail with that link, and with some that are none of ours, is settled.

    Returns how often links of the delivery came back by then.
    """
    content = f"{world.later(minutes=1)}".encode()
    with world.database.write() as session:
        (key,) = intakes.take(session, [(Intake(Channel.SMTP, "smtp", content, world.now, sender=sender), 1)])
    with world.act("registered", who="อีเมล") as act:
        links = tuple(sorted((token_hash(token), *made_up)))
        reading = Reading(kind=kind, senders=(Address(sender),) if sender else (), links=links)
        quoted.note(act, act.session.get_one(IntakeRow, key), reading)
    return len(back(world))


def back(world: World) -> tuple[quoted.CameBack, ...]:
    with world.database.read() as session:
        return quoted.of_deliveries(session, [1]).get(1, ())


def replace(world: World, who: Viewer = CLERK, delivery: int = 1, seen: int = 1) -> None:
    with world.act("link replaced", who=who.name) as act:
        quoted.replace(act, who, delivery, LIFE, sender_of, seen=seen)


def waiting(world: World) -> list[OutboxRow]:
    with world.database.read() as session:
        wanted = sa.select(OutboxRow).where(OutboxRow.due.is_not(None)).order_by(OutboxRow.id)
        return list(session.execute(wanted).scalars())


def opens(world: World, token: str) -> bool:
    desk = Desk(world.database, world.originals, LIFE, sender_of, as_it_is)
    try:
        desk.look(token, Visit(world.now, "HEAD"))
    except NoSuchLink:
        return False
    return True


def test_a_link_in_a_mail_of_somebody_else_is_a_line_in_the_deliverys_history(world: World) -> None:
    token = send(world)
    assert came(world, token) == 1
    with world.database.read() as session:
        line = list(history.lines(session))[-1]
        assert list(verify.faults(session, world.originals)) == []
    assert (line.who, line.what, line.about) == ("อีเมล", quoted.CAME_BACK, "delivery 1")
    ((table, _, _, told),) = json.loads(line.changes)
    assert (table, told["sender"], told["link_id"]) == ("quoted_links", "other@obec.example", 1)
    assert opens(world, token)


def test_nobody_hides_a_link_behind_many_that_are_made_up(world: World) -> None:
    assert came(world, send(world), made_up=[f"{number:064x}" for number in range(5_000)]) == 1


@pytest.mark.parametrize("sender", ["s1@schools.example", "S1@Schools.Example"])
def test_what_its_holder_quotes_is_no_news(world: World, sender: str) -> None:
    assert came(world, send(world), sender) == 0


def test_a_bounce_brings_nothing_back(world: World) -> None:
    assert came(world, send(world), kind=ReadingKind.BOUNCE) == 0


def test_what_is_dropped_into_a_folder_has_no_sender(world: World) -> None:
    token = send(world)
    came(world, token, sender="")
    assert [one.sender for one in back(world)] == [""]


def test_pages_show_the_newest_few(world: World) -> None:
    token = send(world)
    assert [came(world, token, f"{n}@x.example") for n in range(7)] == [1, 2, 3, 4, 5, 5, 5]
    assert back(world)[0].sender == "6@x.example"


def test_the_sender_replaces_the_link_and_the_holder_gets_another(world: World) -> None:
    old = send(world)
    relayed(world)
    came(world, old)
    replace(world)
    (mail,) = waiting(world)
    assert (mail.kind, mail.recipient, mail.delivery_id) == (NoticeKind.LETTER, "s1@schools.example", 1)
    assert (opens(world, old), opens(world, mail.token)) == (False, True)
    assert [one.replaced_at for one in back(world)] == [world.now]
    with world.database.read() as session:
        line = list(history.lines(session))[-1]
        assert list(verify.faults(session, world.originals)) == []
    assert (line.who, line.what, line.about) == ("นางมาลี", "link replaced", "delivery 1")


def test_letter_show_tells_that_it_came_back_and_was_replaced(world: World) -> None:
    old = send(world)
    relayed(world)
    came(world, old)
    came_at = world.now
    world.later(minutes=1)
    replace(world)
    with world.database.read() as session:
        (told,) = as_dict(session, session.get_one(LetterRow, 1))["deliveries"]
    assert told["links"] == [
        {"at": came_at, "what": "came_back", "by": "other@obec.example"},
        {"at": world.now, "what": "replaced", "by": "นางมาลี"},
    ]


def test_the_new_mail_says_that_the_old_link_is_withdrawn(world: World) -> None:
    token = send(world)
    resolver = due.Resolver(sender_of, "https://saraban.example", str)
    with world.database.write() as session:
        (first,) = resolver.notices(session, outbox.claim(session, world.now, 9, Schedule()))
    came(world, token)
    replace(world)
    with world.database.write() as session:
        (second,) = resolver.notices(session, outbox.claim(session, world.now, 9, Schedule()))
    assert (first.renewed, second.renewed) == (False, True)
    assert first.link != second.link


def test_a_mail_that_still_waits_takes_the_new_link(world: World) -> None:
    old = send(world)
    came(world, old)
    replace(world)
    (mail,) = waiting(world)
    assert mail.id == 1
    assert (opens(world, old), opens(world, mail.token)) == (False, True)


def test_a_mail_that_was_given_up_is_tried_again_with_the_new_link_only(world: World) -> None:
    old = send(world)
    relayed(world, AnswerKind.PERMANENT)
    came(world, old)
    replace(world)
    with world.act() as act:
        outbox.retry(act, [1])
    assert old not in [mail.token for mail in waiting(world)]
    assert all(opens(world, mail.token) for mail in waiting(world))


def test_a_second_press_replaces_nothing(world: World) -> None:
    came(world, send(world))
    replace(world)
    (mail,) = waiting(world)
    replace(world)
    assert [one.token for one in waiting(world)] == [mail.token]
    with world.database.read() as session:
        assert session.execute(sa.select(sa.func.count(LinkRow.id))).scalar_one() == 2


def test_a_link_that_came_back_after_it_was_replaced_is_replaced_again(world: World) -> None:
    came(world, send(world))
    replace(world)
    (mail,) = waiting(world)
    assert came(world, mail.token) == 2
    replace(world, seen=2)
    assert not opens(world, mail.token)


def test_who_registered_the_letter_may_and_nobody_else_without_the_tray(world: World) -> None:
    came(world, send(world))
    with pytest.raises(NotAllowed):
        replace(world, viewer(Duty.GROUP_CLERK))
    with world.act() as act:
        act.alter(EntryRow, 1, registrant_id=1)
    replace(world, viewer())
    assert back(world)[0].replaced_at is not None


def test_a_secret_letters_link_is_for_its_readers_to_replace(world: World) -> None:
    came(world, send(world, Secrecy.SECRET))
    with pytest.raises(NotAllowed):
        replace(world, viewer(Duty.REGISTER_ADMIN))
    replace(world)


@pytest.mark.parametrize(("delivery", "organisation"), [(1, 2), (99, 1)])
def test_another_organisations_letter_is_as_none(world: World, delivery: int, organisation: int) -> None:
    came(world, send(world))
    with pytest.raises(NotFound):
        replace(world, viewer(Duty.SCHOOL_CLERK, organisation=organisation), delivery)


def test_without_a_mailbox_no_link_is_withdrawn(world: World) -> None:
    token = send(world)
    came(world, token)
    with world.act() as act:
        school = act.session.get_one(DeliveryRow, 1).organisation_id
        act.alter(OrganisationRow, school, mailbox="")
    with pytest.raises(Refused, match="ยังไม่มีอีเมล"):
        replace(world)
    assert opens(world, token)
