"""The first filled worksheet of a workbook that a stranger made, read as texts within bounds.

Not by openpyxl: a file of 10 KB kept it busy for 14 seconds, another took 350 MB. Here every part is read in pieces and
left as soon as it holds more than a list of names can. Nothing is computed: of a formula the value counts that Excel
left. A date is the number that Excel keeps for it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812 an error of zlib's

from gateway.printed.plain import plain
from ledger.errors import Refused

UNPACKED = 50 << 20  # bytes of all parts together
PARTS = 1_000
STRINGS = 200_000  # different texts in a workbook
ROWS, CELLS = 100_000, 1_000_000  # of a worksheet, empty ones too
COLUMNS = 50  # what stands further to the right is not read
CELL = 2_000  # characters
PIECE = 1 << 16

Row = tuple[int, list[str]]  # line from 1, cells

TOO_MUCH = "ไฟล์ Excel นี้มีเนื้อหามากเกินไป โปรดคัดลอกเฉพาะรายชื่อไปไว้ในไฟล์ใหม่"
DAMAGED = "เปิดไฟล์ Excel ไม่ได้ ไฟล์อาจเสียหาย โปรดเปิดแล้วบันทึกใหม่เป็น .xlsx หรือ CSV"
NO_BOOK = "ไฟล์นี้ไม่ใช่ตาราง Excel (.xlsx) โปรดบันทึกเป็น .xlsx หรือ CSV"

_BOOK = "xl/workbook.xml"
_PLACE = re.compile("([A-Z]{1,3})([0-9]{1,7})")


def first_filled(content: bytes) -> list[Row]:
    """The rows of the first visible worksheet that has any, without empty ones.

    Errors: `Refused` for what is no workbook, is damaged, or holds too much.
    """
    try:
        with ZipFile(io.BytesIO(content)) as parts:
            _weigh(parts)
            strings = _strings(parts)
            return next((found for name in _sheets(parts) if (found := _rows(parts, name, strings))), [])
    except (BadZipFile, ZlibError, expat.ExpatError, KeyError, ValueError, OSError, EOFError, NotImplementedError):
        raise Refused(reason=DAMAGED) from None


def _weigh(parts: ZipFile) -> None:
    """What the list of contents promises is all that is ever unpacked of it."""
    listed = parts.infolist()
    if len(listed) > PARTS or sum(part.file_size for part in listed) > UNPACKED:
        raise Refused(reason=TOO_MUCH)
    if _BOOK not in parts.namelist() or any(part.flag_bits & 1 for part in listed):
        raise Refused(reason=NO_BOOK)


def _sheets(parts: ZipFile) -> Iterator[str]:
    """The parts of the visible worksheets, in the order of their tabs."""
    targets: dict[str, str] = {}

    def relation(name: str, of: dict[str, str]) -> None:
        if name == "Relationship" and of.get("Type", "").endswith("/worksheet"):
            target = of.get("Target", "")
            targets[of.get("Id", "")] = target[1:] if target.startswith("/") else str(PurePosixPath("xl") / target)

    found: list[str] = []

    def sheet(name: str, of: dict[str, str]) -> None:
        if name == "sheet" and of.get("state", "visible") == "visible":
            found.append(next((value for key, value in of.items() if key.endswith(":id")), ""))

    _read(parts, "xl/_rels/workbook.xml.rels", relation)
    _read(parts, _BOOK, sheet)
    return (targets[each] for each in found if each in targets)


def _strings(parts: ZipFile) -> list[str]:
    """The texts that cells name by number."""
    if "xl/sharedStrings.xml" not in parts.namelist():
        return []
    reader = _Strings()
    _read(parts, "xl/sharedStrings.xml", reader.start, reader.end, reader.text)
    return reader.found


def _rows(parts: ZipFile, name: str, strings: list[str]) -> list[Row]:
    reader = _Rows(strings)
    _read(parts, name, reader.start, reader.end, reader.text)
    return reader.found


class _Strings:
    """Reads texts; how they are to be spoken (rPh) is left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._text: list[str] | None = None
        self._spoken = False

    def start(self, name: str, _of: dict[str, str]) -> None:
        """A tag begins."""
        if name == "si":
            self.found.append("")
            if len(self.found) > STRINGS:
                raise Refused(reason=TOO_MUCH)
        elif name == "rPh":
            self._spoken = True
        elif name == "t" and not self._spoken:
            self._text = []

    def end(self, name: str) -> None:
        """A tag ends."""
        if name == "rPh":
            self._spoken = False
        elif name == "t" and self._text is not None and self.found:
            self.found[-1] = _longer(self.found[-1], self._text)
            self._text = None

    def text(self, letters: str) -> None:
        """Letters between tags."""
        if self._text is not None:
            self._text.append(letters)


class _Rows:
    """Reads the rows of a worksheet; what it says of its own size is not asked."""

    def __init__(self, strings: list[str]) -> None:
        self.found: list[Row] = []
        self._strings = strings
        self._line = self._column = self._rows = self._cells = 0
        self._row: list[str] = []
        self._kind = ""
        self._text: list[str] | None = None
        self._value = ""

    def start(self, name: str, of: dict[str, str]) -> None:
        """A tag begins."""
        if name == "row":
            self._rows += 1
            self._line = int(of.get("r", self._line + 1))
            self._row, self._column = [], 0
        elif name == "c":
            self._cells += 1
            place = _PLACE.fullmatch(of.get("r", ""))
            self._column = _column(place[1]) if place else self._column + 1
            self._kind, self._value = of.get("t", "n"), ""
        elif name in ("v", "t"):
            self._text = []
        if self._rows > ROWS or self._cells > CELLS:
            raise Refused(reason=TOO_MUCH)

    def end(self, name: str) -> None:
        """A tag ends."""
        if name in ("v", "t") and self._text is not None:
            self._value = _longer(self._value, self._text)
            self._text = None
        elif name == "c" and self._value and self._column <= COLUMNS:
            self._row += [""] * (self._column - len(self._row))
            self._row[self._column - 1] = self._said()
        elif name == "row" and any(self._row):
            self.found.append((self._line, self._row))

    def text(self, letters: str) -> None:
        """Letters between tags."""
        if self._text is not None:
            self._text.append(letters)

    def _said(self) -> str:
        """The cell as a text: a shared one by its number, a whole number without its ".0"."""
        if self._kind == "s":
            at = int(self._value)
            return plain(self._strings[at]) if 0 <= at < len(self._strings) else ""
        if self._kind == "n" and re.fullmatch(r"-?[0-9]{1,15}\.0+", self._value):
            return self._value.partition(".")[0]
        return "" if self._kind == "e" else plain(self._value)


def _longer(text: str, more: list[str]) -> str:
    """Text with more of it, as far as it shows that a cell is too long."""
    return text if len(text) > CELL else (text + "".join(more))[: CELL + 1]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _read(
    parts: ZipFile,
    name: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Reads one part piece by piece; names of tags come without their prefix. A document type is refused (entities)."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = lambda tag, of: start(tag.rpartition(":")[2], of)
    if end:
        ends = end
        parser.EndElementHandler = lambda tag: ends(tag.rpartition(":")[2])
    if text:
        parser.CharacterDataHandler = text
    with parts.open(name) as part:
        while piece := part.read(PIECE):
            parser.Parse(piece, False)
    parser.Parse(b"", True)


def _refuse(*_declared: object) -> None:
    raise Refused(reason=DAMAGED)
