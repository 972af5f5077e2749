"""Data folders that are made once in a process and copied for each test: migrating and furnishing anew takes longer."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from ledger.database import Database, open_database

T = TypeVar("T")
Make = Callable[[Database], T]

_kept: list[TemporaryDirectory[str]] = []  # removed when the process ends


def cast(make: Make[T], folder: Path) -> tuple[Database, T]:
    """The database in `folder`, as `make` left it in the mould, and what `make` gave back. `make` closes nothing."""
    mould, made = _mould(make)
    shutil.copytree(mould, folder, dirs_exist_ok=True)
    return open_database(folder), made


@cache
def _mould(make: Make[T]) -> tuple[Path, T]:
    _kept.append(TemporaryDirectory(prefix="saraban-mould"))
    folder = Path(_kept[-1].name)
    database = open_database(folder)
    try:
        return folder, make(database)
    finally:
        database.close()
