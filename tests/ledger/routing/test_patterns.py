"""Patterns in rules: Thai-aware, and bounded whatever somebody writes (attack 25)."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.routing.facts import Seen
from ledger.routing.patterns import (
    BUDGET,
    LEAST_REACH,
    PATTERN_LIMIT,
    TEXT_LIMIT,
    Unusable,
    compiled,
    reach,
)


def found(pattern: str, text: str) -> bool:
    return compiled(pattern).found(Seen(text).encoded)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"ว\d+", "ศธ ๐๔๐๐๑/ว๑๑๘๗"),
        (r"ว๑๑๘๗", "ว1187"),
        (r"[๐-๙]{4}", "ปี 2569"),
        (r"^[ก-๙]+$", "งบประมาณ๒๕๖๙"),
        (r"เขต\s[3๔]", "เขต 4"),
        (r"^\w+$", "กลุ่มบริหารงาน_ICT๒"),
        (r"น้ำ", "น\u0e4d\u0e49\u0e32"),
        (r"ขอเชิญ\s+ประชุม", "ขอเชิญ\u00a0ประชุม"),
        (r"\bICT\b", "งานICTโรงเรียน"),
        (r"\bว ?\d+\b", "ที่ ศธ 04001/ว 12"),
        (r"^ด่วน\b", "ด่วน"),
        (r"excel", "ไฟล์ EXCEL"),
        (r"[\w.]+@\w+", "a.b@c"),
        (r"[[:digit:]]+\]", "12]"),
        (r"[^\d\s]", "ก"),
        (r"\[ด่วน\]", "[ด่วน] เรื่อง"),
    ],
)
def test_a_pattern_finds_thai_as_people_mean_it(pattern: str, text: str) -> None:
    assert found(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"\bด่วน\b", "เร่งด่วนมาก"),
        (r"^\D+$", "เลข ๑"),
        (r"[^ก-๙]", "๑๒"),
        (r"\W", "กี่ครั้ง"),
    ],
)
def test_a_pattern_does_not_find_what_is_not_there(pattern: str, text: str) -> None:
    assert not found(pattern, text)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a",
        "[ก",
        "a**",
        r"(?=ก)",
        r"\1",
        "ก{1001}",
        r"[\W]",
        r"\B",
        r"\Qx\E",
        r"[\b]",
        "a" * 1001,
        "a\nb",
        r"\w{900}\w{900}",
    ],
)
def test_a_pattern_that_cannot_be_bounded_is_refused_with_a_sentence(pattern: str) -> None:
    with pytest.raises(Unusable) as refusal:
        compiled(pattern)
    thai, english = refusal.value.args
    assert thai
    assert english


def evil_patterns() -> list[str]:
    """500 patterns that stop backtracking engines, or swell the automaton of others."""
    atoms = (
        "a",
        "ก",
        ".",
        r"\w",
        "[ก-๙]",
        "(a|aa)",
        "(.*)",
        "(a?)",
        r"(\w+\s?)",
        r"[^\d]",
        "(x+x+)",
        "(?:a|b)*a",
        r"\b",
    )
    repeats = ("+", "*", "{1000}", "{0,1000}", "{30}", "{1,99}", "+)+", "*)*")
    ends = ("$", "y", r"\d", "(.*)*x", "ก{500}")
    made = (
        ("(" if repeat.endswith((")+", ")*")) else "") + atom + repeat + other + end
        for atom, repeat, other, end in itertools.product(atoms, repeats, ("", "(a|b){20}"), ends)
    )
    nested = ("(" * depth + "a" + "+)" * depth + "$" for depth in range(1, 100))
    return list(itertools.islice(itertools.chain(nested, made), 500))


def test_500_evil_patterns_are_refused_or_cost_no_more_than_the_budget() -> None:
    patterns = evil_patterns()
    assert len(set(patterns)) == 500
    usable = 0
    for source in patterns:
        try:
            pattern = compiled(source)
        except Unusable:
            continue
        usable += 1
        far = reach(pattern.weight)
        assert far * pattern.weight <= BUDGET
        assert pattern.found(b"a" * min(far, LEAST_REACH)) in (True, False)
    assert usable > 100


def test_the_heaviest_letter_is_read_only_as_far_as_the_budget_allows() -> None:
    heavy = compiled(r".{900}x")
    assert LEAST_REACH < reach(heavy.weight) < TEXT_LIMIT
    assert not heavy.found(b"a" * reach(heavy.weight))
    assert reach(compiled("เบิกจ่าย").weight) == TEXT_LIMIT


@given(st.text(max_size=PATTERN_LIMIT), st.text(max_size=300))
def test_any_text_as_a_pattern_works_or_is_refused(pattern: str, text: str) -> None:
    try:
        weight = compiled(pattern).weight
    except Unusable:
        return
    assert weight * reach(weight) <= BUDGET
    assert found(pattern, text) in (True, False)


def test_a_broken_pattern_is_not_printed_by_the_library(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Unusable):
        compiled("(unfinished")
    assert capfd.readouterr().err == ""
