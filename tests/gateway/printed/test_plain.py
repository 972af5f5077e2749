"""Texts made fit for files: nothing unseen, nothing that runs, and nothing else lost."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.printed.plain import plain, safe


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("น้ํา สํานักงาน", "น้ำ สำนักงาน"),
        ("กุ่", "กุ่"),
        ("ครู\u202eฉลาด\u2066", "ครูฉลาด"),
        ("บรรทัด\r\nสอง\tสาม\u2028สี่", "บรรทัด สอง สาม สี่"),
        ("\x00\x1b[31mแดง\x07", "[31mแดง"),
        ("คำ\u200bคั่น\u00adอ่อน", "คำคั่นอ่อน"),
        ("❤\ufe0f", "❤"),
        ("  ว่าง\u00a0 ", "ว่าง"),
        ("\ud800ครึ่ง", "ครึ่ง"),
    ],
)
def test_what_is_not_seen_is_not_kept(given_text, kept):
    assert plain(given_text) == kept


@given(st.text() | st.text("กำ้ํ่า \t\n\u202e'=+"))
def test_plain_text_is_one_line_of_visible_characters_and_stays_as_it_is(text):
    once = plain(text)
    assert plain(once) == once
    assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in once)


@pytest.mark.parametrize(
    "first", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫", "⁺", "₋", "'", "＇"]
)
def test_a_cell_that_begins_like_a_formula_gets_a_mark(first):
    assert safe(f"{first}1+1") == f"'{first}1+1"


def test_other_cells_stay_as_they_are():
    assert [safe(cell) for cell in ("", "ครู", "1-2", "ศธ 04022/ว345", "(=)")] == [
        "",
        "ครู",
        "1-2",
        "ศธ 04022/ว345",
        "(=)",
    ]


@given(st.text())
def test_no_text_gets_a_formula_past_both(text):
    cell = safe(plain(text))
    assert not cell or unicodedata.normalize("NFKC", cell[0])[0] not in "=+-−@\t\r\n"
