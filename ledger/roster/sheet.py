"""Schools and people as CSV: what a spreadsheet writes is read, what we write cannot run in one (attack 27)."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, TypeVar

from ledger.errors import Fault, RosterWrong
from ledger.outline import meant
from ledger.roster.check import label, problems
from ledger.roster.parts import (
    DUTIES,
    GOVERNMENT,
    OFFICE,
    OUTSIDE,
    OWN,
    PRIVATE,
    SCHOOL,
    SHARED,
    Organisation,
    Person,
    Roster,
)

# Field, its Thai heading, and other headings that people write.
SCHOOL_COLUMNS = {
    "code": ("รหัส", "รหัสสถานศึกษา", "รหัสโรงเรียน"),
    "name": ("ชื่อ", "ชื่อสถานศึกษา", "ชื่อโรงเรียน", "โรงเรียน"),
    "school_type": ("ประเภท", "ประเภทสถานศึกษา", "type"),
    "address": ("อีเมลรับหนังสือ", "ที่อยู่รับหนังสือ"),
    "mailbox": ("อีเมล", "อีเมล์", "อีเมลแจ้งเตือน", "email", "e-mail"),
    "prefix": ("คำนำหน้าเลขที่หนังสือ", "คำนำหน้า"),
    "phone": ("โทรศัพท์", "เบอร์โทร", "หมายเลขโทรศัพท์"),
    "domains": ("โดเมน",),
    "keeps_registers": ("ใช้ทะเบียน", "ใช้ทะเบียนในระบบ"),
    "circular_series": ("ชุดเลขหนังสือเวียน",),
}
PEOPLE_COLUMNS = {
    "organisation": ("หน่วยงาน", "รหัสหน่วยงาน"),
    "code": ("รหัส", "รหัสบุคลากร"),
    "name": ("ชื่อ", "ชื่อ-สกุล", "ชื่อ-นามสกุล", "ชื่อ สกุล"),
    "position": ("ตำแหน่ง",),
    "group": ("กลุ่ม", "รหัสกลุ่ม"),
    "mailbox": ("อีเมล", "อีเมล์", "email", "e-mail"),
    "duties": ("หน้าที่",),
}

_WORDS: dict[str, dict[str, str]] = {
    "school_type": {"รัฐบาล": GOVERNMENT, "เอกชน": PRIVATE},
    "circular_series": {"ร่วม": SHARED, "แยก": OWN},
    "duties": {thai: duty for duty, thai in DUTIES.items()},
}
_YES_NO = {"ใช่": True, "yes": True, "true": True, "ไม่": False, "no": False, "false": False, "": False}
_LISTS = {"domains": " ", "duties": "; "}
_RUNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "'")  # a formula to a spreadsheet, or our own mark
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

MOST_FAULTS = 1000

P = TypeVar("P", Organisation, Person)
Row = dict[str, str]  # cells by field


def schools_csv(roster: Roster) -> bytes:
    """The schools with Thai headings, in UTF-8 with the mark that Excel wants."""
    return _write(SCHOOL_COLUMNS, (each for each in roster.organisations if each.kind == SCHOOL))


def people_csv(roster: Roster) -> bytes:
    """The people with Thai headings, in UTF-8 with the mark that Excel wants."""
    return _write(PEOPLE_COLUMNS, roster.people)


def merge_schools(roster: Roster, content: bytes) -> Roster:
    """The roster with the schools of a CSV file: known ones change in the columns that it has, others are added.

    Arguments: the file in UTF-8, UTF-16 or Windows-874 (TIS-620), separated by comma, semicolon or tab.
    Errors: `RosterWrong` with every fault and its line.
    """
    table = _Table(content, SCHOOL_COLUMNS, ("code",))
    old = [each for each in roster.organisations if each.kind == SCHOOL]
    schools = table.merged(old, Organisation("", "", SCHOOL, GOVERNMENT))
    offices = [each for each in roster.organisations if each.kind == OFFICE]
    outside = [each for each in roster.organisations if each.kind == OUTSIDE]
    return table.checked(replace(roster, organisations=(*offices, *schools, *outside)))


def merge_people(roster: Roster, content: bytes) -> Roster:
    """The roster with the people of a CSV file, as `merge_schools`; known by organisation and code."""
    table = _Table(content, PEOPLE_COLUMNS, ("organisation", "code"))
    return table.checked(replace(roster, people=tuple(table.merged(roster.people, Person("", "")))))


class _Table:
    """A CSV file that is being read; collects its faults."""

    def __init__(self, content: bytes, columns: Mapping[str, tuple[str, ...]], key: tuple[str, ...]) -> None:
        self._faults: list[Fault] = []
        self._lines: dict[int, int] = {}  # by id of the part
        self._key = key
        self._rows = list(self._read(_decoded(content), columns))

    def merged(self, old: Iterable[P], blank: P) -> list[P]:
        """The old parts, changed and added to by the rows."""
        parts = {tuple(getattr(each, field) for field in self._key): each for each in old}
        given = set()
        for line, row in self._rows:
            key = tuple(row.get(field, "") for field in self._key)
            if key in given:
                self._fault(line, f"“{key[-1]}” ซ้ำกับแถวก่อนหน้า", f"“{key[-1]}” was given in a row before.")
            given.add(key)
            parts[key] = replace(parts.get(key, blank), **self._values(line, row))
            self._lines[id(parts[key])] = line
        return list(parts.values())

    def checked(self, roster: Roster) -> Roster:
        """The roster, if nothing is wrong with it. Of very many faults the first are enough to begin with."""
        for problem in islice(problems(roster), MOST_FAULTS):
            part = problem.part
            self._faults.append(Fault(self._lines.get(id(part), 0), label(part), problem.th, problem.en))
        if self._faults:
            raise RosterWrong(sorted(self._faults, key=lambda fault: fault.line))
        return roster

    def _read(self, text: str, columns: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[int, Row]]:
        first = text.partition("\n")[0]
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
        try:
            fields = self._fields(next(reader, []), columns)
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    row = {field: _plain(cell) for field, cell in zip(fields, cells, strict=False) if field}
                    yield reader.line_num, row
        except csv.Error as problem:
            self._fault(reader.line_num, "แถวนี้อ่านไม่ได้ ให้ตรวจเครื่องหมายคำพูด", f"This row cannot be read: {problem}.")

    def _fields(self, headings: list[str], columns: Mapping[str, tuple[str, ...]]) -> list[str]:
        known = {word: field for field, words in columns.items() for word in (field, *words)}
        fields = [known.get(heading.strip().casefold(), "") for heading in headings]
        for heading, field in zip(headings, fields, strict=True):
            if heading.strip() and not field:
                th, en = meant(heading.strip(), known)
                self._fault(1, f"ไม่รู้จักหัวคอลัมน์ “{heading}” {th}", f"Unknown heading “{heading}”. {en}")
        for wanted in self._key:
            if wanted not in fields:
                self._fault(1, f"ไม่มีคอลัมน์ “{columns[wanted][0]}”", f"The column “{wanted}” is missing.")
        return fields

    def _values(self, line: int, row: Row) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for field, cell in row.items():
            words = _WORDS.get(field, {})
            if field == "keeps_registers":
                values[field] = _YES_NO.get(cell.casefold(), False)
                if cell.casefold() not in _YES_NO:
                    self._fault(line, f"ใช้ทะเบียน: ให้เขียน ใช่ หรือ ไม่ แทน “{cell}”", f"Write yes or no, not “{cell}”.")
            elif field in _LISTS:
                values[field] = tuple(words.get(word, word) for word in re.split(r"[\s,;|]+", cell) if word)
            else:
                values[field] = words.get(cell, cell)
        return values

    def _fault(self, line: int, th: str, en: str) -> None:
        self._faults.append(Fault(line, "", th, en))


def _decoded(content: bytes) -> str:
    marked = next((name for bom, name in _BOMS.items() if content.startswith(bom)), "")
    for encoding in (marked,) if marked else ("utf-8", "cp874"):
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode(encoding)
    raise RosterWrong(
        [
            Fault(
                0,
                "",
                "อ่านอักษรในไฟล์ไม่ได้ ให้บันทึกเป็น CSV UTF-8",
                "The file's letters cannot be read; save it as CSV UTF-8.",
            )
        ]
    )


def _plain(cell: str) -> str:
    """A cell as it was meant: without spaces around it and without the mark of `_safe`."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_RUNS) else cell


def _safe(cell: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{cell}" if cell.startswith(_RUNS) else cell


def _write(columns: Mapping[str, tuple[str, ...]], parts: Iterable[Organisation | Person]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([names[0] for names in columns.values()])
    for part in parts:
        writer.writerow([_safe(_cell(field, getattr(part, field))) for field in columns])
    return codecs.BOM_UTF8 + out.getvalue().encode()


def _cell(field: str, value: str | bool | tuple[str, ...]) -> str:
    thai = {meaning: word for word, meaning in _WORDS.get(field, {}).items()}
    if isinstance(value, bool):
        return "ใช่" if value else "ไม่"
    if isinstance(value, tuple):
        return _LISTS[field].join(thai.get(each, each) for each in value)
    return thai.get(value, value)
