"""Of a stranger's subject a mail of ours carries eighty characters at most, and nothing to click on."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.values import DocumentLine
from mailers.notices import Writer
from mailers.quoting import quoted
from tests.mailers.letters import ANSWER, FACTS, TEMPLATES, bodies, read_back

WRITER = Writer(TEMPLATES)

# What mail programs make clickable by themselves.
CLICKABLE = [
    "https://evil.example/a?b=c#d",
    "HTTP://EVIL.EXAMPLE",
    "ftp://evil.example",
    "www.evil.example",
    "evil.com",
    "evil.co.th/รางวัล",
    "bit.ly/3xYz",
    "t.me/evil",
    "//evil.com/x",
    "evil.com:8080",
    "user:word@evil.com",
    "you@evil.example",
    "mailto:you@evil.example",
    "@evil",
    "tel:+66812345678",
    "sms:+66812345678",
    "line:ti/p/evil",
    "javascript:alert(1)",
    "192.0.2.7/x",
    "[2001:db8::7]",
    "\\\\evil\\share",
    "пример.рф",
    "例え.テスト",
    "evil。com",
    "evil｡com",
    "ｅｖｉｌ．ｃｏｍ",
    "evil․com",
    "ev\u200bil.c\u00adom",
    "evil\u202e.com",
    "evil\u2060.\ufeffcom",
    "xn--o3cw4h.xn--o3cw4h",
    "(evil.com)",
    "<evil.com>",
    '"evil.com",',
]
HARMLESS = [
    "ขอเชิญประชุมผู้บริหารสถานศึกษา ครั้งที่ 3/2569",
    "ที่ ศธ 04022/ว345 ลงวันที่ 1 พ.ย. 2569",
    "แจ้งมติ ก.ค.ศ. ถึง สพป.เชียงใหม่ เขต 1 และ รร.บ้านนา",
    "กำหนดการ 09.00-16.30 น. ข้อ 1.2.3",
    "Re: ขอข้อมูล (ด่วน) No.5 — 1,250,000.50 บาท",
    "ประชุมคณะกรรมการสถานศึกษาขั้นพื้นฐาน ณ จ.เชียงใหม่",
]


@pytest.mark.parametrize("link", CLICKABLE)
@pytest.mark.parametrize("around", ["{}", "ลงทะเบียนที่ {} ด่วน", "ลงทะเบียนที่{}ด่วน", "ก/{}/ข"])
def test_nothing_clickable_is_left(link: str, around: str) -> None:
    seen = quoted(around.format(link))
    assert not re.search(r"evil|example|://|@|www|[.。]\w\w|\d\.\d+\.\d+\.\d|xn--|tel:|sms:|db8", seen, re.I)
    assert "…" in seen


def test_a_domain_in_thai_is_none_any_more() -> None:
    assert quoted("ชิงรางวัลที่ ของฟรี.ไทย วันนี้") == "ชิงรางวัลที่ ของฟรี… วันนี้"


@pytest.mark.parametrize("subject", HARMLESS)
def test_what_offices_write_stays_as_it_is(subject: str) -> None:
    assert quoted(subject) == subject


@pytest.mark.parametrize(
    ("subject", "kept"),
    [
        ("ก" * 80, "ก" * 80),
        ("ก" * 81, "ก" * 79 + "…"),
        ("ก" * 78 + "กี่ข", "ก" * 78 + "…"),  # a vowel and a tone stay with their consonant
        ("ก" * 78 + "น้ำใจ", "ก" * 78 + "…"),
        ("ก" * 78 + "e\u0328\u0301xx", "ก" * 78 + "…"),
        ("x" * 78 + "👍🏽yy", "x" * 78 + "…"),
        ("x" * 78 + "🇹🇭yy", "x" * 78 + "…"),
        ("x" * 77 + "🇹🇭🇱🇦", "x" * 77 + "🇹🇭…"),
        ("ก\u0e48" * 2000, "ก\u0e48" * 39 + "…"),
        ("\u0e48" * 100, "…"),
    ],
)
def test_it_is_cut_between_graphemes(subject: str, kept: str) -> None:
    assert quoted(subject) == kept


def test_lines_controls_and_direction_marks_are_gone() -> None:
    assert quoted("ก\r\nBcc: ข\x00\x1b[31m\u202eค\u2066ง\u2028จ\tฉ") == "ก Bcc: ข[31mคง จ ฉ"


@given(st.text(max_size=600))
def test_any_text_becomes_one_short_visible_line(text: str) -> None:
    seen = quoted(text)
    assert len(seen) <= 80
    assert seen == " ".join(seen.split())
    assert not any(unicodedata.category(character).startswith("C") for character in seen)
    assert "://" not in seen
    assert "@" not in seen


@pytest.mark.parametrize("language", ["th", "en"])
def test_an_answer_carries_nothing_else_of_the_senders_words(language: str) -> None:
    """Every word that a sender brings is marked; only the subject's, shortened and without its link, comes through."""
    facts = replace(
        FACTS,
        subject="CANARY-A ดูที่ https://evil.example/x " + "ก" * 200,
        summary="CANARY-B http://evil.example",
        sender="CANARY-C evil.com",
        recipient="CANARY-D",
        letter_number="CANARY-E www.evil.example",
        documents=(DocumentLine("CANARY-F evil.com.pdf", 1, 1),),
    )
    mail = WRITER.write(replace(ANSWER, facts=facts, note="CANARY-G", language=language))
    told = "\n".join([*bodies(mail), *(f"{name}: {value}" for name, value in read_back(mail).items())])
    assert set(re.findall("CANARY-.", told)) == {"CANARY-A"}
    assert "evil" not in told
    assert "href" not in told
    assert "ก" * 81 not in told
    assert "1204/2569" in told


@pytest.mark.parametrize(("language", "greeting"), [("th", "เรียน ผู้ส่งหนังสือ"), ("en", "To the sender")])
def test_whom_the_directory_does_not_know_is_greeted_without_a_name(language: str, greeting: str) -> None:
    mail = WRITER.write(replace(ANSWER, recipient="win-evil.com@x.example", recipient_name="", language=language))
    for body in bodies(mail):
        assert greeting in body
        assert "evil" not in body
