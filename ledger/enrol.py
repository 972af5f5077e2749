"""The directory in and out of the ledger as one roster: what it names is added or changed, what it leaves out rests.

Nobody is deleted: a school that is gone stays in the letters that it received.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import registers
from ledger.database import Row
from ledger.directory import (
    DutyRow,
    GroupRow,
    OrganisationRow,
    PersonRow,
    SchoolGroupMemberRow,
    SchoolGroupRow,
)
from ledger.history import Act
from ledger.registers import RegisterRow
from ledger.roster import Group, Organisation, Person, RegisterStart, Roster, SchoolGroup
from ledger.values import RegisterKind

Key = tuple[Any, ...]


def take_in(act: Act, roster: Roster) -> Counter[str]:
    """Bring the directory to what `roster` says. Returns how many rows were "added", "changed" and "rested".

    Errors: `Refused` for the start number of a register that has given numbers.
    """
    tally: Counter[str] = Counter()
    organisations = _merge(act, tally, OrganisationRow, ("code",), map(organisation_columns, roster.organisations))
    groups = _merge(
        act,
        tally,
        GroupRow,
        ("organisation_id", "code"),
        [
            {
                "organisation_id": organisations[(one.organisation,)],
                "code": one.code,
                "name": one.name,
                "mailbox": one.mailbox,
                "phone": one.phone,
            }
            for one in roster.groups
        ],
    )
    people = _merge(
        act,
        tally,
        PersonRow,
        ("organisation_id", "code"),
        [person_columns(one, organisations[(one.organisation,)], groups) for one in roster.people],
    )
    _duties(act, roster.people, organisations, people)
    _school_groups(act, roster.school_groups, organisations)
    for start in roster.register_starts:
        owner = act.session.get_one(OrganisationRow, organisations[(start.organisation,)])
        registers.set_start(act, owner, RegisterKind(start.kind), start.year, start.start)
    return tally


def give_out(session: Session, organisation_id: int | None = None) -> Roster:
    """The directory as it is now, without what rests; or with groups and people of one organisation alone."""
    organisations = {row.id: row for row in _active(session, OrganisationRow)}
    groups = {
        row.id: row for row in _active(session, GroupRow, organisation_id) if row.organisation_id in organisations
    }
    codes = {key: row.code for key, row in organisations.items()}
    return Roster(
        organisations=tuple(
            Organisation(
                row.code,
                row.name,
                row.kind,
                row.school_type,
                row.address,
                row.mailbox,
                row.prefix,
                row.keeps_registers,
                row.phone,
                tuple(row.domains.split()),
                row.circular_series,
            )
            for row in organisations.values()
        ),
        groups=tuple(
            Group(row.code, codes[row.organisation_id], row.name, row.mailbox, row.phone) for row in groups.values()
        ),
        people=tuple(_given_people(session, codes, groups, organisation_id)),
        school_groups=tuple(_given_school_groups(session, codes)),
        register_starts=tuple(
            RegisterStart(codes[row.organisation_id], str(row.kind), row.year, row.start)
            for row in session.execute(sa.select(RegisterRow).order_by(RegisterRow.id)).scalars()
            if row.organisation_id in codes and row.start != 1 and not row.series
        ),
    )


def _merge(
    act: Act, tally: Counter[str], row: type[Row], by: tuple[str, ...], wanted: Iterable[Mapping[str, Any]]
) -> dict[Key, int]:
    """Add or change a row for each of `wanted`, let the others rest. Returns the ids by the columns `by`."""
    table = row.__table__
    present = {
        tuple(getattr(found, name) for name in by): dict(found._mapping)
        for found in act.session.connection().execute(sa.select(table))
    }
    keys: dict[Key, int] = {}
    for columns in wanted:
        key = tuple(columns[name] for name in by)
        new = {**columns, "active": True}
        if key not in present:
            keys[key] = act.add(row, **new)
            tally["added"] += 1
            continue
        keys[key] = present[key]["id"]
        if any(present[key][name] != value for name, value in new.items()):
            act.alter(row, keys[key], **new)
            tally["changed"] += 1
    for key, values in present.items():
        if key not in keys and values["active"]:
            act.alter(row, values["id"], active=False)
            tally["rested"] += 1
    return keys


def organisation_columns(one: Organisation) -> dict[str, Any]:
    """What a row says for this part of a roster."""
    return {
        "code": one.code,
        "name": one.name,
        "kind": one.kind,
        "school_type": one.school_type,
        "address": one.address,
        "mailbox": one.mailbox,
        "prefix": one.prefix,
        "keeps_registers": one.keeps_registers,
        "phone": one.phone,
        "domains": " ".join(one.domains),
        "circular_series": one.circular_series,
    }


def person_columns(one: Person, organisation_id: int, groups: Mapping[Key, int]) -> dict[str, Any]:
    """What a row says for this part of a roster. `groups`: ids by organisation and code."""
    return {
        "organisation_id": organisation_id,
        "group_id": groups.get((organisation_id, one.group)),
        "code": one.code,
        "name": one.name,
        "position": one.position,
        "mailbox": one.mailbox,
    }


def _duties(act: Act, people: Iterable[Person], organisations: Mapping[Key, int], keys: Mapping[Key, int]) -> None:
    wanted = dict.fromkeys(
        (keys[(organisations[(person.organisation,)], person.code)], duty)
        for person in people
        for duty in person.duties
    )
    present = {(row.person_id, row.duty): row.id for row in act.session.execute(sa.select(DutyRow)).scalars()}
    for person_id, duty in wanted:
        if (person_id, duty) not in present:
            act.add(DutyRow, person_id=person_id, duty=duty)
    for gone in sorted(present.keys() - wanted.keys()):
        act.remove(DutyRow, present[gone])


def _school_groups(act: Act, wanted: Iterable[SchoolGroup], organisations: Mapping[Key, int]) -> None:
    rows = act.session.execute(sa.select(SchoolGroupRow)).scalars()
    present = {(row.organisation_id, row.code): row for row in rows}
    for one in wanted:
        owner = organisations[(one.office,)]
        row = present.pop((owner, one.code), None)
        if row is None:
            key = act.add(SchoolGroupRow, organisation_id=owner, code=one.code, name=one.name)
        else:
            key = row.id
            act.alter(SchoolGroupRow, key, name=one.name)
        _members(act, key, {organisations[(code,)] for code in one.members})
    for row in present.values():
        _members(act, row.id, set())
        act.remove(SchoolGroupRow, row.id)


def _members(act: Act, group_id: int, wanted: set[int]) -> None:
    rows = sa.select(SchoolGroupMemberRow).where(SchoolGroupMemberRow.school_group_id == group_id)
    present = {row.organisation_id: row.id for row in act.session.execute(rows).scalars()}
    for school_id in sorted(wanted - present.keys()):
        act.add(SchoolGroupMemberRow, school_group_id=group_id, organisation_id=school_id)
    for school_id in sorted(present.keys() - wanted):
        act.remove(SchoolGroupMemberRow, present[school_id])


def _given_people(
    session: Session, codes: Mapping[int, str], groups: Mapping[int, GroupRow], organisation_id: int | None
) -> Iterable[Person]:
    duties: dict[int, list[str]] = {}
    for duty in session.execute(sa.select(DutyRow).order_by(DutyRow.id)).scalars():
        duties.setdefault(duty.person_id, []).append(duty.duty)
    for row in _active(session, PersonRow, organisation_id):
        if row.organisation_id in codes:
            group = groups[row.group_id].code if row.group_id in groups else ""
            yield Person(
                row.code,
                codes[row.organisation_id],
                group,
                row.name,
                row.position,
                row.mailbox,
                tuple(duties.get(row.id, ())),
            )


def _given_school_groups(session: Session, codes: Mapping[int, str]) -> Iterable[SchoolGroup]:
    members: dict[int, list[str]] = {}
    for row in session.execute(sa.select(SchoolGroupMemberRow).order_by(SchoolGroupMemberRow.id)).scalars():
        if row.organisation_id in codes:
            members.setdefault(row.school_group_id, []).append(codes[row.organisation_id])
    for found in session.execute(sa.select(SchoolGroupRow).order_by(SchoolGroupRow.id)).scalars():
        yield SchoolGroup(found.code, codes[found.organisation_id], found.name, tuple(members.get(found.id, ())))


def _active(session: Session, row: type[Any], organisation_id: int | None = None) -> list[Any]:
    wanted = sa.select(row).where(row.active).order_by(row.id)
    if organisation_id is not None:
        wanted = wanted.where(row.organisation_id == organisation_id)
    return list(session.execute(wanted).scalars())
