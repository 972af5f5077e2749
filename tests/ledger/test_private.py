"""The data folder is ours alone, and nothing in it is for other users of the machine (6, attack 40)."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
from pathlib import Path

import pytest

from ledger import private
from ledger.database import FILE, open_database
from ledger.errors import DataForeign, DataOpen
from tests.users import STRANGER, as_root, common_ground, user


def modes(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): stat.S_IMODE(path.lstat().st_mode) for path in folder.rglob("*")}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "ที่เก็บ ข้อมูล"
    folder.mkdir(mode=0o700)
    return folder


@pytest.mark.parametrize("mode", [0o710, 0o701, 0o750, 0o755, 0o777, 0o702, 0o2770])
def test_a_folder_that_others_can_reach_is_refused_with_the_command_that_mends_it(data: Path, mode: int) -> None:
    data.chmod(mode)
    with pytest.raises(DataOpen) as told:
        open_database(data)
    assert list(data.iterdir()) == []
    for language in ("th", "en"):
        assert f"{mode:o}" in told.value.sentence(language)
    command = told.value.sentence("en").partition("run ")[2]
    assert shlex.split(command) == ["chmod", "700", str(data)]
    subprocess.run(command, shell=True, check=True)
    open_database(data).close()


@as_root
def test_a_folder_of_another_user_is_refused(data: Path) -> None:
    os.chown(data, STRANGER, STRANGER)
    with pytest.raises(DataForeign) as told:
        open_database(data)
    assert list(data.iterdir()) == []
    for language in ("th", "en"):
        assert str(STRANGER) in told.value.sentence(language)
        assert shlex.join(["chown", "-R", "root", str(data)]) in told.value.sentence(language)


def test_a_link_to_the_folder_is_as_open_as_the_folder(data: Path, tmp_path: Path) -> None:
    data.chmod(0o755)
    (tmp_path / "link").symlink_to(data)
    with pytest.raises(DataOpen, match="chmod 700"):
        open_database(tmp_path / "link")


def test_a_folder_that_is_not_there_is_made_for_us_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        open_database(tmp_path / "new" / "data").close()
    finally:
        os.umask(before)
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("new", "new/data")} == {0o700}


def test_the_database_and_all_beside_it_are_ours_alone_whatever_the_umask(data: Path) -> None:
    before = os.umask(0)
    try:
        database = open_database(data)
        with database.write() as session:
            session.connection().exec_driver_sql("CREATE TABLE t (x)")
            found = modes(data)
        with database.read() as session:
            session.connection().exec_driver_sql("SELECT * FROM t")
            found |= modes(data)
        database.close()
    finally:
        os.umask(before)
    assert len(found) >= 2
    assert set(found.values()) == {0o600}


def test_what_an_earlier_program_left_open_is_closed(data: Path) -> None:
    open_database(data).close()
    (data / "originals" / "ab").mkdir(parents=True, mode=0o755)
    for name in (FILE, "secret.key", "daemon.lock", "originals/ab/abcd"):
        (data / name).touch()
        (data / name).chmod(0o644)
    for name in ("originals", "originals/ab"):
        (data / name).chmod(0o755)
    outside = data.parent / "elsewhere"
    outside.touch()
    outside.chmod(0o644)
    (data / "link").symlink_to(outside)
    open_database(data).close()
    assert {name: mode for name, mode in modes(data).items() if name != "link"} == {
        FILE: 0o600,
        "secret.key": 0o600,
        "daemon.lock": 0o600,
        "originals": 0o700,
        "originals/ab": 0o700,
        "originals/ab/abcd": 0o600,
    }
    assert stat.S_IMODE(outside.stat().st_mode) == 0o644  # a link is not followed


@as_root
def test_another_user_of_the_machine_reads_nothing() -> None:
    with common_ground() as ground:
        open_database(ground / "data").close()
        with user(STRANGER):
            for look in (lambda: os.listdir(ground / "data"), lambda: (ground / "data" / FILE).read_bytes()):
                with pytest.raises(PermissionError):
                    look()


def test_a_file_that_is_there_is_left_as_it_is(data: Path) -> None:
    (data / "x").write_bytes(b"kept")
    private.make_file(data / "x")
    assert (data / "x").read_bytes() == b"kept"
