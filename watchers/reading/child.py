"""The child process that reads: memory, CPU and files limited (P-8, attack 5).

Started as `python -m watchers.reading.child BYTES`, where BYTES is its memory limit. It ends when its input ends,
so that it never outlives its parent.
"""

from __future__ import annotations

import errno
import resource
import sys
from collections.abc import Callable
from typing import BinaryIO

from watchers.reading import frames
from watchers.reading.assembly import read

Answer = Callable[[bytes, str, str | None], list[bytes]]


def main(memory: int, answer: Answer) -> None:
    """Answer the questions on standard input until it ends.

    `memory` is in bytes; `answer` turns content, name and sender of a question into the pieces to write.
    """
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    source, target = sys.stdin.buffer, sys.stdout.buffer
    target.write(frames.READY)
    target.flush()
    while len(head := source.read(frames.QUESTION.size)) == frames.QUESTION.size:
        for piece in answer(*_asked(head, source)):
            target.write(piece)
        target.flush()


def _asked(head: bytes, source: BinaryIO) -> tuple[bytes, str, str | None]:
    """The next question; its share of CPU time runs from here, and past it the kernel ends this process (SIGXCPU)."""
    name_length, sender_length, cpu_seconds, length = frames.QUESTION.unpack(head)
    name = source.read(name_length).decode("utf-8", "surrogatepass")
    sender = None
    if sender_length != frames.NO_SENDER:
        sender = source.read(sender_length).decode("utf-8", "surrogatepass")
    content = source.read(length)
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + cpu_seconds) + 1)
    return content, name, sender


def _reading(content: bytes, name: str, sender: str | None) -> list[bytes]:
    return frames.answer(read(content, name=name, sender=sender))


def _limit(what: int, amount: int) -> None:
    resource.setrlimit(what, (amount, resource.getrlimit(what)[1]))


def run(answer: Answer) -> None:
    """The whole life of a child, whose memory limit stands in its first argument."""
    try:
        main(int(sys.argv[1]), answer)
    except MemoryError:
        sys.exit(errno.ENOMEM)


if __name__ == "__main__":
    run(_reading)
