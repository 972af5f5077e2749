"""The few words that we put on a printed register ourselves, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gateway.printed.values import Line, Sheet
from ledger.era import Language, format_date, format_moment


@dataclass(frozen=True, slots=True)
class Wording:
    """Formats; every number is given as `n` and its kin."""

    printed: str
    day: str
    continued: str
    totals: str
    all_totals: str
    page: str
    pages: str
    void: str
    seal: str
    seals: str
    seals_note: str
    seal_columns: tuple[str, str, str, str]
    none: str


_WORDS: dict[Language, Wording] = {
    "th": Wording(
        printed="พิมพ์โดย {who} เมื่อ {when}",
        day="วันที่ {day}",
        continued="วันที่ {day} (ต่อ)",
        totals="รวมหน้านี้ {here} รายการ   ยกเลิก {void}   รวมสะสม {all}",
        all_totals="รวมทั้งสิ้น",
        page="หน้า {n}",
        pages="จาก {n}",
        void="ยกเลิก",
        seal="ตราประจำวัน: {seal}…",
        seals="บัญชีตราประจำวัน",
        seals_note=(
            "ตราประจำวันคือค่าแฮช SHA-256 ของประวัติรายการสุดท้ายในวันนั้น หากรายการใดถูกแก้ไขภายหลังโดยไม่บันทึกประวัติ "
            "ค่าที่คำนวณใหม่จะไม่ตรงกับตรานี้"
        ),
        seal_columns=("วันที่ลงทะเบียน", "รายการ", "ยกเลิก", "ตราประจำวัน (SHA-256)"),
        none="ไม่มีรายการ",
    ),
    "en": Wording(
        printed="Printed by {who}, {when}",
        day="{day}",
        continued="{day} (continued)",
        totals="This page {here}   void {void}   running total {all}",
        all_totals="Total",
        page="Page {n}",
        pages="of {n}",
        void="Void",
        seal="Seal of the day: {seal}…",
        seals="Seals of the days",
        seals_note=(
            "The seal of a day is the SHA-256 of the last line of history of that day. Where an entry is changed later "
            "without history, the value computed anew differs from this seal."
        ),
        seal_columns=("Day of registration", "Entries", "Void", "Seal of the day (SHA-256)"),
        none="No entries",
    ),
}


def words(sheet: Sheet) -> Wording:
    """The words of the sheet's language."""
    return _WORDS[sheet.language]


def printed_line(sheet: Sheet) -> str:
    """Who made this file and when (checklist 5.1)."""
    when = format_moment(sheet.printed_at, language=sheet.language)
    return words(sheet).printed.format(who=sheet.printed_by, when=when)


def long_day(sheet: Sheet, day: date) -> str:
    """ "14 สิงหาคม 2569"."""
    return format_date(day, style="long", language=sheet.language)


def void_words(sheet: Sheet, line: Line) -> str:
    """What is said of a voided line; nothing of any other."""
    return (line.void_note or words(sheet).void) if line.void else ""
