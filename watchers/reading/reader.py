"""Reading in bounded child processes, so that no letter can stop, slow or fell the daemon (P-8)."""

from __future__ import annotations

import queue
from collections.abc import Collection
from types import TracebackType

from ledger.errors import Unavailable
from ledger.values import Reading
from watchers.reading import frames, rescue
from watchers.reading.painter import Painter
from watchers.reading.process import Died, Process


class Reader:
    """A few children that read for any number of threads. A context manager that closes itself."""

    def __init__(
        self,
        processes: int = 2,
        cpu_seconds: float = 10,
        wall_seconds: float = 20,
        memory: int = 512 * 1024 * 1024,
    ) -> None:
        """Start `processes` children. The limits are for one reading; `memory` is in bytes of address space."""
        self._cpu_seconds = cpu_seconds
        self._wall_seconds = wall_seconds
        self._idle: queue.LifoQueue[Process] = queue.LifoQueue()
        self._closed = False
        self._fault = ""
        self.painter = Painter()  # starts nothing before somebody looks at a file
        self._all = [Process(memory) for _ in range(processes)]
        for process in self._all:
            self._idle.put(process)

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(
        self, content: bytes, *, name: str = "", sender: str | None = None, known: Collection[str] = ()
    ) -> Reading:
        """As `reading.read`. What breaks a limit or the child becomes the defect "unreadable: time", "memory" or
        "crash"; only what is our own fault, a child that cannot be started or a closed reader, raises `Unavailable`.
        """
        process = self._idle.get()
        try:
            if self._closed:
                raise Unavailable
            reading = self._read(process, content, name, sender, known)
        except OSError as error:
            self._fault = str(error)
            raise Unavailable from error
        else:
            self._fault = ""
            return reading
        finally:
            self._idle.put(process)

    def fault(self) -> str:
        """Why no child can be started, in its own words or the system's; "" while they read. Tries to start one that
        has nothing to do, and waits for it.
        """
        try:
            process = self._idle.get_nowait()
        except queue.Empty:
            return self._fault
        try:
            if not self._closed:
                process.be_ready()
                self._fault = ""
        except OSError as error:
            self._fault = str(error)
        finally:
            self._idle.put(process)
        return self._fault

    def close(self) -> None:
        """End the children at once; who waits for a reading gets `Unavailable`, and asks again after the next start."""
        self._closed = True
        for process in self._all:
            process.kill()
        self.painter.close()
        for process in [self._idle.get() for _ in self._all]:
            process.end()
            self._idle.put(process)

    def _read(self, process: Process, content: bytes, name: str, sender: str | None, known: Collection[str]) -> Reading:
        pieces = frames.question(content, name, sender, self._cpu_seconds, known)
        reason = ""
        for _ in range(2):  # who ended the child the first time, may have been no letter
            try:
                return process.ask(pieces, self._wall_seconds)
            except Died as died:
                if self._closed:
                    raise Unavailable from died
                reason = died.reason
            if reason != "crash":
                break
        return rescue.reading(content, name, reason, known)
