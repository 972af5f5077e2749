"""Moving a file that has its outcome to done/, failed/ or held/: never over another file, never a changed one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from ledger.errors import Refused
from ledger.values import Outcome
from watchers.folder import closing, names, notes, safely


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
                    _claim(target, f"{free}.txt", undo, notes.refused(refusal))
                os.rename(name, free, src_dir_fd=self._watched, dst_dir_fd=target)
                undo.pop_all()
            if not _stayed(before, os.fstat(handle), os.stat(free, dir_fd=target, follow_symlinks=False)):
                _put_back(target, free, self._watched, name)
                raise safely.Changed
            safely.share(handle, target)
            return free

    def close(
        self,
        name: str,
        same: Callable[[int], bool],
        ending: Outcome | Refused,
        closed: Path,
        now: datetime,
        at: tuple[str, ...] = (),
    ) -> None:
        """Take the secret file `name` off the share into the folder `closed`, and leave a note in its place (I8).

        It lies in the sub-folder `at`; out of the watched folder itself the note goes where the file would have gone.
        `same` and what is raised: as for `move`. It is set aside first, so that what is removed at the end is what was
        copied; a crash leaves it aside, for `put_back`.
        """
        to, wanted = names.place(ending, name, now)
        source, target, hidden = self._folder(at), self._folder(at or to), names.aside(name)
        with safely.opened(source, name) as handle, ExitStack() as undo:
            before = os.fstat(handle)
            if not same(handle):
                raise safely.Changed
            os.rename(name, hidden, src_dir_fd=source, dst_dir_fd=source)
            undo.callback(_put_back, source, hidden, source, name)
            closing.put_away(handle, closed.joinpath(*(at or to)), wanted)
            if not _stayed(before, os.fstat(handle), os.stat(hidden, dir_fd=source, follow_symlinks=False)):
                raise safely.Changed
            _leave(target, f"{os.path.splitext(wanted)[0]}.txt", notes.closed(ending, _saved(before, now)))
            _forget_refusal(source, name)
            os.unlink(hidden, dir_fd=source)
            undo.pop_all()

    def resting(self) -> Iterator[tuple[tuple[str, ...], dict[str, safely.Fingerprint]]]:
        """The sub-folders in which files came to rest, each with its plain files."""
        for at in self._standing():
            yield at, safely.listing(self._folder(at), lambda _: False).files

    def put_back(self) -> None:
        """After a crash: what was set aside to be closed gets its name again, and is looked at afresh."""
        found = safely.listing(self._watched, lambda name: not names.before(name)).files
        for at, files in [((), found), *self.resting()]:
            for hidden in filter(names.before, files):
                _put_back(self._folder(at), hidden, self._folder(at), names.before(hidden))

    def _standing(self) -> Iterator[tuple[str, ...]]:
        for top in (names.DONE, names.HELD, names.FAILED):
            try:
                os.close(safely.standing(self._watched, top))
            except (FileNotFoundError, NotADirectoryError):
                continue
            yield (top,)
            with os.scandir(self._folder((top,))) as entries:
                inner = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
            yield from ((top, name) for name in inner)

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
            handle = os.open(free, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=target)
        except FileExistsError:
            if over_empty and _empty(target, free):
                return free
            continue
        undo.callback(_unlink, target, free)
        with os.fdopen(handle, "wb") as file:
            if content:
                safely.share(handle, target)
                file.write(content)
                file.flush()
                os.fsync(handle)
        return free
    raise AssertionError("names do not end")


def _leave(target: int, wanted: str, content: bytes) -> None:
    """A note under the first free name; one that says the same is there already after a crash."""
    for free in names.numbered(wanted):
        with suppress(OSError, safely.Changed), safely.opened(target, free) as known:
            if os.fstat(known).st_size == len(content) and os.read(known, len(content)) == content:
                return
        with ExitStack() as undo:
            if _claim(target, free, undo, content) == free:
                undo.pop_all()
                return


def _saved(status: os.stat_result, now: datetime) -> datetime:
    """When a file was last saved, as far as that can be true: whoever dropped it may have set any time."""
    known = 0 <= status.st_mtime <= now.timestamp()
    return datetime.fromtimestamp(status.st_mtime, UTC) if known else now


def _forget_refusal(folder: int, name: str) -> None:
    """The note beside a file that was refused bears its name."""
    note = f"{name}.txt"
    with suppress(OSError, safely.Changed), safely.opened(folder, note) as handle:
        if os.read(handle, len(notes.REFUSED)) == notes.REFUSED:
            os.unlink(note, dir_fd=folder)


def _put_back(source: int, hidden: str, folder: int, name: str) -> None:
    with ExitStack() as undo:
        back = _claim(folder, name, undo)
        os.rename(hidden, back, src_dir_fd=source, dst_dir_fd=folder)
        undo.pop_all()


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
