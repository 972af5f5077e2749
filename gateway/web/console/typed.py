"""From what was typed into a form to what the ledger takes: dates in any spelling, choices from their lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from gateway.web.forms import digits, one_line
from ledger import era
from ledger.content import FIELDS, Content
from ledger.errors import FieldsWrong
from ledger.values import RegisterKind, Secrecy, Urgency

E = TypeVar("E", bound=StrEnum)
UNREADABLE_DAY = "อ่านวันที่ไม่ได้ โปรดพิมพ์ เช่น 14 ส.ค. 2569, 14/8/2569 หรือ วันนี้"


def content(form: Mapping[str, str], kind: RegisterKind, today: date) -> Content:
    """What a register form says. Errors: `FieldsWrong` for a date or choice that cannot be read."""
    problems: dict[str, str] = {}
    values: dict[str, Any] = {}
    for field in FIELDS[kind]:
        text = one_line(form.get(field, ""))
        if field == "letter_date":
            values[field] = day(text, today, problems, field)
        elif field == "group_id":
            values[field] = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
        elif field == "urgency":
            values[field] = choice(text, Urgency.NORMAL)
        elif field == "secrecy":
            values[field] = choice(text, Secrecy.ORDINARY)
            if text and text != values[field]:  # never taken for "ordinary"
                problems[field] = "โปรดเลือกชั้นความลับจากรายการ"
        else:
            values[field] = text
    if problems:
        raise FieldsWrong(**problems)
    return Content(**values)


def day(text: str, today: date, problems: dict[str, str], field: str) -> date | None:
    """A day in any spelling, B.E. or A.D.; "" is none. A text that is no day is noted among the problems."""
    plain = one_line(text)
    if not plain:
        return None
    found = era.parse_date(plain, today=today)
    if found is None:
        problems[field] = UNREADABLE_DAY
    return found


def choice(text: str, default: E) -> E:
    """The member that a choice names; anything else is the default."""
    return type(default)(text) if text in {str(member) for member in type(default)} else default


def whole(text: str, default: int = 0) -> int:
    """A whole number, Thai digits too; "" is the default. What is no such number is one that no form takes."""
    plain = one_line(text)
    if not plain:
        return default
    return int(digits(plain)) if plain.isdecimal() and len(plain) < 8 else -1
