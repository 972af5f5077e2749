"""What a watched folder is bound to, and how it is doing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ledger.values import RegisterKind


@dataclass(frozen=True, slots=True)
class Folder:
    """A drop folder and what it is bound to. Times in seconds, `largest` in bytes (P-6, section 7)."""

    path: Path
    closed: Path  # where secret files go: a folder of ours alone, outside of the share (I8)
    organisation: str = ""
    register: RegisterKind = RegisterKind.INCOMING
    group: str = ""
    share: bool = False  # on a network share: no events come from there, scans are rarer, we never create it
    quiet: float = 10.0  # how long any file must be still
    quiet_whole: float = 1.0  # the same for one that was closed and is whole by its own structure
    patience: float = 600.0  # after which a still file without its end mark is given up
    largest: int = 100 * 2**20

    @property
    def period(self) -> float:
        """Seconds between two scans when nothing rings."""
        return 30.0 if self.share else 10.0


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """How a watched folder is doing."""

    path: Path
    scanned_at: float | None = None  # the last listing that worked, by `time.monotonic()`
    pending: int = 0  # letters in the folder
    torn: int = 0  # of these, still but not whole: they wait for their end, `patience` at most
    failed: int = 0  # files that lie in failed/ and were not registered
    flying: int = 0  # of these, offered and without an outcome yet
    strange: int = 0  # links, pipes, sub-folders …: never opened, left where they are
    error: str = ""  # the last fault of ours, without the name of a file (I8)
    error_at: float | None = None  # by `time.monotonic()`
