"""Named sets of schools to send to, kept by an office's correspondence admin (F42 to F44)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import access, directory, enrol
from ledger.access import Right, Viewer
from ledger.directory import OrganisationRow, SchoolGroupMemberRow, SchoolGroupRow
from ledger.errors import ChangedMeanwhile, NotFound
from ledger.history import Act
from ledger.roll.keeping import alter, must_fit, own_code, wrong
from ledger.roster import SchoolGroup


@dataclass(frozen=True, slots=True)
class Gathered:
    """A school group with its members that do not rest, in order of their names."""

    row: SchoolGroupRow
    members: tuple[OrganisationRow, ...]


def gathered(session: Session, viewer: Viewer) -> list[Gathered]:
    """All school groups of the viewer's office. Errors: `NotAllowed`."""
    viewer.must(Right.SCHOOL_GROUPS)
    own = SchoolGroupRow.organisation_id == viewer.organisation_id
    wanted = sa.select(SchoolGroupMemberRow.school_group_id, OrganisationRow).join(
        OrganisationRow, OrganisationRow.id == SchoolGroupMemberRow.organisation_id
    )
    members: dict[int, list[OrganisationRow]] = {}
    for key, school in session.execute(wanted.where(OrganisationRow.active).order_by(OrganisationRow.name)):
        members.setdefault(key, []).append(school)
    rows = session.execute(sa.select(SchoolGroupRow).where(own).order_by(SchoolGroupRow.name)).scalars()
    return [Gathered(row, tuple(members.get(row.id, ()))) for row in rows]


def school_group(session: Session, viewer: Viewer, group_id: int) -> SchoolGroupRow:
    """A school group of the viewer's office. Errors: `NotAllowed`, `NotFound`."""
    viewer.must(Right.SCHOOL_GROUPS)
    wanted = sa.select(SchoolGroupRow).where(
        SchoolGroupRow.id == group_id, SchoolGroupRow.organisation_id == viewer.organisation_id
    )
    found = session.execute(wanted).scalar_one_or_none()
    if found is None:
        raise NotFound(what="กลุ่มสถานศึกษา", what_en="school group", name=group_id, hint="")
    return found


def schools(session: Session) -> list[OrganisationRow]:
    """Every school that may be a member, in order of names."""
    wanted = sa.select(OrganisationRow).where(OrganisationRow.kind == "school", OrganisationRow.active)
    return list(session.execute(wanted.order_by(OrganisationRow.name)).scalars())


def add_school_group(act: Act, viewer: Viewer, code: str, name: str, members: Collection[int]) -> int:
    """A new school group of the viewer's office; returns its id. An empty code is made up. `members`: ids of schools.

    Errors: `NotAllowed`, `NotFound`, `RosterWrong`.
    """
    viewer.must(Right.SCHOOL_GROUPS)
    owner = access.owner(act.session, viewer)
    taken = _taken(act.session, owner)
    part = SchoolGroup(code or own_code("schools", taken), owner.code, name)
    if part.code.casefold() in {one.casefold() for one in taken}:
        raise wrong("code", f"รหัส “{part.code}” มีผู้ใช้แล้ว", f"The code “{part.code}” is taken.")
    must_fit(enrol.give_out(act.session, owner.id), part)
    key = act.add(SchoolGroupRow, organisation_id=owner.id, code=part.code, name=part.name)
    act.what, act.about = "school group added", f"school group {key}"
    _set_members(act, key, members)
    return key


def change_school_group(
    act: Act, viewer: Viewer, group_id: int, name: str, members: Collection[int], seen: str
) -> None:
    """Another name, other members; the code stays, since letters and files name it.

    Errors: `NotAllowed`, `NotFound`, `RosterWrong`, `ChangedMeanwhile`.
    """
    row = school_group(act.session, viewer, group_id)
    if seen != stand(act.session, row):
        raise ChangedMeanwhile
    owner = access.owner(act.session, viewer)
    must_fit(enrol.give_out(act.session, owner.id), SchoolGroup(row.code, owner.code, name))
    act.what, act.about = "school group changed", f"school group {row.id}"
    alter(act, row, name=name)
    _set_members(act, row.id, members)


def remove_school_group(act: Act, viewer: Viewer, group_id: int) -> None:
    """Remove a school group; letters that went to its schools stay as they are. Errors: `NotAllowed`, `NotFound`."""
    row = school_group(act.session, viewer, group_id)
    act.what, act.about = "school group removed", f"school group {row.id}"
    for key in _members(act.session, row.id).values():
        act.remove(SchoolGroupMemberRow, key)
    act.remove(SchoolGroupRow, row.id)


def member_ids(session: Session, group_id: int) -> set[int]:
    """The ids of a group's schools, also of those at rest."""
    return set(_members(session, group_id))


def stand(session: Session, row: SchoolGroupRow) -> str:
    """What tells a form whether name or members changed since it was opened."""
    return f"{row.name}:{','.join(map(str, sorted(_members(session, row.id))))}"


def _members(session: Session, group_id: int) -> dict[int, int]:
    wanted = sa.select(SchoolGroupMemberRow.organisation_id, SchoolGroupMemberRow.id)
    found = session.execute(wanted.where(SchoolGroupMemberRow.school_group_id == group_id))
    return {row.organisation_id: row.id for row in found}


def _set_members(act: Act, group_id: int, wanted: Collection[int]) -> None:
    """Whoever rests stays a member, and is one again when it wakes."""
    choices, present = {school.id for school in schools(act.session)}, _members(act.session, group_id)
    if unknown := set(wanted) - choices:
        raise NotFound(what="สถานศึกษา", what_en="school", name=min(unknown), hint="")
    for school in sorted(set(wanted) - present.keys()):
        act.add(SchoolGroupMemberRow, school_group_id=group_id, organisation_id=school)
    for school in sorted((present.keys() & choices) - set(wanted)):
        act.remove(SchoolGroupMemberRow, present[school])


def _taken(session: Session, owner: OrganisationRow) -> set[str]:
    """Codes that an addressee has already: an organisation, a group of the office, another school group."""
    organisations = session.execute(sa.select(OrganisationRow.code)).scalars()
    groups = (group.code for group in directory.rows(session, directory.GroupRow) if group.organisation_id == owner.id)
    named = sa.select(SchoolGroupRow.code).where(SchoolGroupRow.organisation_id == owner.id)
    return {*organisations, *groups, *session.execute(named).scalars()}
