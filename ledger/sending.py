"""Sending a letter out: its number, one delivery and one mail for each addressee (F21 to F28, F47 to F58).

`send` registers and sends in one act; `send_entry` sends what a person has registered before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import addressing, amending, custody, directory, era, letters, registers
from ledger.access import Right, Viewer
from ledger.addressing import Reach
from ledger.directory import OrganisationRow
from ledger.errors import AlreadySent, FieldsWrong, NotAllowed, NotFound, Refused
from ledger.history import Act
from ledger.letters import DeliveryRow, Holder, LetterRow, LinkLife, Written
from ledger.registers import Entered, EntryRow
from ledger.values import Document, NoticeKind, RegisterKind, Secrecy, Urgency

SUMMARY_LENGTH = 4000
UNREACHABLE = "ยังไม่มีอีเมลในทะเบียนหน่วยงาน จะเห็นหนังสือเมื่อเข้าสู่ระบบเท่านั้น หากต้องการส่งต่อไป โปรดทำเครื่องหมายยืนยัน"
_CLASSES = list(Secrecy)


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What is to be sent, as a clerk says it."""

    to: Sequence[str]  # codes: "all", a school group, a school, or a group of the office
    subject: str
    summary: str = ""
    documents: Sequence[Document] = field(default=(), repr=False)
    group: str = ""  # code of the group that sends
    letter_date: date | None = None  # default: the day of registration
    urgency: Urgency = Urgency.NORMAL
    secrecy: Secrecy = Secrecy.ORDINARY
    circular: bool = False
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Onward:
    """What the send form adds to a line of the outgoing register (F26, F48 to F55)."""

    reach: Reach | None
    codes: Sequence[str] = ()  # of what `reach` says
    group: str = ""  # code of the work group that sends, at an office (F48)
    summary: str = ""
    urgency: Urgency = Urgency.NORMAL
    secrecy: Secrecy = Secrecy.ORDINARY
    unreachable_too: bool = False  # also to who has no mailbox, and sees the letter only in the console


def send(
    act: Act,
    office: OrganisationRow,
    wanted: Dispatched,
    life: LinkLife,
    sender_of: Callable[[OrganisationRow], str],
) -> tuple[Entered, int]:
    """Register the letter in the outgoing register and put it on its way. Returns its entry and how many it goes to.

    Errors: `NotFound` for an unknown addressee or group; `Refused` for a secrecy that may not travel, an empty
    subject, or addressees without a mailbox (named); `RegisterOff`. Nothing is written then.
    """
    _allowed(wanted)
    holders = addressees(act, office, wanted.to)
    unreachable = [holder.name for holder in holders if not holder.mailbox]
    if unreachable:
        raise Refused(reason=f"ผู้รับเหล่านี้ยังไม่มีอีเมลในทะเบียนหน่วยงาน: {', '.join(unreachable[:20])} — เพิ่มอีเมลก่อน แล้วส่งใหม่")
    sender = _sending_group(act, office, wanted.group)
    columns = {
        "letter_date": wanted.letter_date or era.day_of(act.at),
        "sender": sender,
        "recipient": _named(wanted.to, holders),
        "subject": wanted.subject.strip(),
        "urgency": wanted.urgency,
        "secrecy": wanted.secrecy,
    }
    letter = letters.write(
        act, wanted.documents, organisation_id=office.id, outgoing=True, summary=wanted.summary, **columns
    )
    entry = registers.enter(
        act,
        office,
        RegisterKind.OUTGOING,
        circular=wanted.circular,
        letter_id=letter.id,
        remark=wanted.remark,
        **columns,
    )
    act.alter(letters.LetterRow, letter.id, letter_number=entry.text)
    act.about = f"letter {letter.id}"
    for holder in holders:
        custody.send_to(act, letter, holder, life, sender_of, kind=NoticeKind.LETTER)
    return entry, len(holders)


def sendable(session: Session, viewer: Viewer, entry_id: int) -> EntryRow:
    """A line of the outgoing register that this viewer may send now (C3).

    Errors: `NotFound`, alike for another organisation's (P-32); `NotAllowed` for who did not register it; `Refused` for
    one without a letter to send; `AlreadySent`.
    """
    viewer.must(Right.SEND)
    entry, kind = amending.own(session, viewer, entry_id)
    if entry.registrant_id != viewer.person_id:
        raise NotAllowed
    if kind is not RegisterKind.OUTGOING:
        raise Refused(reason="ส่งได้เฉพาะหนังสือในทะเบียนหนังสือส่ง")
    if entry.voided_at is not None:
        raise Refused(reason="เลขนี้ถูกยกเลิกแล้ว จึงส่งหนังสือไม่ได้")
    if entry.reserved:
        raise Refused(reason="เลขนี้จองไว้และยังไม่มีเนื้อหา โปรดใช้เลขก่อน แล้วจึงส่งหนังสือ")
    if entry.letter_id is not None and letters.deliveries(session, entry.letter_id):
        raise AlreadySent(number=entry.text)
    return entry


def sent(session: Session, letter_ids: Iterable[int]) -> set[int]:
    """Which of these letters are on their way already."""
    wanted = sa.select(DeliveryRow.letter_id).where(DeliveryRow.letter_id.in_(list(letter_ids)))
    return set(session.execute(wanted.distinct()).scalars())


def send_entry(
    act: Act,
    viewer: Viewer,
    entry_id: int,
    wanted: Onward,
    life: LinkLife,
    sender_of: Callable[[OrganisationRow], str],
) -> int:
    """Put a letter that the viewer has registered on its way, with the files of its line (F25 to F28, F91).

    Number, date and subject are the register's (R25); urgency and secrecy become the line's too. Returns how many it
    goes to. Errors: as `sendable`; `FieldsWrong`. Nothing is written then.
    """
    entry = sendable(act.session, viewer, entry_id)
    holders, sender, problems = list[Holder](), "", dict[str, str]()
    with _noting(problems):
        holders = addressing.holders(act.session, viewer, wanted.reach, wanted.codes)
    with _noting(problems):
        sender = _sender(act, viewer, wanted.group)
    problems |= _faults(wanted, entry, [holder.name for holder in holders if not holder.mailbox])
    if problems or wanted.reach is None:
        raise FieldsWrong(**problems)
    letter = _letter_of(act, viewer, entry)
    told = {"urgency": wanted.urgency, "secrecy": wanted.secrecy}
    act.alter(EntryRow, entry.id, **told)
    act.alter(
        LetterRow,
        letter,
        sender=sender,
        recipient=addressing.title(act.session, wanted.reach, wanted.codes, holders),
        letter_number=entry.letter_number,
        letter_date=entry.letter_date,
        subject=entry.subject,
        summary=wanted.summary.strip(),
        **told,
    )
    act.what, act.about = "sent", f"entry {entry.id}"
    written = Written(letter, viewer.organisation_id, wanted.secrecy)
    for holder in holders:
        custody.send_to(act, written, holder, life, sender_of, kind=NoticeKind.LETTER)
    return len(holders)


def addressees(act: Act, office: OrganisationRow, codes: Sequence[str]) -> list[Holder]:
    """The holders that these codes name, each once, in order.

    Errors: `NotFound` for a code that names nobody.
    """
    found: dict[tuple[int, int | None], Holder] = {}
    for code in codes:
        group = directory.group(act.session, office.id, code)
        if group is not None:
            holders = [letters.group_holder(group)]
        else:
            holders = [letters.registry_of(school) for school in directory.schools(act.session, code, office.id)]
        if not holders:
            hint = "ใช้ all, รหัสกลุ่มสถานศึกษา, รหัสสถานศึกษา หรือรหัสกลุ่ม ดูได้จาก saraban directory export"
            raise NotFound(what="ผู้รับ", what_en="addressee", name=code, hint=hint)
        found.update({(holder.organisation_id, holder.group_id): holder for holder in holders})
    return list(found.values())


@contextmanager
def _noting(problems: dict[str, str]) -> Iterator[None]:
    """Notes what is wrong, so that all faults of a form are told at once."""
    try:
        yield
    except FieldsWrong as fault:
        problems.update(fault.problems)


def _faults(wanted: Onward, entry: EntryRow, unreachable: Sequence[str]) -> dict[str, str]:
    """What is wrong with a send form apart from its addressees (C6)."""
    problems: dict[str, str] = {}
    if not wanted.summary.strip():
        problems["summary"] = "โปรดใส่เนื้อหาโดยสรุป"
    elif len(wanted.summary) > SUMMARY_LENGTH:
        problems["summary"] = "เนื้อหาโดยสรุปยาวเกิน 4,000 ตัวอักษร โปรดย่อให้สั้นลง"
    if wanted.secrecy is Secrecy.TOP_SECRET:
        problems["secrecy"] = "หนังสือลับที่สุดส่งทางอิเล็กทรอนิกส์ไม่ได้ ให้ส่งเป็นเอกสาร"  # R2, R14
    elif _CLASSES.index(wanted.secrecy) < _CLASSES.index(entry.secrecy):
        problems["secrecy"] = "ชั้นความลับต้องไม่ต่ำกว่าที่ลงทะเบียนไว้"
    if unreachable and not wanted.unreachable_too:
        problems["unreachable_too"] = f"{addressing.listed(unreachable)}: {UNREACHABLE}"
    return problems


def _sender(act: Act, viewer: Viewer, code: str) -> str:
    """The unit that sends: one of the work groups at an office (F48), at a school the school (F50)."""
    if viewer.kind != "office" or not directory.groups(act.session, viewer.organisation_id):
        return viewer.organisation
    group = directory.group(act.session, viewer.organisation_id, code)
    if group is None:
        raise FieldsWrong(group="โปรดเลือกกลุ่มที่เป็นเจ้าของเรื่อง")
    return group.name


def _letter_of(act: Act, viewer: Viewer, entry: EntryRow) -> int:
    """The line's letter; a number that was held first has none before."""
    if entry.letter_id is not None:
        return entry.letter_id
    letter = letters.write(act, (), organisation_id=viewer.organisation_id, outgoing=True).id
    act.alter(EntryRow, entry.id, letter_id=letter)
    return letter


def _allowed(wanted: Dispatched) -> None:
    if not wanted.subject.strip():
        raise Refused(reason="ต้องมีชื่อเรื่อง (--subject) — a subject is needed")
    if wanted.secrecy is Secrecy.TOP_SECRET:
        raise Refused(reason="หนังสือลับที่สุดส่งทางอิเล็กทรอนิกส์ไม่ได้ ให้ส่งเป็นเอกสาร")  # R2, R14
    if not wanted.to:
        raise Refused(reason="ต้องมีผู้รับอย่างน้อยหนึ่งราย (--to) — at least one addressee is needed")


def _sending_group(act: Act, office: OrganisationRow, code: str) -> str:
    if not code:
        return office.name
    group = directory.group(act.session, office.id, code)
    if group is None:
        codes = ", ".join(row.code for row in directory.groups(act.session, office.id))
        raise NotFound(what="กลุ่ม", what_en="group", name=code, hint=f"({codes})")
    return group.name


def _named(codes: Sequence[str], holders: Sequence[Holder]) -> str:
    if list(codes) == ["all"]:
        return addressing.EVERY_SCHOOL
    return addressing.listed([holder.name for holder in holders])
