"""The bodies of forms, taken piece by piece within bounds. What reads them blocks, and belongs into a thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.requests import Request

from gateway.web.desk import Threads

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
FIRST_FIELD = 4 * 1024  # bytes within which it ends
PIECE = 256 * 1024  # bytes that a thread is given at once


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a form may bring."""

    text: int  # bytes of all names and values together, also where there are files
    fields: int
    files: int = 0
    file_bytes: int = 0  # of all files together


class TooMuchText(Exception):
    """More than `Bounds.text`."""


class TooLarge(Exception):
    """More than text and files may have together."""


class TooManyFiles(Exception):
    """More than `Bounds.files`."""


class Reader(Protocol):
    """Takes one body. Errors of `feed` and `finish`: ValueError for what is no form, and the three above."""

    texts: list[tuple[str, str]]  # whole once it is finished
    files: list[tuple[str, UploadFile]]

    def feed(self, piece: bytes) -> None:
        """The next bytes."""

    def first(self) -> tuple[str, str] | None:
        """Name and value of the form's first field; empty where none can be, None until it is known."""

    def finish(self) -> None:
        """There are no more bytes."""

    def close(self) -> None:
        """Forget the files."""


class Urlencoded:
    """Fields without files. Bytes that are no UTF-8 raise ValueError."""

    def __init__(self, bounds: Bounds) -> None:
        self.texts: list[tuple[str, str]] = []
        self.files: list[tuple[str, UploadFile]] = []
        self._bounds, self._body = bounds, bytearray()

    def feed(self, piece: bytes) -> None:
        """The next bytes."""
        self._body += piece
        if len(self._body) > self._bounds.text:
            raise TooMuchText

    def first(self) -> tuple[str, str] | None:
        """See `Reader`."""
        field, more, _ = self._body[:FIRST_FIELD].partition(b"&")
        if not more:
            return ("", "") if len(self._body) >= FIRST_FIELD else None
        return (self._parsed(field) or [("", "")])[0]

    def finish(self) -> None:
        """See `Reader`."""
        self.texts = self._parsed(self._body)

    def close(self) -> None:
        """Nothing is kept elsewhere."""

    def _parsed(self, body: bytearray) -> list[tuple[str, str]]:
        most = self._bounds.fields
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=most)


def kind_of(request: Request) -> str:
    """The type of its body, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def take(
    request: Request, reader: Reader, threads: Threads, look: Callable[[tuple[str, str]], None] = lambda _first: None
) -> None:
    """Let `reader` have the body of `request`.

    Arguments: `look` sees the first field before more than its piece is read, and may raise. Raises besides what the
    reader does: ClientDisconnect.
    """
    piece, looked = bytearray(), False
    async for chunk in request.stream():
        piece += chunk
        if chunk and looked and len(piece) < PIECE:
            continue
        await threads.run(reader.feed, bytes(piece))
        piece.clear()
        if not looked and (first := reader.first()) is not None:
            look(first)
            looked = True
    await threads.run(reader.finish)
    if not looked:
        look(reader.first() or next(iter(reader.texts), ("", "")))
