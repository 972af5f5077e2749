"""Sending a letter out: its number, one delivery and one mail for each addressee (F21 to F27, F47 to F58)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from ledger import custody, directory, era, letters, registers
from ledger.directory import OrganisationRow
from ledger.errors import NotFound, Refused
from ledger.history import Act
from ledger.letters import Holder, LinkLife
from ledger.registers import Entered
from ledger.values import Document, NoticeKind, RegisterKind, Secrecy, Urgency


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
        "letter_date": wanted.letter_date or act.at.astimezone(era.BANGKOK).date(),
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
        return "สถานศึกษารัฐบาลทุกแห่ง"  # F49
    names = [holder.name for holder in holders]
    return ", ".join(names) if len(names) <= 3 else f"{names[0]} และอีก {len(names) - 1} แห่ง"
