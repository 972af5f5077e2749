"""Who holds a letter, where it may go next, and the timeline that every later holder sees (F72, F74 to F76, F84)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from ledger import directory, letters, outbox, receipts, registers, unlocking
from ledger.directory import GroupRow, OrganisationRow, PersonRow
from ledger.errors import Refused
from ledger.history import Act
from ledger.letters import DeliveryRow, Holder, LetterRow, LinkLife, Written
from ledger.registers import EntryRow
from ledger.values import HolderKind, NoticeKind, Silence, Step, Target

NOTE_LENGTH = 500


def send_to(
    act: Act,
    letter: Written | LetterRow,
    holder: Holder,
    life: LinkLife,
    sender_of: Callable[[OrganisationRow], str],
    *,
    kind: NoticeKind = NoticeKind.ARRIVAL,
    **delivery: Any,
) -> int:
    """Put a letter on its way to a holder, with the notice that tells. Returns the delivery's id."""
    key, token = letters.deliver(act, letter, holder, life, **delivery)
    if holder.mailbox:
        writer = act.session.get_one(OrganisationRow, letter.organisation_id)
        outbox.add(
            act,
            writer,
            kind,
            holder.mailbox,
            sender=sender_of(writer),
            recipient_name=holder.name,
            letter_id=letter.id,
            delivery_id=key,
            token=token,
        )
    return key


def forward(
    act: Act,
    delivery: DeliveryRow,
    holder: Holder,
    life: LinkLife,
    note: str,
    sender_of: Callable[[OrganisationRow], str],
) -> None:
    """Hand the letter on: a new delivery, a new notice, and the handler's name in การปฏิบัติ (C8)."""
    letter = act.session.get_one(LetterRow, delivery.letter_id)
    act.about = f"delivery {delivery.id}"
    send_to(act, letter, holder, life, sender_of, forwarded_from=delivery.id, note=note.strip()[:NOTE_LENGTH])
    entry = registers.entry_of_letter(act.session, letter.id, delivery.organisation_id)
    if entry is not None:
        act.alter(EntryRow, entry.id, action=holder.name)


def targets(session: Session, delivery: DeliveryRow) -> tuple[Target, ...]:
    """To whom this holder may forward: the groups (at an office), then the people of the same organisation."""
    chain = letters.deliveries(session, delivery.letter_id)
    taken = {(row.group_id, row.person_id) for row in chain if row.organisation_id == delivery.organisation_id}
    offered = [
        Target(f"group:{row.code}", row.name, HolderKind.GROUP)
        for row in directory.groups(session, delivery.organisation_id)
        if (row.id, None) not in taken
    ]
    for person in directory.people(session, delivery.organisation_id):
        if person.mailbox and (person.group_id, person.id) not in taken:
            label = f"{person.name} ({person.position})" if person.position else person.name
            offered.append(Target(f"person:{person.id}", label, HolderKind.PERSON))
    return tuple(offered)


def holder_of(session: Session, delivery: DeliveryRow, target: str) -> Holder:
    """The holder that a chosen target names.

    Errors: `Refused` for one that is not offered, so that no id reaches into another organisation (P-32).
    """
    if target not in {offered.value for offered in targets(session, delivery)}:
        raise Refused(reason="โปรดเลือกกลุ่มหรือบุคคลผู้รับหนังสือไปดำเนินการจากรายการ")
    kind, _, key = target.partition(":")
    if kind == "person":
        return letters.person_holder(session.get_one(PersonRow, int(key)))
    group = directory.group(session, delivery.organisation_id, key)
    assert group is not None  # it is among the targets
    return letters.group_holder(group)


def mailbox_of(session: Session, delivery: DeliveryRow) -> str:
    """Where mail to the holder of a delivery goes today, or ""."""
    if delivery.person_id is not None:
        return session.get_one(PersonRow, delivery.person_id).mailbox
    if delivery.group_id is not None:
        return session.get_one(GroupRow, delivery.group_id).mailbox
    return session.get_one(OrganisationRow, delivery.organisation_id).mailbox


def steps(session: Session, delivery: DeliveryRow) -> tuple[Step, ...]:
    """The way of the letter as this holder may see it: the own delivery, what led to it, and what followed."""
    chain = letters.deliveries(session, delivery.letter_id)
    seen = _line_of(chain, delivery)
    signed, silences = receipts.of_letter(session, delivery.letter_id), unlocking.silences(session, seen)
    return tuple(_step(row, signed.get(row.id), silences.get(row.id, ()), delivery) for row in chain if row.id in seen)


def _line_of(chain: list[DeliveryRow], delivery: DeliveryRow) -> set[int]:
    """What led here and what came of it; the other addressees of a circular are not this holder's business."""
    parents = {row.id: row.forwarded_from for row in chain}
    line, above = {delivery.id}, delivery.forwarded_from
    while above is not None:
        line.add(above)
        above = parents[above]
    for row in chain:  # oldest first, so a parent is known before its children
        if row.forwarded_from in line:
            line.add(row.id)
    return line


def _step(
    row: DeliveryRow, receipt: receipts.ReceiptRow | None, silences: tuple[Silence, ...], here: DeliveryRow
) -> Step:
    return Step(
        holder=row.holder,
        kind=row.holder_kind,
        sent_at=row.made_at,
        by=row.made_by if row.forwarded_from is not None else "",
        note=row.note,
        opened_at=row.opened_at,
        unlocked_at=row.unlocked_at,
        acknowledged_at=receipt.at if receipt else None,
        acknowledged_by=receipt.name if receipt else "",
        here=row.id == here.id,
        silences=silences,
    )
