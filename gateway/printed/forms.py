"""The columns of the four registers on paper and in files, as the forms of the regulation have them (R18, F30, F34).

Widths leave room for "ศธ ๐๔๐๒๒/ว๑๒๓๔", "๑๔ ส.ค. ๒๕๖๙" and a number of five digits on one line of A4, lying.
"""

from __future__ import annotations

from gateway.printed.values import Column

INCOMING = (
    Column("เลขทะเบียนรับ", 14, "center", number=True),
    Column("ที่", 22),
    Column("ลงวันที่", 17),
    Column("จาก", 27),
    Column("ถึง", 25),
    Column("เรื่อง", 55),
    Column("การปฏิบัติ", 23),
    Column("หมายเหตุ", 17),
)
OUTGOING = (Column("เลขทะเบียนส่ง", 14, "center", number=True), *INCOMING[1:])
ORDERS = (
    Column("เลขทะเบียน", 14, "center", number=True),
    Column("ที่คำสั่ง", 16, "center"),
    Column("เรื่อง", 80),
    Column("สั่ง ณ วันที่", 18),
    Column("ผู้ลงทะเบียน", 30),
    Column("หมายเหตุ", 26),
)
CERTIFICATES = (
    Column("เลขทะเบียน", 15, "center", number=True),
    Column("ที่เกียรติบัตร", 17, "center"),
    Column("ชื่อ", 44),
    Column("เรื่อง/รายการ", 62),
    Column("วันที่ออก", 18),
    Column("ผู้ลงทะเบียน", 30),
    Column("หมายเหตุ", 26),
)

FORM_13, FORM_14 = "แบบที่ 13", "แบบที่ 14"
