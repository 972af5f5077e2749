"""One daemon at a time works in a data folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.errors import AlreadyRunning

LOCK = "daemon.lock"


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the lock that lets one daemon at a time work in `folder`. Errors: `AlreadyRunning`."""
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(folder=folder) from None
        yield
    finally:
        os.close(handle)


def is_held(folder: Path) -> bool:
    """Whether a daemon works in `folder` now."""
    if not (folder / LOCK).exists():
        return False
    try:
        with only_one(folder):
            return False
    except AlreadyRunning:
        return True
