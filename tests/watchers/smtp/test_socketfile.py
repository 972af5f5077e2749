"""The socket file: its rights before anybody reaches it, a dead daemon's place, a living one's, and whose it is."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.errors import GroupUnknown, SocketBlocked, SocketTaken
from tests.stories.house import ROOT
from tests.watchers.smtp.house import House, Talk
from watchers.smtp import socketfile


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever the process was started with."""
    before = os.umask(request.param)
    yield
    os.umask(before)


def opened(house: House, path: Path, mode: int = 0o660, group: int | None = None) -> None:
    house.run(house.door.open_socket_file(path, mode, group))


@pytest.fixture
def dead(tmp_path: Path) -> Path:
    """The socket file of a daemon that was killed."""
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / "lmtp"))
        left.listen()
    return tmp_path / "lmtp"


@pytest.mark.parametrize("mode", [0o600, 0o660, 0o666])
def test_the_rights_do_not_hang_on_the_umask_and_are_there_before_anybody_gets_in(tmp_path, umask, mode: int):
    path = tmp_path / "lmtp"
    with socketfile.bound(path, mode, os.getegid()) as door, socket.socket(socket.AF_UNIX) as early:
        assert stat.S_IMODE(path.stat().st_mode) == mode
        assert path.stat().st_gid == os.getegid()
        with pytest.raises(ConnectionRefusedError):
            early.connect(str(path))
        door.listen()
        early.connect(str(path))


def test_the_place_of_a_dead_daemon_is_taken(house: House, dead: Path):
    assert socketfile.fault(dead) is None
    opened(house, dead)
    with Talk(str(dead)) as talk:
        assert talk.greeting.startswith("220")


def test_the_place_of_a_living_one_is_not(house: House, tmp_path: Path):
    path = tmp_path / "lmtp"
    opened(house, path)
    with pytest.raises(SocketTaken, match=str(path)):
        socketfile.bound(path, 0o660, None)
    with Talk(str(path)) as talk:
        assert talk.greeting.startswith("220")


def test_a_living_one_that_is_too_busy_to_answer_is_alive(tmp_path: Path):
    path = tmp_path / "lmtp"
    with socket.socket(socket.AF_UNIX) as busy, socket.socket(socket.AF_UNIX) as waiting:
        busy.bind(str(path))
        busy.listen(0)
        waiting.connect(str(path))
        assert isinstance(socketfile.fault(path), SocketTaken)


@pytest.mark.parametrize("make", [Path.touch, Path.mkdir, lambda path: path.symlink_to("elsewhere")])
def test_what_is_no_socket_is_left_as_it_is(tmp_path: Path, make):
    path = tmp_path / "lmtp"
    make(path)
    before = path.lstat()
    with pytest.raises(SocketBlocked):
        socketfile.bound(path, 0o660, None)
    assert path.lstat() == before


def test_a_socket_file_that_is_another_ones_by_now_stays(house: House, tmp_path: Path):
    path = tmp_path / "lmtp"
    opened(house, path)
    path.rename(tmp_path / "away")
    path.touch()
    house.run(house.door.close())
    assert path.exists()


def test_a_group_has_a_name_or_a_number(tmp_path: Path):
    assert socketfile.group_of("") is None
    assert socketfile.group_of(str(os.getegid())) == os.getegid()
    with pytest.raises(GroupUnknown, match="groupadd sarabun"):
        socketfile.group_of("sarabun")


# Root may give a file to any group: who runs these tests so becomes nobody for a moment.
NOBODY = """
import os
from watchers.smtp.socketfile import group_of
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
group_of("0")
"""


def test_only_a_group_that_we_are_in_can_be_given_a_file():
    asked = subprocess.run([sys.executable, "-c", NOBODY], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "GroupNotOurs" in asked.stderr
    assert "usermod -aG 0" in asked.stderr
