"""Opening what others put there: never a foreign byte."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from watchers.folder import safely
from watchers.folder.safely import Changed, Fingerprint


@pytest.fixture
def handle(path: Path) -> Iterator[int]:
    with safely.directory(path) as handle:
        yield handle


def fingerprint(file: Path) -> Fingerprint:
    return Fingerprint.of(os.stat(file, follow_symlinks=False))


@pytest.fixture
def oddities(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that can lie in a folder without being a plain file."""
    outside = tmp_path / "secret.pdf"
    outside.write_bytes(b"foreign")
    (path / "link").symlink_to(outside)
    (path / "dangling").symlink_to(tmp_path / "nothing")
    os.link(outside, path / "second name")
    os.mkfifo(path / "pipe")
    (path / "sub").mkdir()
    with socket.socket(socket.AF_UNIX) as door:
        monkeypatch.chdir(path)  # the path of a socket must be short
        door.bind("socket")
    return ["link", "dangling", "second name", "pipe", "sub", "socket"]


def test_only_plain_files_are_listed_and_all_else_is_named(handle: int, path: Path, oddities: list[str]) -> None:
    (path / "a.pdf").write_bytes(b"a")
    (path / "~$a.pdf").write_bytes(b"")
    found = safely.listing(handle, lambda name: name.startswith("~"))
    assert found.files == {"a.pdf": fingerprint(path / "a.pdf")}
    assert found.strange == set(oddities)


def test_nothing_but_a_plain_file_is_opened_and_no_pipe_blocks(handle: int, path: Path, oddities: list[str]) -> None:
    for name in oddities:
        with pytest.raises(Changed), safely.opened(handle, name):
            pass


def test_a_file_that_is_as_it_was_seen_is_read(handle: int, path: Path) -> None:
    (path / "a").write_bytes(b"hello")
    assert safely.read(handle, "a", fingerprint(path / "a")) == b"hello"


def test_a_file_that_grew_shrank_or_was_replaced_is_not_read(handle: int, path: Path) -> None:
    file = path / "a"
    for change in (b"hello world", b"he", b"HELLO"):
        file.write_bytes(b"hello")
        seen = fingerprint(file)
        (path / "b").write_bytes(change)
        (path / "b").rename(file)
        with pytest.raises(Changed):
            safely.read(handle, "a", seen)


def test_a_missing_file_is_missing(handle: int) -> None:
    with pytest.raises(FileNotFoundError), safely.opened(handle, "a"):
        pass


def test_a_racer_who_swaps_the_file_for_links_never_gets_a_foreign_byte_in(
    handle: int, path: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "secret"
    outside.write_bytes(b"foreign")
    file, done, swaps = path / "a", threading.Event(), 0

    def race() -> None:
        nonlocal swaps
        while not done.is_set():
            for put in (
                lambda: file.write_bytes(b"theirs!"),
                lambda: file.symlink_to(outside),
                lambda: os.link(outside, file),
            ):
                with suppress(FileNotFoundError):
                    file.unlink()
                put()
                swaps += 1

    racer = threading.Thread(target=race)
    racer.start()
    read = []
    end = time.monotonic() + 1
    while time.monotonic() < end:
        with suppress(Changed, FileNotFoundError):
            found = safely.listing(handle, lambda name: False).files.get("a")
            if found:
                read.append(safely.read(handle, "a", found))
    done.set()
    racer.join()
    assert swaps > 100
    assert set(read) <= {b"", b"theirs!"}


def test_an_inner_folder_is_made_once_and_never_reached_through_a_link(handle: int, path: Path, tmp_path: Path) -> None:
    for _ in range(2):
        os.close(safely.inner(handle, "done"))
    (path / "failed").symlink_to(tmp_path)
    (path / "held").write_bytes(b"")
    for name in ("failed", "held"):
        with pytest.raises(OSError, match=r"Not a directory|Too many levels"):
            safely.inner(handle, name)
