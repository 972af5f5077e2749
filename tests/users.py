"""Other users of the machine, made up by who may be anybody: root."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

DAEMON, CLERK, STRANGER = 54_321, 54_322, 54_323  # each with a group of the same number
SHARERS = 54_330  # a group

"".encode("utf-8-sig")  # what Python loads late, somebody else may not find

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")


@contextmanager
def user(number: int, *groups: int, umask: int = 0o077) -> Iterator[None]:
    """Everything in the block is done as this user, who is in these groups too."""
    before = os.getgroups(), os.umask(umask)
    os.setgroups(groups)
    os.setegid(number)
    os.seteuid(number)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(before[0])
        os.umask(before[1])


@contextmanager
def common_ground() -> Iterator[Path]:
    """A folder that everybody can reach; those of the tests are root's alone."""
    with TemporaryDirectory(prefix="saraban-users-") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)
