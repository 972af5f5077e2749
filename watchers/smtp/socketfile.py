"""A socket file for the mail server of the house: whose it is, and that it takes no living daemon's place."""

from __future__ import annotations

import grp
import os
import pwd
import shlex
import socket
import stat
from contextlib import suppress
from pathlib import Path

from ledger.errors import GroupNotOurs, GroupUnknown, SarabanError, SocketBlocked, SocketTaken

_ELSEWHERE = 65534  # what a user namespace shows for each group that it does not know


def group_of(name: str, folder: Path) -> int | None:
    """The number of the group, named or given by number, to which we must give a socket in `folder`.

    `None` for "", and where the folder gives the group to its files by itself (setgid).
    Errors: `GroupUnknown`; `GroupNotOurs` where we are no member of it.
    """
    if not name:
        return None
    try:
        number = int(name) if name.isascii() and name.isdigit() else grp.getgrnam(name).gr_gid
    except KeyError:
        raise GroupUnknown(group=name) from None
    if _gives(folder, number):
        return None
    if os.geteuid() and number not in (os.getegid(), *os.getgroups()):
        raise GroupNotOurs(group=name, we=_our_name(), command=_opening(folder, name))
    return number


def _gives(folder: Path, group: int) -> bool:
    """Whether files made in `folder` are of `group`. Under `PrivateUsers=` we see only that it is none of ours."""
    try:
        status, known = folder.stat(), Path("/proc/self/gid_map").read_text("utf-8")
    except OSError:
        return False
    spans = [[int(number) for number in line.split()] for line in known.splitlines()]
    shown = group if any(first <= group < first + count for first, _, count in spans) else _ELSEWHERE
    return bool(status.st_mode & stat.S_ISGID) and status.st_gid == shown


def _opening(folder: Path, group: str) -> str:
    """What lets the group in: by the folder where that is ours, since it works under `PrivateUsers=` too."""
    if folder.is_dir() and folder.stat().st_uid == os.geteuid():
        where = shlex.quote(str(folder))
        return f"chgrp {group} {where} && chmod g+s {where}"
    return f"usermod -aG {group} {_our_name()}"


def _our_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a user id without a name, as in containers
        return str(os.geteuid())


def fault(path: Path) -> SarabanError | None:
    """Why nobody can begin to listen on `path`: `SocketTaken`, `SocketBlocked`. A dead daemon's socket is no reason."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISSOCK(mode):
        return SocketBlocked(path=path)
    with socket.socket(socket.AF_UNIX) as caller:
        caller.setblocking(False)
        try:
            caller.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return None
        except OSError:  # alive and busy, or not ours to call
            pass
    return SocketTaken(path=path)


def bound(path: Path, mode: int, group: int | None) -> socket.socket:
    """A socket on `path` that does not listen yet: nobody reaches it before it has its rights, whatever the umask is.

    Errors: those of `fault`; OSError.
    """
    if (found := fault(path)) is not None:
        raise found
    path.unlink(missing_ok=True)
    door = socket.socket(socket.AF_UNIX)
    try:
        door.bind(str(path))
        if group is not None:
            os.chown(path, -1, group)
        path.chmod(mode)
    except OSError:
        door.close()
        raise
    return door


def remove(path: Path, inode: int) -> None:
    """Take `path` away if it is still the file of that number."""
    with suppress(OSError):
        if path.lstat().st_ino == inode:
            path.unlink()
