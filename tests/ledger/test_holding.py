"""Who holds a letter in the console, and what they do with it; another organisation's is never reachable (C3, C8)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import sqlalchemy as sa
from desks import OFFICE, S1, S2, person, written
from ledger_world import LIFE, World, sender_of

from ledger import custody, holding, registers, sending, verify, waiting
from ledger.access import Duty, Viewer
from ledger.addressing import Reach
from ledger.directory import OrganisationRow
from ledger.errors import NotAllowed, NotFound, Refused, RegisterOff
from ledger.letters import DeliveryRow
from ledger.outbox import OutboxRow
from ledger.receipts import ReceiptRow
from ledger.registers import EntryRow
from ledger.sending import Onward
from ledger.values import RegisterKind, Secrecy, Urgency, Visit


def sent(
    world: World,
    writer: Viewer,
    reach: Reach,
    codes: Sequence[str] = (),
    urgency: Urgency = Urgency.NORMAL,
    secrecy: Secrecy = Secrecy.ORDINARY,
) -> int:
    """A letter on its way. Returns the id of its last delivery."""
    entry = written(world, writer)
    with world.act("sent", writer.name) as act:
        wanted = Onward(reach, codes, "policy", "สรุป", urgency, secrecy)
        sending.send_entry(act, writer, entry, wanted, LIFE, sender_of)
        return int(act.session.execute(sa.select(sa.func.max(DeliveryRow.id))).scalar_one())


def listed(world: World, viewer: Viewer) -> list[int]:
    with world.database.read() as session:
        found = holding.waiting(session, viewer, offset=0, limit=100)
        assert waiting.of(session, viewer, world.now.date()).letters.count == len(found)
        return [one.delivery.id for one in found]


def acknowledge(world: World, viewer: Viewer, delivery: int) -> ReceiptRow:
    with world.act("acknowledged", viewer.name) as act:
        return holding.acknowledge(act, viewer, delivery, Visit(world.now, "POST", "192.0.2.0/24", "test"))


def forward(world: World, viewer: Viewer, delivery: int, target: str) -> None:
    with world.act("forwarded", viewer.name) as act:
        holding.forward(act, viewer, delivery, target, "โปรดดำเนินการ", LIFE, sender_of)


def own_lines(world: World, organisation: int) -> list[EntryRow]:
    with world.database.read() as session:
        owner = session.get_one(OrganisationRow, organisation)
        return [entry for entry, _ in registers.entries(session, RegisterKind.INCOMING, owner)]


def test_each_clerk_has_what_came_to_the_own_place(world: World) -> None:
    teacher, other = person(world, S1), person(world, S2)
    registry = sent(world, teacher, Reach.REGISTRY)
    finance = sent(world, teacher, Reach.GROUP, ["finance"])
    school = sent(world, other, Reach.SCHOOLS, ["s1"])
    assert listed(world, person(world, OFFICE, Duty.CENTRAL_CLERK)) == [registry]
    assert listed(world, person(world, OFFICE, Duty.GROUP_CLERK, group=1)) == [finance]
    assert listed(world, person(world, OFFICE, Duty.GROUP_CLERK, group=2)) == []
    assert listed(world, person(world, OFFICE, Duty.GROUP_CLERK)) == []
    assert listed(world, person(world, OFFICE, Duty.DIRECTOR, group=1)) == []
    assert listed(world, person(world, S1, Duty.SCHOOL_CLERK)) == [school]
    assert listed(world, person(world, S2, Duty.SCHOOL_CLERK)) == []
    assert listed(world, teacher) == []


def test_the_most_urgent_comes_first_then_the_oldest(world: World) -> None:
    teacher, clerk = person(world, S1), person(world, OFFICE, Duty.CENTRAL_CLERK)
    order = []
    for urgency in (Urgency.NORMAL, Urgency.MOST_URGENT, Urgency.NORMAL, Urgency.VERY_URGENT, Urgency.URGENT):
        order.append(sent(world, teacher, Reach.REGISTRY, urgency=urgency))
        world.later(minutes=1)
    assert listed(world, clerk) == [order[at] for at in (1, 3, 4, 0, 2)]


def test_acknowledging_leaves_evidence_and_takes_the_next_number_of_the_own_register(world: World) -> None:
    clerk, holder = person(world, OFFICE), person(world, S1, Duty.SCHOOL_CLERK, name="นางนงลักษณ์ สุขเกษม")
    delivery = sent(world, clerk, Reach.SCHOOLS, ["s1"])
    receipt = acknowledge(world, holder, delivery)
    assert (receipt.name, receipt.position, receipt.grade) == ("นางนงลักษณ์ สุขเกษม", "ครู", "console")
    assert receipt.evidence == f'{{"network": "192.0.2.0/24", "agent": "test", "person": {holder.person_id}}}'
    (line,) = own_lines(world, S1)
    assert (line.text, line.letter_number, line.sender) == ("1/2569", "ศธ 04022/1", "กลุ่มนโยบายและแผน")
    assert line.registrant_id == holder.person_id
    again = acknowledge(world, person(world, S1, Duty.SCHOOL_CLERK), delivery)
    assert (again.id, again.name) == (receipt.id, receipt.name)
    assert len(own_lines(world, S1)) == 1
    assert listed(world, holder) == []
    with world.database.read() as session:
        assert list(verify.faults(session, world.originals)) == []


def test_a_work_group_that_is_addressed_stands_in_the_offices_line(world: World) -> None:
    delivery = sent(world, person(world, S1), Reach.GROUP, ["finance"])
    acknowledge(world, person(world, OFFICE, Duty.GROUP_CLERK, group=1), delivery)
    (line,) = own_lines(world, OFFICE)
    assert (line.group_id, line.action) == (1, "กลุ่มบริหารงานการเงินและสินทรัพย์")


def test_who_does_not_hold_it_looks_but_neither_acknowledges_nor_forwards(world: World) -> None:
    delivery = sent(world, person(world, OFFICE), Reach.SCHOOLS, ["s1"])
    for watcher in (person(world, S1), person(world, S1, Duty.DIRECTOR)):
        with world.database.read() as session:
            found = holding.held(session, watcher, delivery)
        assert (found.acts, found.letter.subject) == (False, "ขอเชิญประชุม")
        with pytest.raises(NotAllowed):
            acknowledge(world, watcher, delivery)
        with pytest.raises(NotAllowed):
            forward(world, watcher, delivery, "person:1")
    assert own_lines(world, S1) == []


def test_another_organisations_delivery_is_not_found(world: World) -> None:
    clerk = person(world, OFFICE, Duty.CENTRAL_CLERK, Duty.DIRECTOR)
    delivery = sent(world, clerk, Reach.SCHOOLS, ["s1"])
    for stranger in (clerk, person(world, S2, Duty.SCHOOL_CLERK, Duty.DIRECTOR)):
        for key in (delivery, 9999):
            with pytest.raises(NotFound), world.database.read() as session:
                holding.held(session, stranger, key)
            with pytest.raises(NotFound):
                acknowledge(world, stranger, key)
            with pytest.raises(NotFound):
                forward(world, stranger, key, "group:finance")


def test_a_secret_letter_is_read_by_its_holders_and_who_is_on_duty_for_all(world: World) -> None:
    delivery = sent(world, person(world, S1), Reach.GROUP, ["finance"], secrecy=Secrecy.SECRET)
    clerk = person(world, OFFICE, Duty.GROUP_CLERK, group=1)
    readers = [clerk, person(world, OFFICE, Duty.CENTRAL_CLERK), person(world, OFFICE, Duty.DIRECTOR)]
    others = [
        person(world, OFFICE, group=1),
        person(world, OFFICE, Duty.GROUP_CLERK, group=2),
        person(world, OFFICE, Duty.ADMINISTRATOR, Duty.REGISTER_ADMIN, Duty.DEPUTY, group=1),
    ]
    somsri = person(world, OFFICE, group=1)
    with world.database.read() as session:
        for reader in readers:
            assert holding.held(session, reader, delivery).letter.subject == "ขอเชิญประชุม"
        for other in [*others, somsri]:
            with pytest.raises(NotAllowed):
                holding.held(session, other, delivery)
    acknowledge(world, clerk, delivery)
    forward(world, clerk, delivery, f"person:{somsri.person_id}")
    (theirs,) = listed(world, somsri)
    with world.database.read() as session:
        assert holding.held(session, somsri, theirs).acts
        assert not holding.held(session, somsri, delivery).acts


def test_forwarding_makes_a_delivery_a_mail_and_the_handlers_name(world: World) -> None:
    delivery = sent(world, person(world, S1), Reach.REGISTRY)
    clerk, handler = person(world, OFFICE, Duty.CENTRAL_CLERK), person(world, OFFICE, name="นายสุรชัย กันทะวงศ์")
    acknowledge(world, clerk, delivery)
    with pytest.raises(Refused):
        forward(world, clerk, delivery, "person:9999")
    forward(world, clerk, delivery, f"person:{handler.person_id}")
    (theirs,) = listed(world, handler)
    (line,) = own_lines(world, OFFICE)
    assert line.action == "นายสุรชัย กันทะวงศ์"
    with world.database.read() as session:
        found = holding.held(session, handler, theirs)
        steps = custody.steps(session, found.delivery)
        mail = session.execute(sa.select(OutboxRow).where(OutboxRow.delivery_id == theirs)).scalar_one()
    assert [step.holder for step in steps] == ["สารบรรณกลาง สพป.ตัวอย่าง เขต 4", "นายสุรชัย กันทะวงศ์"]
    assert mail.recipient.endswith("@people.example")
    acknowledge(world, handler, theirs)
    assert len(own_lines(world, OFFICE)) == 1  # still the same line (C8)


def test_a_register_that_is_off_keeps_the_letter_waiting(world: World) -> None:
    delivery, holder = sent(world, person(world, OFFICE), Reach.SCHOOLS, ["s1"]), person(world, S1, Duty.SCHOOL_CLERK)
    with world.act() as act:
        school = act.session.get_one(OrganisationRow, S1)
        registers.set_start(act, school, RegisterKind.INCOMING, 2569, 0)
    with pytest.raises(RegisterOff):
        acknowledge(world, holder, delivery)
    assert listed(world, holder) == [delivery]
