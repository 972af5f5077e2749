"""Which passwords are refused, and that good ones are not (NIST SP 800-63B-4; reliability 5.1)."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import weak_passwords
from ledger.keyboards import other_layout, walk
from ledger.weak_passwords import (
    COMMON_WORDS,
    OWN_NAMES,
    PATTERN,
    SENTENCES,
    TOO_LONG,
    TOO_SHORT,
    TOO_SHORT_WITH_SECOND,
    weaknesses,
)

ABOUT = ["somsri@office.example", "นางสมศรี ใจดีเสมอ", "สพป.แม่น้ำยาว เขต 4"]


def alone(password: str) -> str:
    return weaknesses(password, second_factor=False, about=ABOUT)


def with_second(password: str) -> str:
    return weaknesses(password, second_factor=True, about=ABOUT)


@pytest.mark.parametrize(
    "password",
    [
        "seven quiet otters juggle",
        "correct horse battery staple",
        "แมวดำเดินข้ามสะพานตอนเที่ยงคืน",
        "นกกระยางกินปลาหมึกย่าง",
        "kX9$mQ2!vR7&zL4",
        "    spaces are fine too    ",
        "zażółć gęślą jaźń",
        "🐢🦊🐙 สามสหายปีนเขา 🏔",
        "ศุกร์หน้าเราจะไปดำน้ำที่เกาะเต่า",
    ],
)
def test_good_ones_are_taken(password: str) -> None:
    assert alone(password) == ""


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("passwordpassword1234", PATTERN),
        ("password letmein welcome", COMMON_WORDS),
        ("P@55w0rd-Saraban-2569", COMMON_WORDS),
        ("สวัสดีประเทศไทย2569", COMMON_WORDS),
        ("isylzjkol;ylfu68", COMMON_WORDS),  # รหัสผ่านสวัสดี, typed with the keyboard on English
        ("ยฟหหไนพก้ำสสน2568", COMMON_WORDS),  # passwordhello, typed with the keyboard on Thai
        ("aaaaaaaaaaaaaaaaaaaa", PATTERN),
        ("abababababababababab", PATTERN),
        ("abcdefghijklmnopqrst", PATTERN),
        ("987654321098765432109876", PATTERN),
        ("กขคงจฉชซฌญฎฏฐฑฒณ", PATTERN),
        ("qwertyuiopasdfghjkl", PATTERN),
        ("1qaz2wsx3edc4rfv5tgb", PATTERN),
        ("q1w2e3r4t5y6u7i8o9", PATTERN),
        ("ๆไำพะัีรนยบลฟหกดเ้่าสวง", PATTERN),
        ("ๅ/-ภถุึคตจขช_ๅ/-ภถ", PATTERN),
        ("๑๒๓๔ู฿๕๖๗๘๙๑๒๓๔", PATTERN),
        ("somsri@office.example", OWN_NAMES),
        ("สมศรี-ใจดีเสมอ-2569", OWN_NAMES),
        ("สพป.แม่น้ำยาว เขต 4", OWN_NAMES),
        ("SOMSRI somsri SomSri", PATTERN),
    ],
)
def test_guessable_ones_are_refused_and_told_why(password: str, sentence: str) -> None:
    assert alone(password) == sentence


def test_the_edges_of_length() -> None:
    good = "kX9$mQ2!vR7&zL4"
    assert (len(good), alone(good), alone(good[:-1])) == (15, "", TOO_SHORT)
    assert (with_second(good[:8]), with_second(good[:7])) == ("", TOO_SHORT_WITH_SECOND)
    several = "".join(random.Random(5).choices("abcdefghijklmnopqrstuvwxyz0123456789 ", k=257))
    assert (alone(several[:256]), alone(several)) == ("", TOO_LONG)
    assert alone("") == TOO_SHORT


def test_length_is_counted_as_it_is_kept() -> None:
    narrow = "kX9$mQ2!vR7&z"
    assert (len(narrow + "ำ"), alone(narrow + "ำ")) == (14, "")  # SARA AM is kept as two characters
    assert alone("\ufdfa" * 20) == TOO_LONG  # one character that is kept as eighteen


def test_a_second_factor_allows_less_but_not_nothing() -> None:
    assert with_second("tr0ub4dor") == ""
    for weak in ("Password1!", "qwer1234", "somsri25", "11111111", "สวัสดีไทย", "abcd1234"):
        assert with_second(weak) in (COMMON_WORDS, PATTERN, OWN_NAMES)


def test_the_same_text_in_another_spelling_is_as_weak() -> None:
    for weak in ("passwordpassword", "สวัสดีน้ำใจประเทศไทย"):
        assert alone(weak)
        assert alone(weak.upper())
        assert alone(weak.replace("ำ", "\u0e4d\u0e32"))


def test_names_count_for_their_owner_only() -> None:
    password = "แม่น้ำยาวใจดีเสมอจริง"
    assert alone(password)
    assert weaknesses(password, second_factor=False, about=["พระจันทร์"]) == ""


def test_what_is_said_is_a_constant_sentence() -> None:
    assert len(set(SENTENCES)) == 6
    assert all(sentence.strip() == sentence and "{" not in sentence for sentence in SENTENCES)
    assert f"{weak_passwords.ALONE} " in TOO_SHORT
    assert f"{weak_passwords.WITH_SECOND} " in TOO_SHORT_WITH_SECOND
    assert f"{weak_passwords.MOST} " in TOO_LONG


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=300), st.lists(st.text(max_size=40), max_size=3), st.booleans())
def test_every_text_gets_an_answer(password: str, about: list[str], second: bool) -> None:
    assert weaknesses(password, second_factor=second, about=about) in ("", *SENTENCES)


def test_random_passwords_are_taken() -> None:
    chance = random.Random(20261123)
    alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    refused = [one for _ in range(2000) if alone(one := "".join(chance.choices(alphabet, k=16)))]
    assert refused == []


def test_layouts_are_two_views_of_the_same_keys() -> None:
    assert other_layout("รหัสผ่าน") == "isylzjko"
    assert other_layout("isylzjko") == "รหัสผ่าน"
    assert other_layout(other_layout("Hello World")) == "Hello World"


@pytest.mark.parametrize(
    ("text", "length"),
    [("qwer", 4), ("qwe", 1), ("1qaz", 4), ("zaq1", 4), ("q1w2e3", 6), ("q1w2", 1), ("ฟหกด", 4), ("qp", 1), ("", 1)],
)
def test_walks_on_the_keyboard(text: str, length: int) -> None:
    assert walk(text, 0) == length
