"""The houses of the stories, and disks of a few mebibytes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.stories.conftest import house, make_house

__all__ = ["house", "make_house", "small_disk"]

SmallDisk = Callable[[Path, str], Path]

_AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]


@pytest.fixture
def small_disk() -> Iterator[SmallDisk]:
    """Mounts file systems in memory, of the size and kind that mount's options say, on folders."""
    mounted: list[Path] = []

    def mount(folder: Path, options: str) -> Path:
        folder.mkdir(parents=True)
        mine = f"{options},mode=700,uid={os.geteuid()},gid={os.getegid()}"
        done = subprocess.run([*_AS_ROOT, "mount", "-t", "tmpfs", "-o", mine, "tmpfs", str(folder)], check=False)
        assert done.returncode == 0, (
            "A disk that can be filled is mounted for this: run it as root, or allow sudo mount"
        )
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run([*_AS_ROOT, "umount", "--lazy", str(folder)], check=True)
