"""A letter goes out: number, one delivery and one mail for each addressee (F47 to F58)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from ledger_world import LIFE, World, sender_of

from ledger import sending
from ledger.directory import OrganisationRow
from ledger.errors import NotFound, Refused
from ledger.letters import DeliveryRow, LetterRow
from ledger.outbox import OutboxRow
from ledger.registers import EntryRow
from ledger.sending import Dispatched
from ledger.values import NoticeKind, Secrecy, Urgency


def send(world: World, *to: str, **wanted: object) -> EntryRow:
    with world.act("sent") as act:
        letter = Dispatched(to=to, **{"subject": "ขอเชิญประชุม", **wanted})
        entry, _ = sending.send(act, world.office(act), letter, LIFE, sender_of)
        return act.session.get_one(EntryRow, entry.id)


def test_a_circular_to_all_schools_has_a_delivery_and_a_mail_for_each(world: World) -> None:
    entry = send(world, "all", circular=True, urgency=Urgency.URGENT)
    assert (entry.text, entry.letter_number, entry.recipient) == (
        "ศธ 04022/ว1",
        "ศธ 04022/ว1",
        "สถานศึกษารัฐบาลทุกแห่ง",
    )
    with world.database.read() as session:
        letter = session.get_one(LetterRow, entry.letter_id)
        assert (letter.letter_number, letter.urgency) == ("ศธ 04022/ว1", Urgency.URGENT)
        assert list(session.execute(sa.select(DeliveryRow.holder)).scalars()) == ["โรงเรียนบ้านนา", "โรงเรียนวัดป่า"]
        mails = session.execute(sa.select(OutboxRow.recipient, OutboxRow.kind, OutboxRow.due)).all()
    assert [tuple(mail) for mail in mails] == [
        ("s1@schools.example", NoticeKind.LETTER, world.now),
        ("s2@schools.example", NoticeKind.LETTER, world.now),
    ]


def test_an_addressee_named_twice_gets_one_letter(world: World) -> None:
    send(world, "s1", "all", "finance")
    with world.database.read() as session:
        holders = list(session.execute(sa.select(DeliveryRow.holder)).scalars())
    assert holders == ["โรงเรียนบ้านนา", "โรงเรียนวัดป่า", "กลุ่มบริหารงานการเงินและสินทรัพย์"]


@pytest.mark.parametrize(
    ("to", "wanted", "error", "said"),
    [
        (["nobody"], {}, NotFound, "nobody"),
        ([], {}, Refused, "--to"),
        (["all"], {"subject": " "}, Refused, "--subject"),
        (["all"], {"secrecy": Secrecy.TOP_SECRET}, Refused, "ลับที่สุด"),
        (["all"], {"group": "none"}, NotFound, "finance"),
    ],
)
def test_what_cannot_be_sent_takes_no_number(
    world: World, to: list[str], wanted: dict[str, object], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        send(world, *to, **wanted)
    assert send(world, "all").number == 1


def test_schools_without_a_mailbox_are_named_before_anything_is_written(world: World) -> None:
    with world.act() as act:
        act.alter(OrganisationRow, 3, mailbox="")
    with pytest.raises(Refused, match="โรงเรียนวัดป่า"):
        send(world, "all")
    assert send(world, "s1").number == 1
