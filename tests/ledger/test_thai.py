"""Thai text that looks the same must match (attack 24)."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.thai import canonical, composed

THAI = st.text(st.sampled_from([chr(c) for c in range(0x0E01, 0x0E5C)] + list(" \n\t\u00a0\u200be\u0301\uf70a")))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("น้ำ", "น้\u0e4d\u0e32"),
        ("น้ำ", "น\u0e4d\u0e49\u0e32"),
        ("น้ำ", "น\u0e33\u0e49"),
        ("กำหนด", "ก\u0e4d\u0e32หนด"),
        ("ที่", "ท\u0e48\u0e35"),
        ("ที่", "ท\u0e35\u0e35\u0e48"),
        ("ผู้", "ผ\u0e49\u0e39"),
        ("พันธุ์", "พันธ\u0e4c\u0e38"),
        ("แจ้ง", "เเจ้ง"),
        ("ด่วน", "ด\uf70aวน"),
        ("ญาติ", "\uf70fาต\uf701"),
        ("ที่ ศธ", "ที่\u00a0\u200bศธ"),
        ("ว 345", "ว  ๓๔๕"),
        ("é", "e\u0301"),
        ("ก\nข", "ก\r\nข"),
    ],
)
def test_two_spellings_that_look_the_same_match(one, other):
    assert one != other
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(("one", "other"), [("ลับ", "กลับ"), ("มา", "ม่า"), ("ปี", "ปิ"), ("A", "a"), ("กข", "ก ข")])
def test_what_looks_different_stays_different(one, other):
    assert canonical(one) != canonical(other)


@given(st.text() | THAI)
def test_the_canonical_spelling_is_its_own(text):
    assert canonical(canonical(text)) == canonical(text)


@given(THAI)
def test_normal_forms_of_unicode_match(text):
    assert canonical(unicodedata.normalize("NFD", text)) == canonical(text)


def test_ordinary_thai_stays_as_it_is():
    text = "สำนักงานเขตพื้นที่การศึกษาประถมศึกษาเชียงใหม่ เขต 4 น้ำท่วม ผู้อำนวยการ ฟิล์ม พันธุ์"
    assert canonical(text) == text


@given(st.text(), st.text(st.sampled_from("\u0301\u0316\u0e48\u0e38"), max_size=127))
def test_composing_is_the_normal_form_of_whatever_people_write(text, marks):
    assert composed(text + "ก" + marks + text) == unicodedata.normalize("NFC", text + "ก" + marks + text)


@pytest.mark.parametrize("before", range(20))
def test_a_pile_of_marks_is_cut_wherever_it_stands(before):
    piled = "ก" * before + "\u0301\u0316" * 50_000 + "ข"
    assert len(composed(piled)) == before + 30 + 1
    assert len(canonical(piled)) <= before + 30 + 1


def test_every_character_that_is_sorted_is_cut_from_a_pile():
    sorted_ones = [
        one for one in map(chr, range(0x110000)) if unicodedata.combining(unicodedata.normalize("NFD", one)[0])
    ]
    kept = unicodedata.normalize("NFD", composed("".join(sorted_ones) * 3))
    assert len(sorted_ones) > 900
    assert len(kept) <= 60
