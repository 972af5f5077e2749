"""What a person writes into a line of a register, and what each register needs (F16, F22, F31, F35, C6)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from ledger import era
from ledger.access import Viewer
from ledger.directory import GroupRow
from ledger.errors import FieldsWrong
from ledger.history import Act
from ledger.registers import EntryRow
from ledger.values import RegisterKind, Secrecy, Urgency

LONGEST = 1000  # characters of one field
INCOMING, OUTGOING, ORDER, CERTIFICATE = RegisterKind
OF_LETTER = ("letter_number", "letter_date", "sender", "recipient", "subject", "urgency", "secrecy")


class Origin(StrEnum):
    """How a line came into the book; "" is for letters from inside the system (F15)."""

    PAPER = "paper"  # registered by hand: paper, or another system
    CONSOLE = "console"  # written here


@dataclass(frozen=True, slots=True)
class Content:
    """What a person writes into a line; which of it a register has, `FIELDS` tells."""

    subject: str = ""
    letter_number: str = ""
    letter_date: date | None = None
    sender: str = ""
    recipient: str = ""  # of a certificate: the person's name (F34)
    action: str = ""
    remark: str = ""
    group_id: int | None = None
    urgency: Urgency = Urgency.NORMAL
    secrecy: Secrecy = Secrecy.ORDINARY


FIELDS: dict[RegisterKind, tuple[str, ...]] = {
    INCOMING: (
        "letter_number",
        "letter_date",
        "sender",
        "recipient",
        "subject",
        "action",
        "remark",
        "group_id",
        "urgency",
        "secrecy",
    ),
    OUTGOING: ("letter_date", "sender", "recipient", "subject", "action", "remark", "group_id", "urgency", "secrecy"),
    ORDER: ("subject", "letter_date", "remark"),
    CERTIFICATE: ("recipient", "subject", "letter_date", "remark"),
}

# What may not be empty, with the sentence that says so (C6).
_NEEDED: dict[RegisterKind, dict[str, str]] = {
    INCOMING: {
        "letter_number": "โปรดใส่เลขที่หนังสือ หากไม่มีเลขให้ใส่ -",
        "sender": "โปรดใส่ชื่อหน่วยงานหรือบุคคลผู้ส่ง",
        "recipient": "โปรดใส่ชื่อผู้รับ",
        "subject": "โปรดใส่ชื่อเรื่อง",
    },
    OUTGOING: {
        "sender": "โปรดใส่ชื่อหน่วยงานหรือบุคคลผู้ส่ง",
        "recipient": "โปรดใส่ชื่อผู้รับ",
        "subject": "โปรดใส่ชื่อเรื่อง",
    },
    ORDER: {"subject": "โปรดใส่ชื่อเรื่อง"},
    CERTIFICATE: {"recipient": "โปรดใส่ชื่อผู้ได้รับเกียรติบัตร", "subject": "โปรดใส่เรื่องหรือรายการ"},
}


def checked(
    act: Act, viewer: Viewer, kind: RegisterKind, content: Content, registered_at: datetime | None = None
) -> dict[str, Any]:
    """The columns of a line. What we write without a date is of the day of its number; what came to us stays undated.

    Arguments: `registered_at` of a line that exists. Errors: `FieldsWrong` with every fault.
    """
    if kind is not INCOMING and content.letter_date is None:
        content = replace(content, letter_date=era.day_of(registered_at or act.at))
    columns = {name: value for name, value in asdict(content).items() if name in FIELDS[kind]}
    problems = {name: sentence for name, sentence in _NEEDED[kind].items() if not columns[name].strip()}
    for name, value in columns.items():
        if isinstance(value, str) and not isinstance(value, StrEnum) and len(value) > LONGEST:
            problems[name] = "ข้อความยาวเกิน 1,000 ตัวอักษร โปรดย่อให้สั้นลง"
    if content.secrecy is Secrecy.TOP_SECRET:
        problems["secrecy"] = "หนังสือลับที่สุดลงทะเบียนทางอิเล็กทรอนิกส์ไม่ได้ ให้ใช้ทะเบียนเอกสาร"  # R2, R14
    if content.group_id is not None and not _group_is_own(act, viewer, content.group_id):
        problems["group_id"] = "โปรดเลือกกลุ่มจากรายการ"
    if problems:
        raise FieldsWrong(**problems)
    return {name: value.strip() if type(value) is str else value for name, value in columns.items()}


def _group_is_own(act: Act, viewer: Viewer, group_id: int) -> bool:
    group = act.session.get(GroupRow, group_id)
    return group is not None and group.organisation_id == viewer.organisation_id


def content_of(entry: EntryRow) -> Content:
    """What a line says, as a form shows it."""
    return Content(**{name: getattr(entry, name) for name in Content.__dataclass_fields__})
