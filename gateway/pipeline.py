"""Settle, on one screen: what becomes of an arrival, in the transaction that gives it its number.

1. our own mail that came back, or the same thing once more: joined;
2. a bounce, an automatic reply, a read receipt: noted, never registered;
3. the rules say where it goes: refuse, hold, or enter;
4. entered: number, letter, deliveries with their notices, the answer to the sender.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from gateway.settler import Settled
from ledger import copies, custody, directory, intakes, letters, outbox, registers, routing, rules
from ledger.copies import First
from ledger.directory import OrganisationRow
from ledger.history import Act
from ledger.intakes import IntakeRow
from ledger.letters import Holder, LetterRow, LinkLife, Written
from ledger.values import (
    Channel,
    Intake,
    NoticeKind,
    Outcome,
    OutcomeKind,
    Reading,
    ReadingKind,
    RegisterKind,
    Secrecy,
)
from watchers.reading import letterhead

SUMMARY_LENGTH = 4000
UNREADABLE = "unreadable"  # the defect of a reading whose child process had to be stopped

_ON_PAPER = "หนังสือลับที่สุดรับทางอิเล็กทรอนิกส์ไม่ได้ ให้ส่งเป็นเอกสาร"  # R2, R14
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
    letter_of_mark: Callable[[str], int | None]  # whose mark it is, if it is ours (P-17)
    policy: str = "all"  # all, known, clerk: what gets a number by itself
    answer: bool = True  # tell the sender the number


def settle(act: Act, settled: Settled, policy: Policy) -> Outcome:
    """Give an intake its one outcome. Errors: those of the register, such as `RegisterOff`."""
    intake, reading = settled.intake, settled.reading
    act.about = f"intake {intake.id}"
    intakes.learn(act, intake, reading)
    if (found := _first(act, intake, reading, policy)) is not None:
        act.what, (first, reason) = "joined", found
        return intakes.join(act, intake.id, first.entry_id, first.letter_id, reason, reading.secrecy)
    if reading.kind in _NOT_LETTERS and intake.channel is not Channel.FOLDER:
        return _conclude(act, settled, *_NOT_LETTERS[reading.kind], reading.secrecy)
    owner = act.session.get_one(OrganisationRow, intake.organisation_id)
    if intake.register is RegisterKind.INCOMING:
        return _route(act, settled, owner, policy)
    if reading.secrecy is Secrecy.TOP_SECRET:
        return _conclude(act, settled, OutcomeKind.REFUSED, _ON_PAPER, reading.secrecy)
    marked = routing.Routing(reason="วางในโฟลเดอร์ของทะเบียน", urgency=reading.urgency, secrecy=reading.secrecy)
    return _enter(act, settled, owner, marked, policy)


def _first(act: Act, intake: IntakeRow, reading: Reading, policy: Policy) -> tuple[First, str] | None:
    """What this is a copy of, and why we think so."""
    for mark in reading.loop_marks:
        letter_id = policy.letter_of_mark(mark)
        if letter_id is not None and act.session.get(LetterRow, letter_id) is not None:
            return First(0, None, letter_id), "จดหมายแจ้งของระบบนี้เองที่ย้อนกลับมา"
    first = copies.first_of(act.session, intake, reading)
    return (first, f"ฉบับซ้ำของรายการนำเข้า {first.intake_id}") if first is not None else None


def _route(act: Act, settled: Settled, owner: OrganisationRow, policy: Policy) -> Outcome:
    known = directory.sender_organisation(act.session, _sender_address(settled))
    facts = routing.Facts.of(as_intake(settled.intake), settled.reading, known.code if known else "")
    routed = routing.route(rules.load(act.session, owner.id), facts)
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
    intake, reading = settled.intake, settled.reading
    told: dict[str, Any] = {
        "letter_number": reading.letter_number,
        "letter_date": reading.letter_date,
        "sender": _sender_name(settled, known),
        "recipient": owner.name,
        "subject": letterhead.title(reading.subject) or "(ไม่มีชื่อเรื่อง)",
        "urgency": routed.urgency,
        "secrecy": routed.secrecy,
    }
    letter = letters.write(
        act,
        [document for document in reading.documents if not document.inline],
        organisation_id=owner.id,
        intake_id=intake.id,
        outgoing=intake.register is not RegisterKind.INCOMING,
        summary=reading.text.strip()[:SUMMARY_LENGTH],
        **told,
    )
    holders = _holders(act, owner, routed) if intake.register is RegisterKind.INCOMING else []
    entry = registers.enter(
        act,
        owner,
        intake.register,
        letter_id=letter.id,
        action=", ".join(holder.name for holder in holders if holder.group_id is not None),
        remark=f"ไฟล์ {intake.name}" if intake.name and routed.secrecy is Secrecy.ORDINARY else "",
        rule=", ".join(routed.matched),
        reason=routed.reason,
        **told,
    )
    for holder in holders:
        custody.send_to(act, letter, holder, policy.life, policy.sender_of)
    if policy.answer and intake.register is RegisterKind.INCOMING:
        _answer(act, settled, owner, letter, policy)
    return intakes.conclude(
        act,
        intake.id,
        OutcomeKind.REGISTERED,
        routed.reason,
        entry=entry,
        secrecy=routed.secrecy,
        letter_id=letter.id,
        holders=[holder.name for holder in holders],
    )


def _holders(act: Act, owner: OrganisationRow, routed: routing.Routing) -> list[Holder]:
    """The groups that exist and can be reached; without any, or when asked for, the central registry."""
    found = [directory.group(act.session, owner.id, code) for code in routed.groups]
    holders = [letters.group_holder(group) for group in found if group is not None and group.mailbox]
    return holders if holders and not routed.registry else [*holders, letters.registry_of(owner)]


def _answer(act: Act, settled: Settled, owner: OrganisationRow, letter: Written, policy: Policy) -> None:
    """Tell the sender the number (R9): never an automatic mail, and one sender once a day (P-17)."""
    intake = settled.intake
    if intake.channel is Channel.FOLDER or settled.reading.automatic or not intake.sender:
        return
    bare, _ = directory.without_plus(intake.sender)
    if bare in directory.receiving(act.session):
        return
    if not outbox.answered_since(act.session, intake.sender, act.at - timedelta(days=1)):
        outbox.add(
            act,
            owner,
            NoticeKind.ANSWER,
            intake.sender,
            sender=policy.sender_of(owner),
            recipient_name=settled.reading.senders[0].name if settled.reading.senders else "",
            letter_id=letter.id,
            in_reply_to=settled.reading.message_id,
        )


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
