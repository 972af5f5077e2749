"""Bounded reading with true child processes: limits, deaths, threads, and the end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ledger.errors import Unavailable
from tests.watchers.reading.killers import KILLERS
from tests.watchers.reading.letters import PDF, letter
from watchers.reading import read
from watchers.reading.reader import Reader

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(processes=2, cpu_seconds=5, wall_seconds=20) as one:
        yield one


def children() -> set[int]:
    """The reading processes below this one."""
    listed = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True)
    return {int(line.split()[0]) for line in listed.stdout.splitlines() if "reading.child" in line}


@pytest.mark.parametrize("name", KILLERS)
def test_a_mail_made_to_stop_a_parser_is_read_within_the_limits(reader: Reader, name: str) -> None:
    found = reader.read(KILLERS[name])
    assert not any(defect.startswith("unreadable") for defect in found.defects)
    assert "\ufffd" not in found.subject + found.text


def test_a_child_reads_what_this_process_reads(reader: Reader) -> None:
    content = letter(files={"หนังสือ.pdf": ("application/pdf", PDF)}, Cc="copy@example.test", X_Saraban_Loop="a")
    assert reader.read(content, name="", sender="office@example.test") == read(content, sender="office@example.test")
    assert reader.read(PDF, name="ที่ ศธ 04022-ว12.pdf") == read(PDF, name="ที่ ศธ 04022-ว12.pdf")


def test_the_null_sender_is_not_an_absent_one(reader: Reader) -> None:
    content = letter()
    assert reader.read(content, sender="").automatic
    assert not reader.read(content, sender=None).automatic


def test_several_threads_share_the_children(reader: Reader) -> None:
    letters = [letter(subject=f"เรื่องที่ {number}") for number in range(60)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(reader.read, letters))
    assert [reading.subject for reading in found] == [f"เรื่องที่ {number}" for number in range(60)]


def test_a_letter_too_large_for_the_memory_becomes_a_defect_and_the_next_is_read() -> None:
    head = b"Subject: large\r\nFrom: a@example.test\r\n\r\n"
    with Reader(processes=1, memory=96 * 1024 * 1024) as small:
        found = small.read(head + b"x" * (64 * 1024 * 1024))
        assert found.defects == ("unreadable: memory",)
        assert (found.subject, found.senders[0].address) == ("large", "a@example.test")
        assert small.read(letter()).defects == ()


def test_a_letter_that_takes_too_long_becomes_a_defect_and_the_next_is_read() -> None:
    many = b"Subject: slow\r\n\r\n" + b"x" * (4 * 1024 * 1024)
    with Reader(processes=1, wall_seconds=0.001) as hasty:
        assert hasty.read(many).defects == ("unreadable: time",)
    with Reader(processes=1) as patient:
        assert patient.read(letter()).defects == ()


def test_a_child_that_spends_its_cpu_time_is_ended_by_the_kernel() -> None:
    heavy = b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\n" + b"~\n" * 8_000_000
    with Reader(processes=1, cpu_seconds=0, memory=2**31) as poor:
        assert poor.read(heavy).defects == ("unreadable: time",)
        assert poor.read(letter()).defects == ()


def test_a_child_that_somebody_killed_is_replaced_and_no_letter_is_blamed() -> None:
    before = children()
    with Reader(processes=1) as reader:
        assert reader.read(letter()).defects == ()
        (child,) = children() - before
        os.kill(child, signal.SIGKILL)
        assert reader.read(letter()).subject.startswith("ขอเชิญประชุม")


def test_closing_ends_every_child_and_later_reading_is_a_temporary_fault() -> None:
    before = children()
    reader = Reader(processes=3)
    assert len(children() - before) == 3
    reader.close()
    assert children() == before
    with pytest.raises(Unavailable):
        reader.read(b"x")


def test_children_end_when_their_parent_is_killed() -> None:
    script = (
        "from watchers.reading.reader import Reader\n"
        "reader = Reader(processes=2)\n"
        "reader.read(b'Subject: x')\n"
        "print(*(one._child.pid for one in reader._idle.queue), flush=True)\n"
        "input()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    assert parent.stdin
    orphans = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(orphans) == 2
    parent.kill()
    parent.wait()
    parent.stdin.close()
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes() for pid in orphans):
        assert time.monotonic() < deadline, "a child outlived its parent"
        time.sleep(0.05)
