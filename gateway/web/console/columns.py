"""The columns of each register, exactly the manual's, for the list, the export and the print (F10, F21, F30, F34)."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.values import RegisterKind


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field of a listed line, its heading (a message id), and its width in a workbook, in letters."""

    field: str
    heading: str
    width: int = 12


_DATED = Column("letter_date", "ลงวันที่", 13)
_REGISTERED = Column("registered_at", "วันลงทะเบียน", 13)
_SUBJECT = Column("subject", "เรื่อง", 38)
_REMARK = Column("remark", "หมายเหตุ", 14)
_BY = Column("registered_by", "ผู้ลงทะเบียน", 18)
_YEAR = Column("year", "ปี", 7)
_CORRESPONDENCE = (
    _YEAR,
    Column("letter_number", "ที่", 19),
    _DATED,
    Column("sender", "จาก", 21),
    Column("recipient", "ถึง", 21),
    _SUBJECT,
    Column("action", "การปฏิบัติ", 16),
    _REMARK,
    _REGISTERED,
)

COLUMNS: dict[RegisterKind, tuple[Column, ...]] = {
    RegisterKind.INCOMING: (Column("number", "เลขทะเบียนรับ", 10), *_CORRESPONDENCE),
    RegisterKind.OUTGOING: (Column("number", "เลขทะเบียนส่ง", 10), *_CORRESPONDENCE),
    RegisterKind.ORDER: (
        Column("number", "เลขทะเบียน", 10),
        _YEAR,
        Column("text", "ที่คำสั่ง", 13),
        _SUBJECT,
        Column("letter_date", "สั่ง ณ วันที่", 13),
        _REMARK,
        _BY,
        _REGISTERED,
    ),
    RegisterKind.CERTIFICATE: (
        Column("number", "เลขทะเบียน", 10),
        _YEAR,
        Column("text", "ที่เกียรติบัตร", 13),
        Column("recipient", "ชื่อ", 24),
        Column("subject", "เรื่อง/รายการ", 36),
        Column("letter_date", "วันที่ออก", 13),
        _REMARK,
        _BY,
        _REGISTERED,
    ),
}

# The same on paper, whose heading names the year: the fields of `gateway.printed.forms`.
ON_PAPER: dict[RegisterKind, tuple[str, ...]] = {
    **dict.fromkeys(
        (RegisterKind.INCOMING, RegisterKind.OUTGOING),
        ("number", "letter_number", "letter_date", "sender", "recipient", "subject", "action", "remark"),
    ),
    RegisterKind.ORDER: ("number", "text", "subject", "letter_date", "registered_by", "remark"),
    RegisterKind.CERTIFICATE: ("number", "text", "recipient", "subject", "letter_date", "registered_by", "remark"),
}

TITLES = {
    RegisterKind.INCOMING: "ทะเบียนหนังสือรับ",
    RegisterKind.OUTGOING: "ทะเบียนหนังสือส่ง",
    RegisterKind.ORDER: "ทะเบียนคำสั่ง",
    RegisterKind.CERTIFICATE: "ทะเบียนเกียรติบัตร",
}
ACTS = {
    RegisterKind.INCOMING: "ลงทะเบียนหนังสือรับ",
    RegisterKind.OUTGOING: "ลงทะเบียนหนังสือส่ง",
    RegisterKind.ORDER: "ลงทะเบียนคำสั่ง",
    RegisterKind.CERTIFICATE: "ลงทะเบียนเกียรติบัตร",
}
