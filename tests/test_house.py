"""The house keeps its sizes, its words, and a purpose on top of every file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
FLOORS = ("gateway", "watchers", "mailers", "ledger")
FILES = sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py") if "migrations" not in path.parts)
EVERY = [*FILES, *sorted((ROOT / "tests").rglob("*.py"))]
NOT_USED = {
    "manager",
    "managers",
    "processor",
    "processors",
    "helper",
    "helpers",
    "util",
    "utils",
    "service",
    "services",
}


def words(name: str) -> set[str]:
    """The words of a snake_case or CamelCase name."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}


def named(path: Path) -> Iterator[str]:
    yield path.stem
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_is_a_house_to_look_at() -> None:
    assert len(FILES) > 50


def test_the_median_file_is_short() -> None:
    assert median(lines(path) for path in FILES if lines(path)) < 150


def test_a_moment_becomes_a_day_in_one_place_only() -> None:
    places = [relative(path) for path in FILES if re.search(r"\.date\(\)|\bdate\.today", path.read_text("utf-8"))]
    assert places == ["ledger/era.py"]


def test_no_file_is_longer_than_300_lines() -> None:
    assert {relative(path): lines(path) for path in FILES if lines(path) > 300} == {}


def test_the_median_function_is_shorter_than_ten_lines() -> None:
    spans = [
        (node.end_lineno or 0) - node.lineno + 1
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert median(spans) < 10


def test_every_file_begins_with_its_purpose() -> None:
    first = {relative(path): path.read_text("utf-8").splitlines()[0] for path in EVERY if lines(path)}
    assert [path for path, line in first.items() if not re.match(r'r?"""\S.*', line)] == []


def test_words_that_say_nothing_name_nothing() -> None:
    assert [(relative(path), name) for path in FILES for name in named(path) if words(name) & NOT_USED] == []


def test_words_are_found_in_both_ways_of_writing_names() -> None:
    assert words("make_FooHelper") & NOT_USED == {"helper"}
    assert words("serviceable") & NOT_USED == set()
