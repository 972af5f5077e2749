"""The child process that reads: memory, CPU and files limited (P-8, attack 5).

Started as `python -m watchers.reading.child BYTES`, where BYTES is its memory limit. It ends when its input ends,
so that it never outlives its parent.
"""

from __future__ import annotations

import errno
import os
import resource
import sys
from collections.abc import Callable
from typing import BinaryIO

from watchers.reading import frames
from watchers.reading.assembly import read

_ROOM = 16 << 20  # bytes, the least that a letter needs

Answer = Callable[[frames.Asked], list[bytes]]


def main(memory: int, answer: Answer) -> None:
    """Answer the questions on standard input until it ends.

    `memory` is in bytes; `answer` turns a question into the pieces to write.
    """
    os.umask(0o077)  # it writes nothing, and what it may leave behind is ours alone
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    bytearray(_ROOM)  # who cannot have that would find every letter too large
    source, target = sys.stdin.buffer, sys.stdout.buffer
    target.write(frames.READY)
    target.flush()
    while len(head := source.read(frames.QUESTION.size)) == frames.QUESTION.size:
        for piece in answer(_asked(head, source)):
            target.write(piece)
        target.flush()


def _asked(head: bytes, source: BinaryIO) -> frames.Asked:
    """The next question; its share of CPU time runs from here, and past it the kernel ends this process (SIGXCPU)."""
    name_length, sender_length, known_length, cpu_seconds, length = frames.QUESTION.unpack(head)
    name = source.read(name_length).decode("utf-8", "surrogatepass")
    sender = None
    if sender_length != frames.NO_SENDER:
        sender = source.read(sender_length).decode("utf-8", "surrogatepass")
    known = tuple(source.read(known_length).decode().split())
    content = source.read(length)
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + cpu_seconds) + 1)
    return frames.Asked(content, name, sender, known)


def _reading(asked: frames.Asked) -> list[bytes]:
    return frames.answer(read(asked.content, name=asked.name, sender=asked.sender, known=asked.known))


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
