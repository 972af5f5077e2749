"""The columns of each register, exactly the manual's, for the list, the export and the print (F10, F21, F30, F34)."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.values import RegisterKind


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field of a listed line, its heading (a message id), and its share of a printed page's width."""

    field: str
    heading: str
    width: float = 1.0


_DATED = Column("letter_date", "ลงวันที่", 1.1)
_REGISTERED = Column("registered_at", "วันลงทะเบียน", 1.1)
_SUBJECT = Column("subject", "เรื่อง", 3.2)
_REMARK = Column("remark", "หมายเหตุ", 1.2)
_BY = Column("registered_by", "ผู้ลงทะเบียน", 1.5)
_YEAR = Column("year", "ปี", 0.6)
_CORRESPONDENCE = (
    _YEAR,
    Column("letter_number", "ที่", 1.6),
    _DATED,
    Column("sender", "จาก", 1.8),
    Column("recipient", "ถึง", 1.8),
    _SUBJECT,
    Column("action", "การปฏิบัติ", 1.4),
    _REMARK,
    _REGISTERED,
)

COLUMNS: dict[RegisterKind, tuple[Column, ...]] = {
    RegisterKind.INCOMING: (Column("number", "เลขทะเบียนรับ", 0.9), *_CORRESPONDENCE),
    RegisterKind.OUTGOING: (Column("number", "เลขทะเบียนส่ง", 0.9), *_CORRESPONDENCE),
    RegisterKind.ORDER: (
        Column("number", "เลขทะเบียน", 0.9),
        _YEAR,
        Column("text", "ที่คำสั่ง", 1.1),
        _SUBJECT,
        Column("letter_date", "สั่ง ณ วันที่", 1.1),
        _REMARK,
        _BY,
        _REGISTERED,
    ),
    RegisterKind.CERTIFICATE: (
        Column("number", "เลขทะเบียน", 0.9),
        _YEAR,
        Column("text", "ที่เกียรติบัตร", 1.1),
        Column("recipient", "ชื่อ", 2.0),
        Column("subject", "เรื่อง/รายการ", 3.0),
        Column("letter_date", "วันที่ออก", 1.1),
        _REMARK,
        _BY,
        _REGISTERED,
    ),
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
