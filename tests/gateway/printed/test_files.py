"""Registers as CSV and XLSX: what is read back is what was written, nothing runs, memory stays flat."""

from __future__ import annotations

import csv
import io
import tracemalloc
from dataclasses import replace
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from gateway.printed import Column, workbook, write_csv, write_xlsx
from gateway.printed.forms import INCOMING
from gateway.printed.plain import plain
from gateway.printed.workbook import sheet_name
from tests.gateway.printed.sheets import HARD, LONG, SHEET, line, register

EVIL = (
    *(
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "＝1+1",
        "＋1",
        "－1",
        "＠x",
        "'=1+1",
        "''=1+1",
    ),
    *(
        '=HYPERLINK("http://example.test","x")',
        "=cmd|' /C calc'!A0",
        '"=1+1',
        "\u200b=1+1",
        " =1+1",
        "\ufeff=1+1",
        "{=1+1}",
    ),
    *(
        "http://example.test/",
        "mailto:a@example.test",
        "3/4",
        "1e5",
        "00012",
        "2569-08-14",
        "TRUE",
        "#REF!",
        "_x0041_",
        "\x01",
    ),
)


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def written(write, lines, sheet=SHEET) -> bytes:
    out = io.BytesIO()
    lines = list(lines)
    assert write(sheet, iter(lines), out) == len(lines)
    return out.getvalue()


def worksheet(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]


def test_csv_is_what_excel_opens():
    content = written(write_csv, register(3))
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n") == 5
    rows = csv_rows(content)
    assert rows[0] == [*(column.name for column in INCOMING), "ยกเลิก"]
    assert rows[3][:3] == ["3", "ศธ 04001/ว1003", "10 ส.ค. 2569"]
    assert rows[-1] == ["พิมพ์โดย นางสาวปิ่นแก้ว น้ำทิพย์ เมื่อ 20 ส.ค. 2569 10:52 น."]


def test_csv_says_what_was_voided():
    rows = csv_rows(written(write_csv, register(17)))
    assert rows[17][-1] == "ยกเลิก 14 ส.ค. 2569: ออกเลขผิดเรื่อง"
    assert {row[-1] for row in rows[1:17]} == {""}


def test_csv_keeps_hard_texts():
    rows = csv_rows(written(write_csv, [line(1, text) for text in (*HARD, 'a "b", c; d')]))
    expected = [text.replace("สํา", "สำ").replace("น้ํา", "น้ำ") for text in (*HARD, 'a "b", c; d')]
    assert [row[5] for row in rows[1:-1]] == expected


@pytest.mark.parametrize("evil", EVIL)
def test_no_cell_of_a_csv_runs(evil):
    sheet = replace(SHEET, printed_by=evil, columns=(Column(evil, 5), *INCOMING[1:]))
    lines = [line(1, evil, void=True, void_note=evil)]
    for row in csv_rows(written(write_csv, lines, sheet)):
        for cell in row:
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
            assert not cell.startswith(("\t", "\r", "\n"))


def test_a_workbook_reads_back_as_texts_and_running_numbers():
    page = worksheet(written(write_xlsx, register(17)))
    assert page.title == "ทะเบียนหนังสือรับ 2569"
    rows = list(page.iter_rows(values_only=True))
    assert rows[0][0] == "ทะเบียนหนังสือรับ ปี พ.ศ. 2569 (แบบที่ 13)"
    assert rows[1][0] == SHEET.organisation
    assert rows[2][0] == "พิมพ์โดย นางสาวปิ่นแก้ว น้ำทิพย์ เมื่อ 20 ส.ค. 2569 10:52 น."
    assert rows[3] == (*(column.name for column in INCOMING), "ยกเลิก")
    assert rows[4][:3] == (1, "ศธ 04001/ว1001", "10 ส.ค. 2569")
    assert (page.freeze_panes, page.auto_filter.ref) == ("A5", "A4:I21")
    assert [page.column_dimensions[name].width for name in "AF"] == [pytest.approx(14, abs=1), pytest.approx(55, abs=1)]


def test_a_voided_row_is_struck_through_and_says_why():
    page = worksheet(written(write_xlsx, register(17)))
    assert [page.cell(row, 6).font.strike for row in (20, 21)] == [None, True]
    assert page.cell(21, 9).value == "ยกเลิก 14 ส.ค. 2569: ออกเลขผิดเรื่อง"
    assert not page.cell(21, 9).font.strike


def test_a_workbook_keeps_hard_texts():
    page = worksheet(written(write_xlsx, [line(1, text) for text in HARD]))
    expected = [text.replace("สํา", "สำ").replace("น้ํา", "น้ำ") for text in HARD]
    assert [page.cell(row, 6).value for row in range(5, 5 + len(HARD))] == expected


@pytest.mark.parametrize("evil", EVIL)
def test_no_cell_of_a_workbook_is_ever_computed_linked_or_guessed(evil):
    columns = (INCOMING[0], Column(evil, 5), *INCOMING[2:])
    sheet = replace(SHEET, organisation=evil, title=evil, printed_by=evil, columns=columns)
    content = written(write_xlsx, [line(1, evil, void=True, void_note=evil)], sheet)
    page = worksheet(content)
    cells = [cell for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert [cell.value for cell in cells if cell.data_type == "n"] == [1]
    assert unescape(page.cell(5, 6).value or "") == plain(evil)
    with ZipFile(io.BytesIO(content)) as book:
        text = "".join(book.read(name).decode() for name in book.namelist() if "worksheets" in name)
    assert "<f>" not in text
    assert "<f " not in text
    assert "hyperlink" not in text


def test_a_number_in_the_column_of_letter_numbers_stays_a_text():
    cells = ("007", "345", "3/4", "", "", "", "", "")
    page = worksheet(written(write_xlsx, [replace(line(1, ""), cells=cells)]))
    assert [page.cell(5, place).value for place in (1, 2, 3)] == ["007", "345", "3/4"]


@pytest.mark.parametrize(
    ("title", "period", "name"),
    [
        ("ทะเบียนหนังสือรับ", "วันที่ ๑๔ สิงหาคม ๒๕๖๙", "ทะเบียนหนังสือรับ 2569"),
        ("a/b\\c:d*e?[f]'", "", "a b c d e f"),
        ("", "", "ทะเบียน"),
        ("ท" * 50, "ปี 2569", "ท" * 26 + " 2569"),
    ],
)
def test_the_name_of_the_worksheet_is_one_that_excel_takes(title, period, name):
    assert sheet_name(replace(SHEET, title=title, period=period)) == name


def test_a_register_longer_than_a_worksheet_goes_on_in_the_next(monkeypatch):
    monkeypatch.setattr(workbook, "FULL", 10)
    book = openpyxl.load_workbook(io.BytesIO(written(write_xlsx, register(25))))
    assert book.sheetnames == ["ทะเบียนหนังสือรับ 2569", "ทะเบียนหนังสือรับ 2569 (2)", "ทะเบียนหนังสือรับ 2569 (3)"]
    numbers = [row[0] for page in book.worksheets for row in page.iter_rows(min_row=5, values_only=True)]
    assert numbers == list(range(1, 26))
    assert [page.auto_filter.ref for page in book.worksheets] == ["A4:I14", "A4:I14", "A4:I9"]


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_an_empty_register_is_a_file_too(write):
    assert written(write, [])


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_lines_of_any_length_and_size_are_written(write):
    odd = [replace(line(1, ""), cells=cells) for cells in ((), ("1",), tuple("123456789abc"), ("x" * 40_000,) * 8)]
    assert written(write, odd)


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_progress_is_told_now_and_then_and_at_the_end(write):
    heard: list[int] = []
    write(SHEET, register(1_050), io.BytesIO(), heard.append)
    assert heard[-1] == 1_050
    assert heard == sorted(heard)
    assert len(heard) >= 5


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_memory_does_not_grow_with_the_register(write, tmp_path):
    def peak(count: int) -> int:
        with (tmp_path / "out").open("wb") as out:
            tracemalloc.start()
            write(SHEET, register(count), out)
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return most

    peak(10)  # what is loaded once
    assert peak(10_000) < 1.5 * peak(1_000) + (1 << 20)


def test_long_subjects_are_whole():
    assert csv_rows(written(write_csv, [line(1, LONG)]))[1][5] == LONG
