"""Settle, on one screen: what becomes of an arrival, in the transaction that gives it its number.

1. our own mail that came back, or the same thing once more: joined; what only bears our mark is held;
2. a bounce, an automatic reply, a read receipt: noted, never registered;
3. the rules say where it goes: refuse, hold, or enter;
4. entered: number, letter, deliveries with their notices, the answer to the sender.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from gateway.own_mails import Marked
from gateway.settler import Settled
from ledger import arrivals, copies, directory, intakes, quoted, routing, rules
from ledger.answering import KNOWN, Answering
from ledger.copies import First
from ledger.directory import OrganisationRow
from ledger.history import Act
from ledger.intakes import IntakeRow
from ledger.letters import LinkLife
from ledger.values import (
    Channel,
    Intake,
    Outcome,
    OutcomeKind,
    Reading,
    ReadingKind,
    RegisterKind,
    Secrecy,
)
from watchers.reading import letterhead

NO_SUBJECT = "(ไม่มีชื่อเรื่อง)"
UNREADABLE = "unreadable"  # the defect of a reading whose child process had to be stopped

_ON_PAPER = "หนังสือลับที่สุดรับทางอิเล็กทรอนิกส์ไม่ได้ ให้ส่งเป็นเอกสาร"  # R2, R14
_ONLY_MARKED = "มีเครื่องหมายของจดหมายแจ้งจากระบบนี้ แต่เนื้อหาหรือไฟล์ไม่ตรงกับที่ระบบส่ง โปรดตรวจและลงทะเบียนเอง"
_NOT_LETTERS = {
    ReadingKind.BOUNCE: (OutcomeKind.BOUNCE, "รายงานส่งไม่ถึง"),
    ReadingKind.AUTO_REPLY: (OutcomeKind.AUTO_REPLY, "จดหมายตอบกลับอัตโนมัติ"),
    ReadingKind.READ_RECEIPT: (OutcomeKind.RECEIPT, "ใบแจ้งว่าเปิดอ่านแล้ว"),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """What the office decided about its intake."""

    life: LinkLife  # of receipt links
    sender_of: Callable[[OrganisationRow], str]  # from which address an organisation writes
    marked: Callable[[Session, Reading], Marked | None]  # whether it bears our mark, and is ours (P-17)
    policy: str = "all"  # all, known, clerk: what gets a number by itself
    answering: Answering = KNOWN  # who is told the number


def settle(act: Act, settled: Settled, policy: Policy) -> Outcome:
    """Give an intake its one outcome. Errors: those of the register, such as `RegisterOff`."""
    intake, reading = settled.intake, settled.reading
    act.about = f"intake {intake.id}"
    intakes.learn(act, intake, reading)
    marked = policy.marked(act.session, reading)
    if marked is None or not marked.ours:
        quoted.note(act, intake, reading)
    if (found := _first(act, intake, reading, marked)) is not None:
        act.what, (first, reason) = "joined", found
        return intakes.join(act, intake.id, first.entry_id, first.letter_id, reason, reading.secrecy)
    if reading.kind in _NOT_LETTERS and intake.channel is not Channel.FOLDER:
        return _conclude(act, settled, *_NOT_LETTERS[reading.kind], reading.secrecy)
    if marked is not None:
        return _conclude(act, settled, OutcomeKind.HELD, _ONLY_MARKED, reading.secrecy)
    owner = act.session.get_one(OrganisationRow, intake.organisation_id)
    if intake.register is RegisterKind.INCOMING:
        return _route(act, settled, owner, policy)
    if reading.secrecy is Secrecy.TOP_SECRET:
        return _conclude(act, settled, OutcomeKind.REFUSED, _ON_PAPER, reading.secrecy)
    return _enter(act, settled, owner, by_folder(reading), policy)


def by_folder(reading: Reading) -> routing.Routing:
    """What is dropped for another register than the incoming one goes by no rule."""
    return routing.Routing(reason="วางในโฟลเดอร์ของทะเบียน", urgency=reading.urgency, secrecy=reading.secrecy)


def _first(act: Act, intake: IntakeRow, reading: Reading, marked: Marked | None) -> tuple[First, str] | None:
    """What this is a copy of, and why we think so."""
    if marked is not None and marked.ours:
        return First(0, None, marked.letter_id), "จดหมายแจ้งของระบบนี้เองที่ย้อนกลับมา"
    first = copies.first_of(act.session, intake, reading)
    return (first, f"ฉบับซ้ำของรายการนำเข้า {first.intake_id}") if first is not None else None


def routed_by_rule(session: Session, settled: Settled, owner_id: int) -> tuple[routing.Routing, OrganisationRow | None]:
    """Where the owner's rules send an arrival, and the organisation that it came from, where that is known."""
    known = directory.sender_organisation(session, _sender_address(settled))
    facts = routing.Facts.of(as_intake(settled.intake), settled.reading, known.code if known else "")
    return routing.route(rules.load(session, owner_id), facts), known


def _route(act: Act, settled: Settled, owner: OrganisationRow, policy: Policy) -> Outcome:
    routed, known = routed_by_rule(act.session, settled, owner.id)
    if routed.secrecy is Secrecy.TOP_SECRET:
        return _conclude(act, settled, OutcomeKind.REFUSED, _ON_PAPER, routed.secrecy)
    if routed.refuse:
        return _conclude(act, settled, OutcomeKind.REFUSED, routed.reason, routed.secrecy)
    if hold := routed.hold or _held(settled, policy, known):
        return _conclude(act, settled, OutcomeKind.HELD, routed.reason if routed.hold else hold, routed.secrecy)
    return _enter(act, settled, owner, routed, policy, known)


def _held(settled: Settled, policy: Policy, known: OrganisationRow | None) -> str:
    """Why a clerk must look first, or ""."""
    if any(defect.startswith(UNREADABLE) for defect in settled.reading.defects):
        return "ระบบอ่านจดหมายนี้ไม่ได้ ต้นฉบับเก็บไว้ครบถ้วน โปรดตรวจและลงทะเบียนเอง"
    if policy.policy == "clerk":
        return "หน่วยงานกำหนดให้เจ้าหน้าที่ตรวจก่อนลงทะเบียน"
    if policy.policy == "known" and known is None and settled.intake.channel is not Channel.FOLDER:
        return "ผู้ส่งไม่อยู่ในทะเบียนหน่วยงาน"
    return ""


def _conclude(act: Act, settled: Settled, kind: OutcomeKind, reason: str, secrecy: Secrecy) -> Outcome:
    act.what = str(kind)
    return intakes.conclude(act, settled.intake.id, kind, reason, secrecy=secrecy)


def _enter(
    act: Act,
    settled: Settled,
    owner: OrganisationRow,
    routed: routing.Routing,
    policy: Policy,
    known: OrganisationRow | None = None,
) -> Outcome:
    act.what = "registered"
    intake, incoming = settled.intake, settled.intake.register is RegisterKind.INCOMING
    chosen = arrivals.holders(act.session, owner, routed.groups, registry=routed.registry) if incoming else []
    columns = {
        **told(settled, owner, routed, known),
        "rule": ", ".join(routed.matched),
        "reason": routed.reason,
    }
    return arrivals.enter(act, owner, intake, settled.reading, columns, chosen, policy)


def told(
    settled: Settled, owner: OrganisationRow, routed: routing.Routing, known: OrganisationRow | None
) -> dict[str, Any]:
    """What an arrival says of itself, as the columns of a line."""
    intake, reading = settled.intake, settled.reading
    return {
        "letter_number": reading.letter_number,
        "letter_date": reading.letter_date,
        "sender": _sender_name(settled, known),
        "recipient": owner.name,
        "subject": letterhead.title(reading.subject) or NO_SUBJECT,
        "urgency": routed.urgency,
        "secrecy": routed.secrecy,
        "remark": f"ไฟล์ {intake.name}" if intake.name and routed.secrecy is Secrecy.ORDINARY else "",
    }


def as_intake(row: IntakeRow) -> Intake:
    """The value that a row was made from, without its bytes."""
    return Intake(
        channel=row.channel,
        source=row.source,
        content=b"",
        at=row.taken_at,
        sender=row.sender,
        recipients=tuple(row.recipients.split()),
        peer=row.peer,
        name=row.name,
        register=row.register,
        group=row.group,
    )


def _sender_address(settled: Settled) -> str:
    senders = settled.reading.senders
    return senders[0].address if senders else settled.intake.sender


def _sender_name(settled: Settled, known: OrganisationRow | None) -> str:
    if known is not None:
        return known.name
    senders = settled.reading.senders
    return (senders[0].name or senders[0].address) if senders else settled.intake.sender
