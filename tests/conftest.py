"""What all tests share: folders in memory, and the browser of a module."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser

from ledger import private
from tests import programs
from tests.gateway.web.browser import chromium

hypothesis.settings.register_profile("unhurried", deadline=None)  # other workers are at work as well
hypothesis.settings.load_profile("unhurried")

MEMORY = Path("/dev/shm")
ROOM = 4 << 30


def pytest_configure() -> None:
    """Every test has a ledger of its own, and waiting for the disk took half of all time.

    Where there is a disk in memory with enough room, their folders are on it; PYTEST_DEBUG_TEMPROOT names another.
    """
    programs.reach()
    programs.watch()
    os.umask(private.UMASK)  # as every process of the house has it
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Two cannot live in one process, nor can an event loop of a test beside one."""
    with chromium() as started:
        yield started
