"""Letters become glyphs and can be read back from them; what the font lacks is replaced, not forgotten."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.printed.paper.typeface import UNKNOWN, typeface
from gateway.printed.plain import plain
from tests.gateway.printed.sheets import HARD

BOTH = pytest.mark.parametrize("bold", [False, True])
THAI = "".join(map(chr, [*range(0x0E01, 0x0E3B), *range(0x0E3F, 0x0E5C)]))


def read(text: str, bold: bool = False) -> str:
    return "".join(glyph.text for glyph in typeface(bold).shape(text).glyphs)


@BOTH
@pytest.mark.parametrize("text", HARD)
def test_hard_texts_read_back_from_their_glyphs(text, bold):
    assert typeface(bold).known(plain(text)) == plain(text)
    assert read(plain(text), bold) == plain(text)


@BOTH
@given(text=st.text(THAI + "aZ09/. ", max_size=40))
def test_any_thai_reads_back_from_its_glyphs(text, bold):
    text = plain(text)
    assert read(text, bold) == text


@given(st.text(max_size=40))
def test_any_text_becomes_glyphs_of_the_font(text):
    known = typeface(False).known(plain(text))
    glyphs = typeface(False).shape(known).glyphs
    assert 0 not in {glyph.number for glyph in glyphs}
    assert "".join(glyph.text for glyph in glyphs) == known


@given(st.text(THAI, max_size=30))
def test_edges_grow_and_glyphs_stand_in_the_order_of_their_letters(text):
    shaped = typeface(False).shape(plain(text))
    assert shaped.edges == sorted(shaped.edges)
    assert shaped.places == sorted(shaped.places)
    assert shaped.between(0, len(plain(text))) == shaped.glyphs


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ＡＢＣ①", "ABC1"),
        ("งาน🎉", f"งาน{UNKNOWN}"),
        ("日本", UNKNOWN * 2),
        ("ລາວ", UNKNOWN * 3),
        ("กิ\u20dd", "กิ"),
        ("ป\uf70aา", "ป่า"),
        ("👩‍🏫", UNKNOWN * 2),
    ],
)
def test_what_the_font_lacks_has_a_twin_or_a_mark(text, shown):
    assert typeface(False).known(plain(text)) == shown


def test_marks_stand_above_each_other_and_beside_tall_letters():
    def places(text: str) -> list[tuple[str, int, int]]:
        face = typeface(False)
        return [(face.font.glyph_to_string(glyph.number), glyph.x, glyph.rise) for glyph in face.shape(text).glyphs]

    assert places("ปู่")[2][0] == "uni0E48.narrow"  # left of the tall stroke
    assert places("น้ำ")[1][0] == "uni0E4D0E49"  # ring and tone, one above the other
    assert places("ญู")[0][0].endswith(".less")  # without its foot
    assert places("กี้")[2][0] == "uni0E49.small"  # above the vowel


def test_what_looks_like_nothing_is_nfc():
    assert all(unicodedata.is_normalized("NFC", plain(text)) for text in HARD)
