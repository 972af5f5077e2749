"""Drawing and copying in bounded child processes: a hostile file ends in "no picture", never in a hang or a crash."""

from __future__ import annotations

import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterator
from contextlib import contextmanager
from hashlib import sha256 as digest
from typing import Any, TypeVar

from ledger.errors import Unavailable
from watchers.reading import copies, frames, sheets
from watchers.reading.copies import Copy
from watchers.reading.process import Died, Process
from watchers.reading.sheets import SHEETS, Sheet

CHILD = "watchers.reading.picture_child"

_REMEMBERED = 512  # files whose pages, or whose failures, are known
_DOUBTFUL = 50  # hashes that are remembered of one file
_KEPT = 4 * 1024 * 1024  # bytes of a changed copy that is kept
_ALL_KEPT = 32 * 1024 * 1024  # of all of them
_FAILURES = 2  # children that one file may cost; then it has no picture, or no copy, any more

T = TypeVar("T")
Content = Callable[[], bytes]
Facts = dict[str, Any]


class Painter:
    """A few children that draw for any number of threads; each starts when it is first needed."""

    def __init__(
        self,
        processes: int = 2,
        cpu_seconds: float = 6,
        wall_seconds: float = 12,
        memory: int = 768 * 1024 * 1024,
        waiting: int = 5,
    ) -> None:
        """The limits are for one picture; `memory` is in bytes of address space; `waiting` is how many ask at once."""
        self._cpu_seconds, self._wall_seconds, self._memory = cpu_seconds, wall_seconds, memory
        self._count = processes
        self._idle: queue.LifoQueue[Process | None] = queue.LifoQueue()
        self._room = threading.BoundedSemaphore(waiting)
        self._closed = False
        self._sheets: OrderedDict[str, tuple[Sheet, ...]] = OrderedDict()
        self._failures: OrderedDict[Hashable, int] = OrderedDict()  # of pictures by digest, of copies by name too
        self._copies: OrderedDict[Hashable, Copy | None] = OrderedDict()  # without the bytes of those that are the same
        self._lock = threading.Lock()
        for _ in range(processes):
            self._idle.put(None)

    def sheets(self, sha256: str, content: Content) -> tuple[Sheet, ...]:
        """The pages of a file that have pictures, at most `sheets.MOST`; none where there are none.

        `content` is asked only when the file is not known yet. Errors: `Unavailable`.
        """
        with self._lock:
            if sha256 in self._sheets:
                self._sheets.move_to_end(sha256)
                return self._sheets[sha256]
        found = self._ask(sha256, content, SHEETS, sheets.sheets)
        with self._lock:
            self._sheets[sha256] = found or ()
            _shorten(self._sheets)
        return found or ()

    def draw(self, sha256: str, content: Content, page: int) -> bytes | None:
        """The picture of a page (from 1) as PNG, or None. Errors: `Unavailable`."""
        return self._ask(sha256, content, str(page), sheets.picture)

    def copy(self, content: bytes, name: str, known: Collection[str] = ()) -> Copy | None:
        """A file as it may be handed out, or None. Errors: `Unavailable`."""
        if not copies.looks_through(content):
            return Copy(content, ())
        key = (digest(content).hexdigest(), name)
        made = (*key, frozenset(known))
        with self._lock:
            if made in self._copies:
                self._copies.move_to_end(made)
                copy = self._copies[made]
                return copy and Copy(copy.content or content, copy.doubtful)
        answer = self._ask(key, lambda: content, sheets.COPY, _in_one, name, known)
        if answer is None:
            return None
        (copy,) = answer
        self._remember(made, Copy(b"", copy.doubtful) if copy and copy.content == content else copy)
        return copy

    def close(self) -> None:
        """End the children, each after what it is drawing now."""
        self._closed = True
        for process in [self._idle.get() for _ in range(self._count)]:
            if process is not None:
                process.end()
            self._idle.put(None)

    def _ask(
        self,
        key: Hashable,
        content: Content,
        wanted: str,
        made_of: Callable[[Facts, list[bytes]], T],
        name: str | None = None,
        known: Collection[str] = (),
    ) -> T | None:
        with self._turn() as process:
            if self._failures.get(key, 0) >= _FAILURES:
                return None
            question = frames.question(content(), wanted, name, self._cpu_seconds, known)
            try:
                return process.answer(question, self._wall_seconds, made_of)
            except Died:
                self._failed(key)
                return None

    @contextmanager
    def _turn(self) -> Iterator[Process]:
        """A child that draws for nobody else. Errors: `Unavailable`."""
        if not self._room.acquire(timeout=1):  # the threads of the pages must not all wait for pictures
            raise Unavailable
        process = self._idle.get()
        try:
            if self._closed:
                raise Unavailable
            process = process or Process(self._memory, CHILD)
            yield process
        except OSError as error:
            raise Unavailable from error
        finally:
            self._idle.put(process)
            self._room.release()

    def _remember(self, made: Hashable, copy: Copy | None) -> None:
        if copy and (len(copy.content) > _KEPT or len(copy.doubtful) > _DOUBTFUL):
            return
        with self._lock:
            self._copies[made] = copy
            _shorten(self._copies)
            while sum(len(one.content) for one in self._copies.values() if one) > _ALL_KEPT:
                self._copies.popitem(last=False)

    def _failed(self, key: Hashable) -> None:
        with self._lock:
            self._failures[key] = self._failures.get(key, 0) + 1
            _shorten(self._failures)


def _in_one(facts: Facts, contents: list[bytes]) -> tuple[Copy | None]:
    """What a child said of a copy, which may be that there is none; no answer at all is another thing."""
    return (copies.answered(facts, contents),)


def _shorten(known: OrderedDict[Any, Any]) -> None:
    while len(known) > _REMEMBERED:
        known.popitem(last=False)
