"""Moving a file that has its outcome to done/, failed/ or held/: never over another file, never a changed one."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Self

from ledger.errors import Refused
from watchers.folder import names, safely

_THAI = ("ไฟล์นี้ไม่ได้ลงทะเบียน", "โปรดแก้ไขแล้ววางไฟล์อีกครั้ง หรือติดต่อสารบรรณกลาง")
_ENGLISH = ("This file was not registered.", "Please correct it and drop it again, or ask the central registry.")


class Places:
    """The folders of one round of moves, held open; what was moved is synced when the round ends."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = path
        self._open = ExitStack()
        self._inner: dict[tuple[str, ...], int] = {}

    def __enter__(self) -> Self:
        self._watched = self._open.enter_context(safely.directory(self._path))
        return self

    def __exit__(self, *_: object) -> None:
        with self._open:
            for handle in (*self._inner.values(), self._watched) if self._inner else ():
                # Not every share can sync a folder; a move that a power cut undoes is simply made again.
                with suppress(OSError):
                    os.fsync(handle)

    def move(
        self,
        name: str,
        same: Callable[[int], bool],
        to: tuple[str, ...],
        wanted: str,
        refusal: Refused | None = None,
    ) -> str:
        """Move `name` into the sub-folder `to` as `wanted`, or as the next free name like it, and return that.

        `same` looks at the open file and says whether it is still the one that was taken. A `refusal` is explained
        in a text file beside it. Raises Changed when it is not, FileNotFoundError when it is gone; both leave
        whatever is there where it is.
        """
        with safely.opened(self._watched, name) as handle:
            before = os.fstat(handle)
            if not same(handle):
                raise safely.Changed
            target = self._folder(to)
            with ExitStack() as undo:
                free = _claim(target, wanted, undo, over_empty=True)
                if refusal:
                    _claim(target, f"{free}.txt", undo, _note(refusal))
                os.rename(name, free, src_dir_fd=self._watched, dst_dir_fd=target)
                undo.pop_all()
            if not _stayed(before, os.fstat(handle), os.stat(free, dir_fd=target, follow_symlinks=False)):
                self._put_back(target, free, name)
                raise safely.Changed
            return free

    def _put_back(self, target: int, free: str, name: str) -> None:
        with ExitStack() as undo:
            back = _claim(self._watched, name, undo)
            os.rename(free, back, src_dir_fd=target, dst_dir_fd=self._watched)
            undo.pop_all()

    def _folder(self, to: tuple[str, ...]) -> int:
        if not to:
            return self._watched
        if to not in self._inner:
            self._inner[to] = safely.inner(self._folder(to[:-1]), to[-1])
            self._open.callback(os.close, self._inner[to])
        return self._inner[to]


def _claim(target: int, wanted: str, undo: ExitStack, content: bytes = b"", *, over_empty: bool = False) -> str:
    """Hold the first free name like `wanted` by a file of our own, which a move may then replace.

    An empty file in a folder of ours is the claim of a mover that was killed: with `over_empty` it is taken over.
    """
    for free in names.numbered(wanted):
        try:
            handle = os.open(free, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666, dir_fd=target)
        except FileExistsError:
            if over_empty and _empty(target, free):
                return free
            continue
        undo.callback(_unlink, target, free)
        with os.fdopen(handle, "wb") as file:
            if content:
                file.write(content)
                file.flush()
                os.fsync(handle)
        return free
    raise AssertionError("names do not end")


def _empty(target: int, name: str) -> bool:
    try:
        status = os.stat(name, dir_fd=target, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return safely.plain(status) and status.st_size == 0


def _unlink(target: int, name: str) -> None:
    with suppress(OSError):
        os.unlink(name, dir_fd=target)


def _stayed(before: os.stat_result, after: os.stat_result, moved: os.stat_result) -> bool:
    """Nobody wrote into it or put another file under its name while it was being moved."""
    return (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns) and os.path.samestat(after, moved)


def _note(refusal: Refused) -> bytes:
    """The explanation as Notepad shows it: byte order mark, CRLF."""
    thai, english = refusal.sentence("th"), refusal.sentence("en")
    why = [english] if english != thai else []
    lines = [_THAI[0], thai, _THAI[1], "", _ENGLISH[0], *why, _ENGLISH[1], ""]
    return "\r\n".join(lines).encode("utf-8-sig")
