"""Forms with files (RFC 7578), read as they come: text within one bound, files onto the disk."""

from __future__ import annotations

import logging
from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import Headers, UploadFile

from gateway.web.posted import FIRST_FIELD, Bounds, TooLarge, TooManyFiles, TooMuchText

# It tells each broken form without path or address; who sent it is answered, and the log is not for strangers to fill.
logging.getLogger("python_multipart").setLevel(logging.ERROR)

IN_MEMORY = 1024 * 1024  # bytes of a file that stay there


class Multipart:
    """A `posted.Reader`."""

    def __init__(self, content_type: str, bounds: Bounds) -> None:
        """Raises ValueError for a content type without a boundary."""
        self.texts: list[tuple[str, str]] = []
        self.files: list[tuple[str, UploadFile]] = []
        self._bounds, self._text, self._taken, self._parts, self._ended = bounds, 0, 0, 0, False
        self._heads: list[tuple[bytes, bytes]] = []
        self._name, self._said, self._field, self._value = bytearray(), bytearray(), "", bytearray()
        self._file: UploadFile | None = None
        self._first: tuple[str, str] | None = None
        try:
            self._parser = MultipartParser(parse_options_header(content_type)[1][b"boundary"], {
                "on_part_begin": self._begin, "on_part_data": self._data, "on_part_end": self._end,
                "on_header_field": self._collect(self._name), "on_header_value": self._collect(self._said),
                "on_header_end": self._head, "on_headers_finished": self._headed, "on_end": self._last,
            })  # fmt: skip
        except (KeyError, FormParserError):
            raise ValueError("no boundary") from None

    def feed(self, piece: bytes) -> None:
        """The next bytes."""
        self._taken += len(piece)
        if self._taken > self._bounds.text + self._bounds.file_bytes:
            raise TooLarge
        try:
            self._parser.write(piece)
        except FormParserError as fault:
            raise ValueError(str(fault)) from None

    def first(self) -> tuple[str, str] | None:
        """See `posted.Reader`."""
        return ("", "") if self._first is None and self._taken >= FIRST_FIELD else self._first

    def finish(self) -> None:
        """See `posted.Reader`. Raises ValueError where the end is missing."""
        if not self._ended:
            raise ValueError("it ends before its end")
        for _, file in self.files:
            file.file.seek(0)

    def close(self) -> None:
        """Forget the files."""
        for _, file in self.files:
            file.file.close()

    def _collect(self, into: bytearray) -> Callable[[bytes, int, int], None]:
        def collect(data: bytes, start: int, end: int) -> None:
            self._count(end - start)
            into.extend(data[start:end])

        return collect

    def _count(self, text: int) -> None:
        self._text += text
        if self._text > self._bounds.text:
            raise TooMuchText

    def _begin(self) -> None:
        self._parts += 1
        self._heads.clear()
        self._value.clear()
        self._file = None

    def _head(self) -> None:
        self._heads.append((bytes(self._name).lower(), bytes(self._said)))
        self._name.clear()
        self._said.clear()

    def _headed(self) -> None:
        _, options = parse_options_header(dict(self._heads).get(b"content-disposition"))
        if b"name" not in options:
            raise ValueError("a part without a name")
        self._field = options[b"name"].decode(errors="replace")
        if b"filename" in options:
            self._open(options[b"filename"].decode(errors="replace"))
        elif self._parts - len(self.files) > self._bounds.fields:
            raise ValueError("too many fields")

    def _open(self, name: str) -> None:
        if len(self.files) >= self._bounds.files:
            raise TooManyFiles
        kept = cast(BinaryIO, SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115 (closed by `close`)
        self._file = UploadFile(kept, size=0, filename=name, headers=Headers(raw=list(self._heads)))
        self.files.append((self._field, self._file))
        self._first = self._first or ("", "")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is None:
            self._count(end - start)
            self._value.extend(data[start:end])
        else:
            self._file.file.write(data[start:end])
            self._file.size = (self._file.size or 0) + end - start

    def _end(self) -> None:
        if self._file is None:
            self.texts.append((self._field, self._value.decode(errors="replace")))
            self._first = self._first or self.texts[0]

    def _last(self) -> None:
        self._ended = True
