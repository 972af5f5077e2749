"""Every regular expression of the packages, found in their source, and texts that are the hardest for each."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

code: Any = importlib.import_module("re._constants")
parser: Any = importlib.import_module("re._parser")

ROOT = Path(__file__).parents[1]
PACKAGES = ("gateway", "watchers", "mailers", "ledger")
CALLS = frozenset({"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"})
# Whatever a pattern names, a letter brings these too.
_ALWAYS = " \t\na\u0e01\u0e31"
_SPOILER = "\x00"  # what no pattern wants at its end
_LONGEST = 60  # repetitions of one part within a sample


@dataclass(frozen=True)
class Found:
    """One pattern, where it stands, and how it is applied: "match", "fullmatch", "search"."""

    place: str
    pattern: re.Pattern[Any]
    uses: frozenset[str]


class Unseen(AssertionError):
    """A pattern that is built while the program runs, at `place`."""


@cache
def trees() -> dict[str, ast.Module]:
    """The source of every module, by its dotted name; migrations run before anybody can say anything."""
    files = sorted(
        file for package in PACKAGES for file in (ROOT / package).rglob("*.py") if "versions" not in file.parts
    )
    return {_dotted(file): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def found(module: str) -> Iterator[Found | Unseen]:
    """The patterns of one module."""
    for statement in trees()[module].body:
        for call in ast.walk(statement):
            if _is_ours(call):
                yield from _at(module, statement, call)


def reachable(but: frozenset[str], under: str) -> set[str]:
    """The modules that something outside of the package `under` imports, over others of it or not, except `but`."""
    todo = [module for module in trees() if not module.startswith(under)]
    seen = set(todo)
    while todo:
        new = _imports(todo.pop()) - seen - but
        seen |= new
        todo += new
    return seen


def hardest(pattern: re.Pattern[Any], length: int, places: int) -> Iterator[Any]:
    """Texts of `length` and a little: each character of which `pattern` tells, repeated, in each place of texts that
    match, and each pair of them in so many of the places; all of them spoiled at their end.

    Characters that no part of the pattern tells apart are one. Bytes for a pattern of bytes.
    """
    tree = parser.parse(pattern.pattern, pattern.flags & ~(re.UNICODE if isinstance(pattern.pattern, bytes) else 0))
    letters = _kinds(tree, pattern.flags)
    pairs = [one + other for one in letters for other in letters if one != other]
    frames = sorted(_frames(tree))
    step = -(-len(frames) // places)
    for number, (before, behind) in enumerate(frames):
        for fill in [*letters, *([] if number % step else pairs)]:
            text = before + fill * (length // len(fill)) + behind + _SPOILER
            yield text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text


def is_possessive(pattern: re.Pattern[Any]) -> bool:
    """Whether a part of it is repeated without ever giving back, as by `*+`."""
    return any(kind is code.POSSESSIVE_REPEAT for kind in _all_kinds(parser.parse(pattern.pattern, pattern.flags)))


def _all_kinds(tree: Any) -> Iterator[Any]:
    for kind, value in tree:
        yield kind
        for inner in _inner(kind, value):
            yield from _all_kinds(inner)


def _dotted(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _is_ours(call: ast.AST) -> bool:
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in ("re", "re2")
        and call.func.attr in CALLS
    )


def _at(module: str, statement: ast.stmt, call: Any) -> Iterator[Found | Unseen]:
    """A constant of the module holds the pattern, or the call itself shows it."""
    place = f"{module}:{ast.unparse(call.args[0])[:60]}"
    names = _assigned(statement)
    held = [pattern for name in names for pattern in _held(getattr(importlib.import_module(module), name))]
    if held:
        for number, pattern in enumerate(held):
            yield Found(f"{module}:{'+'.join(names)}{number or ''}", pattern, _uses(module, names))
        return
    try:
        shown = eval(compile(ast.Expression(call.args[0]), place, "eval"), vars(importlib.import_module(module)))
    except NameError:
        yield Unseen(place)
        return
    use = call.func.attr if call.func.attr in ("match", "fullmatch") else "search"
    yield Found(place, re.compile(shown), frozenset({use}))


def _assigned(statement: ast.stmt) -> list[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return [name.id for target in targets if target for name in ast.walk(target) if isinstance(name, ast.Name)]


def _held(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from (pattern for pair in value.items() for part in pair for pattern in _held(part))
    elif isinstance(value, (list, tuple, set, frozenset)):
        yield from (pattern for part in value for pattern in _held(part))


def _uses(module: str, names: list[str]) -> frozenset[str]:
    """How the constants are applied; in every way where one is handed on."""
    private = all(name.startswith("_") for name in names)
    methods: set[str] = set()
    for tree in [trees()[module]] if private else trees().values():
        called = {node.value: node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        for node in ast.walk(tree):
            if (isinstance(node, ast.Name) and node.id in names and isinstance(node.ctx, ast.Load)) or (
                isinstance(node, ast.Attribute) and node.attr in names
            ):
                methods.add(called.get(node, ""))
    known = {"match": "match", "fullmatch": "fullmatch"} | dict.fromkeys(CALLS - {"match", "fullmatch"}, "search")
    if not methods - {"pattern"} or methods - {"pattern"} - known.keys():
        return frozenset({"match", "fullmatch", "search"})
    return frozenset(known[method] for method in methods - {"pattern"})


def _imports(module: str) -> set[str]:
    named = set()
    for node in ast.walk(trees()[module]):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            named |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return named & trees().keys()


def _parts(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every part of a parsed pattern that takes one character."""
    for kind, value in tree:
        if kind in (code.LITERAL, code.NOT_LITERAL, code.IN):
            yield kind, value
        else:
            for inner in _inner(kind, value):
                yield from _parts(inner)


def _inner(kind: Any, value: Any) -> list[Any]:
    if kind in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
        return [value[2]]
    if kind is code.SUBPATTERN:
        return [value[3]]
    if kind is code.BRANCH:
        return list(value[1])
    if kind in (code.ASSERT, code.ASSERT_NOT):
        return [value[1]]
    return [value] if kind is code.ATOMIC_GROUP else []


_EXAMPLES = {
    code.CATEGORY_DIGIT: "1",
    code.CATEGORY_SPACE: " ",
    code.CATEGORY_WORD: "a",
    code.CATEGORY_NOT_DIGIT: "a",
    code.CATEGORY_NOT_SPACE: "a",
    code.CATEGORY_NOT_WORD: "!",
}


def _named(kind: Any, value: Any) -> set[str]:
    """The characters of which a part tells: each that stands there, the ends of a range, one of a category."""
    if kind is not code.IN:
        return {chr(value)}
    named: set[str] = set()
    for inner, what in value:
        if inner is code.LITERAL:
            named.add(chr(what))
        elif inner is code.RANGE:
            named |= {chr(what[0]), chr(what[1])}
        elif inner is code.CATEGORY:
            named.add(_EXAMPLES[what])
    return named


def _kinds(tree: Any, flags: int) -> list[str]:
    """The named characters, and those that always come, one for each kind that the parts tell apart."""
    parts = list(_parts(tree))
    named = set(_ALWAYS).union(*(_named(*part) for part in parts))
    kinds: dict[tuple[bool, ...], str] = {}
    for letter in sorted(named):
        kinds.setdefault(tuple(_takes(part, letter, flags) for part in parts), letter)
    return list(kinds.values())


def _takes(part: tuple[Any, Any], letter: str, flags: int) -> bool:
    kind, value = part
    alike = {letter, letter.lower(), letter.upper()} if flags & re.IGNORECASE else {letter}
    if kind is code.LITERAL:
        return chr(value) in alike
    if kind is code.NOT_LITERAL:
        return chr(value) not in alike
    wanted = value[0][0] is not code.NEGATE
    return any(_in(inner, what, sign) for inner, what in value for sign in alike) is wanted


def _in(kind: Any, what: Any, letter: str) -> bool:
    if kind is code.LITERAL:
        return ord(letter) == what
    if kind is code.RANGE:
        return bool(what[0] <= ord(letter) <= what[1])
    if kind is not code.CATEGORY:
        return False
    means = {"DIGIT": letter.isdigit(), "SPACE": letter.isspace(), "WORD": letter.isalnum() or letter == "_"}
    name = str(what).removeprefix("CATEGORY_")
    return not means[name.removeprefix("NOT_")] if name.startswith("NOT_") else means[name]


def _frames(tree: Any) -> set[tuple[str, str]]:
    """What stands before and behind the filling: matching texts, cut at their parts; behind it also nothing."""
    frames = set()
    for branch in range(3):
        for repeat in (0, 1):
            pieces = list(_sample(tree, branch, repeat))
            cuts = range(len(pieces) + 1)
            for cut in cuts if len(pieces) <= 14 else (*cuts[:8], *cuts[-6:]):
                frames |= {("".join(pieces[:cut]), "".join(pieces[cut:])), ("".join(pieces[:cut]), "")}
    return frames


def _sample(tree: Any, branch: int, repeat: int) -> Iterator[str]:
    """A text that matches, in pieces: of alternatives the `branch`-th, each repetition `repeat` times if it may."""
    for kind, value in tree:
        if kind in (code.LITERAL, code.NOT_LITERAL, code.IN, code.ANY):
            yield _example(kind, value)
        elif kind in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
            for _ in range(min(max(value[0], min(repeat, value[1])), _LONGEST)):
                yield from _sample(value[2], branch, repeat)
        elif kind is code.BRANCH:
            yield from _sample(value[1][branch % len(value[1])], branch, repeat)
        elif kind in (code.SUBPATTERN, code.ATOMIC_GROUP):
            yield from _sample(_inner(kind, value)[0], branch, repeat)


def _example(kind: Any, value: Any) -> str:
    if kind is code.LITERAL:
        return chr(value)
    choices = [*sorted(_named(kind, value))] if kind is code.IN else []
    return next(
        (letter for letter in [*choices, *"b1 ~A/\u0e01"] if kind is code.ANY or _takes((kind, value), letter, 0)), "b"
    )
