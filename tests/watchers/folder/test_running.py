"""The watch in its thread, with real events, real writers, and quiet times of parts of a second."""

from __future__ import annotations

import logging
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from watchdog.observers.api import BaseObserver

from tests.watchers.folder.office import PDF, Office, eventually, letter, running
from watchers.folder import Folder, FolderWatch

LONG = 60.0  # seconds that no test waits: what is taken meanwhile was taken because it was closed and whole


def watch(office: Office, path: Path, *, quiet: float = LONG, quiet_whole: float = 0.2) -> FolderWatch:
    folder = Folder(path, path.with_name("closed"), quiet=quiet, quiet_whole=quiet_whole)
    return FolderWatch(folder, office.take, office.settle, clock=lambda: datetime.now(UTC))


def listening(watch: FolderWatch) -> None:
    eventually(lambda: watch.status().scanned_at is not None)


def done(path: Path) -> set[str]:
    return {file.name for file in path.glob("done/2569/*") if file.stat().st_size}


def test_a_file_copied_in_is_taken_after_the_short_quiet_time(office: Office, path: Path) -> None:
    with running(folder := watch(office, path)):
        listening(folder)
        (path / "ขอเชิญ.pdf").write_bytes(PDF)
        eventually(lambda: done(path) == {"1-2569 ขอเชิญ.pdf"})


def test_a_file_renamed_into_place_is_taken_after_the_short_quiet_time(office: Office, path: Path) -> None:
    with running(folder := watch(office, path)):
        listening(folder)
        (path.parent / "outside").write_bytes(letter("from elsewhere"))
        (path.parent / "outside").rename(path / "a.pdf")
        (path / "b.pdf.part").write_bytes(letter("from a download"))
        (path / "b.pdf.part").rename(path / "b.pdf")
        eventually(lambda: len(done(path)) == 2)
    assert sorted(intake.name for intake in office.taken) == ["a.pdf", "b.pdf"]


def test_a_missing_folder_is_made(office: Office, tmp_path: Path) -> None:
    with running(watch(office, tmp_path / "new" / "folder")):
        eventually((tmp_path / "new" / "folder").is_dir)


def test_a_writer_in_single_bytes_with_pauses_is_waited_for(office: Office, path: Path) -> None:
    with running(folder := watch(office, path, quiet=0.15, quiet_whole=0.05)):
        listening(folder)
        with (path / "slow.pdf").open("wb", buffering=0) as file:
            for at, byte in enumerate(PDF):
                file.write(bytes([byte]))
                if at % 15 == 0:  # longer than any quiet time
                    threading.Event().wait(0.25)
        eventually(lambda: len(done(path)) == 1)
    assert office.contents == [PDF]


def test_a_writer_who_closes_after_every_piece_is_waited_for(office: Office, path: Path) -> None:
    with running(folder := watch(office, path, quiet=0.15, quiet_whole=0.05)):
        listening(folder)
        for at in range(0, len(PDF), 15):
            with (path / "scan.pdf").open("ab") as file:
                file.write(PDF[at : at + 15])
            threading.Event().wait(0.25)
        eventually(lambda: len(done(path)) == 1)
    assert office.contents == [PDF]


def test_a_placeholder_is_filled_before_it_is_taken(office: Office, path: Path) -> None:
    with running(folder := watch(office, path, quiet=0.1, quiet_whole=0.05)):
        listening(folder)
        (path / "scan.pdf").touch()
        eventually(lambda: folder.status().pending == 1)
        threading.Event().wait(0.4)
        (path / "scan.pdf").write_bytes(PDF)
        eventually(lambda: len(done(path)) == 1)
    assert office.contents == [PDF]


def test_two_thousand_files_at_once_are_each_taken_once(office: Office, path: Path) -> None:
    with running(folder := watch(office, path)):
        listening(folder)
        for number in range(2000):
            if number % 2:
                (path / f"{number}.pdf").write_bytes(letter(str(number)))
            else:
                (path / ".partial").write_bytes(letter(str(number)))
                (path / ".partial").rename(path / f"{number}.pdf")
        eventually(lambda: len(done(path)) == 2000, 60)
    assert office.offers == 2000
    assert sorted(office.contents) == sorted(letter(str(number)) for number in range(2000))
    assert office.most_aloft <= 64


def test_a_watch_stopped_and_started_again_and_again_takes_everything_once(office: Office, path: Path) -> None:
    writer = threading.Thread(target=lambda: [(path / f"{n}.pdf").write_bytes(letter(str(n))) for n in range(300)])
    writer.start()
    for _ in range(8):
        with running(watch(office, path, quiet=0.05, quiet_whole=0.01)):
            threading.Event().wait(0.15)
    writer.join()
    with running(watch(office, path, quiet=0.05, quiet_whole=0.01)):
        eventually(lambda: len(done(path)) == 300)
    assert sorted(office.contents) == sorted(letter(str(number)) for number in range(300))


def test_without_events_everything_is_found_all_the_same(
    office: Office, path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def none_left() -> BaseObserver:
        raise OSError(24, "inotify instance limit reached")

    monkeypatch.setattr("watchers.folder.bell._observer", none_left)
    (path / "a.pdf").write_bytes(PDF)
    with running(watch(office, path, quiet=0.1)):
        eventually(lambda: len(done(path)) == 1)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_folder_replaced_by_another_is_listened_to_again(office: Office, path: Path) -> None:
    folder = watch(office, path)
    with running(folder):
        listening(folder)
        path.rename(path.with_name("old"))
        path.mkdir()
        before = folder.status().scanned_at
        (path.with_name("old") / "stray.pdf").write_bytes(PDF)  # the old bell still rings, and finds the new folder
        eventually(lambda: folder.status().scanned_at != before)
        (path / "a.pdf").write_bytes(letter("a"))
        eventually(lambda: len(done(path)) == 1)


def test_stopping_leaves_no_thread_and_no_line_in_the_log(
    office: Office, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    threads = []
    for _ in range(2):  # watchdog keeps one thread for all who ever listened
        with running(folder := watch(office, path)):
            listening(folder)
        threads.append(set(threading.enumerate()))
    assert threads[0] == threads[1]
    assert caplog.records == []


def test_swapping_a_file_for_links_while_the_watch_runs_brings_in_nothing_foreign(
    office: Office, path: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.pdf"
    outside.write_bytes(letter("foreign"))
    new = path / ".new"
    puts = (lambda: new.write_bytes(letter("theirs")), lambda: new.symlink_to(outside), lambda: os.link(outside, new))
    with running(watch(office, path, quiet=0.02, quiet_whole=0.01)):
        for turn in range(90):
            puts[turn % 3]()
            new.replace(path / "a.pdf")
            new.unlink(missing_ok=True)  # a link that replaces itself stays
            threading.Event().wait(0.011 * (turn % 4))
    assert set(office.contents) <= {letter("theirs")}
    assert outside.read_bytes() == letter("foreign")
    assert b"foreign" not in b"".join(file.read_bytes() for file in path.glob("done/2569/*"))
