"""The parts of a roster: organisations, groups, people, school groups, and where numbering starts."""

from __future__ import annotations

from dataclasses import dataclass

OFFICE, SCHOOL, OUTSIDE = "office", "school", "outside"
GOVERNMENT, PRIVATE = "government", "private"
SHARED, OWN = "shared", "own"

DUTIES = {
    "administrator": "ผู้ดูแลระบบ",
    "register_admin": "ผู้ดูแลระบบทะเบียนหนังสือราชการ",
    "register_officer": "เจ้าหน้าที่ทะเบียน",
    "correspondence_admin": "ผู้ดูแลระบบรับส่งหนังสือราชการ",
    "central_clerk": "สารบรรณกลาง",
    "group_clerk": "สารบรรณกลุ่ม",
    "school_clerk": "สารบรรณสถานศึกษา",
    "director": "ผู้อำนวยการ",
    "deputy": "รองผู้อำนวยการ",
}


@dataclass(frozen=True, slots=True)
class Organisation:
    """The area office, a school, or an outside sender."""

    code: str
    name: str
    kind: str  # OFFICE, SCHOOL, OUTSIDE
    school_type: str = ""  # GOVERNMENT, PRIVATE; only schools have one
    address: str = ""  # the official mailbox that we receive for: saraban@… (R3)
    mailbox: str = ""  # where notices to its central registry go
    prefix: str = ""  # of letter numbers: "ศธ 04022/" (R23)
    keeps_registers: bool = False
    phone: str = ""
    domains: tuple[str, ...] = ()  # mail domains of its people
    circular_series: str = SHARED  # SHARED, OWN (R24)


@dataclass(frozen=True, slots=True)
class Group:
    """A work group; its code is unique in its organisation."""

    code: str
    organisation: str
    name: str
    mailbox: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of an organisation; the code is unique there, since a person may work at several schools."""

    code: str
    organisation: str
    group: str = ""
    name: str = ""
    position: str = ""
    mailbox: str = ""
    duties: tuple[str, ...] = ()  # of DUTIES


@dataclass(frozen=True, slots=True)
class SchoolGroup:
    """A named set of schools to send to (F42)."""

    code: str
    office: str
    name: str
    members: tuple[str, ...] = ()  # codes of schools


@dataclass(frozen=True, slots=True)
class RegisterStart:
    """The first number of a register in a year; 0 switches it off (C4)."""

    organisation: str
    kind: str  # a RegisterKind
    year: int  # B.E.
    start: int


Part = Organisation | Group | Person | SchoolGroup | RegisterStart


@dataclass(frozen=True, slots=True)
class Roster:
    """A whole directory. In YAML the parts stand under their organisation: offices, then schools, then outside."""

    organisations: tuple[Organisation, ...] = ()
    groups: tuple[Group, ...] = ()
    people: tuple[Person, ...] = ()
    school_groups: tuple[SchoolGroup, ...] = ()
    register_starts: tuple[RegisterStart, ...] = ()
