"""What is wrong with one part of a roster by itself: code, name, addresses, kind."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from ledger.outline import meant
from ledger.roster.parts import (
    GOVERNMENT,
    OFFICE,
    OUTSIDE,
    OWN,
    PRIVATE,
    SCHOOL,
    SHARED,
    Group,
    Organisation,
    Part,
    Person,
    RegisterStart,
    SchoolGroup,
)
from ledger.values import RegisterKind

RESERVED = frozenset({"registry", "all"})  # words of rules and of sending

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_ATOM = r"[A-Za-z0-9!#$%&'*/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:[.+]{_ATOM})*")
CITIZEN_ID = re.compile(r"(?<!\d)\d(?:[-_. ]?\d){12}(?!\d)")  # Thai digits are \d too
_UNWRITABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


class Problem(NamedTuple):
    """What is wrong with one part, in Thai and English, and with which of its fields."""

    part: Part
    th: str
    en: str
    field: str = ""


def alone(part: Part) -> Iterator[Problem]:
    """Everything that is wrong with this part, whatever stands beside it."""
    if isinstance(part, RegisterStart):
        yield from _start(part)
        return
    yield from _texts(part)
    if isinstance(part, Organisation):
        yield from _organisation(part)


def _texts(part: Organisation | Group | Person | SchoolGroup) -> Iterator[Problem]:
    """Codes, names and addresses of one part by themselves."""
    if not _CODE.fullmatch(part.code) or part.code in RESERVED:
        yield Problem(
            part,
            f"รหัส “{part.code}” ใช้ไม่ได้ ให้ใช้ A-Z 0-9 . _ - ไม่เกิน 64 ตัว (registry และ all สงวนไว้)",
            f"Code “{part.code}”: use A-Z 0-9 . _ -, at most 64 (registry and all are reserved).",
            "code",
        )
    if not part.name:
        yield Problem(part, "ต้องมีชื่อ", "A name is wanted.", "name")
    for field, text in _fields(part):
        if any(unicodedata.category(letter) in _UNWRITABLE for letter in text):
            yield Problem(part, f"{field} มีอักขระควบคุมหรือขึ้นบรรทัดใหม่", f"{field} holds control characters.", field)
        if field in ("code", "address", "mailbox", "domains") and CITIZEN_ID.search(text):
            yield Problem(
                part,
                f"{field} มีเลข 13 หลักเหมือนเลขประจำตัวประชาชน ห้ามใช้เป็นรหัสหรือที่อยู่",
                f"{field} holds 13 digits like a citizen id; these are never codes or addresses.",
                field,
            )
        if field in ("address", "mailbox") and text and not _is_address(text):
            yield Problem(part, f"ที่อยู่อีเมล “{text}” ไม่ถูกต้อง", f"“{text}” is no mail address.", field)


def _fields(part: Part) -> Iterator[tuple[str, str]]:
    for field in part.__slots__:
        value = getattr(part, field)
        for text in value if isinstance(value, tuple) else (value,):
            yield field, str(text)


def _is_address(text: str) -> bool:
    local, _, domain = text.rpartition("@")
    return len(text) <= 254 and len(local) <= 64 and bool(_LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain))


def _organisation(each: Organisation) -> Iterator[Problem]:
    if each.kind not in (OFFICE, SCHOOL, OUTSIDE):
        yield Problem(each, f"ไม่รู้จักประเภทหน่วยงาน “{each.kind}”", f"Unknown kind “{each.kind}”.", "kind")
    if each.school_type not in ((GOVERNMENT, PRIVATE) if each.kind == SCHOOL else ("",)):
        yield Problem(
            each,
            "สถานศึกษาต้องเป็น government (รัฐบาล) หรือ private (เอกชน) หน่วยงานอื่นไม่มีประเภทนี้",
            "A school is government or private; other organisations have no school type.",
            "school_type",
        )
    if each.circular_series not in (SHARED, OWN):
        yield Problem(each, "circular_series ต้องเป็น shared หรือ own", "circular_series is shared or own.")
    if each.kind == OUTSIDE and (each.keeps_registers or each.address):
        yield Problem(
            each,
            "หน่วยงานภายนอกไม่มีทะเบียนและที่อยู่รับหนังสือในระบบ",
            "An outside organisation has neither registers nor an intake address here.",
            "address",
        )
    if "+" in each.address:
        yield Problem(each, "address ต้องไม่มีส่วน +…", "address must not hold a plus part.", "address")
    for domain in each.domains:
        if not _DOMAIN.fullmatch(domain):
            yield Problem(each, f"โดเมน “{domain}” ไม่ถูกต้อง", f"“{domain}” is no domain.", "domains")


def _start(start: RegisterStart) -> Iterator[Problem]:
    if start.kind not in list(RegisterKind):
        th, en = meant(start.kind, list(RegisterKind))
        yield Problem(start, f"ไม่รู้จักทะเบียน “{start.kind}” {th}", f"Unknown register “{start.kind}”. {en}")
    if not 2500 <= start.year <= 2700:
        yield Problem(start, f"ปี {start.year} ไม่ใช่ปี พ.ศ.", f"{start.year} is no Buddhist-era year.")
    if not 0 <= start.start < 10**9:
        yield Problem(start, "เลขเริ่มต้นต้องเป็น 0 ขึ้นไป", "The start number is 0 or more.")
