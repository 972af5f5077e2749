"""The frame of a PDF, written as it grows: an object goes to the file when it is ready, only its place is remembered.

So a register of any length is printed in the same memory. What is known only at the end (fonts, the number of pages)
gets its number at the beginning and its content at the end. Source: ISO 32000-1, 7.3 to 7.5.
"""

from __future__ import annotations

import zlib
from array import array
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO

from ledger.era import BANGKOK

FREE = 0  # the place of an object that is not written yet


class PdfFile:
    """One file. Objects are known by their numbers, from 1."""

    def __init__(self, out: BinaryIO) -> None:
        """Begins the file. `out`: written from where it stands, never read, moved or closed."""
        self._out = out
        self._length = 0
        self._places = array("Q", [FREE])
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def reserve(self) -> int:
        """The number of an object that is written later."""
        self._places.append(FREE)
        return len(self._places) - 1

    def put(self, content: str, number: int = 0) -> int:
        """Writes an object, under a reserved number or the next one, and returns the number."""
        return self._put(content.encode("ascii"), number)

    def put_stream(self, content: bytes, entries: str = "", number: int = 0) -> int:
        """Writes a stream, packed. `entries`: of its dictionary, besides length and filter."""
        packed = zlib.compress(content)
        head = f"<<{entries}/Filter/FlateDecode/Length {len(packed)}>>\nstream\n".encode("ascii")
        return self._put(head + packed + b"\nendstream", number)

    def close(self, root: int, about: int, seed: str) -> None:
        """Writes the table of places. `seed`: the same for the same document, which then has the same identity."""
        start, identity = self._length, sha256(seed.encode()).hexdigest()[:32]
        self._write(f"xref\n0 {len(self._places)}\n0000000000 65535 f \n".encode())
        for place in self._places[1:]:
            self._write(b"%010d 00000 n \n" % place)
        self._write(
            f"trailer\n<</Size {len(self._places)}/Root {root} 0 R/Info {about} 0 R/ID[<{identity}><{identity}>]>>\n"
            f"startxref\n{start}\n%%EOF\n".encode()
        )

    def _put(self, content: bytes, number: int) -> int:
        number = number or self.reserve()
        self._places[number] = self._length
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, content))
        return number

    def _write(self, content: bytes) -> None:
        self._out.write(content)
        self._length += len(content)


def text(value: str) -> str:
    """A text for a dictionary."""
    return f"<{(chr(0xFEFF) + value).encode('utf-16-be', 'replace').hex()}>"


def moment(value: datetime) -> str:
    """An aware moment for a dictionary, on Bangkok's clock."""
    return f"(D:{value.astimezone(BANGKOK):%Y%m%d%H%M%S}+07'00')"


def number(value: float) -> str:
    """A length in points, to a hundredth, without needless zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
