"""A folder that a group of clerks shares with the daemon, whose own umask lets nobody read: real users, real files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.values import Intake, Outcome, OutcomeKind
from tests.users import CLERK, DAEMON, SHARERS, STRANGER, as_root, common_ground, user
from tests.watchers.folder.office import Drop, Office, letter
from watchers.folder import Folder, safely

pytestmark = as_root

KINDS = {"ก": OutcomeKind.REGISTERED, "ข": OutcomeKind.HELD, "ค": OutcomeKind.REFUSED}


@pytest.fixture
def ground() -> Iterator[Path]:
    with common_ground() as folder:
        yield folder


def shared(ground: Path, mode: int, group: int = SHARERS) -> Path:
    """A watched folder of the daemon's that a group shares."""
    folder = ground / "หนังสือเข้า"
    folder.mkdir()
    os.chown(folder, DAEMON, group)
    folder.chmod(mode)
    return folder


def drop(office: Office, folder: Path, *groups: int, secret: str = "", umask: int = 0o007) -> None:
    """A clerk drops a file for each outcome; the daemon takes them."""

    def decide(intake: Intake, outcome: Outcome) -> Outcome:
        kind = KINDS[intake.name[0]]
        number = outcome.number if kind is OutcomeKind.REGISTERED else None
        return replace(outcome, kind=kind, number=number, secret=intake.name[0] in secret)

    office.decide = decide
    with user(CLERK, SHARERS, umask=umask):
        for name in KINDS:
            (folder / f"{name}.pdf").write_bytes(letter(name))
    with user(DAEMON, *groups):
        watched = Drop(office, Folder(folder, folder.with_name("closed"), share=True))
        watched.after(0)
        watched.after(10)


def modes(folder: Path) -> dict[str, tuple[str, int]]:
    found = {str(path.relative_to(folder)): path.stat() for path in folder.rglob("*")}
    return {name: (f"{stat.S_IMODE(status.st_mode):o}", status.st_gid) for name, status in found.items()}


@pytest.mark.parametrize(
    ("mode", "folders", "files"), [(0o2770, "2770", "660"), (0o2775, "2775", "664"), (0o3770, "3770", "660")]
)
def test_the_clerks_of_the_group_read_all_that_we_put_there(
    ground: Path, office: Office, mode: int, folders: str, files: str
) -> None:
    folder = shared(ground, mode)
    drop(office, folder, SHARERS)
    found = modes(folder)
    notes = {name: found.pop(name) for name in list(found) if name.endswith(".txt")}
    assert notes == {"failed/ค.pdf.txt": (files, SHARERS)}
    made = ("done", "done/2569", "held", "failed")
    assert {name: found[name] for name in made} == dict.fromkeys(made, (folders, SHARERS))
    assert {group for _, group in found.values()} == {SHARERS}
    with user(CLERK, SHARERS):
        for name in ("done/2569/1-2569 ก.pdf", "held/ข.pdf", "failed/ค.pdf", "failed/ค.pdf.txt"):
            assert (folder / name).read_bytes()
        (folder / "done/2569/1-2569 ก.pdf").rename(folder / "done/2569/สำเนา.pdf")
    with user(STRANGER):
        if mode & stat.S_IRWXO:
            assert (folder / "failed/ค.pdf.txt").read_bytes()
        else:
            with pytest.raises(PermissionError):
                os.listdir(folder)


def test_without_the_groups_bit_on_the_folder_they_read_it_all_the_same(ground: Path, office: Office) -> None:
    folder = shared(ground, 0o770)
    drop(office, folder, SHARERS, umask=0)
    found = modes(folder)
    assert {found[name] for name in ("done", "done/2569", "failed")} == {("770", SHARERS)}
    assert found["failed/ค.pdf.txt"] == ("660", SHARERS)


def test_a_sandbox_that_forbids_chgrp_and_the_groups_bit_keeps_nothing_from_them(
    ground: Path, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `RestrictSUIDSGID=` and `SystemCallFilter=~@privileged` of systemd refuse."""
    fchmod = os.fchmod

    def no_bit(handle: int, mode: int) -> None:
        if mode & (stat.S_ISGID | stat.S_ISUID):
            raise PermissionError(1, "Operation not permitted")
        fchmod(handle, mode)

    def no_group(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    folder = shared(ground, 0o2770)
    monkeypatch.setattr(os, "fchmod", no_bit)
    monkeypatch.setattr(os, "fchown", no_group)
    drop(office, folder, SHARERS)
    found = modes(folder)
    assert {found[name] for name in ("done", "done/2569", "held", "failed")} == {("2770", SHARERS)}
    assert found["failed/ค.pdf.txt"] == ("660", SHARERS)


def test_nothing_is_wider_than_its_folder(ground: Path, office: Office) -> None:
    folder = shared(ground, 0o2770)
    with user(DAEMON, SHARERS):
        (folder / "failed").mkdir()
        (folder / "failed").chmod(0o700)  # somebody closed it on purpose
    drop(office, folder, SHARERS)
    assert modes(folder)["failed/ค.pdf.txt"][0] == "600"
    with user(CLERK, SHARERS), pytest.raises(PermissionError):
        os.listdir(folder / "failed")


def test_a_group_that_we_are_not_in_gives_its_rights_to_no_other_group(ground: Path, office: Office) -> None:
    folder = shared(ground, 0o777)
    drop(office, folder, umask=0)
    found = modes(folder)
    assert found["done"] == ("707", DAEMON)
    assert found["failed/ค.pdf.txt"] == ("606", DAEMON)


def test_a_file_that_is_the_clerks_own_keeps_its_mode(ground: Path) -> None:
    folder = shared(ground, 0o2770)
    with user(CLERK, SHARERS, umask=0o027):
        (folder / "x").write_bytes(b"x")
    with user(DAEMON, SHARERS), safely.directory(folder) as directory, safely.opened(directory, "x") as handle:
        safely.share(handle, directory)
    assert modes(folder)["x"] == ("640", SHARERS)


def test_no_secret_file_can_be_read_on_the_share_and_a_note_says_where_it_is(ground: Path, office: Office) -> None:
    folder = shared(ground, 0o2770)
    closed = folder.with_name("closed")
    closed.mkdir()
    closed.chmod(0o700)
    os.chown(closed, DAEMON, DAEMON)
    drop(office, folder, SHARERS, secret="กขค")
    with user(CLERK, SHARERS):
        seen = {str(path.relative_to(folder)): path.read_text("utf-8-sig") for path in folder.rglob("*.*")}
        with pytest.raises(PermissionError):
            os.listdir(closed)
    assert set(seen) == {"done/2569/1-2569 ลับ.txt", "held/ลับ.txt", "failed/ลับ.txt"}
    assert "เลขทะเบียน 1/2569" in seen["done/2569/1-2569 ลับ.txt"]
    kept = {str(path.relative_to(closed)): path for path in closed.rglob("*.*")}
    assert {name: path.read_bytes() for name, path in kept.items()} == {
        "done/2569/1-2569 ลับ.pdf": letter("ก"),
        "held/ลับ.pdf": letter("ข"),
        "failed/ลับ.pdf": letter("ค"),
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept.values()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in closed.rglob("*") if path.is_dir()} == {0o700}
