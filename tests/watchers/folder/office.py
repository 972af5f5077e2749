"""An office that remembers by key what it took and gives numbers, and a watch that is turned by hand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from ledger.values import Intake, Outcome, OutcomeKind
from watchers.folder import Folder, FolderWatch

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\nxref\n0 1\ntrailer<<>>\nstartxref\n27\n%%EOF\n"


def letter(text: str) -> bytes:
    """A whole PDF that says `text`."""
    return PDF.replace(b"trailer", b"% " + text.encode() + b"\ntrailer")


class Office:
    """Takes by key, settles by content: what a ledger does, without the ledger. Slow or ill on demand."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.pool = ThreadPoolExecutor(4)
        self.taken: list[Intake] = []
        self.offers = 0
        self.outcomes: dict[int, Outcome] = {}
        self.open = threading.Event()  # settle answers only while it is set
        self.open.set()
        self.fault: Callable[[Intake], Exception | None] = lambda intake: None
        self.decide: Callable[[Intake, Outcome], Outcome] = lambda intake, outcome: outcome
        self.aloft = self.most_aloft = 0

    def take(self, intake: Intake) -> Future[int]:
        with self.lock:
            self.aloft += 1
            self.most_aloft = max(self.aloft, self.most_aloft)
        return self.pool.submit(self._take, intake)

    def _take(self, intake: Intake) -> int:
        with self.lock:
            self.offers += 1
            if error := self.fault(intake):
                self.aloft -= 1
                raise error
            keys = [known.key for known in self.taken]
            if intake.key not in keys:
                self.taken.append(intake)
                return len(self.taken)
            return keys.index(intake.key) + 1

    def settle(self, number: int) -> Future[Outcome]:
        return self.pool.submit(self._settle, number)

    def _settle(self, number: int) -> Outcome:
        self.open.wait(20)
        with self.lock:
            self.aloft -= 1
            outcome = Outcome(number, OutcomeKind.REGISTERED, "กลาง", number=number, year=2569, text=f"{number}/2569")
            return self.outcomes.setdefault(number, self.decide(self.taken[number - 1], outcome))

    @property
    def contents(self) -> list[bytes]:
        return [intake.content for intake in self.taken]


class Drop:
    """A watch over `path` that is turned by hand, at moments that the test names."""

    def __init__(self, office: Office, folder: Folder, **seams: Any) -> None:
        self.path, self.now = folder.path, 1000.0
        moment = datetime(2026, 3, 1, tzinfo=UTC)
        self.watch = FolderWatch(folder, office.take, office.settle, clock=lambda: moment, **seams)

    def after(self, seconds: float) -> None:
        """Let time pass, turn, and go on until nothing is on its way any more."""
        self.now += seconds
        deadline = time.monotonic() + 10
        self.watch.turn(self.now)
        while self.watch.status().flying and time.monotonic() < deadline:
            time.sleep(0.001)
            self.watch.turn(self.now)
        self.watch.turn(self.now)

    @property
    def names(self) -> set[str]:
        """Every file below the folder."""
        return {str(file.relative_to(self.path)) for file in self.path.rglob("*") if not file.is_dir()}


@contextmanager
def running(watch: FolderWatch) -> Iterator[None]:
    """`watch` in its thread."""
    stop = threading.Event()
    thread = threading.Thread(target=watch.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def eventually(true: Callable[[], bool], seconds: float = 15) -> None:
    """Wait until `true()`; fail when it does not become so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.01)
