"""A list of those who get certificates, from a file or pasted: names, for what, remarks; and what is odd about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.printed.book import Row
from gateway.printed.plain import plain
from gateway.printed.tables import bounded, rows
from ledger.errors import Fault, Refused
from ledger.thai import canonical

NAME, SUBJECT, REMARK = 200, 500, 500  # longest, in characters
TITLES = 10  # rows in which the headings may stand
PASTED = 1 << 20  # characters

# Field, and the headings that people write above it.
_HEADINGS = {
    "name": "ชื่อ ชื่อตัว ชื่อสกุล ชื่อนามสกุล ชื่อและนามสกุล ชื่อและสกุล รายชื่อ ชื่อผู้รับ ผู้รับ ผู้รับเกียรติบัตร ผู้ได้รับเกียรติบัตร "
    "ชื่อผู้ได้รับเกียรติบัตร ชื่อผู้รับเกียรติบัตร name fullname",
    "before": "คำนำหน้า คำนำหน้าชื่อ คำนำหน้านาม title prefix",
    "family": "สกุล นามสกุล surname lastname",
    "subject": "เรื่อง รายการ เรื่องรายการ กิจกรรม หลักสูตร โครงการ subject",
    "remark": "หมายเหตุ remark remarks note",
    "number": "ที่ ลำดับ ลำดับที่ เลขที่ no no. #",
}
_FIELDS = {heading: field for field, headings in _HEADINGS.items() for heading in headings.split()}
_JOINTS = re.compile(r"[\s\-–/:()]+")
_NUMBERING = re.compile(
    r"^\s*(?:[(\[]?[0-9๐-๙]{1,5}(?:[.)\]:]+(?![0-9๐-๙])\s*|\s+|$)|[•●▪◦‣·*–—\-]+\s*|[(\[]?[ก-ฮa-z][)\]]\s*)"
)
_NUMBER = re.compile(r"[(\[]?[0-9๐-๙]{1,6}[.)\]]?")
_CITIZEN = re.compile(r"(?<!\d)\d(?:[ -]?\d){12}(?!\d)")


@dataclass(frozen=True, slots=True)
class Name:
    """One certificate to be: whose, for what."""

    name: str
    subject: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class NameList:
    """The names in their order. `problems`: what a person should look at; only rows without a name were left out."""

    names: tuple[Name, ...]
    problems: tuple[Fault, ...]


def names_from(content: bytes, file_name: str) -> NameList:
    """The list in an uploaded file: CSV (UTF-8, UTF-16, Windows-874; comma, semicolon or tab) or XLSX.

    Errors: `Refused` for what is too large, cannot be read, or holds no name.
    """
    found = _Reader().read(rows(content))
    if not found.names:
        raise Refused(reason=f"ไม่พบรายชื่อในไฟล์ “{plain(file_name)[:80]}” ให้ใส่ชื่อในคอลัมน์แรก หรือใต้หัวคอลัมน์ “ชื่อ”")
    return found


def names_from_text(text: str) -> NameList:
    """The list that somebody pasted: a name a line, after a tab for what, after another a remark.

    Errors: `Refused` for too much; an empty text is an empty list.
    """
    if len(text) > PASTED:
        raise Refused(reason="รายชื่อที่วางยาวเกินไป โปรดอัปโหลดเป็นไฟล์ CSV หรือ XLSX")
    lines = enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1)
    return _Reader().read(bounded((line, [plain(cell) for cell in each.split("\t")]) for line, each in lines))


class _Reader:
    """Reads the rows of one list; collects what is odd."""

    def __init__(self) -> None:
        self._problems: list[Fault] = []
        self._first: dict[tuple[str, str], int] = {}  # line of each name and subject

    def read(self, table: list[Row]) -> NameList:
        """The list."""
        head = _head(table)
        if head is None:
            fields = _guessed(table)
        else:
            fields = _fields(table[head][1])
            self._unused(*table[head], fields)
        body = table if head is None else table[head + 1 :]
        names = [name for line, cells in body if (name := self._name(line, cells, fields))]
        return NameList(tuple(names), tuple(self._problems))

    def _name(self, line: int, cells: list[str], fields: Mapping[str, int]) -> Name | None:
        part = {field: cells[at] for field, at in fields.items() if at < len(cells) and cells[at]}
        name = Name(_whole(part), part.get("subject", ""), part.get("remark", ""))
        if not any(letter.isalpha() for letter in name.name):
            self._nameless(line, part)
            return None
        self._look(line, name)
        return name

    def _nameless(self, line: int, part: Mapping[str, str]) -> None:
        if set(part) - {"number"}:
            self._problem(line, "", "แถวนี้ไม่มีชื่อ จึงข้ามไป", "This row has no name and was left out.")

    def _look(self, line: int, name: Name) -> None:
        for field, (th, en), longest in (
            ("name", ("ชื่อ", "The name"), NAME),
            ("subject", ("เรื่อง/รายการ", "The subject"), SUBJECT),
            ("remark", ("หมายเหตุ", "The remark"), REMARK),
        ):
            if len(getattr(name, field)) > longest:
                self._problem(
                    line,
                    name.name[:40],
                    f"{th}ยาวเกิน {longest} ตัวอักษร",
                    f"{en} is longer than {longest} characters.",
                )
        if has_citizen_id(name):
            self._problem(line, "", "มีเลขประจำตัวประชาชน โปรดลบออก", "There is a citizen id; please remove it.")
        self._twin(line, name)

    def _twin(self, line: int, name: Name) -> None:
        key = canonical(name.name), canonical(name.subject)
        first = self._first.setdefault(key, line)
        if first != line:
            self._problem(line, name.name, f"ซ้ำกับแถวที่ {first}", f"The same as in row {first}.")

    def _unused(self, line: int, cells: list[str], fields: Mapping[str, int]) -> None:
        unused = [cell for at, cell in enumerate(cells) if cell and at not in fields.values()]
        if unused:
            said = ", ".join(f"“{cell[:40]}”" for cell in unused)
            self._problem(line, "", f"ไม่ได้ใช้คอลัมน์ {said}", f"These columns are not used: {said}.")

    def _problem(self, line: int, where: str, th: str, en: str) -> None:
        self._problems.append(Fault(line, where, th, en))


def _whole(part: Mapping[str, str]) -> str:
    """The name of all its parts: นาย and สมชาย without a blank between them, Mr. and John with one."""
    before, name, family = (part.get(field, "") for field in ("before", "name", "family"))
    if not name:
        return ""
    given = unnumbered(name) if not before else f"{unnumbered(before)}{' ' if before.isascii() else ''}{name}"
    return " ".join(f"{given} {family}".split())


def has_citizen_id(name: Name) -> bool:
    """Whether 13 digits stand together somewhere; such a number belongs into no register (R39)."""
    return bool(_CITIZEN.search(f"{name.name} {name.subject} {name.remark}"))


def unnumbered(name: str) -> str:
    """A name without "1. ", "๑) ", "ก. " or a bullet before it."""
    return _NUMBERING.sub("", name, count=1).strip()


def _fields(cells: Iterable[str]) -> dict[str, int]:
    """The field of each column whose heading we know; the first one counts."""
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        heading = _JOINTS.sub("", cell).casefold()
        # ชื่อสกุล is the whole name, but beside ชื่อ the family's.
        field = "family" if heading == "ชื่อสกุล" and "name" in found else _FIELDS.get(heading)
        if field:
            found.setdefault(field, at)
    return found


def _head(table: list[Row]) -> int | None:
    """Where the headings stand: of the first rows the one with most of them."""
    known = [(len(fields), -at) for at, (_, cells) in enumerate(table[:TITLES]) if "name" in (fields := _fields(cells))]
    return -max(known)[1] if known else None


def _guessed(table: list[Row]) -> dict[str, int]:
    """Without headings: name, subject, remark, after a column of running numbers if there is one."""
    filled = [cells for _, cells in table if len(cells) > 1 and cells[1]]
    shift = int(bool(filled) and all(not cells[0] or _NUMBER.fullmatch(cells[0]) for cells in filled))
    return {field: shift + at for at, field in enumerate(("name", "subject", "remark"))}
