"""Registers on paper: what is read from the page is what was put on it, and every page is whole in itself."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.printed import Column, Line, write_pdf
from gateway.printed.forms import CERTIFICATES, INCOMING, ORDERS, OUTGOING
from gateway.printed.plain import plain
from ledger.era import to_thai_digits
from tests.gateway.printed.reading import pages, picture, poppler, squeezed
from tests.gateway.printed.sheets import FIRST, HARD, LONG, SHEET, line, register

ROOT = Path(__file__).parents[3]
needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not here")
WIDE = replace(SHEET, columns=(Column("เรื่อง", 100),))


def seal(day: date) -> str:
    return sha256(day.isoformat().encode()).hexdigest()


def printed(lines, sheet=SHEET, seal=seal) -> bytes:
    out = io.BytesIO()
    lines = list(lines)
    assert write_pdf(sheet, iter(lines), out, seal=seal) == len(lines)
    return out.getvalue()


def wide(*texts: str) -> list[Line]:
    return [Line((text,), FIRST) for text in texts]


def test_hard_texts_are_read_as_they_were_written_by_the_browsers_reader():
    read = "\n".join(pages(printed(wide(*HARD), WIDE))).split("\n")
    assert [text for text in map(plain, HARD) if text not in read] == []


@needs_poppler
@pytest.mark.parametrize("mode", [(), ("-raw",), ("-layout",)])
def test_hard_texts_are_read_as_they_were_written_by_poppler(tmp_path, mode):
    read = [row.strip() for row in poppler(printed(wide(*HARD), WIDE), tmp_path, *mode).split("\n")]
    assert [text for text in map(plain, HARD) if text not in read] == []


@needs_poppler
def test_bold_headings_are_read_as_they_were_written(tmp_path):
    for text in map(plain, HARD):
        content = printed([], replace(WIDE, columns=(Column(text, 1),), title=text))
        read = [row.strip() for row in poppler(content, tmp_path).split("\n")]
        assert read.count(text) == 2, text
        assert pages(content)[0].split("\n").count(text) == 2


@needs_poppler
@pytest.mark.parametrize("digits", ["arabic", "thai"])
def test_a_full_page_is_read_cell_by_cell(tmp_path, digits):
    lines = list(register(12))
    content = printed(lines, replace(SHEET, digits=digits))
    said = to_thai_digits if digits == "thai" else str
    for read in (squeezed("".join(pages(content))), squeezed(poppler(content, tmp_path, "-raw"))):
        for each in lines:
            assert squeezed(said("".join(each.cells))) in read


@settings(max_examples=25)
@given(st.lists(st.text(max_size=50), min_size=1, max_size=8))
def test_no_text_stops_the_printer(texts):
    content = printed([Line(tuple(texts), FIRST, void=True, void_note=text) for text in texts], seal=lambda _: texts[0])
    assert len(pages(content)) >= 1


def test_what_the_font_lacks_shows_as_a_mark_and_nothing_else_is_lost():
    read = pages(printed(wide("ประกวด 🎉 日本 \u202eครู\u2069 ດີ \x00จบ"), WIDE))[0]
    assert "ประกวด ◊ ◊◊ ครู ◊ จบ" in read


def test_the_head_of_a_page_is_that_of_the_form():
    read = pages(printed(register(60)))
    for page in read:
        rows = page.split("\n")
        assert rows[:4] == ["ทะเบียนหนังสือรับ", SHEET.organisation, "แบบที่ 13", "ปี พ.ศ. 2569"]
    for page in read[:-1]:
        assert squeezed("".join(column.name for column in SHEET.columns)) in squeezed(page)


def test_pages_are_numbered_and_say_who_printed_them():
    read = pages(printed(register(60)))
    assert len(read) > 3
    for number, page in enumerate(read, 1):
        assert re.search(rf"หน้า {number}\s+จาก {len(read)}\n", page)
        assert "พิมพ์โดย นางสาวปิ่นแก้ว น้ำทิพย์ เมื่อ 20 ส.ค. 2569 10:52 น." in page


def test_page_totals_add_up():
    read = pages(printed(register(100)))
    totals = [re.search(r"รวมหน้านี้ (\d+) รายการ +ยกเลิก (\d+) +รวมสะสม (\d+)", page) for page in read]
    counts = [tuple(map(int, found.groups())) for found in totals if found]
    running = 0
    for here, _void, together in counts:
        running += here
        assert together == running
    assert (running, sum(void for _, void, _ in counts)) == (100, 5)


def test_each_page_counts_the_lines_that_stand_on_it():
    for page in pages(printed(register(60))):
        found = re.search(r"รวมหน้านี้ (\d+)", page)
        assert page.count("ศธ 04001/ว") == int(found[1] if found else 0)


def test_days_have_a_heading_and_go_on_after_a_page():
    read = pages(printed(register(60, a_day=25)))
    assert [page.count("วันที่ 14 สิงหาคม 2569\n") for page in read][:2] == [1, 0]
    assert "วันที่ 14 สิงหาคม 2569 (ต่อ)" in read[1]
    for page in read[:-1]:
        body = page[page.index("หมายเหตุ") :]
        assert re.match(r"หมายเหตุ\s+วันที่ \d+ สิงหาคม 2569", body)


@pytest.mark.parametrize("a_day", [1, 2, 3, 5, 7])
def test_a_day_never_begins_at_the_foot_of_a_page_nor_is_its_seal_alone(a_day):
    for page in pages(printed(register(80, a_day=a_day))):
        if "การปฏิบัติ" in page:
            rows = page.split("\n")
            foot = next(at for at, row in enumerate(rows) if row.startswith("รวมหน้านี้"))
            head = next(at for at, row in enumerate(rows) if "การปฏิบัติ" in row)
            assert rows[head + 1].startswith("วันที่ ")
            assert not rows[head + 2].startswith("ตราประจำวัน")
            assert not rows[foot - 1].startswith("วันที่ ")


def test_every_day_is_sealed_and_the_seals_are_listed_whole():
    read = pages(printed(register(60, a_day=20)))
    text = "\n".join(read)
    for day in (FIRST, FIRST + timedelta(1), FIRST + timedelta(2)):
        assert text.count(f"ตราประจำวัน: {seal(day)[:16]}…") == 1
        assert squeezed(f"2569 20 1 {seal(day)}") in squeezed(read[-1])
    assert "บัญชีตราประจำวัน" in read[-1]
    assert "รวมทั้งสิ้น 60 3" in read[-1]


def test_the_list_of_a_long_time_has_its_heads_on_each_page():
    read = pages(printed(line(number, "", FIRST + timedelta(number)) for number in range(120)))
    lists = [page for page in read if "ตราประจำวัน (SHA-256)" in page]
    assert len(lists) > 2
    assert sum(page.count(seal(FIRST + timedelta(number))) for page in lists for number in range(120)) == 120


def test_without_seals_there_is_no_list():
    text = "\n".join(pages(printed(register(30), seal=lambda _: "")))
    assert "ตราประจำวัน" not in text


def test_thai_digits_everywhere_but_in_the_seals():
    text = "\n".join(pages(printed(register(20), replace(SHEET, digits="thai"))))
    assert re.findall(r"หน้า [๐-๙]+\s+จาก [๐-๙]+", text)
    assert seal(FIRST) in text
    assert f"{seal(FIRST)[:16]}…" in text
    rest = text.replace(seal(FIRST), "").replace(seal(FIRST)[:16], "").replace("SHA-256", "")
    assert re.findall("[0-9]", rest) == []


def test_english_sheets_speak_english():
    sheet = replace(SHEET, language="en", title="Incoming register", organisation="Office", period="2026", form="")
    text = "\n".join(pages(printed(register(20), sheet)))
    for words in ("14 August 2026 (B.E. 2569)", "Page 1 ", "Printed by", "This page", "Seal of the day: "):
        assert words in text


def test_voided_lines_are_struck_through_and_say_why():
    def ink(void: bool) -> int:
        content = printed([line(1, "ขอเชิญประชุม", void=void)], seal=lambda _: "")
        return sum(1 for value in picture(content).tobytes() if value < 100)

    assert ink(True) > ink(False) + 300
    note = pages(printed([line(1, "ขอเชิญประชุม", void=True, void_note="ยกเลิก 14 ส.ค. 2569: ออกเลขซ้ำ")]))[0]
    assert "ขอเชิญประชุม\nยกเลิก 14 ส.ค. 2569: ออกเลขซ้ำ" in note


def test_marks_that_stand_for_no_letter_are_drawn():
    def ink(text: str) -> int:
        return sum(1 for value in picture(printed(wide(text * 10), WIDE), scale=4).tobytes() if value < 100)

    assert ink("กำ") > ink("กา") + 200  # ten rings
    assert ink("ปั้น") > ink("ปัน") + 200  # ten tones beside a tall letter


def test_a_row_is_cut_only_when_it_is_taller_than_a_page():
    huge = " ".join(f"ข้อ{number}" for number in range(1, 1_500)) + " จบ"
    read = pages(printed([line(1, "แรก"), line(2, huge), line(3, "ท้าย")]))
    text = squeezed("".join(page[page.index("หมายเหตุ") : page.index("รวมหน้านี้")] for page in read if "ข้อ" in page))
    found = [int(number) for number in re.findall(r"ข้อ(\d+)", text)]
    assert found == list(range(1, 1_500))
    assert [("ข้อ" in page) for page in read][:2] == [False, True]
    assert "รวมสะสม 3" in "".join(read)


def test_rows_keep_together():
    for page in pages(printed(line(number, f"{LONG} {number} จบ") for number in range(1, 60))):
        assert page.count("ขอเชิญประชุม") == page.count(" จบ") or "จบ" not in page


@pytest.mark.parametrize("columns", [INCOMING, OUTGOING, ORDERS, CERTIFICATES])
def test_the_columns_of_the_forms_hold_their_numbers_and_dates_on_one_line(columns):
    texts = {"ที่": "ศธ 04022/ว1234", "ลงวันที่": "30 มี.ค. 2569", "สั่ง ณ วันที่": "30 มี.ค. 2569", "วันที่ออก": "30 มี.ค. 2569"}
    texts |= {"ที่คำสั่ง": "1234/2569", "ที่เกียรติบัตร": "1234/2569"}
    cells = tuple("12345" if column.number else texts.get(column.name, "") for column in columns)
    content = printed([Line(cells, FIRST)], replace(SHEET, columns=columns, digits="thai"))
    assert to_thai_digits(" ".join(cell for cell in cells if cell)) in pages(content)[0]


def test_an_empty_register_says_so():
    read = pages(printed([]))
    assert len(read) == 1
    assert "ไม่มีรายการ" in read[0]
    assert re.search(r"หน้า 1\s+จาก 1\n", read[0])


def test_lines_with_too_few_or_too_many_cells_are_printed():
    assert pages(printed([Line((), FIRST), Line(("1",), FIRST), Line(("x",) * 30, FIRST)]))


def test_the_same_register_is_the_same_file():
    assert printed(register(50)) == printed(register(50))


def test_the_file_says_what_it_is():
    with pypdfium2.PdfDocument(printed(register(3))) as document:
        about = document.get_metadata_dict()
        assert (about["Title"], about["Author"]) == ("ทะเบียนหนังสือรับ ปี พ.ศ. 2569", SHEET.organisation)
        assert about["CreationDate"] == "D:20260820105200+07'00'"
        assert document[0].get_size() == pytest.approx((841.89, 595.28))


def test_pages_leave_while_lines_still_come():
    out, lengths = io.BytesIO(), []

    def lines():
        for each in register(200):
            lengths.append(out.tell())
            yield each

    write_pdf(SHEET, lines(), out, seal=seal)
    assert lengths[-1] > 10 * max(lengths[5], 1)


def test_progress_is_told_now_and_then_and_at_the_end():
    heard: list[int] = []
    write_pdf(SHEET, register(450), io.BytesIO(), heard.append, seal=seal)
    assert heard == [200, 400, 450]


def test_memory_does_not_grow_with_the_register():
    def most(count: int) -> int:
        """In KiB, of a process that prints one register and nothing else."""
        program = (
            "import resource, sys; from gateway.printed import write_pdf; from tests.gateway.printed.sheets import *\n"
            "with open('/dev/null', 'wb') as out:\n"
            f"    write_pdf(SHEET, register({count}, a_day=100), out, seal=lambda day: 'ab' * 32)\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
        return int(run.stdout)

    assert most(6_000) < most(600) + 4 * 1024
