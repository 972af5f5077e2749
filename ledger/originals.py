"""The content-addressed store of originals and documents: `originals/ab/<sha256>`, written once, never changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from ledger import durable
from ledger.errors import OriginalDamaged, OriginalMissing

# What a crash may leave behind is younger than this while somebody still writes it.
_STALE_SECONDS = 36 * 3600

# All made at once: made one by one while letters are entered, each with a sync of its own, they slow that by a quarter.
_SHELVES = tuple(f"{first:02x}" for first in range(256))


def digest(content: bytes) -> str:
    """The name of `content` in the store: its SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


class Originals:
    """A folder of immutable files named by their SHA-256."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        durable.make_folders(folder, _SHELVES)

    def path(self, sha256: str) -> Path:
        """Where the bytes of `sha256` lie, or would lie."""
        return self.folder / sha256[:2] / sha256

    def put(self, contents: Iterable[bytes]) -> list[str]:
        """Store all `contents`; when this returns they survive a power cut. Returns their names in order."""
        names, missing = [], {}
        for content in contents:
            name = digest(content)
            names.append(name)
            if not self.path(name).exists():
                missing[self.path(name)] = content
        if missing:
            durable.write_many(missing.items())
        return names

    def get(self, sha256: str) -> bytes:
        """The bytes, checked against their name.

        Errors: `OriginalMissing`, `OriginalDamaged`.
        """
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise OriginalMissing(sha256=sha256) from None
        if digest(content) != sha256:
            raise OriginalDamaged(sha256=sha256)
        return content

    def names(self) -> Iterator[str]:
        """Every name in the store, sorted."""
        for path in sorted(self.folder.glob("??/*")):
            if not path.name.startswith("."):
                yield path.name

    def free(self) -> int:
        """Bytes free on the disk that holds the store."""
        return shutil.disk_usage(self.folder).free

    def must_take(self, size: int) -> None:
        """Try out a file of `size` bytes, of which nothing stays. Errors: OSError where none can be made now."""
        with tempfile.TemporaryFile(dir=self.folder) as file:
            os.posix_fallocate(file.fileno(), 0, max(size, 1))

    def clean(self) -> None:
        """Remove unfinished files that a crash left behind, once they are older than 36 hours."""
        for path in self.folder.glob("??/.*.tmp"):
            if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                path.unlink(missing_ok=True)
