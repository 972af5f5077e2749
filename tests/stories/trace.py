"""What the daemon asked of the kernel, in order, as strace saw it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SYNCS = ("fsync", "fdatasync", "syncfs")
RENAMES = ("rename", "renameat", "renameat2")
WRITES = ("write", "pwrite64", "writev", "sendto", "sendmsg")

_LINE = re.compile(r"(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)")
_UNFINISHED = " <unfinished ...>"


@dataclass
class Call:
    """One system call of one thread; it lasted from one line of the trace to another."""

    thread: int
    name: str
    text: str  # arguments with the paths of all handles, and the result
    begun: int
    ended: int

    @property
    def worked(self) -> bool:
        """Whether it gave no error."""
        return " = -1 " not in self.text


def under_strace(file: Path) -> list[str]:
    """The words before a command that has its trace written to `file`."""
    calls = ",".join((*SYNCS, *RENAMES, *WRITES))
    return ["strace", "-D", "-f", "-yy", "-s", "32", "-o", str(file), "-e", f"trace={calls}"]


def read(file: Path) -> list[Call]:
    """Every call, in the order in which they ended: a sync counts when it is done."""
    return sorted(_calls(file.read_text(encoding="utf-8", errors="replace").splitlines()), key=lambda call: call.ended)


def _calls(lines: Sequence[str]) -> Iterator[Call]:
    begun: dict[int, Call] = {}
    for number, line in enumerate(lines):
        found = _LINE.match(line)
        if not found:
            continue
        thread, resumed, name, text = int(found[1]), found[2], found[3], found[4]
        if resumed:
            call = begun.pop(thread)
            call.text, call.ended = call.text + text, number
        else:
            call = Call(thread, name, text.removesuffix(_UNFINISHED), number, number)
        if text.endswith(_UNFINISHED):
            begun[thread] = call
        else:
            yield call


def first(calls: Sequence[Call], what: str, wanted: Callable[[Call], bool], after: Call | None = None) -> Call:
    """The first call like that which began when `after` had ended."""
    found = [call for call in calls if wanted(call) and call.worked and (after is None or call.begun > after.ended)]
    assert found, f"no {what}" + (f" after {after.name}({after.text}" if after else "")
    return found[0]
