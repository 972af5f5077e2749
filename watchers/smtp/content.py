"""The letter behind DATA: whole buffers up to CRLF.CRLF, unstuffed, no other byte touched (P-9)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from watchers.smtp import replies
from watchers.smtp.limits import KIB, Limits

_END = b"\r\n.\r\n"
_SMALL = 64 * KIB


class Room:
    """Memory for the unfinished letters of all sessions; the rest waits in unnamed files in `folder`."""

    def __init__(self, limits: Limits, folder: Path | None) -> None:
        self.folder = folder
        self.most = limits.memory
        self.used = 0
        self.turn = asyncio.Semaphore(limits.spooled_at_once)


class Content:
    """One letter on its way in. Only CRLF.CRLF ends it (RFC 5321 4.1.1.4, attack 1)."""

    def __init__(self, limits: Limits, room: Room) -> None:
        self.received = 0
        self.complete = False
        self.fault: bytes | None = None  # the reply, once the letter cannot be kept any more
        self._limits = limits
        self._room = room
        # The line end of the DATA command counts: a letter may begin with a dot, or consist of nothing.
        self._tail = b"\r\n"
        self._begun = False
        self._kept = bytearray()
        self._file: IO[bytes] | None = None
        self._size = 0
        self._held = 0
        self._open_line = 0

    @property
    def spooled(self) -> bool:
        """Whether the letter waits in a file."""
        return self._file is not None

    def feed(self, chunk: bytes) -> bytes | None:
        """Add what arrived. `None` while the end is not here, then what stands behind the end."""
        self.received += len(chunk)
        window = self._tail + chunk
        # Most of a large letter is base64, which has no dot: one look by memchr saves two slow searches.
        end = window.find(_END) if b"." in window else -1
        if end >= 0:
            self._keep(window[: end + 2])
            self.complete = True
            return window[end + len(_END) :]
        cut = len(window) - _begun_end(window)
        self._tail = window[cut:]
        self._keep(window[:cut])
        return None

    def whole(self) -> bytes:
        """The complete letter. Raises `OSError` when its file cannot be read."""
        if self._file is not None:
            self._file.seek(0)
            return self._file.read()
        return bytes(self._kept)

    def close(self) -> None:
        """Forget the letter and give its room back."""
        self._room.used -= self._held
        self._held = 0
        self._kept = bytearray()
        if self._file is not None:
            with suppress(OSError):  # a full disk, on which even this writes
                self._file.close()
            self._file = None

    def _keep(self, piece: bytes) -> None:
        if self.fault is not None or not piece:
            return
        if b"." in piece:
            piece = piece.replace(b"\r\n.", b"\r\n")
        if not self._begun:
            self._begun = True
            piece = piece[2:]
        self._size += len(piece)
        if self._size > self._limits.message:
            self._discard(replies.TOO_BIG % self._limits.message)
        elif self._overlong(piece):
            self._discard(replies.LETTER_LINE_TOO_LONG % self._limits.line)
        else:
            self._store(piece)

    def _discard(self, fault: bytes) -> None:
        self.close()
        self.fault = fault

    def _overlong(self, piece: bytes) -> bool:
        """Whether a line, ended by any LF, grew over the limit. Looks once per 64 KiB, not at each line."""
        start = -self._open_line
        while len(piece) - start > self._limits.line:
            end = piece.rfind(b"\n", max(start, 0), start + self._limits.line)
            if end < 0:
                return True
            start = end + 1
        last = piece.rfind(b"\n", max(start, 0))
        self._open_line = len(piece) - (start if last < 0 else last + 1)
        return False

    def _store(self, piece: bytes) -> None:
        try:
            if self._file is not None:
                self._file.write(piece)
                return
            self._kept += piece
            self._held += len(piece)
            self._room.used += len(piece)
            if self._room.used > self._room.most and self._held > _SMALL:
                self._spool()
        except OSError:
            self._discard(replies.NO_SPACE)

    def _spool(self) -> None:
        self._file = TemporaryFile(dir=self._room.folder)  # noqa: SIM115
        self._file.write(self._kept)
        self._kept = bytearray()
        self._room.used -= self._held
        self._held = 0


def _begun_end(window: bytes) -> int:
    """How many of the last bytes may be the beginning of the end mark."""
    return next((n for n in (4, 3, 2, 1) if window.endswith(_END[:n])), 0)
