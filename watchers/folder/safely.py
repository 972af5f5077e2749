"""Looking at and opening what others put into a folder, without ever following where it points (attack 21)."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from secrets import token_hex

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_IN_FOLDER = 0o3777  # of a folder's mode, what goes to the folders inside it
_IN_FILE = 0o666  # and to the files
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class Changed(Exception):
    """The file under this name is not, or no longer, the one that was looked at."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells one state of a file from the next. The change time also notices a writer who sets the clock back."""

    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Fingerprint:
        """The fingerprint in `status`."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@dataclass(slots=True)
class Listing:
    """What lies in a folder: plain files by name, and the names of everything that we leave alone."""

    files: dict[str, Fingerprint] = field(default_factory=dict)
    strange: set[str] = field(default_factory=set)
    error: OSError | None = None  # the last entry that could not be looked at


def plain(status: os.stat_result) -> bool:
    """A regular file with one name: a second one could be somebody else's letter."""
    return stat.S_ISREG(status.st_mode) and status.st_nlink == 1


@contextmanager
def directory(path: str | os.PathLike[str]) -> Iterator[int]:
    """A handle on the folder at `path`, whose owner may have made it a link."""
    handle = os.open(path, _DIRECTORY)
    try:
        yield handle
    finally:
        os.close(handle)


def inner(parent: int, name: str) -> int:
    """A handle on the folder `name` inside `parent`, made like `parent` if it is missing; a link there is an error."""
    try:
        return standing(parent, name)
    except FileNotFoundError:
        pass
    fresh = f".{name}.{token_hex(6)}.tmp"
    _make(fresh, parent)
    handle = os.open(fresh, _DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)
    try:
        share(handle, parent)
        os.rename(fresh, name, src_dir_fd=parent, dst_dir_fd=parent)  # never seen half open
        os.fsync(parent)
    except BaseException:
        os.close(handle)
        with suppress(OSError):
            os.rmdir(fresh, dir_fd=parent)
        raise
    return handle


def standing(parent: int, name: str) -> int:
    """A handle on the folder `name` that stands inside `parent`; FileNotFoundError when there is none."""
    return os.open(name, _DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)


def share(handle: int, folder: int) -> None:
    """Give an open file or folder of ours the group and the mode of the `folder` that it lies in, never a wider one.

    So whoever works in the folder reads what we put there, whatever our umask. What is not ours keeps its own.
    """
    like, own = os.fstat(folder), os.fstat(handle)
    mode = like.st_mode & (_IN_FOLDER if stat.S_ISDIR(own.st_mode) else _IN_FILE)
    if own.st_gid != like.st_gid:
        try:
            os.fchown(handle, -1, like.st_gid)
        except OSError:  # we are no member of that group, so its rights go to no other
            mode &= ~(stat.S_IRWXG | stat.S_ISGID)
    if stat.S_IMODE(own.st_mode) != mode:
        with suppress(OSError):  # a clerk's own file, or a share whose modes are fixed
            os.fchmod(handle, mode)


def _make(name: str, parent: int) -> None:
    """Make a folder with the mode of its parent at once: a sandboxed service may not set the group's bit later.

    Everything else in this process is made with a mode of its own, whatever the umask is meanwhile.
    """
    before = os.umask(0)
    try:
        os.mkdir(name, os.fstat(parent).st_mode & _IN_FOLDER & ~stat.S_ISGID, dir_fd=parent)
    finally:
        os.umask(before)


def listing(parent: int, ignored: Callable[[str], bool]) -> Listing:
    """Everything in the folder but the `ignored` names, nothing followed. What vanishes meanwhile is left out."""
    found = Listing()
    with os.scandir(parent) as entries:
        for entry in entries:
            if ignored(entry.name):
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            except OSError as error:
                found.error = error
                continue
            if plain(status):
                found.files[entry.name] = Fingerprint.of(status)
            else:
                found.strange.add(entry.name)
    return found


@contextmanager
def opened(parent: int, name: str) -> Iterator[int]:
    """A read handle on the plain file `name`; raises Changed for anything else, OSError as the system gives it."""
    try:
        handle = os.open(name, _FILE, dir_fd=parent)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):  # a link, a socket
            raise Changed from error
        raise
    try:
        if not plain(os.fstat(handle)):
            raise Changed
        yield handle
    finally:
        os.close(handle)


def read(parent: int, name: str, expected: Fingerprint) -> bytes:
    """The bytes of `name`, if it was and stayed what `expected` says; raises Changed otherwise, and OSError."""
    with opened(parent, name) as handle, os.fdopen(handle, "rb", closefd=False) as file:
        content = file.read(expected.size + 1)
        if Fingerprint.of(os.fstat(handle)) != expected or len(content) != expected.size:
            raise Changed
        return content


def digest(handle: int) -> str:
    """SHA-256 over the whole file behind `handle`, in hex."""
    with os.fdopen(handle, "rb", closefd=False) as file:
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()
