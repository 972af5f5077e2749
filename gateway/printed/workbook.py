"""A register as a workbook of Excel: every cell a text but running numbers, nothing that is ever computed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from gateway.printed.plain import plain
from gateway.printed.values import EVERY, Line, Progress, Sheet, silent
from gateway.printed.wording import printed_line, void_words, words
from ledger.era import to_arabic_digits

FONT = "TH Sarabun New"
LARGEST = 32_767  # characters in a cell of Excel
FULL = 1_000_000  # lines in one worksheet; Excel holds 1,048,576 rows
TOP = 4  # rows above the lines
VOID_WIDTH = 32

_NUMBER = re.compile(r"[1-9][0-9]{0,8}|0")
_YEAR = re.compile(r"[0-9]{4}")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]+")
_OPTIONS = {
    "constant_memory": True,  # each row is written when the next one begins
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_xlsx(sheet: Sheet, lines: Iterable[Line], out: BinaryIO, progress: Progress = silent) -> int:
    """Writes the lines to `out` in memory that does not grow with them, and returns how many they were.

    Texts are written as texts, so a letter number never becomes a date, and nothing is a formula (attack 27). Voided
    lines are struck through, with the reason in a column of its own.
    """
    sheet, done = sheet.cleaned(), 0
    with Workbook(out, _OPTIONS) as book:
        book.set_properties({"title": f"{sheet.title} {sheet.period}", "author": sheet.organisation})
        pages = _Pages(book, sheet)
        for done, line in enumerate(lines, 1):
            pages.add(line)
            if done % EVERY == 0:
                progress(done)
        pages.finish()
    progress(done)
    return done


class _Pages:
    """The worksheets of one book: one, or as many as a very long register needs."""

    def __init__(self, book: Workbook, sheet: Sheet) -> None:
        self._book, self._sheet = book, sheet
        self._formats = _Formats(book)
        self._count = 0
        self._open()

    def add(self, line: Line) -> None:
        """One more row."""
        if self._row >= TOP + FULL:
            self.finish()
            self._open()
        for place, (column, cell) in enumerate(zip(self._sheet.columns, self._sheet.cells(line), strict=True)):
            self._put(place, cell, self._formats.cell(column.align, line.void, column.number), column.number)
        note = plain(void_words(self._sheet, line))
        self._put(len(self._sheet.columns), note, self._formats.cell("left"))
        self._row += 1

    def finish(self) -> None:
        """Rows below which nothing comes, and the filter over all of them."""
        last = max(self._row - 1, TOP - 1)
        self._page.autofilter(TOP - 1, 0, last, len(self._sheet.columns))
        self._page.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})

    def _open(self) -> None:
        self._count += 1
        self._page = self._book.add_worksheet(sheet_name(self._sheet, self._count))
        self._on_paper()
        columns = self._sheet.columns
        for place, width in enumerate([*(column.width for column in columns), VOID_WIDTH]):
            self._page.set_column(place, place, width)
        self._top([*(column.name for column in columns), words(self._sheet).void])
        self._row = TOP

    def _top(self, headings: list[str]) -> None:
        sheet, style = self._sheet, self._formats
        first = f"{sheet.title} {sheet.period}" + (f" ({sheet.form})" if sheet.form else "")
        for row, (text, look) in enumerate(
            ((first, style.title), (sheet.organisation, style.plain), (printed_line(sheet), style.plain))
        ):
            self._page.write_string(row, 0, text[:LARGEST], look)
        for place, heading in enumerate(headings):
            self._page.write_string(TOP - 1, place, heading[:LARGEST], style.heading)
        self._page.freeze_panes(TOP, 0)

    def _on_paper(self) -> None:
        page: Worksheet = self._page
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.repeat_rows(TOP - 1)
        page.set_footer(f"&L{printed_line(self._sheet).replace('&', '&&')[:200]}&R&P / &N")

    def _put(self, place: int, cell: str, look: Format, number: bool = False) -> None:
        if number and _NUMBER.fullmatch(cell):
            self._page.write_number(self._row, place, int(cell), look)
        elif cell:
            self._page.write_string(self._row, place, _short(cell), look)
        else:
            self._page.write_blank(self._row, place, None, look)


class _Formats:
    """The looks of the cells."""

    def __init__(self, book: Workbook) -> None:
        ground = {"font_name": FONT, "font_size": 16, "valign": "top"}
        self.plain = book.add_format(ground)
        self.title = book.add_format({**ground, "bold": True, "font_size": 18})
        self.heading = book.add_format(
            {**ground, "bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, "bottom": 1}
        )
        self._cells = {
            (align, void, number): book.add_format(
                {
                    **ground,
                    "align": align,
                    "text_wrap": True,
                    "font_strikeout": void,
                    "num_format": "0" if number else "@",
                    "bottom": 7,  # a hairline
                }
            )
            for align in ("left", "center", "right")
            for void in (False, True)
            for number in (False, True)
        }

    def cell(self, align: str, void: bool = False, number: bool = False) -> Format:
        """The look of one cell."""
        return self._cells[align, void, number]


def sheet_name(sheet: Sheet, count: int = 1) -> str:
    """Title and year in at most 31 letters, none that Excel forbids: "ทะเบียนหนังสือรับ 2569"."""
    year = _YEAR.findall(to_arabic_digits(sheet.period))
    tail = (f" {year[-1]}" if year else "") + (f" ({count})" if count > 1 else "")
    title = _FORBIDDEN.sub(" ", sheet.title).strip(" '")[: 31 - len(tail)].strip(" '") or "ทะเบียน"
    return title + tail


def _short(cell: str) -> str:
    return cell if len(cell) <= LARGEST else cell[: LARGEST - 1] + "…"
