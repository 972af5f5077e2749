"""Changing single values of a settings file that somebody wrote: comments, order and all other lines stay."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit

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
    document = tomlkit.parse(text.removeprefix(mark))
    for (table, name), value in values.items():
        if table not in document:
            document.add(table, tomlkit.table())
        section: Any = document[table]
        if section.get(name) != value:
            section[name] = value
    return mark + tomlkit.dumps(document)
