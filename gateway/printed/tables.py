"""An uploaded table as rows of plain cells: CSV in the encodings of Thai offices, or a workbook, within bounds.

What the file says counts, not its name.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import suppress

from gateway.printed.book import CELL, COLUMNS, Row, first_filled
from gateway.printed.plain import plain
from ledger.errors import Refused

LARGEST = 5 << 20  # bytes of a file
ROWS = 5_000  # rows with something in them

_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # xls, or a workbook with a password


def rows(content: bytes) -> list[Row]:
    """The rows that have anything in them, with their lines.

    Errors: `Refused` for what is too large, is no table, or cannot be read.
    """
    if len(content) > LARGEST:
        raise Refused(reason=f"ไฟล์ใหญ่เกิน {LARGEST >> 20} MB โปรดแบ่งเป็นหลายไฟล์")
    if content.startswith(_OLD_OFFICE):
        raise Refused(reason="ไฟล์นี้เป็น Excel รุ่นเก่า (.xls) หรือมีรหัสผ่าน โปรดบันทึกเป็น .xlsx ที่ไม่มีรหัสผ่าน หรือ CSV")
    return bounded(first_filled(content) if content.startswith(b"PK\x03\x04") else _separated(decoded(content)))


def bounded(found: Iterable[Row]) -> list[Row]:
    """The rows with anything in them. Errors: `Refused` for too many, or for a cell that is too long."""
    kept = []
    for line, cells in found:
        if any(cells):
            if any(len(cell) > CELL for cell in cells):
                raise Refused(reason=f"แถวที่ {line} มีข้อความยาวเกิน {CELL:,} ตัวอักษร โปรดตรวจว่าเป็นไฟล์รายชื่อ")
            kept.append((line, cells))
        if len(kept) > ROWS:
            raise Refused(reason=f"มีมากกว่า {ROWS:,} แถว โปรดแบ่งเป็นหลายไฟล์")
    return kept


def decoded(content: bytes) -> str:
    """The letters of a text file in UTF-8, UTF-16 or Windows-874. Errors: `Refused` for any other content."""
    marked = next((name for bom, name in _BOMS.items() if content.startswith(bom)), "")
    for encoding in (marked,) if marked else ("utf-8", "cp874"):
        with suppress(UnicodeDecodeError):
            if "\0" not in (text := content.decode(encoding)):
                return text
    raise Refused(reason="อ่านอักษรในไฟล์ไม่ได้ โปรดบันทึกเป็น .xlsx หรือ CSV UTF-8")


def _separated(text: str) -> Iterator[Row]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        for cells in reader:
            yield reader.line_num, [_unmarked(plain(cell)) for cell in cells[:COLUMNS]]
    except csv.Error:
        raise Refused(reason=f"อ่านแถวที่ {reader.line_num} ไม่ได้ โปรดตรวจเครื่องหมายคำพูด") from None


def _unmarked(cell: str) -> str:
    """A cell without the mark that we and others put before what looks like a formula."""
    return cell[1:] if cell.startswith("'") else cell
