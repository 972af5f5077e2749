"""The data folder is ours alone: what others on the machine could read in it or put into it is refused or mended."""

from __future__ import annotations

import os
import pwd
import shlex
import stat
from contextlib import suppress
from pathlib import Path

from ledger.errors import DataForeign, DataOpen, SarabanError

UMASK = 0o077  # of every process of ours
FOLDER, FILE = 0o700, 0o600

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def fault(folder: Path) -> SarabanError | None:
    """What is wrong with a data folder, if it is there: `DataForeign`, `DataOpen`."""
    if not folder.is_dir():
        return None
    status, path = folder.stat(), folder.resolve()
    if status.st_uid != os.geteuid():
        owner, we = _name(status.st_uid), _name(os.geteuid())
        return DataForeign(path=path, owner=owner, we=we, command=f"chown -R {we} {shlex.quote(str(path))}")
    if status.st_mode & _OTHERS:
        mode = f"{stat.S_IMODE(status.st_mode):o}"
        return DataOpen(path=path, mode=mode, command=f"chmod 700 {shlex.quote(str(path))}")
    return None


def must_be_ours(folder: Path) -> None:
    """Errors: as `fault`."""
    if (found := fault(folder)) is not None:
        raise found


def close(folder: Path) -> None:
    """Take from others what earlier programs, or a copy, left open in a folder of ours: files 0600, folders 0700.

    Folders that are closed already are not looked into again: below them lie a hundred thousand originals.
    """
    with os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):  # gone meanwhile, as the files beside a database are; or not ours to change
                _close(entry)


def make_file(path: Path) -> None:
    """An empty file that only we can read, unless there is one."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE))


def _close(entry: os.DirEntry[str]) -> None:
    mode = entry.stat(follow_symlinks=False).st_mode
    if not mode & _OTHERS:
        return
    if stat.S_ISDIR(mode):
        os.chmod(entry.path, FOLDER)
        close(Path(entry.path))
    elif stat.S_ISREG(mode):
        os.chmod(entry.path, FILE)


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:  # a user id without a name, as in containers
        return str(user)
