"""The README says what is true: its commands, options, settings, variables and make targets exist; so does all help."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from gateway.cli import app
from gateway.settings import load
from gateway.settings.outline import all_names, tables, variables

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PROSE = re.sub(r"(?ms)^```.*?^```", "", README)
FENCED = re.findall(r"(?ms)^```\w*\n(.*?)^```", README)
INDENTED = re.findall(r"(?m)(?:^ {4}.*\n|^\n(?= {4}\S))+", PROSE)
CODE = FENCED + [re.sub(r"(?m)^ {4}", "", block) for block in INDENTED]
SPANS = re.findall(r"`([^`\n]+)`", PROSE)
LINES = SPANS + [line for block in CODE for line in block.splitlines()]


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(commands(typer.main.get_command(app)))
SAID = sorted({line.split("  #")[0].strip() for line in LINES if line.startswith("saraban ")})


def spoken(line: str) -> tuple[tuple[str, ...], list[str]]:
    """The command that a line of the README names, and its options."""
    words = shlex.split(line)[1:]
    path = next((path for path in COMMANDS if tuple(words[: len(path)]) == path), ())
    return path, [word.split("=")[0] for word in words if word.startswith("--")]


def known(path: tuple[str, ...]) -> set[str]:
    """The options of a command."""
    return {"--help"} | {word for option in COMMANDS[path].params for word in (*option.opts, *option.secondary_opts)}


def test_the_readme_has_something_to_check() -> None:
    assert len(SAID) > 10
    assert README.index("make run") < README.index("make test") < 400


@pytest.mark.parametrize("line", SAID)
def test_every_command_of_the_readme_exists_with_its_options(line: str) -> None:
    path, options = spoken(line)
    assert path, f"no such command: {line}"
    assert set(options) <= known(path)


def test_every_setting_of_the_readme_exists() -> None:
    table_names = {name for name, _ in tables() if name}
    named = {span for span in SPANS if re.fullmatch(r"[a-z]+\.[a-z_]+", span) and span.split(".")[0] in table_names}
    assert len(named) > 5
    assert named <= set(all_names())


def test_every_variable_of_the_readme_exists() -> None:
    named = set(re.findall(r"SARABAN_[A-Z_]+", README))
    assert named - {"SARABAN_CONFIG"} <= set(variables())
    assert named


def test_every_piece_of_a_settings_file_in_the_readme_loads(tmp_path: Path) -> None:
    pieces = [block for block in CODE if block.lstrip().startswith("[") and "[Unit]" not in block]
    assert pieces
    for piece in pieces:
        path = tmp_path / "saraban.toml"
        path.write_text(piece, "utf-8")
        assert load(path, {})


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text("utf-8")))
    named = {words[1] for line in LINES if len(words := line.split()) > 1 and words[0] == "make"}
    assert {"run", "test"} <= named <= targets


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_help_in_thai_and_english_with_an_example(path: tuple[str, ...]) -> None:
    said = COMMANDS[path].help or ""
    thai, english = said.split("\n")[0].split(" / ", 1)
    assert re.search("[ก-๙]", thai)
    assert re.match("[A-Z]", english)
    assert f"saraban {' '.join(path)}" in said


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_example_in_the_help_can_be_parsed(path: tuple[str, ...]) -> None:
    examples = re.findall(r"(?m)^\s*(saraban .*)$", COMMANDS[path].help or "")
    assert examples
    for example in examples:
        named, options = spoken(example)
        assert named
        assert set(options) <= known(named)
