"""Changing single values of a settings file that somebody wrote: comments, order and all other lines stay."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit

from gateway.settings.sources import locate
from ledger import durable

_MARK = "\ufeff"  # Notepad's, which TOML does not know


def change(path: Path, values: Mapping[tuple[str, str], int]) -> None:
    """Set values, by table and name, in the settings file at `path`, which is whole before and after.

    A value that is not in the file yet gets a line of its own. Errors: OSError; `path` is untouched then.
    """
    file = path.resolve()  # a link stays one
    before = file.read_bytes().decode("utf-8")
    after = changed(before, values)
    if after != before:
        mode = stat.S_IMODE(file.stat().st_mode)
        durable.write(file, after.encode("utf-8"))
        os.chmod(file, mode)


def changed(text: str, values: Mapping[tuple[str, str], int]) -> str:
    """The TOML `text` with these values, all else as it was written."""
    mark = _MARK if text.startswith(_MARK) else ""
    text = text.removeprefix(mark)
    for (table, name), value in values.items():
        text = _with(text, table, name, value)
    return mark + text


def _with(text: str, table: str, name: str, value: int) -> str:
    """Only the statement that holds the value is written anew: of a whole file, tomlkit moves what is out of order."""
    places, lines = locate(text.replace("\r\n", "\n")), text.split("\n")
    first = places.get((table, name)) or places.get((table,))
    if first is None:
        end = "\r\n" if "\r\n" in text else "\n"
        before = text if text.endswith("\n") or not text else text + end
        return f"{before}{end}[{table}]{end}{name} = {value}{end}"
    last = next(last for last in range(first, len(lines) + 1) if _is_whole(lines[first - 1 : last]))
    statement = "\n".join(lines[first - 1 : last]) + "\n"
    written = _statement_with(statement, table, name, value).removesuffix("\n")
    return "\n".join([*lines[: first - 1], written, *lines[last:]])


def _is_whole(lines: list[str]) -> bool:
    try:
        tomllib.loads("\n".join(lines) + "\n")
    except tomllib.TOMLDecodeError:
        return False
    return True


def _statement_with(statement: str, table: str, name: str, value: int) -> str:
    """One line of the table, or its head, or the table in one line."""
    document = tomlkit.parse(statement)
    section: Any = document.get(table, document)
    if section.get(name) != value:
        section[name] = value
    written = tomlkit.dumps(document)
    return re.sub(r"\r?\n", "\r\n", written) if statement.endswith("\r\n") else written
