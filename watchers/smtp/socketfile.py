"""A socket file for the mail server of the house: whose it is, and that it takes no living daemon's place."""

from __future__ import annotations

import grp
import os
import pwd
import socket
import stat
from contextlib import suppress
from pathlib import Path

from ledger.errors import GroupNotOurs, GroupUnknown, SarabanError, SocketBlocked, SocketTaken


def group_of(name: str) -> int | None:
    """The number of a group that is named, or given by number; `None` for "".

    Errors: `GroupUnknown`; `GroupNotOurs` where we are no member of it.
    """
    if not name:
        return None
    try:
        number = int(name) if name.isascii() and name.isdigit() else grp.getgrnam(name).gr_gid
    except KeyError:
        raise GroupUnknown(group=name) from None
    if os.geteuid() and number not in (os.getegid(), *os.getgroups()):
        raise GroupNotOurs(group=name, we=pwd.getpwuid(os.geteuid()).pw_name)
    return number


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
