"""No text that is sent to us stops the house: every regular expression of the main process is quick (attack 25).

A pattern that is added is tested without being named here. One that is built while the program runs must be listed.
"""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from tests.patterns import Found, Unseen, found, hardest, is_possessive, reachable, trees
from watchers.reading.bouncewords import COPY
from watchers.smtp import address
from watchers.smtp.replies import Fault

LENGTH = 2_000
BOUND = 0.050  # seconds of the processor

# What reads letters starts here, in a process that may take ten seconds (`watchers.reading.reader`).
IN_THE_CHILD = frozenset({"watchers.reading", "watchers.reading.assembly", "watchers.reading.child"})
# Built while the program runs, each with the reason why it is quick.
BUILT = {
    "ledger.routing.patterns:translate(source).encode()": "RE2, bounded by the weight of the rule set",
    "gateway.printed.paper.terms:f'(?:{long}){{2,}}'": "applied to our own words, while the module is imported",
}

MODULES = sorted(reachable(IN_THE_CHILD, "watchers.reading"))
FOUND = [pattern for module in MODULES for pattern in found(module)]
PATTERNS = {pattern.place: pattern for pattern in FOUND if isinstance(pattern, Found)}


def seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def apply(pattern: Found, text: Any) -> None:
    """As the house does it."""
    if "match" in pattern.uses:
        pattern.pattern.match(text)
    if "fullmatch" in pattern.uses:
        pattern.pattern.fullmatch(text)
    if "search" in pattern.uses:
        for _ in pattern.pattern.finditer(text):
            pass


def slowness(work: Callable[[], object]) -> float:
    """Seconds of the processor; asked again where another thread of ours may have taken them."""
    first = seconds(work)
    return first if first < BOUND else min(first, *(seconds(work) for _ in range(3)))


@pytest.mark.parametrize("places", [8, pytest.param(10**6, marks=[pytest.mark.proof, pytest.mark.timeout(600)])])
@pytest.mark.parametrize("place", sorted(PATTERNS))
def test_a_pattern_is_quick_whatever_it_is_given(place: str, places: int):
    pattern = PATTERNS[place]
    for text in hardest(pattern.pattern, LENGTH, places):
        assert slowness(lambda text=text: apply(pattern, text)) < BOUND, (text[:40], text[-40:])


def test_every_pattern_is_seen_or_listed_with_a_reason():
    assert {str(pattern) for pattern in FOUND if isinstance(pattern, Unseen)} == BUILT.keys()
    assert len(PATTERNS) > 100


def test_no_part_is_repeated_possessively():
    """Debian 12's Python (3.11.0 to 3.11.4) takes some of them for a failure; an atomic group, `(?>a*)`, it reads."""
    everywhere = [pattern for module in trees() for pattern in found(module) if isinstance(pattern, Found)]
    assert is_possessive(re.compile(r"(?:(a|b*+)c)"))
    assert [pattern.place for pattern in everywhere if is_possessive(pattern.pattern)] == []


def test_patterns_are_made_and_applied_where_they_are_seen():
    hidden = [
        f"{module}: {alias.name}"
        for module in MODULES
        for node in ast.walk(trees()[module])
        if isinstance(node, ast.ImportFrom) and node.module in ("re", "re2")
        for alias in node.names
    ]
    assert not hidden


@pytest.mark.parametrize("filling", [" ", "\t", "a", "<", "@", ":", "=", "-", ".", '"', "ก", "a ", "@a", "A=", "x."])
@pytest.mark.parametrize("frame", ["FROM:<{}x", "FROM:<{}>x", "FROM:{}", "FROM:<a@{}b>", "FROM:<a@b.test> {}", "{}"])
def test_an_envelope_address_is_read_at_once_whatever_stands_there(frame: str, filling: str):
    text = frame.format(filling * (1_900 // len(filling)))

    def read() -> None:
        with suppress(Fault):
            address.sender(text)

    assert slowness(read) < BOUND


@pytest.mark.parametrize(
    ("bad", "length"),
    [
        (r"\s*(?:<\s*(?:@[^<>:]*:)?([^<>]*?)\s*>|([^\s<>]+))(?:\s+(\S.*))?\s*", 700),  # ours, until it froze a house
        (r"(a+)+b", 24),
        (r"([a-z]+ ?)*:", 24),
        (r"<(\w*\s*)*>", 24),
    ],
)
def test_a_bad_pattern_does_not_pass(bad: str, length: int):
    pattern = Found("here", re.compile(bad), frozenset({"fullmatch"}))
    assert any(seconds(lambda text=text: apply(pattern, text)) > BOUND for text in hardest(pattern.pattern, length, 8))


def test_a_line_of_blanks_in_a_bounce_costs_the_child_no_time():
    assert slowness(lambda: list(COPY.finditer(" " * LENGTH + "x"))) < BOUND
