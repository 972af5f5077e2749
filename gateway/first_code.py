"""The first administrator's code where no person sits at the terminal: in a file of `data`, never in a journal."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ledger import durable
from ledger.beginning import FIRST_LIFE
from ledger.door import Door

FILE = "first-administrator.txt"


def keep(folder: Path, words: str) -> Path:
    """Write `words` where only whoever may read `folder` finds them. Returns the file."""
    file = folder / FILE
    durable.write(file, f"{words}\n".encode())
    return file


def forget(folder: Path) -> None:
    """Remove the file: its code is void."""
    (folder / FILE).unlink(missing_ok=True)


def tidy(folder: Path, door: Door, now: datetime) -> None:
    """Remove the file once its code is used or too old."""
    file = folder / FILE
    if not file.exists():
        return
    old = now.timestamp() - file.stat().st_mtime > FIRST_LIFE.total_seconds()
    if old or not door.invitations.awaits_first():
        forget(folder)
