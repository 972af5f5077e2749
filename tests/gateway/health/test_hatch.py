"""Another process asks the running house: soon answered, never waited for, and nobody else may."""

from __future__ import annotations

import select
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from gateway.health.hatch import HATCH, Hatch, ask


@contextmanager
def answering(folder: Path, told: dict[str, object]) -> Iterator[Hatch]:
    """A house that answers everybody."""
    with closing(Hatch(folder)) as hatch:
        ending = threading.Event()

        def answer() -> None:
            while not ending.is_set():
                if select.select([hatch], (), (), 0.05)[0]:
                    hatch.answer(told)

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield hatch
        finally:
            ending.set()
            thread.join()


@pytest.mark.parametrize("depth", [1, 30])
def test_whoever_may_open_the_socket_is_told_however_long_its_path_is(tmp_path: Path, depth: int) -> None:
    folder = tmp_path.joinpath(*["โฟลเดอร์"] * depth)
    folder.mkdir(parents=True)
    with answering(folder, {"state": "running", "word": "ก" * 5000}):
        assert ask(folder) == {"state": "running", "word": "ก" * 5000}
        assert ask(folder) == ask(folder)
        assert stat.S_IMODE((folder / HATCH).stat().st_mode) == 0o600
    assert not (folder / HATCH).exists()


def test_nobody_answers_where_none_runs_or_one_was_killed(tmp_path: Path) -> None:
    assert ask(tmp_path) is None
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(tmp_path / HATCH))
        killed.listen()
    assert ask(tmp_path) is None
    with answering(tmp_path, {"state": "running"}):  # the next one takes the place
        assert ask(tmp_path) == {"state": "running"}


def test_a_house_that_hangs_is_not_waited_for(tmp_path: Path) -> None:
    with closing(Hatch(tmp_path)):
        assert ask(tmp_path, patience=0.1) is None


def test_a_visitor_who_reads_nothing_holds_up_nobody(tmp_path: Path) -> None:
    with closing(Hatch(tmp_path)) as hatch, socket.socket(socket.AF_UNIX) as visitor:
        visitor.connect(str(tmp_path / HATCH))
        hatch.answer({"word": "x" * 10_000_000})  # comes back although nobody reads
        visitor.settimeout(10)
        received = 0
        while piece := visitor.recv(1 << 20):
            received += len(piece)
        assert 0 < received < 10_000_000


def test_words_that_are_no_answer_are_none(tmp_path: Path) -> None:
    for said in (b"", b"[1]", b"{"):
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(str(tmp_path / HATCH))
            other.listen()
            thread = threading.Thread(target=_say, args=(other, said))
            thread.start()
            assert ask(tmp_path) is None
            thread.join()
        (tmp_path / HATCH).unlink()


def _say(listening: socket.socket, said: bytes) -> None:
    visitor, _ = listening.accept()
    with visitor:
        visitor.sendall(said)
