"""Which programs the tests start, and which of them `tests/provision` brings: nobody shall miss one on a new machine.

Read from the source (a word that cannot be followed needs an entry in `FOLLOWED`), and watched while tests run.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent

# In Debian's essential packages, or what a machine has before `make test`: apt, git, make, sudo.
EVERYWHERE = {
    "apt-config",
    "apt-get",
    "chmod",
    "chown",
    "git",
    "make",
    "mount",
    "nsenter",
    "sh",
    "sudo",
    "umount",
    "unshare",
}
EVERYWHERE |= {"uname"}  # Python's own platform module asks it
OURS = {"sys.executable", "saraban"}

_STARTERS = {
    *(f"subprocess.{name}" for name in ("run", "Popen", "call", "check_call", "check_output", "getoutput")),
    *(f"asyncio.create_subprocess_{name}" for name in ("exec", "shell")),
    *(f"os.{name}" for name in ("system", "popen", "execv", "execvp", "execve", "posix_spawn", "posix_spawnp")),
    "pty.spawn",
    "shutil.which",
}  # fmt: skip
# Functions of ours that start what they are told, and where that word stands among their arguments.
_HELPERS = {"_root": 0}

# Places whose first word cannot be read there: what it may be, and why.
FOLLOWED: dict[str, tuple[set[str], str]] = {
    "bench/intake.py:_running": (
        {"sys.executable"},
        "the server under test, ours or one that is named",
    ),
    "ledger/test_private.py:test_a_folder_that_others_can_reach_is_refused_with_the_command_that_mends_it": (
        {"chmod"},
        "the command that the sentence names",
    ),
    "stories/fronts.py:__enter__": (
        {"openssl", "nginx", "caddy", "apache2"},
        "a certificate, and the proxy that is tried",
    ),
    "stories/fronts.py:_command": ({"nginx", "caddy", "apache2"}, "the proxy that is tried"),
    "stories/house.py:begin": ({"strace", "saraban"}, "ours, or the program of trace.under_strace before it"),
    "stories/house.py:run": ({"saraban"}, "ours, installed or not"),
    "stories/peers.py:_root": (set(), "a helper, whose callers are read"),
    "test_provision.py:test_a_program_that_nobody_provides_is_refused_when_it_is_started": (set(), "is refused"),
}


@cache
def provided() -> frozenset[str]:
    """The commands that `tests/provision` looks for."""
    table = re.search(r'(?ms)^parts="$(.*?)^"$', (TESTS / "provision").read_text("utf-8"))
    assert table
    return frozenset(line.split()[0] for line in table[1].splitlines() if line.strip() and not line.startswith("$"))


def started() -> dict[str, set[str]]:
    """The first words of what the tests start or look for, by place ("stories/house.py:begin")."""
    found: dict[str, set[str]] = {}
    for path in sorted(TESTS.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for function, call in _calls(tree, None):
            place = f"{path.relative_to(TESTS)}:{function.name if function else ''}"
            for word in _started_by(call):
                found.setdefault(place, set()).update(_first(word, function, tree))
    return found


def reach() -> None:
    """Find also what Debian keeps for root, such as Postfix's programs, whoever runs the tests."""
    os.environ["PATH"] = os.pathsep.join((os.environ["PATH"], "/usr/sbin", "/sbin"))


def watch() -> None:
    """From now on, what is started and neither provided nor everywhere is refused, so that it is noticed at once."""
    known = provided() | EVERYWHERE

    def refuse(event: str, arguments: Sequence[Any]) -> None:
        if event == "subprocess.Popen":
            program = Path(os.fsdecode(arguments[0]))
            if program.name not in known and not program.is_relative_to(sys.prefix):
                raise AssertionError(f"{program} is started by a test: tests/provision must know it")

    sys.addaudithook(refuse)


NONE, UNREAD = "(none)", "(unread)"
Function = ast.FunctionDef | ast.AsyncFunctionDef


def _calls(node: ast.AST, function: Function | None) -> Iterator[tuple[Function | None, ast.Call]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield function, child
        yield from _calls(child, child if isinstance(child, Function) else function)


def _started_by(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments that say what is started."""
    name = ast.unparse(call.func)
    if name in _STARTERS:
        yield call.args[0]
    if (place := _HELPERS.get(name.rpartition(".")[2])) is not None:
        yield call.args[place]
    yield from (keyword.value for keyword in call.keywords if keyword.arg in ("executable", "executable_path"))


def _first(node: ast.expr, function: Function | None, tree: ast.Module) -> set[str]:
    """What the first word may be; `UNREAD` where that cannot be told here, `NONE` where there may be no word."""
    if isinstance(node, ast.Constant):
        return {Path(str(node.value).split()[0]).name}
    if isinstance(node, ast.List | ast.Tuple):
        found = {NONE}
        for element in node.elts:
            found = found - {NONE} | _first(element, function, tree)
            if NONE not in found:
                break
        return found
    if isinstance(node, ast.Starred):
        return _first(node.value, function, tree)
    if isinstance(node, ast.IfExp):
        return _first(node.body, function, tree) | _first(node.orelse, function, tree)
    if isinstance(node, ast.Name) and (values := _assigned(node.id, function, tree)):
        return {word for value in values for word in _first(value, function, tree)}
    return {name} if (name := ast.unparse(node)) in OURS else {UNREAD}


def _assigned(name: str, function: Function | None, tree: ast.Module) -> list[ast.expr]:
    """What a name is set to in the function, or else in the module."""
    inside = [node for node in ast.walk(function) if isinstance(node, ast.Assign)] if function else []
    parameters = [one.arg for one in ast.walk(function) if isinstance(one, ast.arg)] if function else []
    for scope in (inside, [] if name in parameters else [node for node in tree.body if isinstance(node, ast.Assign)]):
        if found := [node.value for node in scope if name in map(ast.unparse, node.targets)]:
            return found
    return []
