"""Lists of names as people upload and paste them: read rightly, or refused with a sentence; never a burden."""

from __future__ import annotations

import io
from contextlib import suppress
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from gateway.printed.recipients import Name, names_from, names_from_text
from ledger.errors import Refused

TABLE = [
    ["ที่", "ชื่อ - สกุล", "เรื่อง/รายการ", "หมายเหตุ"],
    [1, "นายสมชาย ใจดี", "ชนะเลิศ การอ่านทำนองเสนาะ", ""],
    [2, "เด็กหญิงน้ำฝน ปั้นจั่น", "เข้าร่วมกิจกรรม", "รุ่นที่ 2"],
    [3, "Mr. John O'Neil", "วิทยากร", None],
]
NAMES = (
    Name("นายสมชาย ใจดี", "ชนะเลิศ การอ่านทำนองเสนาะ"),
    Name("เด็กหญิงน้ำฝน ปั้นจั่น", "เข้าร่วมกิจกรรม", "รุ่นที่ 2"),
    Name("Mr. John O'Neil", "วิทยากร"),
)
EMPTY = (None, "")


def xlsx(*tables) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for table in tables:
        sheet = book.create_sheet()
        for row in table:
            sheet.append(row)
    return saved(book)


def saved(book) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def streamed(table, **options) -> bytes:
    """As XlsxWriter makes it, with texts inside the rows when memory is constant."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(table):
            sheet.write_row(number, 0, ["" if cell is None else cell for cell in row])
    return out.getvalue()


def separated(table, mark: str = ",") -> str:
    return "\r\n".join(mark.join("" if cell is None else str(cell) for cell in row) for row in table)


def remade(content: bytes, part: str, change) -> bytes:
    """The same workbook with one part changed."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        separated(TABLE).encode(),
        separated(TABLE).encode("utf-8-sig"),
        separated(TABLE).encode("utf-16"),
        separated(TABLE).encode("cp874"),
        separated(TABLE, ";").encode(),
        separated(TABLE, "\t").encode("utf-16"),
        ("\r\n\r\n" + separated(TABLE)).encode(),
        xlsx(TABLE),
        xlsx([], [["", None]], TABLE),
        xlsx([["รายชื่อ"], ["โรงเรียนบ้านนา"], [], *TABLE]),
        xlsx([row[1:] for row in TABLE]),
        xlsx(TABLE[1:]),
        streamed(TABLE),
        streamed(TABLE, constant_memory=True),
    ],
)
def test_the_same_list_in_many_files(content):
    found = names_from(content, "รายชื่อ.xlsx")
    assert found.names == NAMES
    assert found.problems == ()


@pytest.mark.parametrize(
    ("head", "row", "name"),
    [
        (["คำนำหน้า", "ชื่อ", "นามสกุล"], ["นาย", "สมชาย", "ใจดี"], "นายสมชาย ใจดี"),
        (["ลำดับที่", "คำนำหน้าชื่อ", "ชื่อตัว", "ชื่อสกุล"], ["๑", "ว่าที่ร้อยตรี", "ก้อง", "ดี"], "ว่าที่ร้อยตรีก้อง ดี"),
        (["Title", "Name", "Surname"], ["Mr.", "John", "Smith"], "Mr. John Smith"),
        (["รายชื่อ"], ["1. น.ส.ปู่  ญี่ปุ่น"], "น.ส.ปู่ ญี่ปุ่น"),
        (["หมายเหตุ", "ชื่อ-นามสกุล"], ["", "น้ํา"], "น้ำ"),
        (["ชื่อและสกุล", "ชื่อ"], ["ก ข", "ค"], "ก ข"),
    ],
)
def test_headings_as_people_write_them(head, row, name):
    assert [each.name for each in names_from(xlsx([head, row]), "").names] == [name]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("1. นายก้อง ดี", "นายก้อง ดี"),
        ("๑) นายก้อง ดี", "นายก้อง ดี"),
        ("(12) นายก้อง ดี", "นายก้อง ดี"),
        ("3 นายก้อง ดี", "นายก้อง ดี"),
        ("๔.นายก้อง ดี", "นายก้อง ดี"),
        ("- นายก้อง ดี", "นายก้อง ดี"),
        ("• นายก้อง ดี", "นายก้อง ดี"),
        ("ก) นายก้อง ดี", "นายก้อง ดี"),
        ("  นายก้อง   ดี  ", "นายก้อง ดี"),
        ("ด.ช. ก้อง ดี", "ด.ช. ก้อง ดี"),
        ("ส. ศิวรักษ์", "ส. ศิวรักษ์"),
        ("J. Smith", "J. Smith"),
        ("น.ส.ก้อง\u200b ดี\u202e", "น.ส.ก้อง ดี"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
    ],
)
def test_pasted_lines_lose_their_numbering_and_nothing_else(written, name):
    assert names_from_text(written).names == (Name(name),)


def test_a_pasted_table():
    text = "1\tนายก้อง ดี\tชนะเลิศ\n\n2\tนางแก้ว งาม\t\tมอบภายหลัง\r\n"
    assert names_from_text(text).names == (Name("นายก้อง ดี", "ชนะเลิศ"), Name("นางแก้ว งาม", "", "มอบภายหลัง"))
    assert names_from_text("นายก้อง ดี\tชนะเลิศ\nนางแก้ว งาม").names == (
        Name("นายก้อง ดี", "ชนะเลิศ"),
        Name("นางแก้ว งาม"),
    )
    assert names_from_text(" \n\n").names == ()


def test_what_is_odd_is_told_with_its_line_and_kept():
    found = names_from_text(
        "ชื่อ\tเรื่อง\tโรงเรียน\nนายก้อง ดี\tก\tบ้านนา\nนายก้อง  ดี\tก\nนายก้อง ดี\tข\n\n\tค\n1 1234 56789 01 2 นาย ก\tก\n"
        + "ก" * 201
    )
    assert [name.name for name in found.names][:3] == ["นายก้อง ดี"] * 3
    assert [(problem.line, problem.th) for problem in found.problems] == [
        (1, "ไม่ได้ใช้คอลัมน์ “โรงเรียน”"),
        (3, "ซ้ำกับแถวที่ 2"),
        (6, "แถวนี้ไม่มีชื่อ จึงข้ามไป"),
        (8, "ชื่อยาวเกิน 200 ตัวอักษร"),
    ]


def test_a_citizen_id_is_told():
    found = names_from_text("นายก้อง ดี 1-2345-67890-12-3")
    assert [problem.th for problem in found.problems] == ["มีเลขประจำตัวประชาชน โปรดลบออก"]


def test_lines_of_a_workbook_are_those_that_people_see():
    found = names_from(xlsx([[], ["ชื่อ"], [], ["ก ข"], [], ["ก ข"]]), "")
    assert [(problem.line, problem.th) for problem in found.problems] == [(6, "ซ้ำกับแถวที่ 4")]


def test_rich_texts_formulas_and_gaps_of_a_workbook():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        sheet.write_row(0, 0, ["ชื่อ", "เรื่อง", "หมายเหตุ"])
        sheet.write_rich_string(1, 0, "นาย", bold, "ก้อง", " ดี")
        sheet.write_formula(1, 1, '="ชนะ"&"เลิศ"', value="ชนะเลิศ")
        sheet.write(5, 0, "นางแก้ว")
        sheet.write_number(5, 2, 3.0)
        sheet.write(6, 200, "ไกลเกินไป")
    assert names_from(out.getvalue(), "").names == (Name("นายก้อง ดี", "ชนะเลิศ"), Name("นางแก้ว", "", "3"))


def test_hidden_worksheets_are_not_read():
    book = openpyxl.Workbook()
    book.active.append(["ซ่อน อยู่"])
    book.active.sheet_state = "hidden"
    book.create_sheet().append(["นายก้อง ดี"])
    assert names_from(saved(book), "").names == (Name("นายก้อง ดี"),)


def refused(content: bytes) -> str:
    with pytest.raises(Refused) as fault:
        names_from(content, "รายชื่อ.xlsx")
    return fault.value.sentence()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "ไม่พบรายชื่อ"),
        (b"\n\n", "ไม่พบรายชื่อ"),
        ("ชื่อ,เรื่อง\n".encode(), "ไม่พบรายชื่อ"),
        (b"\0\1\2\3", "อ่านอักษรในไฟล์ไม่ได้"),
        (b"%PDF-1.7\n\xff\xfe\xdb\xdc", "อ่านอักษรในไฟล์ไม่ได้"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "รุ่นเก่า (.xls)"),
        (b"PK\x03\x04 broken", "เสียหาย"),
        (b"x" * (5 * 1024 * 1024 + 1), "ใหญ่เกิน 5 MB"),
        ("นาย ก\n".encode() * 5_001, "มากกว่า 5,000 แถว"),
        ("ก".encode() * 2_001, "ยาวเกิน 2,000"),
        (b'"' + b"a" * 200_000, "เครื่องหมายคำพูด"),
        (xlsx([["ก ข"]] * 5_001), "มากกว่า 5,000 แถว"),
        (xlsx([]), "ไม่พบรายชื่อ"),
    ],
)
def test_what_is_no_list_is_refused_with_a_reason(content, says):
    assert says in refused(content)


def test_5000_names_are_read():
    assert len(names_from(xlsx([[f"นาย ก{number}"] for number in range(5_000)]), "").names) == 5_000


def test_other_archives_are_no_workbooks():
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert "ไม่ใช่ตาราง Excel" in refused(out.getvalue())


STRINGS, SHEET = "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"
ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>'
)


@pytest.mark.parametrize(
    ("part", "content", "says"),
    [
        (STRINGS, b"<sst>" + b" " * (51 << 20) + b"</sst>", "มากเกินไป"),
        (STRINGS, b"<sst>" + b"<si><t>a</t></si>" * 300_000 + b"</sst>", "มากเกินไป"),
        (SHEET, b"<worksheet>" + b"<row/>" * 2_000_000 + b"</worksheet>", "มากเกินไป"),
        (SHEET, b"<worksheet><row>" + b"<c/>" * 2_000_000 + b"</row></worksheet>", "มากเกินไป"),
        (SHEET, b"<worksheet><row><c>" + b"<v>" + b"9" * 3_000 + b"</v></c></row></worksheet>", "ยาวเกิน 2,000"),
        (SHEET, b"<worksheet><row>", "เสียหาย"),
        (SHEET, b"<worksheet><row r='x'/></worksheet>", "เสียหาย"),
        (SHEET, b"<worksheet><row r='" + b"9" * 5_000 + b"'/></worksheet>", "เสียหาย"),
        (SHEET, b"<worksheet><row><c t='s'><v>-1</v></c><c t='s'><v>99</v></c></row></worksheet>", "ไม่พบรายชื่อ"),
        (STRINGS, ENTITIES, "เสียหาย"),
        ("xl/_rels/workbook.xml.rels", b"<Relationships/>", "ไม่พบรายชื่อ"),
        ("xl/workbook.xml", b"", "เสียหาย"),
    ],
)
def test_hostile_workbooks_are_left_early(part, content, says):
    assert says in refused(remade(streamed([["ชื่อ"], ["ก ข"]]), part, lambda _: content))


def test_a_workbook_that_lies_about_its_sizes_is_damaged():
    content = bytearray(xlsx([["ชื่อ"], ["ก ข"]]))
    at = content.rfind(SHEET.encode()) - 46  # the part's line in the list of contents
    assert content[at : at + 4] == b"PK\x01\x02"
    content[at + 24 : at + 28] = (1).to_bytes(4, "little")
    assert "เสียหาย" in refused(bytes(content))


@given(st.binary(max_size=400) | st.binary(max_size=200).map(lambda tail: b"PK\x03\x04" + tail))
def test_no_file_does_anything_but_hold_names_or_be_refused(content):
    with suppress(Refused):
        assert names_from(content, "x").names


@given(st.text("ก้อง 1.๒)(-•\t\n'=ชื่อ", max_size=80) | st.text(max_size=80))
def test_no_pasted_text_does_anything_but_hold_names(text):
    assert all(any(letter.isalpha() for letter in name.name) for name in names_from_text(text).names)
