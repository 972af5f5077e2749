"""What matched is shown as it was written."""

from __future__ import annotations

from itertools import pairwise

import pytest
from books_world import SETTINGS, THAI
from hypothesis import given
from hypothesis import strategies as st

from ledger import search
from ledger.search.words import fold, words_of


@pytest.mark.parametrize(
    ("text", "words", "hits"),
    [
        ("ที่ ศธ ๐๔๐๒๒/๓๔๕", "ศธ04022/345", ["ศธ ๐๔๐๒๒/๓๔๕"]),
        ("ที่ ศธ 04022/345", "๓๔๕ ศธ", ["ศธ", "345"]),
        ("ขอเชิญประชุมครู ประชุม", "ประชุม", ["ประชุม", "ประชุม"]),
        ("น้ำท่วม น\u0e4d\u0e49\u0e32ใจ", "น้ำ", ["น้ำ", "น\u0e4d\u0e49\u0e32"]),
        ("ผล O-NET ปี", "o-net", ["O-NET"]),
        ("ab ab", '"ab ab"', ["ab ab"]),
        ("aab", "aa ab", ["aab"]),
        ("Straße", "strasse", ["Straße"]),
        ("เเจ้ง", "แ", ["เเ"]),
        ("ประชุม", "ครู", []),
        ("ประ ชุม", "ประชุม", []),  # only in numbers are blanks overlooked
        ("", "x", []),
    ],
)
def test_what_matched_is_marked_as_it_was_written(text: str, words: str, hits: list[str]) -> None:
    segments = search.marked(text, words)
    assert [segment for segment, hit in segments if hit] == hits
    assert "".join(segment for segment, _ in segments) == text


@SETTINGS
@given(THAI | st.text(), THAI | st.text())
def test_marked_segments_are_the_text(text: str, words: str) -> None:
    segments = search.marked(text, words)
    assert "".join(segment for segment, _ in segments) == text
    assert all(segment for segment, _ in segments)
    assert all(one[1] != other[1] for one, other in pairwise(segments))


@SETTINGS
@given(st.text(st.sampled_from("กนเแ้่ำาี\u0e4d๑2 ABß\u200b"), min_size=1), st.data())
def test_a_part_that_is_found_is_marked(text: str, data: st.DataObject) -> None:
    folded = fold(text).strip()
    begin = data.draw(st.integers(0, len(folded)))
    part = folded[begin : data.draw(st.integers(begin, len(folded)))].strip()
    if words_of(part) and fold(part) == part:  # a tone that is cut off its vowel may stand elsewhere
        hits = "".join(fold(segment) for segment, hit in search.marked(text, f'"{part}"') if hit)
        assert part in hits
