"""Where Thai lines end: never inside a cluster, between words as well as letters and a few hundred words tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.printed.paper.breaks import places
from gateway.printed.paper.setting import spans
from gateway.printed.paper.typeface import typeface
from gateway.printed.plain import plain
from tests.gateway.printed.sheets import HARD, LONG, SUBJECTS

MARKS = "ัิีึืฺุู็่้๊๋์ํ๎"
NO_BEGINNING = MARKS + "ะาำๅๆฯ)]}”’,.;:!?%"
NO_END = "เแโใไ([{“‘"
LETTERS = "กขคงจชญดตทนบปผพมยรลวสหอ"


def broken(text: str, room: float) -> list[str]:
    text = plain(text)
    edges = typeface(False).shape(text).edges
    return [text[start:end] for start, end in spans(text, edges, room)]


def one_syllable(draw) -> str:
    lead = draw(st.sampled_from(["", "", "เ", "แ", "โ", "ใ"]))
    vowel = draw(st.sampled_from(["", "ั", "ิ", "ี", "ื", "ุ", "ู", "็"]))
    tone = draw(st.sampled_from(["", "่", "้", "์"]))
    after = draw(st.sampled_from(["", "า", "ะ", "ำ", " ", "ๆ"]))
    return lead + draw(st.sampled_from(LETTERS)) + vowel + tone + after


THAI = st.composite(lambda draw: "".join(one_syllable(draw) for _ in range(draw(st.integers(1, 30)))))()


@given(THAI, st.integers(300, 20_000))
def test_no_cluster_is_ever_broken(text, room):
    lines = broken(text, room)
    assert all(line and line[0] not in NO_BEGINNING for line in lines[1:])
    assert all(line[-1] not in NO_END for line in lines[:-1])


@given(THAI | st.text(max_size=60), st.integers(1, 20_000))
def test_nothing_but_blanks_is_lost_between_lines(text, room):
    assert "".join("".join(broken(text, room)).split()) == "".join(plain(text).split())


@given(THAI, st.integers(6_000, 20_000))  # wider than letters that must not be parted, even senseless ones
def test_every_line_fits(text, room):
    edges = typeface(False).shape(plain(text)).edges
    assert all(edges[end] - edges[start] <= room for start, end in spans(plain(text), edges, room))


@pytest.mark.parametrize("text", [*HARD, *SUBJECTS, "ก" * 300, "W" * 300, "่" * 300, "เ" * 300])
@pytest.mark.parametrize("room", [1, 700, 5_000])
def test_hard_texts_lose_nothing_in_narrow_columns(text, room):
    assert "".join("".join(broken(text, room)).split()) == "".join(plain(text).split())


def test_lines_end_between_words_that_registers_use():
    assert broken(LONG, 24_000) == [
        "ขอเชิญประชุมผู้บริหารสถานศึกษาเพื่อชี้แจงแนวทาง",
        "การจัดทำแผนปฏิบัติการประจำปีงบประมาณ",
        "และการขับเคลื่อนนโยบายการเปิดภาคเรียนใหม่",
        "อย่างปลอดภัยสำหรับผู้เรียนทุกคน",
    ]


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("การประชุม ครั้งที่ 1/2569", 9_000, ["การประชุม", "ครั้งที่ 1/2569"]),
        ("สำนักงานคณะกรรมการการศึกษาขั้นพื้นฐาน", 11_000, ["สำนักงานคณะกรรมการ", "การศึกษาขั้นพื้นฐาน"]),
        ("นางสาวปิ่นแก้ว น้ำทิพย์", 8_000, ["นางสาวปิ่นแก้ว", "น้ำทิพย์"]),
        ("เลขทะเบียนรับ", 5_500, ["เลขทะเบียน", "รับ"]),
        ("ศธ 04022/ว1234", 5_000, ["ศธ 04022/", "ว1234"]),
        ("ตรวจรับพัสดุ ภาคเรียนที่ 1", 9_500, ["ตรวจรับพัสดุ", "ภาคเรียนที่ 1"]),
        ("14 ส.ค. 2569", 4_500, ["14 ส.ค.", "2569"]),
    ],
)
def test_what_belongs_together_stays_together(text, room, lines):
    assert broken(text, room) == lines


def test_a_word_is_left_whole_where_the_line_has_a_border_before_it():
    ends = {place.start: place.goodness for place in places("แจ้งจัดสรรงบประมาณ")}
    assert ends[len("แจ้ง")] == ends[len("แจ้งจัดสรร")] > ends[len("แจ้งจัดสรรง")]
