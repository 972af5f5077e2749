"""The child process that reads: memory, CPU and files limited (P-8, attack 5).

Started as `python -m watchers.reading.child BYTES`, where BYTES is its memory limit. It ends when its input ends,
so that it never outlives its parent.
"""

from __future__ import annotations

import errno
import resource
import sys
from typing import BinaryIO

from ledger.values import Reading
from watchers.reading import frames
from watchers.reading.assembly import read


def main(memory: int) -> None:
    """Answer the questions on standard input until it ends. `memory` is in bytes."""
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    source, target = sys.stdin.buffer, sys.stdout.buffer
    target.write(frames.READY)
    target.flush()
    while len(head := source.read(frames.QUESTION.size)) == frames.QUESTION.size:
        for piece in frames.answer(_answered(head, source)):
            target.write(piece)
        target.flush()


def _answered(head: bytes, source: BinaryIO) -> Reading:
    """The next question read, within its share of CPU time: past it the kernel ends this process (SIGXCPU)."""
    name_length, sender_length, cpu_seconds, length = frames.QUESTION.unpack(head)
    name = source.read(name_length).decode("utf-8", "surrogatepass")
    sender = None
    if sender_length != frames.NO_SENDER:
        sender = source.read(sender_length).decode("utf-8", "surrogatepass")
    content = source.read(length)
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + cpu_seconds) + 1)
    return read(content, name=name, sender=sender)


def _limit(what: int, amount: int) -> None:
    resource.setrlimit(what, (amount, resource.getrlimit(what)[1]))


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]))
    except MemoryError:
        sys.exit(errno.ENOMEM)
