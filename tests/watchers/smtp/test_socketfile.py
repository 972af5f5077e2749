"""The socket file: its rights before anybody reaches it, a dead daemon's place, a living one's, and whose it is."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
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
    assert socketfile.group_of("", tmp_path) is None
    assert socketfile.group_of(str(os.getegid()), tmp_path) == os.getegid()
    with pytest.raises(GroupUnknown, match="groupadd sarabun"):
        socketfile.group_of("sarabun", tmp_path)


US, MAIL = 47001, 47105  # a user and a group that have no names
OPENED = """
import ctypes, os, sys
from pathlib import Path
from ledger.errors import SarabanError
from watchers.smtp.socketfile import bound, group_of
path, group, us, groups, private = Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:])
os.setgroups([groups] if groups else [])
os.setresgid(us, us, us)
os.setresuid(us, us, us)
if private:  # as PrivateUsers=yes of a unit: no other group is known
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(4, 1, 0, 0, 0) == 0  # dumpable, so that /proc/self is ours
    assert libc.unshare(0x10000000) == 0, os.strerror(ctypes.get_errno())
    for name, line in (("setgroups", "deny"), ("uid_map", f"{us} {us} 1"), ("gid_map", f"{us} {us} 1")):
        Path("/proc/self", name).write_text(line)
try:
    bound(path, 0o660, group_of(group, path.parent))
except SarabanError as error:
    sys.exit(error.sentence("en"))
"""


@cache
def is_private_possible() -> bool:
    """Whether our user may make himself a user namespace: in a chroot nobody may."""
    ours = {"user": US, "group": US, "extra_groups": []}
    return subprocess.run(["unshare", "--user", "true"], **ours, capture_output=True, check=False).returncode == 0


def open_as_us(path: Path, *, member: bool = False, private: bool = False) -> str:
    """Open the socket for the group of the mail server, as our user, in that group or not; what is said."""
    if private and not is_private_possible():
        member = private = False  # in that unit he is as one who is in no other group
    given = [str(path), *(str(int(number)) for number in (MAIL, US, MAIL * member, private))]
    words = [sys.executable, "-c", OPENED, *given]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stderr.strip()


@pytest.fixture
def ours() -> Iterator[Path]:
    """A folder of our user, which he gets to."""
    if os.geteuid():
        pytest.skip("only root can become another user")
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        os.chmod(name, 0o755)
        folder = Path(name) / "saraban"
        folder.mkdir()
        os.chown(folder, US, -1)
        yield folder


@pytest.mark.parametrize("ways", [{}, {"member": True, "private": True}], ids=["no member", "PrivateUsers"])
def test_a_group_that_is_not_ours_is_told_with_what_mends_it(ours: Path, ways: dict[str, bool]):
    mended = f"chgrp {MAIL} {ours} && chmod g+s {ours}"
    assert open_as_us(ours / "lmtp", **ways) == (
        f"{US} is no member of {MAIL}, which the LMTP socket is for: run {mended} and start again"
    )
    os.chown(ours, -1, MAIL)
    ours.chmod(0o2750)
    assert open_as_us(ours / "lmtp", **ways) == ""
    status = (ours / "lmtp").stat()
    assert (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid) == (0o660, US, MAIL)


def test_a_member_gives_the_socket_to_the_group(ours: Path):
    assert open_as_us(ours / "lmtp", member=True) == ""
    assert (ours / "lmtp").stat().st_gid == MAIL


def test_a_folder_that_gives_another_group_is_none_of_it(ours: Path):
    os.chown(ours, -1, MAIL + 1)
    ours.chmod(0o2750)
    assert "is no member" in open_as_us(ours / "lmtp")


def test_in_a_folder_of_somebody_else_membership_is_the_way(ours: Path):
    assert f"usermod -aG {MAIL} {US}" in open_as_us(ours.parent / "lmtp")
