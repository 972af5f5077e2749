"""The one module that does durable file work: nothing is called stored before it and its name are on the disk (P-1)."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_SYNCERS = 8


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that it is whole or absent: temp file, fsync, rename, fsync of the folder.

    Errors: OSError as the system gives it; then `path` is untouched.
    """
    _write_synced(path, content)
    sync_folder(path.parent)


def write_many(files: Iterable[tuple[Path, bytes]]) -> None:
    """The same for several files, their syncs side by side and each folder synced once."""
    wanted = list(files)
    if len(wanted) == 1:
        write(*wanted[0])
        return
    with ThreadPoolExecutor(_SYNCERS) as syncers:
        list(syncers.map(lambda file: _write_synced(*file), wanted))
        list(syncers.map(sync_folder, {path.parent for path, _ in wanted}))


def make_folder(folder: Path) -> None:
    """Create `folder` and its parents, each name synced, readable by us alone."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def _write_synced(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        try:
            _write_all(handle, content)
            os.fsync(handle)
        finally:
            os.close(handle)
        os.rename(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _write_all(handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]
