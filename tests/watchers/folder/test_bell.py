"""What rings, and that a dead bell is hung again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.watchers.folder.office import eventually
from watchers.folder.bell import Bell


@pytest.fixture
def bell(path: Path) -> Iterator[Bell]:
    bell = Bell(threading.Event().set)
    bell.hang(str(path))
    yield bell
    bell.take_down()


def names_until(bell: Bell, last: str) -> set[str]:
    heard: set[str] = set()

    def complete() -> bool:
        heard.update(bell.heard())
        return last in heard

    eventually(complete)
    return heard


def test_closed_and_renamed_files_ring_but_not_what_is_open_or_leaves(bell: Bell, path: Path) -> None:
    outside = path.parent / "outside"
    outside.write_bytes(b"x")
    outside.rename(path / "moved in")
    (path / "moved in").rename(path / "renamed")
    (path / "renamed").rename(outside)
    (path / "folder").mkdir()
    with (path / "open").open("wb") as file:
        file.write(b"x")
        file.flush()
        (path / "last").write_bytes(b"x")
        assert names_until(bell, "last") == {"moved in", "renamed", "last"}


def test_a_thai_name_is_heard_as_the_folder_lists_it(bell: Bell, path: Path) -> None:
    (path / "หนังสือ.pdf").write_bytes(b"x")
    assert names_until(bell, "หนังสือ.pdf") == {"หนังสือ.pdf"}


def test_a_bell_that_hangs_is_left_hanging(bell: Bell, path: Path) -> None:
    threads = set(threading.enumerate())
    bell.hang(str(path))
    assert set(threading.enumerate()) == threads


def test_a_bell_whose_folder_was_deleted_is_hung_on_the_next_one(bell: Bell, path: Path) -> None:
    path.rmdir()
    bell.hang(str(path))
    path.mkdir()
    bell.hang(str(path))
    (path / "a").write_bytes(b"x")
    assert names_until(bell, "a") == {"a"}


def test_a_bell_taken_down_is_silent(bell: Bell, path: Path) -> None:
    bell.take_down()
    (path / "a").write_bytes(b"x")
    assert not bell.ringing
