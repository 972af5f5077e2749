"""Dates as Thai offices write them: Buddhist-era years, Thai months in every spelling, Thai digits.

Everything is pure; "today" is passed in. B.E. = A.D. + 543 (R36), as since 1941; before, the year began in April.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from difflib import get_close_matches
from typing import Literal
from zoneinfo import ZoneInfo

BANGKOK = ZoneInfo("Asia/Bangkok")
OFFSET = 543
NEAR = 20  # years from today within which two digits are read as A.D.

Style = Literal["short", "long"]
Digits = Literal["arabic", "thai"]
Language = Literal["th", "en"]

SHORT = ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."]
LONG = [
    *("มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน"),
    *("กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม"),
]
ENGLISH = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]

# ต is scanned as ค, ี as ิ (F96); no other month looks like these.
_MISREAD = {"คค": 10, "มิค": 3, "มีย": 6}
_MONTHS = {
    **{name.replace(".", ""): number for number, name in enumerate(SHORT, 1)},
    **{name: number for number, name in enumerate(LONG, 1)},
    **{re.sub("คม$|ยน$|พันธ์$", "", name): number for number, name in enumerate(LONG, 1)},
    **{name[:3].lower(): number for number, name in enumerate(ENGLISH, 1)},
    **_MISREAD,
}

_ARABIC = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
# One character for one: the spans of what is found are spans of what was given.
_PLAIN: dict[int, int | str] = {
    **_ARABIC,
    **dict.fromkeys((0xA0, 0x2007, 0x2009, 0x200B, 0x202F), " "),
    ord("ฏ"): "ฎ",
}

_GAP = r"[\s,./-]{0,4}"
_DAY = r"(?<![0-9])(?<![0-9][./:])(?P<day>[0-9]{1,2})"
_THAI_MONTH = r"(?:เดือน\s?)?(?P<month>[ก-์][ก-์.\s]{1,14}?)"
_ENGLISH_MONTH = r"(?P<month>[A-Za-z]{3,9})"
_YEAR = (
    r"(?:ปี\s?)?(?P<era>พ\.?\s?ศ\.?|ค\.?\s?ศ\.?|B\.?E\.?|A\.?D\.?)?\s{0,3}'?(?P<year>[0-9]{4}|[0-9]{2})"
    r"(?![0-9:]|\.[0-9])(?:\s?\(B\.?E\.?\s?(?P<be>[0-9]{4})\))?"
)
_BEFORE, _AFTER = r"(?<![0-9./-])", r"(?![0-9/:-]|\.[0-9])"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_DAY}{_GAP}{_THAI_MONTH}{_GAP}{_YEAR}",
        rf"{_DAY}(?:st|nd|rd|th)?{_GAP}{_ENGLISH_MONTH}{_GAP}{_YEAR}",
        rf"(?<![A-Za-z]){_ENGLISH_MONTH}\.?\s(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?,?\s{_YEAR}",
        rf"{_BEFORE}(?P<day>[0-9]{{1,2}})\s?([/-])\s?(?P<month>[0-9]{{1,2}})\s?\2\s?"
        rf"(?P<year>[0-9]{{4}}|[0-9]{{2}}){_AFTER}",
        rf"{_BEFORE}(?P<day>[0-9]{{1,2}})\.(?P<month>[0-9]{{1,2}})\.(?P<year>[0-9]{{4}}){_AFTER}",
        rf"{_BEFORE}(?P<year>[0-9]{{4}})([/-])(?P<month>[0-9]{{1,2}})\2(?P<day>[0-9]{{1,2}}){_AFTER}",
    )
)
_LEAD = re.compile(r"(?:ลง)?(?:วัน[ก-์]{0,12}?\s?)?(?:ที่\s{0,3})?(?=[0-9])")
_TODAY = frozenset({"วันนี้", "today"})


def day_of(moment: datetime | date) -> date:
    """The day of an aware moment in Bangkok, the only place where a moment becomes a day; a day is its own."""
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone belongs to no day")
    return moment.astimezone(BANGKOK).date()


def be_year(moment: datetime | date) -> int:
    """The B.E. year of a day, or of an aware moment's day in Bangkok (P-12)."""
    return day_of(moment).year + OFFSET


def to_thai_digits(text: str) -> str:
    """`text` with ๐ to ๙ for 0 to 9 (R35)."""
    return text.translate(_THAI)


def to_arabic_digits(text: str) -> str:
    """`text` with 0 to 9 for ๐ to ๙."""
    return text.translate(_ARABIC)


def parse_date(text: str, *, today: date | None = None) -> date | None:
    """The one date that fills `text`, in any spelling; `None` for anything else and for impossible dates.

    The day comes first, except in 2026-08-14. Years 2400 to 2700 are B.E., 1900 to 2100 A.D.; two digits are
    B.E., unless they lie near `today` as A.D. "วันนี้" asks for `today`.
    """
    plain = text.translate(_PLAIN).strip()
    if plain.lower() in _TODAY:
        return today
    plain = _LEAD.sub("", plain, count=1) if _LEAD.match(plain) else plain
    days = (_read(match, today) for pattern in _DATES if (match := pattern.fullmatch(plain)))
    return next((day for day in days if day), None)


def find_date(text: str, *, today: date | None = None) -> tuple[date, tuple[int, int]] | None:
    """The first date inside running `text`, and where it begins and ends; years as in `parse_date`."""
    plain = text.translate(_PLAIN)
    firsts = (_first(pattern, plain, today) for pattern in _DATES)
    return min((found for found in firsts if found), key=lambda found: found[1], default=None)


def format_date(
    when: datetime | date, *, style: Style = "short", digits: Digits = "arabic", language: Language = "th"
) -> str:
    """ "14 ส.ค. 2569", long "14 สิงหาคม 2569"; in English "14 Aug 2026 (B.E. 2569)".

    An aware moment is written as its day in Bangkok.
    """
    day = day_of(when)
    year = day.year + OFFSET
    if language == "en":
        name = ENGLISH[day.month - 1][: 3 if style == "short" else None]
        return f"{day.day} {name} {day.year} (B.E. {year})"
    name = (SHORT if style == "short" else LONG)[day.month - 1]
    return _in_digits(f"{day.day} {name} {year}", digits)


def format_moment(
    moment: datetime,
    *,
    seconds: bool = False,
    style: Style = "short",
    digits: Digits = "arabic",
    language: Language = "th",
) -> str:
    """An aware moment on Bangkok's clock: "14 ส.ค. 2569 10:52 น.", with `seconds` "… 10:52:27 น." (F62)."""
    day = format_date(moment, style=style, digits=digits, language=language)
    clock = f"{moment.astimezone(BANGKOK):{'%H:%M:%S' if seconds else '%H:%M'}}"
    return f"{day} {clock}" if language == "en" else f"{day} {_in_digits(clock, digits)} น."


def _in_digits(text: str, digits: Digits) -> str:
    return to_thai_digits(text) if digits == "thai" else text


def _first(pattern: re.Pattern[str], plain: str, today: date | None) -> tuple[date, tuple[int, int]] | None:
    days = ((_read(match, today), match.span()) for match in pattern.finditer(plain))
    return next(((day, span) for day, span in days if day), None)


def _read(match: re.Match[str], today: date | None) -> date | None:
    part = match.groupdict(default="")
    month, year = _month(part["month"]), _year(part["year"], part.get("era", ""), today)
    if month is None or year is None or part.get("be") not in (None, "", str(year + OFFSET)):
        return None
    try:
        return date(year, month, int(part["day"]))
    except ValueError:
        return None


def _month(word: str) -> int | None:
    """The month that `word` names: a number, a short, long or cut name, a long name with slips of the pen."""
    if word.isdecimal():
        return int(word)
    plain = re.sub(r"[.\s]", "", word).lower()
    if plain.isascii():
        number = _MONTHS.get(plain[:3])
        known = number and (ENGLISH[number - 1].lower().startswith(plain) or plain == "sept")
        return number if known else None
    if plain in _MONTHS or len(plain) < 5:
        return _MONTHS.get(plain)
    close = get_close_matches(plain, LONG, n=1, cutoff=0.75)
    return _MONTHS[close[0]] if close else None


def _year(written: str, era: str, today: date | None) -> int | None:
    """The A.D. year."""
    number, buddhist, christian = int(written), era[:1] in "พBb", era[:1] in "คAa"
    if len(written) == 2:
        return _short_year(number, buddhist, christian, today)
    if buddhist and 2400 <= number <= 2700:
        return number - OFFSET
    return number if christian and 1900 <= number <= 2100 else None


def _short_year(number: int, buddhist: bool, christian: bool, today: date | None) -> int:
    if today is None:
        return 2500 - OFFSET + number if buddhist else 2000 + number
    by_be = _nearest(number, today.year + OFFSET) - OFFSET
    by_ad = _nearest(number, today.year)
    near = abs(by_ad - today.year) <= NEAR  # then B.E. is at least 23 years away
    return by_ad if christian and (near or not buddhist) else by_be


def _nearest(last_two: int, year: int) -> int:
    """The year nearest to `year` that ends in `last_two`."""
    return year + (last_two - year + 50) % 100 - 50
