"""A signed-in holder and the letters that came: look, acknowledge, forward (F65 to F84, C3, C8).

What a receipt link does for who has it, this does for who is on duty; both end in the same receipt. Everything is bound
to the viewer's own organisation (P-32).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import custody, letters, receipts, registers
from ledger.access import Duty, Viewer
from ledger.directory import OrganisationRow, PersonRow
from ledger.errors import NotAllowed, NotFound, Refused
from ledger.history import Act
from ledger.letters import DeliveryRow, DocumentRow, LetterRow, LinkLife
from ledger.receipts import ReceiptRow
from ledger.registers import EntryRow
from ledger.values import HolderKind, Secrecy, Urgency, Visit

GRADE = "console"  # what the holder proved: an account (P-19)
_URGENT_FIRST = {str(urgency): -rank for rank, urgency in enumerate(Urgency)}


@dataclass(frozen=True, slots=True)
class Held:
    """A delivery to the viewer's organisation. `acts`: the viewer is the one who acknowledges and forwards it."""

    delivery: DeliveryRow
    letter: LetterRow
    receipt: ReceiptRow | None
    acts: bool


def mine(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The condition on `DeliveryRow` under which this viewer acts as its holder (C3).

    The person's own, and those of the place whose clerk the person is.
    """
    held: list[sa.ColumnElement[bool]] = [DeliveryRow.person_id == viewer.person_id]
    if Duty.CENTRAL_CLERK in viewer.duties:
        held.append(DeliveryRow.holder_kind == HolderKind.REGISTRY)
    if Duty.SCHOOL_CLERK in viewer.duties:
        held.append(DeliveryRow.holder_kind == HolderKind.SCHOOL)
    if Duty.GROUP_CLERK in viewer.duties and viewer.group_id is not None:
        held.append(sa.and_(DeliveryRow.group_id == viewer.group_id, DeliveryRow.person_id.is_(None)))
    return sa.and_(DeliveryRow.organisation_id == viewer.organisation_id, sa.or_(*held))


def waiting(session: Session, viewer: Viewer, *, offset: int, limit: int) -> list[Held]:
    """What the viewer has not acknowledged yet: the most urgent first, then the oldest (R16)."""
    wanted = sa.select(DeliveryRow, LetterRow).join(LetterRow, LetterRow.id == DeliveryRow.letter_id)
    wanted = wanted.outerjoin(ReceiptRow, ReceiptRow.delivery_id == DeliveryRow.id)
    wanted = wanted.where(ReceiptRow.id.is_(None), mine(viewer))
    in_order = wanted.order_by(sa.case(_URGENT_FIRST, value=LetterRow.urgency), DeliveryRow.made_at, DeliveryRow.id)
    found = session.execute(in_order.offset(offset).limit(limit))
    return [Held(delivery, letter, None, acts=True) for delivery, letter in found]


def held(session: Session, viewer: Viewer, delivery_id: int) -> Held:
    """A delivery to the viewer's organisation, which everybody of it may look at unless it is secret (C3, I8).

    Errors: `NotFound`, alike for no delivery and for another organisation's (P-32); `NotAllowed` for a secret letter.
    """
    delivery = session.get(DeliveryRow, delivery_id)
    if delivery is None or delivery.organisation_id != viewer.organisation_id:
        raise NotFound(what="หนังสือ", what_en="letter", name=delivery_id, hint="")
    letter = session.get_one(LetterRow, delivery.letter_id)
    if letter.secrecy is not Secrecy.ORDINARY and not _reads(session, viewer, letter):
        raise NotAllowed
    acts = session.execute(sa.select(DeliveryRow.id).where(DeliveryRow.id == delivery.id, mine(viewer))).first()
    return Held(delivery, letter, receipts.of_delivery(session, delivery.id), acts=acts is not None)


def acknowledge(act: Act, viewer: Viewer, delivery_id: int, visit: Visit) -> ReceiptRow:
    """ลงทะเบียนรับ by who is on duty for it; a second time changes nothing (P-20).

    Where the organisation keeps registers, the letter gets its incoming number in the same act (F17, F80). Errors: as
    `held`; `NotAllowed` for who does not hold it; `RegisterOff`.
    """
    found = _act_on(act, viewer, delivery_id)
    person = act.session.get_one(PersonRow, viewer.person_id)
    return receipts.acknowledge(
        act, found.delivery, None, visit, viewer.name, person.position, GRADE, person_id=viewer.person_id
    )


def forward(
    act: Act,
    viewer: Viewer,
    delivery_id: int,
    target: str,
    note: str,
    life: LinkLife,
    sender_of: Callable[[OrganisationRow], str],
) -> None:
    """Hand the letter on to a group or a person of the same organisation (F74 to F76).

    Errors: as `acknowledge`; `Refused` for a target that is not offered.
    """
    found = _act_on(act, viewer, delivery_id)
    custody.forward(act, found.delivery, custody.holder_of(act.session, found.delivery, target), life, note, sender_of)


def own_entry(session: Session, found: Held) -> EntryRow | None:
    """The line that the letter has in the holder's own books."""
    return registers.entry_of_letter(session, found.letter.id, found.delivery.organisation_id)


def document(session: Session, found: Held, position: int) -> DocumentRow:
    """One file of the letter. Errors: `NotFound`; `Refused` for one that is not served."""
    for one in letters.documents(session, [found.letter.id]):
        if one.position == position:
            if one.withheld:
                raise Refused(reason=one.withheld)
            return one
    raise NotFound(what="ไฟล์ลำดับที่", what_en="file", name=position, hint="")


def _act_on(act: Act, viewer: Viewer, delivery_id: int) -> Held:
    found = held(act.session, viewer, delivery_id)
    if not found.acts:
        raise NotAllowed
    act.about = f"delivery {delivery_id}"
    return found


def _reads(session: Session, viewer: Viewer, letter: LetterRow) -> bool:
    """Whether the viewer may know what a secret letter says: on duty for all, a holder, or the line's registrant."""
    if viewer.reads_secrets:
        return True
    holds = sa.select(DeliveryRow.id).where(DeliveryRow.letter_id == letter.id, mine(viewer))
    if session.execute(holds).first() is not None:
        return True
    entry = registers.entry_of_letter(session, letter.id, viewer.organisation_id)
    return entry is not None and entry.registrant_id == viewer.person_id
