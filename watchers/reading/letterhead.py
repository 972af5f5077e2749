"""What an official letter says of itself: number, date, urgency, secrecy (R23, R24, R27, R28).

The letter's own number is told from those of the letters it refers to (อ้างถึง, ตามหนังสือ …). An order's number
(คำสั่งที่ 12/2569, F29) is none: it has no code of a unit, and stays in the subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ledger.era import find_date, parse_date, to_arabic_digits
from ledger.thai import canonical
from ledger.values import Secrecy, Urgency
from watchers.reading import marks

TITLE = 1_000  # characters of a subject or name that are looked at
HEAD = 20_000  # characters of the text
HEAD_LINES = 25

_CODE = r"(?P<code>[ก-ฮ]{1,2}\.?[ก-ฮ]{1,3}\.?)"
_UNIT = r"(?P<unit>[0-9]{1,6}(?:\.[0-9]{1,4}){0,4}(?:\s?\([ก-ฮ0-9.]{1,12}\)[0-9.]{0,8})?)"
_SERIAL = r"(?P<circular>ว\.?\s?)?(?P<serial>[0-9]{1,7})(?![0-9]|/[0-9])"
_LABELLED = re.compile(rf"ที่\s{{0,3}}:?\s{{0,3}}{_CODE}\s?{_UNIT}\s?/\s?{_SERIAL}")
_BARE = re.compile(rf"(?<![ก-๙A-Za-z0-9])(?!พ\.?ศ|ค\.?ศ){_CODE}\s?{_UNIT}\s?/\s?{_SERIAL}")
_BARE_LINE = re.compile(rf"^[ \t]*{_BARE.pattern}", re.MULTILINE)
_IN_NAME = re.compile(rf"(?<![ก-๙A-Za-z0-9])(?:ที่\s?)?{_CODE}\s?{_UNIT}\s?[-/∕⁄_ ]\s?{_SERIAL}")
_DATED = re.compile(r"ลงวันที่\s{0,3}:?\s{0,3}")

_REPLY = re.compile(r"\s*(?:re|aw|sv|ตอบกลับ|ตอบ)\s*(?:\[\d+\])?:", re.IGNORECASE)
_QUOTED = re.compile(
    r"^[ \t]*(?:-{3,} ?(?:original message|ข้อความต้นฉบับ)|_{10,}$|on .{1,200}wrote:|เมื่อ .{1,200}เขียน(?:ว่า)?:)",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED_LINES = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_REFERENCES = re.compile(
    r"^[ \t]*อ้างถึง.*(?:\n(?![ \t]*(?:\n|เรียน|เรื่อง|สิ่งที่ส่งมาด้วย|ด้วย|ตามที่|ตามหนังสือ|จึง)).*){0,8}", re.MULTILINE
)
_REFERRING = re.compile(
    r"(?P<other>อ้างถึง|อ้างตาม|ตามที่|ตาม(?:บันทึก|หนังสือ)|ตอบ(?:กลับ)?หนังสือ|อนุสนธิ|สืบเนื่อง|หนังสือของท่าน|"
    r"(?:ยกเลิก|แก้ไข|แทน)หนังสือ)|(?P<own>ขอ(?:นำ|จัด)?ส่ง)"
)
_NUMBER_FIRST = re.compile(rf"(?:ที่\s?)?{_CODE}\s?{_UNIT}\s?[-/∕⁄_]\s?{_SERIAL}[\s:,–—-]*")
_SUBJECT_WORD = re.compile(r"เรื่อง\s*:?\s+")
_SALUTATION = re.compile(r"(?:เรื่อง|เรียน|อ้างถึง|subject:|dear)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The head of a letter. What it does not say stays empty."""

    letter_number: str = ""  # "ศธ 04022/ว345"
    letter_date: date | None = None
    urgency: Urgency = Urgency.NORMAL
    secrecy: Secrecy = Secrecy.ORDINARY


def read(subject: str, text: str, name: str = "", *, today: date | None = None) -> Letterhead:
    """The head of the letter that a mail or file is: from its subject, its text, and the file's name.

    `today`, the day of the mail, decides the century of years with two digits. Never raises.
    """
    title, stem = canonical(subject[:TITLE]), canonical((name.rpartition(".")[0] or name)[:TITLE].replace("_", " "))
    reply = _REPLY.match(title) is not None
    body = _own_words(canonical(text[:HEAD]), reply)
    urgency, secrecy = marks.read(title, body, stem)
    body = _REFERENCES.sub("", body)
    title = "" if reply else title
    number = next(_numbers(title, body, stem), "")
    day = next(_dates(title, body, stem, number, today), None)
    return Letterhead(number, day, urgency, secrecy)


def title(subject: str) -> str:
    """เรื่อง as a register has it: `subject` without the marks, the letter number and the word เรื่อง before it."""
    rest = subject.strip()
    for _ in range(3):
        plain = to_arabic_digits(rest)  # one character for one
        found = _NUMBER_FIRST.match(plain) or _SUBJECT_WORD.match(plain)
        rest = rest[max(marks.leading(plain), found.end() if found else 0) :]
    return rest if any(sign.isalpha() for sign in rest) else subject.strip()


def _own_words(text: str, reply: bool) -> str:
    """`text` without what it quotes; below a forwarded mail's head the letter itself begins."""
    quoted = _QUOTED.search(text) if reply else None
    return _QUOTED_LINES.sub("", text[: quoted.start()] if quoted else text)


def _numbers(title: str, body: str, stem: str) -> Iterator[str]:
    """The letter's own number, the surest place first."""
    places = ((_LABELLED, title), (_BARE, title), (_LABELLED, body), (_BARE_LINE, body), (_IN_NAME, stem))
    for pattern, text in places:
        for match in pattern.finditer(text):
            if (pattern is _LABELLED or _is_plain(match)) and not _is_other(text, match):
                yield _normal(match)


def _normal(match: re.Match[str]) -> str:
    """ "ศธ 04022.1/ว345": letters, one space, unit, slash, ว for a circular, serial (R23, R24)."""
    code, unit = match["code"].replace(".", ""), "".join(match["unit"].split())
    return f"{code} {unit}/{'ว' if match['circular'] else ''}{match['serial']}"


def _is_plain(match: re.Match[str]) -> bool:
    """Whether it is a letter number even without ที่: not มอก 2541/2555, not a school class, not a spread of years."""
    unit = match["unit"].partition(".")[0].partition("(")[0].strip()
    years = [number for number in (unit, match["serial"]) if number[0] != "0" and 2400 <= int(number) <= 2700]
    return bool(match["circular"]) or (len(unit) >= 4 and (unit[0] == "0" or not years))


def _is_other(text: str, match: re.Match[str]) -> bool:
    """Whether what is matched belongs to a letter that is referred to."""
    start = match.start() + len("ที่")  # the end of ตามที่ is the beginning of a labelled number
    paragraph = text[max(0, start - 200) : start].rpartition("\n\n")[2]
    words = list(_REFERRING.finditer(paragraph))
    return bool(words) and words[-1]["other"] is not None


def _dates(title: str, body: str, stem: str, number: str, today: date | None) -> Iterator[date]:
    """The date that the letter bears, the surest place first; never that of an event or of another letter."""
    yield from _dated(title, number, today)
    yield from _date_lines(body, today)
    yield from _dated(body, number, today)
    yield from _dated(stem, number, today)


def _dated(text: str, number: str, today: date | None) -> Iterator[date]:
    """Dates after ลงวันที่, unless they follow another letter's number."""
    for match in _DATED.finditer(text):
        before = list(_LABELLED.finditer(text, max(0, match.start() - 60), match.start()))
        found = find_date(text[match.end() : match.end() + 40], today=today)
        if found and found[1][0] <= 1 and not _is_other(text, match) and (not before or _normal(before[-1]) == number):
            yield found[0]


def _date_lines(body: str, today: date | None) -> Iterator[date]:
    """The date line above เรื่อง and เรียน, or what follows วันที่ on the line of a memo's number."""
    for line in body.split("\n", HEAD_LINES)[:HEAD_LINES]:
        if _SALUTATION.match(line.strip()):
            return
        alone = parse_date(line.strip(), today=today) if any(map(str.isdecimal, line)) else None
        memo = re.search(r"(?<!ลง)วันที่\s?(.*)$", line) if _LABELLED.search(line) else None
        day = alone or (memo and parse_date(memo[1].strip(), today=today))
        if day:
            yield day
