"""Children that cannot be started, in their own words; and an end that waits for none."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ledger.errors import Unavailable
from tests.watchers.reading.letters import letter
from tests.watchers.reading.test_reader import children
from watchers.reading import process
from watchers.reading.reader import Reader


@pytest.fixture
def reader() -> Iterator[Reader]:
    with Reader(processes=1) as one:
        yield one


def kill_the_child() -> None:
    for child in children():
        os.kill(child, signal.SIGKILL)


def test_a_reader_that_reads_has_no_fault(reader: Reader) -> None:
    assert reader.fault() == ""
    assert reader.read(letter()).subject


def test_a_child_that_ends_before_it_runs_is_told_in_its_own_words_until_one_runs(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "broken.py").write_text("raise RuntimeError('no memory for me')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    reader.read(letter())
    for one in reader._all:
        one._module = "broken"
    kill_the_child()
    while not reader.fault():
        time.sleep(0.01)
    assert reader.fault() == "the reading process does not start: RuntimeError: no memory for me"
    with pytest.raises(Unavailable):
        reader.read(letter())
    for one in reader._all:
        one._module = process.CHILD
    assert reader.fault() == ""
    assert reader.read(letter()).subject


def test_too_little_memory_for_any_letter_is_told_before_one_is_read() -> None:
    with Reader(processes=1, memory=1) as reader:
        words = reader.fault()
    assert words == "the reading process does not start: out of memory, see reading.memory"


def test_an_interpreter_that_is_gone_is_told_by_the_system(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    reader.read(letter())
    monkeypatch.setattr(sys, "executable", f"{sys.prefix}/bin/python-that-was-removed")
    kill_the_child()
    with pytest.raises(Unavailable):
        reader.read(letter())
    assert "No such file or directory" in reader.fault()
    monkeypatch.undo()
    assert reader.fault() == ""


def test_to_ask_for_the_fault_waits_for_no_reading(reader: Reader) -> None:
    reader.read(letter())
    (child,) = children()
    os.kill(child, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(reader.read, letter())
        while not reader._idle.empty():
            time.sleep(0.01)
        assert reader.fault() == ""
        os.kill(child, signal.SIGCONT)
        assert asked.result(60).subject


def test_the_end_waits_for_no_child_that_hangs_and_makes_no_reading_of_it() -> None:
    reader = Reader(processes=2, wall_seconds=600)
    while len(children()) < 2:
        time.sleep(0.01)
    for child in children():
        os.kill(child, signal.SIGSTOP)
    found: list[object] = []

    def ask() -> None:
        try:
            found.append(reader.read(letter()))
        except Unavailable as fault:
            found.append(fault)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    while not reader._idle.empty():
        time.sleep(0.01)
    reader.close()
    for thread in threads:
        thread.join(60)
    assert [type(one) for one in found] == [Unavailable, Unavailable]
    assert not children()


def test_the_end_makes_no_reading_of_a_second_try_either(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "silent.py").write_text(
        "import sys, time; sys.stdout.buffer.write(b'+'); sys.stdout.flush(); time.sleep(600)"
    )
    reader = Reader(processes=1, wall_seconds=600)
    reader.read(letter())
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (only,) = reader._all
    only._module = "silent"
    (first,) = children()
    os.kill(first, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(reader.read, letter())
        while not reader._idle.empty():
            time.sleep(0.01)
        time.sleep(0.2)  # the question is on its way, so its child ends while it is asked
        os.kill(first, signal.SIGKILL)
        while only._child.pid == first or not only._ready:
            time.sleep(0.01)
        reader.close()
        with pytest.raises(Unavailable):
            asked.result(60)
