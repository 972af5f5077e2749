"""Acknowledging: receipts with their evidence (P-18 to P-21, 5.2)."""

from __future__ import annotations

import json
import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger import registers
from ledger.database import Moment, Row, plain
from ledger.directory import OrganisationRow
from ledger.errors import NoSuchLink, Refused
from ledger.history import Act
from ledger.letters import DeliveryRow, LetterRow, LinkRow, token_hash
from ledger.registers import Entered
from ledger.values import HolderKind, RegisterKind, Visit

NAME_LENGTH = 100


class ReceiptRow(Row):
    """A holder's deliberate act. The first one counts; there is never a second (P-20)."""

    __tablename__ = "receipts"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(sa.ForeignKey("deliveries.id"), unique=True)
    at: Mapped[datetime] = mapped_column(Moment)
    name: Mapped[str]
    position: Mapped[str] = mapped_column(default="")
    grade: Mapped[str] = mapped_column(sa.String(16))  # link, code, console: what the holder proved (P-19)
    evidence: Mapped[str]  # JSON: network, agent, link or person
    number: Mapped[str] = mapped_column(sa.String(24), unique=True)  # the evidence number


def delivery_of(session: Session, token: str, now: datetime) -> tuple[DeliveryRow, LinkRow]:
    """The delivery that a token opens.

    Errors: `NoSuchLink`, alike for unknown, expired and revoked.
    """
    wanted = sa.select(DeliveryRow, LinkRow).join(LinkRow).where(LinkRow.token_hash == token_hash(token))
    found = session.execute(wanted).one_or_none()
    if found is None or found[1].revoked_at is not None or found[1].expires_at <= now:
        raise NoSuchLink
    return found[0], found[1]


def of_delivery(session: Session, delivery_id: int) -> ReceiptRow | None:
    """The receipt of a delivery, if there is one."""
    return session.execute(sa.select(ReceiptRow).where(ReceiptRow.delivery_id == delivery_id)).scalar_one_or_none()


def of_letter(session: Session, letter_id: int) -> dict[int, ReceiptRow]:
    """The receipts of all deliveries of a letter, by delivery."""
    wanted = sa.select(ReceiptRow).join(DeliveryRow).where(DeliveryRow.letter_id == letter_id)
    return {row.delivery_id: row for row in session.execute(wanted).scalars()}


def acknowledge(
    act: Act,
    delivery: DeliveryRow,
    link: LinkRow | None,
    visit: Visit,
    name: str,
    position: str,
    grade: str,
    person_id: int | None = None,
) -> ReceiptRow:
    """Record that the holder acknowledges. A second time gives the first receipt again (P-20).

    Arguments: `link` by which they came, or `person_id` of who is signed in, who may then change the line that this
    makes (C5). Errors: `Refused` without a name (P-18: a machine that presses buttons has none).
    """
    first = of_delivery(act.session, delivery.id)
    if first is not None:
        return first
    if not name.strip():
        raise Refused(reason="โปรดพิมพ์ชื่อผู้รับก่อนกดลงทะเบียนรับ")
    came = {"link": link.id} if link is not None else {"person": person_id}
    key = act.add(
        ReceiptRow,
        delivery_id=delivery.id,
        at=act.at,
        name=name.strip()[:NAME_LENGTH],
        position=position.strip()[:NAME_LENGTH],
        grade=grade,
        evidence=json.dumps({"network": visit.network, "agent": visit.agent[:300], **came}, ensure_ascii=False),
        number=f"{plain(act.at)[:10].replace('-', '')}-{secrets.token_hex(4).upper()}",
    )
    _enter_at_the_holder(act, delivery, person_id)
    return act.session.get_one(ReceiptRow, key)


def own_number(session: Session, delivery: DeliveryRow) -> str:
    """The number that the letter has in the holder's own incoming register (F93), or ""."""
    entry = registers.entry_of_letter(session, delivery.letter_id, delivery.organisation_id)
    return entry.text if entry is not None else ""


def _enter_at_the_holder(act: Act, delivery: DeliveryRow, person_id: int | None) -> Entered | None:
    """An internal letter gets its incoming number when the receiving registry acknowledges (F17, F80)."""
    owner = act.session.get_one(OrganisationRow, delivery.organisation_id)
    letter = act.session.get_one(LetterRow, delivery.letter_id)
    comes_from_outside = letter.organisation_id != owner.id and delivery.holder_kind is not HolderKind.PERSON
    if not comes_from_outside or not owner.keeps_registers:
        return None
    if registers.entry_of_letter(act.session, letter.id, owner.id) is not None:
        return None  # forwarded or returned inside: still the same line (C8)
    return registers.enter(
        act,
        owner,
        RegisterKind.INCOMING,
        letter_id=letter.id,
        letter_number=letter.letter_number,
        letter_date=letter.letter_date,
        sender=letter.sender,
        recipient=owner.name,
        subject=letter.subject,
        action=delivery.holder if delivery.holder_kind is HolderKind.GROUP else "",
        urgency=letter.urgency,
        secrecy=letter.secrecy,
        reason="ลงทะเบียนรับผ่านลิงก์" if person_id is None else "ลงทะเบียนรับในระบบ",
        registrant_id=person_id,
        group_id=delivery.group_id,
    )
