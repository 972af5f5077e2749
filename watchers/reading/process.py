"""One child process and the pipes to it, from the parent's side: every wait has an end."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from ledger.values import Reading
from watchers.reading import frames

_ROOT = Path(__file__).parents[2]
_KEPT = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "HOME", "LANG")  # of our environment; secrets may stand in the rest
_START_SECONDS = 60.0
_CHUNK = 1 << 20
_WORDS = 300
CHILD = "watchers.reading.child"

T = TypeVar("T")


class Died(Exception):
    """The child ended, or had to be ended, before its answer was whole. `reason` is "time", "memory" or "crash"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Process:
    """A child that is started at once, and anew after it died. One question at a time."""

    def __init__(self, memory: int, module: str = CHILD) -> None:
        """`memory` is in bytes of address space; `module` is what the child runs."""
        self._memory, self._module = memory, module
        self._ready = self._over = False
        self._child = self._start()

    def ask(self, pieces: list[bytes], wall_seconds: float) -> Reading:
        """The reading that answers a question. Raises `Died`, and `OSError` where no child can be started."""
        return self.answer(pieces, wall_seconds, frames.reading)

    def answer(
        self, pieces: list[bytes], wall_seconds: float, made_of: Callable[[dict[str, Any], list[bytes]], T]
    ) -> T:
        """What `made_of` makes of the answer's facts and of the bytes behind them. Raises as `ask`."""
        self.be_ready()
        deadline = time.monotonic() + wall_seconds
        try:
            for piece in pieces:
                self._write(memoryview(piece), deadline)
            (length,) = frames.ANSWER.unpack(self._read(frames.ANSWER.size, deadline))
            facts, sizes = frames.facts(self._read(length, deadline))
            return made_of(facts, [self._read(size, deadline) for size in sizes])
        except (TimeoutError, EOFError, BrokenPipeError, ValueError, KeyError, TypeError) as error:
            raise Died(self._reason(error)) from error

    def be_ready(self) -> None:
        """Start the child anew where it has ended, and wait until it runs. Raises OSError with the reason."""
        if self._child.poll() is not None and not self._over:
            self._close_pipes()
            self._child = self._start()
        if self._over:  # also when it was ended just now
            self._child.kill()
            raise OSError("the reading process is closed")
        if not self._ready:
            self._await_start()

    def kill(self) -> None:
        """End the child for good, whoever waits for its answer."""
        self._over = True
        self._child.kill()

    def end(self) -> None:
        """End the child and wait for it."""
        self._child.kill()
        self._child.wait()
        self._close_pipes()

    def _await_start(self) -> None:
        """A child that fails before it has seen a letter is no letter's fault."""
        try:
            self._ready = self._read(len(frames.READY), time.monotonic() + _START_SECONDS) == frames.READY
        except (TimeoutError, EOFError) as error:
            self._reason(error)
            raise OSError(f"the reading process does not start: {self._last_words()}") from error
        assert self._child.stderr
        self._child.stderr.close()

    def _start(self) -> subprocess.Popen[bytes]:
        self._ready = False
        child = subprocess.Popen(
            [sys.executable, "-B", "-m", self._module, str(self._memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,  # until it runs; then nobody listens
            bufsize=0,
            cwd=_ROOT,
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            pipesize=_CHUNK,
        )
        for pipe in (child.stdin, child.stdout, child.stderr):
            assert pipe
            os.set_blocking(pipe.fileno(), False)
        return child

    def _write(self, left: memoryview, deadline: float) -> None:
        assert self._child.stdin
        number = self._child.stdin.fileno()
        while left:
            _wait(number, select.POLLOUT, deadline)
            left = left[os.write(number, left[:_CHUNK]) :]

    def _read(self, length: int, deadline: float) -> bytes:
        if length > frames.LONGEST:
            raise ValueError("an answer of impossible length")
        assert self._child.stdout
        number = self._child.stdout.fileno()
        found = bytearray(length)
        left = memoryview(found)
        while left:
            _wait(number, select.POLLIN, deadline)
            count = os.readv(number, [left])
            if not count:
                raise EOFError
            left = left[count:]
        return bytes(found)

    def _reason(self, error: Exception) -> str:
        """Why the child gave no answer. Afterwards it is dead."""
        if isinstance(error, (EOFError, BrokenPipeError)):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(1)
        ended = self._child.poll()
        self._child.kill()
        self._child.wait()
        if isinstance(error, TimeoutError) or ended == -signal.SIGXCPU:
            return "time"
        return "memory" if ended == errno.ENOMEM else "crash"

    def _close_pipes(self) -> None:
        for pipe in (self._child.stdin, self._child.stdout, self._child.stderr):
            if pipe:
                pipe.close()

    def _last_words(self) -> str:
        """What a child that is dead before it ran has said of it."""
        assert self._child.stderr
        with contextlib.suppress(OSError):
            said = os.read(self._child.stderr.fileno(), _CHUNK).decode(errors="replace").split("\n")
            if lines := [line.strip() for line in said if line.strip()]:
                return lines[-1][:_WORDS]
        ended = self._child.returncode
        if ended == errno.ENOMEM:
            return "out of memory, see reading.memory"
        return f"ended by signal {-ended}" if ended < 0 else f"ended with code {ended}"


def _wait(number: int, event: int, deadline: float) -> None:
    poll = select.poll()
    poll.register(number, event)
    left = deadline - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise TimeoutError
