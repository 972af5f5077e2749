"""Ledgers made once in a process and copied for each test: migrating, furnishing and compiling anew takes longer."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from ledger.database import Database, open_database

T = TypeVar("T")
Make = Callable[[Database], T]

_kept: list[TemporaryDirectory[str]] = []  # removed when the process ends


class Statements(dict[Any, Any]):
    """Compiled statements of all ledgers of the process, all SQLite's; SQLAlchemy keeps them apart by ledger."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(key[1:], compiled)


_statements = Statements()


def cast(make: Make[T], folder: Path) -> tuple[Database, T]:
    """The database in `folder`, as `make` left it in the mould, and what `make` gave back. `make` closes nothing."""
    mould, made = _mould(make)
    shutil.copytree(mould, folder, dirs_exist_ok=True)
    database = open_database(folder)
    for engine in (database._writer, database._readers):
        engine.update_execution_options(compiled_cache=_statements)
    return database, made


@cache
def _mould(make: Make[T]) -> tuple[Path, T]:
    _kept.append(TemporaryDirectory(prefix="saraban-mould"))
    folder = Path(_kept[-1].name)
    database = open_database(folder)
    try:
        return folder, make(database)
    finally:
        database.close()
