"""One daemon at a time works in a data folder."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.errors import AlreadyRunning

LOCK = "daemon.lock"
_TRIES, _PAUSE = 20, 0.05  # seconds; who only looks holds it for a moment


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the lock that lets one daemon at a time work in `folder`. Errors: `AlreadyRunning`."""
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not any(_tries(handle)):
            raise AlreadyRunning(folder=folder)
        yield
    finally:
        os.close(handle)


def is_held(folder: Path) -> bool:
    """Whether a daemon works in `folder` now. Who asks at the same time is none."""
    try:
        handle = os.open(folder / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        return not _locked(handle, fcntl.LOCK_SH)
    finally:
        os.close(handle)


def _tries(handle: int) -> Iterator[bool]:
    for _ in range(_TRIES):
        yield _locked(handle, fcntl.LOCK_EX)
        time.sleep(_PAUSE)


def _locked(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
