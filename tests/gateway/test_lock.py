"""One daemon works in a folder; whoever looks whether one does is none."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway import lock
from ledger.errors import AlreadyRunning


@contextmanager
def looking(folder: Path) -> Iterator[int]:
    """Somebody is just asking whether a daemon works in `folder`."""
    handle = os.open(folder / lock.LOCK, os.O_RDONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield handle
    finally:
        os.close(handle)


def test_a_second_daemon_is_refused_and_seen(tmp_path: Path) -> None:
    assert not lock.is_held(tmp_path)
    with lock.only_one(tmp_path):
        assert lock.is_held(tmp_path)
        with pytest.raises(AlreadyRunning), lock.only_one(tmp_path):
            pass
    assert not lock.is_held(tmp_path)


def test_two_who_look_at_once_see_no_daemon(tmp_path: Path) -> None:
    with looking(tmp_path):
        assert not lock.is_held(tmp_path)


def test_a_daemon_starts_while_somebody_looks(tmp_path: Path) -> None:
    with looking(tmp_path) as handle:
        gone = threading.Timer(0.1, fcntl.flock, (handle, fcntl.LOCK_UN))
        gone.start()
        with lock.only_one(tmp_path):
            assert lock.is_held(tmp_path)
        gone.join()
