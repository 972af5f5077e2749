"""The closed place for secret files: a folder that the share's readers cannot reach (I8)."""

from __future__ import annotations

import filecmp
import os
import shutil
from pathlib import Path
from secrets import token_hex

from watchers.folder import names

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


def put_away(handle: int, folder: Path, wanted: str) -> None:
    """Copy the whole file behind `handle` into `folder` as `wanted`, or as the next free name like it.

    When this returns the copy survives a power cut, and nobody but us can read it. Bytes that lie there already under
    that name, as after a crash, are not kept twice.
    """
    made = [folder] if folder.is_dir() else [one for one in (folder, *folder.parents) if not one.is_dir()]
    for one in reversed(made):
        one.mkdir(mode=0o700, exist_ok=True)
    temporary = folder / f".{token_hex(6)}.tmp"
    try:
        with os.fdopen(handle, "rb", closefd=False) as source, open(os.open(temporary, _NEW, 0o600), "wb") as target:
            source.seek(0)
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
        _name(temporary, folder, wanted)
    finally:
        temporary.unlink(missing_ok=True)
    for one in (folder, *(new.parent for new in made)):
        _sync(one)


def _name(temporary: Path, folder: Path, wanted: str) -> None:
    for name in names.numbered(wanted):
        try:
            os.link(temporary, folder / name)
        except FileExistsError:
            if not filecmp.cmp(temporary, folder / name, shallow=False):
                continue
        return


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
