"""Urgency and secrecy marks: ด่วน, ด่วนมาก, ด่วนที่สุด (R27) and ลับ, ลับมาก, ลับที่สุด (R28).

Thai puts no spaces between words, and ด่วน and ลับ live inside many (สายด่วน, กลับ, ลับแล, ไม่ลับ). A mark counts only
where it stands alone:

- before the subject, or in brackets anywhere in it (R13); ด่วน also as its last word;
- in the head of the text, on a line of its own or before the letter number (R27, R29);
- after its label, ชั้นความเร็ว, ระดับความสำคัญ, ชั้นความลับ (F52, F53), wherever that stands.

A place that shows several marks of a kind explains them and marks nothing. The highest of all places counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ledger.values import Secrecy, Urgency

HEAD_LINES = 20

_THAI = "ก-ฮะ-ฺเ-ๅ็-๎"
_END = rf"(?![{_THAI}A-Za-z])"
_URGENT = rf"(?:ด่วน ?ที่ ?สุด|ด่วน ?มาก{_END}|ด่วน(?:(?=ที่ ?[ก-ฮ]{{1,4}}\.? ?[0-9])|(?= ?ภายใน)|{_END}))"
_SECRET = rf"(?:ลับ ?(?:ที่ ?สุด|มาก)?{_END})"
_MARK = rf"(?:{_URGENT}|{_SECRET})"
_BETWEEN = r"[\s\[\](){}<>*!\"'“”‘’.,:;/|_~#=–—-]"
_MARKS = rf"{_BETWEEN}*{_MARK}(?:{_BETWEEN}*{_MARK})*{_BETWEEN}*"

_PASSED_ON = re.compile(r"(?:\s*(?:re|fwd?|aw|wg|ตอบกลับ|ตอบ|ส่งต่อ)\s*(?:\[\d+\])?:)+\s*", re.IGNORECASE)
_FIRST = re.compile(_MARKS)
_LAST = re.compile(rf"(?<=\s){_URGENT}[\s!*.]*$")
_BRACKETED = re.compile(rf"[\[({{<*]{_MARKS}[\])}}>*]")
_LINE = re.compile(rf"{_MARKS}(?:ภายใน.{{1,60}}|(?:ที่ ?)?[ก-ฮ]{{1,4}}\.? ?[0-9][0-9.]*\s?/.*)?")
_LABELLED = re.compile(
    rf"(?<![{_THAI}])(?:(?:ชั้น|ระดับ)(?:ของ)? ?ความ(?:เร็ว|เร่งด่วน|สำคัญ|ลับ) ?[:=]?|ความ(?:เร็ว|เร่งด่วน|สำคัญ|ลับ) ?[:=])"
    rf"[ \t]*[\[(\"]?(?P<mark>{_MARK})(?!{_BETWEEN}*(?:หรือ|{_MARK}))"
)
_ANY = re.compile(_MARK)

_URGENCIES = {"ด่วน": Urgency.URGENT, "ด่วนมาก": Urgency.VERY_URGENT, "ด่วนที่สุด": Urgency.MOST_URGENT}
_SECRECIES = {"ลับ": Secrecy.SECRET, "ลับมาก": Secrecy.VERY_SECRET, "ลับที่สุด": Secrecy.TOP_SECRET}


def read(subject: str, text: str, name: str = "") -> tuple[Urgency, Secrecy]:
    """The marks of a letter, all three in canonical spelling; `name` is the file's name without its ending."""
    places = (*_of_title(subject), *_of_title(name), *_of_text(text))
    found = {mark for place in places for mark in _marks(place)}
    urgencies = [_URGENCIES[mark] for mark in found & set(_URGENCIES)]
    secrecies = [_SECRECIES[mark] for mark in found & set(_SECRECIES)]
    return (
        max(urgencies, key=list(Urgency).index, default=Urgency.NORMAL),
        max(secrecies, key=list(Secrecy).index, default=Secrecy.ORDINARY),
    )


def leading(title: str) -> int:
    """Where a title begins behind the marks before it; 0 without any."""
    first = _FIRST.match(title)
    return first.end() if first else 0


def _of_title(title: str) -> Iterator[str]:
    """The places of a subject or file name where marks may stand."""
    if passed_on := _PASSED_ON.match(title):
        title = title[passed_on.end() :]
    yield from (match[0] for match in (_FIRST.match(title), _LAST.search(title)) if match)
    yield from (match[0] for match in _BRACKETED.finditer(title))
    yield from (match["mark"] for match in _LABELLED.finditer(title))


def _of_text(text: str) -> Iterator[str]:
    lines = [line.strip() for line in text.split("\n") if line.strip()][:HEAD_LINES]
    matches = (_FIRST.match(line) for line in lines if _LINE.fullmatch(line))
    yield " ".join(match[0] for match in matches if match)
    yield from (match["mark"] for match in _LABELLED.finditer(text))


def _marks(place: str) -> set[str]:
    """The mark or marks of `place`: at most one of each kind, or none at all."""
    marks = {mark.replace(" ", "") for mark in _ANY.findall(place)}
    return set() if any(len(marks & set(kind)) > 1 for kind in (_URGENCIES, _SECRECIES)) else marks
