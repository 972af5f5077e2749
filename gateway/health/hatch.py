"""How another process asks the running house: a Unix socket in `data`, for whoever may read that folder.

Who connects is told all in one JSON object, and asked nothing: a visitor can neither wait for the house nor keep it.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

HATCH = "daemon.sock"
PATIENCE = 3.0  # seconds that the asking process waits


class Hatch:
    """The house's side. Errors: OSError where no socket can be made."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / HATCH
        self._path.unlink(missing_ok=True)  # of a daemon that was killed; the lock says that there is no other
        self._listening = socket.socket(socket.AF_UNIX)
        with _short(folder) as path:
            self._listening.bind(path)
            os.chmod(path, 0o600)  # before anybody can connect
        self._listening.listen(16)
        self._listening.setblocking(False)

    def fileno(self) -> int:
        """For whoever waits until somebody asks."""
        return self._listening.fileno()

    def answer(self, told: dict[str, Any]) -> None:
        """Tell one who asks. What does not fit into the socket at once is cut off rather than waited for."""
        with suppress(OSError):
            visitor, _ = self._listening.accept()
            with visitor:
                visitor.setblocking(False)
                visitor.sendall(json.dumps(told, ensure_ascii=False).encode())

    def close(self) -> None:
        """Be gone."""
        self._listening.close()
        self._path.unlink(missing_ok=True)


def ask(folder: Path, patience: float = PATIENCE) -> dict[str, Any] | None:
    """What the daemon in `folder` tells; None where none answers within `patience` seconds."""
    try:
        with socket.socket(socket.AF_UNIX) as door, _short(folder) as path:
            door.settimeout(patience)
            door.connect(path)
            told = b""
            while piece := door.recv(65536):
                told += piece
        found = json.loads(told)
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


@contextmanager
def _short(folder: Path) -> Iterator[str]:
    """A path to the socket that fits into the 108 bytes which the kernel has for it, however long the folder's is."""
    if len(os.fsencode(folder / HATCH)) < 100:
        yield str(folder / HATCH)
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{handle}/{HATCH}"
    finally:
        os.close(handle)
