"""The one module that does durable file work: nothing is called stored before it and its name are on the disk (P-1)."""

from __future__ import annotations

import ctypes
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

# Python has no name for it. Since Linux 5.8 it tells of write errors, as fsync does.
_SYNCFS = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)


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
    """The same for several files of one file system, all their contents in one sync and all their names in another.

    `syncfs` costs a fifth of a sync for each file here; where there is none, each file is synced by itself.
    """
    wanted = list(files)
    if len(wanted) == 1 or _SYNCFS is None:
        for path, content in wanted:
            write(path, content)
        return
    renames = [(_write_temporary(path, content), path) for path, content in wanted]
    _sync_file_system(wanted[0][0].parent)
    for temporary, path in renames:
        os.rename(temporary, path)
    _sync_file_system(wanted[0][0].parent)


def make_folder(folder: Path) -> None:
    """Create `folder` and its parents, each name synced, readable by us alone."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def make_folders(parent: Path, names: Iterable[str]) -> None:
    """Create `names` in `parent`, in one sync, also when they are there: who made them may have died before."""
    make_folder(parent)
    for name in names:
        (parent / name).mkdir(mode=0o700, exist_ok=True)
    sync_folder(parent)


def _write_synced(path: Path, content: bytes) -> None:
    temporary = _write_temporary(path, content, sync=True)
    try:
        os.rename(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _write_temporary(path: Path, content: bytes, *, sync: bool = False) -> Path:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        try:
            _write_all(handle, content)
            if sync:
                os.fsync(handle)
        finally:
            os.close(handle)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _write_all(handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _sync_file_system(folder: Path) -> None:
    assert _SYNCFS is not None
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if _SYNCFS(handle) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(handle)
