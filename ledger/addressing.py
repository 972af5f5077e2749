"""Whom a letter can be sent to from the console: what the form offers, and the holders that were chosen (F47 to F51).

An office sends to schools, a school to the office or to other schools; never to both in one letter (C6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import directory, letters
from ledger.access import Viewer
from ledger.directory import GroupRow, OrganisationRow, SchoolGroupMemberRow, SchoolGroupRow
from ledger.errors import FieldsWrong
from ledger.letters import Holder

EVERY_SCHOOL = "สถานศึกษารัฐบาลทุกแห่ง"  # F49


class Reach(StrEnum):
    """ถึง: exactly one of these is chosen (C6)."""

    ALL = "all"  # every government school but the sender
    SCHOOLS = "schools"  # some schools
    SCHOOL_GROUPS = "school_groups"  # the schools of named school groups
    REGISTRY = "registry"  # the office's central registry
    GROUP = "group"  # one work group of the office


REACHES: dict[str, tuple[Reach, ...]] = {
    "office": (Reach.ALL, Reach.SCHOOLS, Reach.SCHOOL_GROUPS),
    "school": (Reach.REGISTRY, Reach.GROUP, Reach.ALL, Reach.SCHOOLS),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A school or work group as the form offers it. `reachable`: it has a mailbox."""

    code: str
    name: str
    reachable: bool
    government: bool = False
    members: tuple[str, ...] = ()  # of a school group: codes of its schools
    groups: tuple[str, ...] = ()  # of a school: codes of its school groups


@dataclass(frozen=True, slots=True)
class Offer:
    """Everything that a viewer's send form may name."""

    reaches: tuple[Reach, ...]
    schools: tuple[Place, ...]
    school_groups: tuple[Place, ...]
    groups: tuple[Place, ...]  # the office's work groups: a school writes to one, the office's letter comes from one
    registry: Place | None  # the office's central registry

    @property
    def government(self) -> tuple[Place, ...]:
        """Whom "all" means."""
        return tuple(school for school in self.schools if school.government)

    @property
    def unreachable(self) -> tuple[Place, ...]:
        """Who of all that may be chosen has no mailbox."""
        office = (self.registry, *self.groups) if self.registry is not None else ()
        return tuple(place for place in (*office, *self.schools) if place is not None and not place.reachable)


def offer(session: Session, viewer: Viewer) -> Offer:
    """What this viewer's form offers; a school does not offer itself."""
    office = directory.organisation(session, "")
    schools = [row for row in _schools(session) if row.id != viewer.organisation_id]
    named = _school_groups(session, office) if viewer.kind == "office" else {}
    codes = {school.id: school.code for school in schools}
    sets = {row: [codes[key] for key in keys if key in codes] for row, keys in named.items()}
    reaches = REACHES.get(viewer.kind, ())
    registry = letters.registry_of(office)
    return Offer(
        reaches=tuple(one for one in reaches if one is not Reach.SCHOOL_GROUPS or any(sets.values())),
        schools=tuple(_school(row, sets) for row in schools),
        school_groups=tuple(Place(row.code, row.name, True, members=tuple(of)) for row, of in sets.items() if of),
        groups=tuple(Place(row.code, row.name, bool(row.mailbox)) for row in directory.groups(session, office.id)),
        registry=Place("", registry.name, bool(registry.mailbox)) if Reach.REGISTRY in reaches else None,
    )


def holders(session: Session, viewer: Viewer, reach: Reach | None, codes: Sequence[str]) -> list[Holder]:
    """Who shall hold the letter, each once.

    Arguments: `codes` names schools, school groups or the work group, as `reach` says. Errors: `FieldsWrong` where
    nobody is chosen, or somebody who is not offered.
    """
    if reach is None or reach not in REACHES.get(viewer.kind, ()):
        raise FieldsWrong(reach="โปรดเลือกผู้รับ")
    office = directory.organisation(session, "")
    if reach is Reach.REGISTRY:
        return [letters.registry_of(office)]
    if reach is Reach.GROUP:
        return [letters.group_holder(_group(session, office, codes))]
    schools = [row for row in _schools(session) if row.id != viewer.organisation_id]
    if reach is Reach.ALL:
        chosen = [row for row in schools if row.school_type == "government"]
    elif reach is Reach.SCHOOL_GROUPS:
        chosen = _of_groups(session, office, schools, codes)
    else:
        chosen = _named(schools, codes)
    if not chosen:
        raise FieldsWrong(reach="ไม่มีสถานศึกษาในรายการที่เลือก")
    return [letters.registry_of(row) for row in chosen]


def title(session: Session, reach: Reach, codes: Sequence[str], chosen: Sequence[Holder]) -> str:
    """What the letter says of whom it goes to (ถึง)."""
    if reach is Reach.ALL:
        return EVERY_SCHOOL
    if reach is Reach.SCHOOL_GROUPS:
        sets = _school_groups(session, directory.organisation(session, ""))
        return ", ".join(row.name for row in sets if row.code in codes)
    return listed([holder.name for holder in chosen])


def listed(names: Sequence[str]) -> str:
    """A few names, or the first and how many more."""
    return ", ".join(names) if len(names) <= 3 else f"{names[0]} และอีก {len(names) - 1} แห่ง"


def _schools(session: Session) -> list[OrganisationRow]:
    wanted = sa.select(OrganisationRow).where(OrganisationRow.kind == "school", OrganisationRow.active)
    return list(session.execute(wanted.order_by(OrganisationRow.id)).scalars())


def _school_groups(session: Session, office: OrganisationRow) -> dict[SchoolGroupRow, list[int]]:
    """The office's school groups, each with the ids of its members."""
    wanted = sa.select(SchoolGroupRow).where(SchoolGroupRow.organisation_id == office.id).order_by(SchoolGroupRow.id)
    sets: dict[SchoolGroupRow, list[int]] = {row: [] for row in session.execute(wanted).scalars()}
    by_id = {row.id: members for row, members in sets.items()}
    member = sa.select(SchoolGroupMemberRow.school_group_id, SchoolGroupMemberRow.organisation_id)
    for group_id, school_id in session.execute(member.order_by(SchoolGroupMemberRow.organisation_id)):
        if group_id in by_id:
            by_id[group_id].append(school_id)
    return sets


def _school(row: OrganisationRow, sets: dict[SchoolGroupRow, list[str]]) -> Place:
    groups = tuple(group.code for group, members in sets.items() if row.code in members)
    return Place(row.code, row.name, bool(row.mailbox), row.school_type == "government", groups=groups)


def _group(session: Session, office: OrganisationRow, codes: Sequence[str]) -> GroupRow:
    found = directory.group(session, office.id, codes[0]) if codes else None
    if found is None:
        raise FieldsWrong(to_group="โปรดเลือกกลุ่มจากรายการ")
    return found


def _named(schools: Sequence[OrganisationRow], codes: Sequence[str]) -> list[OrganisationRow]:
    wanted = set(codes)
    if not wanted:
        raise FieldsWrong(schools="โปรดเลือกสถานศึกษาอย่างน้อยหนึ่งแห่ง")
    found = [row for row in schools if row.code in wanted]
    if len(found) < len(wanted):
        raise FieldsWrong(schools="มีสถานศึกษาที่เลือกไว้ซึ่งไม่อยู่ในรายการแล้ว โปรดตรวจสอบรายชื่อ")
    return found


def _of_groups(
    session: Session, office: OrganisationRow, schools: Sequence[OrganisationRow], codes: Sequence[str]
) -> list[OrganisationRow]:
    chosen = [members for row, members in _school_groups(session, office).items() if row.code in codes]
    if not codes or len(chosen) < len(set(codes)):
        raise FieldsWrong(school_groups="โปรดเลือกกลุ่มสถานศึกษาจากรายการ")
    members = {key for group in chosen for key in group}
    return [row for row in schools if row.id in members]
