"""What the directory's pages list: organisations with how they stand, people with duties and accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import accounts
from ledger.access import Duty, Right, Viewer
from ledger.accounts import AccountState
from ledger.directory import DutyRow, GroupRow, OrganisationRow, PersonRow
from ledger.roll import reach

CLERKS = frozenset({Duty.CENTRAL_CLERK, Duty.SCHOOL_CLERK})


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of organisations is narrowed to."""

    words: str = ""
    kind: str = ""  # office, school, outside; "": all
    school_type: str = ""
    lacks: str = ""  # mailbox, clerk, account
    resting: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """One organisation with what matters at a glance."""

    row: OrganisationRow
    people: int
    clerks: tuple[str, ...]  # names of those who take in its letters


@dataclass(frozen=True, slots=True)
class Member:
    """One person of an organisation."""

    row: PersonRow
    group: str
    duties: tuple[Duty, ...]
    account: AccountState


def organisations(
    session: Session, viewer: Viewer, wanted: Filter, offset: int, limit: int
) -> tuple[list[Listed], int]:
    """A page of the organisations that the viewer sees, and how many there are. Errors: `NotAllowed`."""
    viewer.must(Right.APPOINT)
    narrowed = sa.and_(reach.visible(viewer), *_conditions(wanted))
    total = session.execute(sa.select(sa.func.count(OrganisationRow.id)).where(narrowed)).scalar_one()
    rank = sa.case((OrganisationRow.kind == "office", 0), (OrganisationRow.kind == "school", 1), else_=2)
    found = sa.select(OrganisationRow).where(narrowed).order_by(rank, OrganisationRow.name, OrganisationRow.id)
    rows = list(session.execute(found.offset(offset).limit(limit)).scalars())
    keys = [row.id for row in rows]
    people, clerks = _counts(session, keys), _clerks(session, keys)
    return [Listed(row, people.get(row.id, 0), tuple(clerks.get(row.id, ()))) for row in rows], total


def lacking(session: Session, viewer: Viewer) -> dict[str, int]:
    """How many schools lack something without which letters wait: a mailbox, a clerk, somebody who can sign in."""
    found = {}
    for lack in ("mailbox", "clerk", "account"):
        narrowed = _conditions(Filter(kind="school", lacks=lack))
        wanted = sa.select(sa.func.count(OrganisationRow.id)).where(reach.visible(viewer), *narrowed)
        found[lack] = session.execute(wanted).scalar_one()
    return found


def members(session: Session, owner: OrganisationRow, now: datetime, resting: bool = False) -> list[Member]:
    """The people of an organisation, those with duties first, then by name; or those at rest."""
    wanted = sa.select(PersonRow, GroupRow.name).outerjoin(GroupRow, GroupRow.id == PersonRow.group_id)
    wanted = wanted.where(PersonRow.organisation_id == owner.id, PersonRow.active.is_(not resting))
    rows = [(person, group or "") for person, group in session.execute(wanted.order_by(PersonRow.name, PersonRow.id))]
    keys = [person.id for person, _ in rows]
    duties, states = _duties(session, owner, keys), accounts.states(session, keys, now)
    found = [
        Member(person, group, duties.get(person.id, ()), states.get(person.id, AccountState()))
        for person, group in rows
    ]
    return sorted(found, key=lambda member: not member.duties)


def groups(session: Session, owner: OrganisationRow) -> list[tuple[GroupRow, int]]:
    """The groups of an office, those at rest last, each with how many people it has."""
    people = sa.select(sa.func.count(PersonRow.id)).where(PersonRow.group_id == GroupRow.id, PersonRow.active)
    wanted = sa.select(GroupRow, people.scalar_subquery()).where(GroupRow.organisation_id == owner.id)
    return [(row, count) for row, count in session.execute(wanted.order_by(~GroupRow.active, GroupRow.id))]


def _conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [OrganisationRow.active.is_(not wanted.resting)]
    for word in wanted.words.split():
        columns = (OrganisationRow.code, OrganisationRow.name, OrganisationRow.mailbox, OrganisationRow.address)
        found.append(sa.or_(*(column.icontains(word, autoescape=True) for column in columns)))
    if wanted.kind:
        found.append(OrganisationRow.kind == wanted.kind)
    if wanted.school_type:
        found.append(OrganisationRow.school_type == wanted.school_type)
    if wanted.lacks == "mailbox":
        found.append(OrganisationRow.mailbox == "")
    elif wanted.lacks == "clerk":
        found.append(~_people().where(PersonRow.id.in_(_holders(CLERKS))).exists())
    elif wanted.lacks == "account":
        found.append(~_people().where(PersonRow.account_id.is_not(None)).exists())
    return found


def _people() -> sa.Select[Any]:
    return sa.select(PersonRow.id).where(PersonRow.organisation_id == OrganisationRow.id, PersonRow.active)


def _holders(duties: Iterable[Duty]) -> sa.Select[Any]:
    return sa.select(DutyRow.person_id).where(DutyRow.duty.in_(list(map(str, duties))))


def _counts(session: Session, keys: list[int]) -> dict[int, int]:
    wanted = sa.select(PersonRow.organisation_id, sa.func.count(PersonRow.id))
    wanted = wanted.where(PersonRow.organisation_id.in_(keys), PersonRow.active).group_by(PersonRow.organisation_id)
    return {row[0]: row[1] for row in session.execute(wanted)}


def _clerks(session: Session, keys: list[int]) -> dict[int, list[str]]:
    wanted = sa.select(PersonRow.organisation_id, PersonRow.name).where(PersonRow.organisation_id.in_(keys))
    wanted = wanted.where(PersonRow.active, PersonRow.id.in_(_holders(CLERKS))).order_by(PersonRow.name)
    found: dict[int, list[str]] = {}
    for key, name in session.execute(wanted):
        found.setdefault(key, []).append(name)
    return found


def _duties(session: Session, owner: OrganisationRow, keys: list[int]) -> dict[int, tuple[Duty, ...]]:
    held: dict[int, set[str]] = {}
    people = sa.select(PersonRow.id).where(PersonRow.organisation_id == owner.id)
    for person_id, duty in session.execute(
        sa.select(DutyRow.person_id, DutyRow.duty).where(DutyRow.person_id.in_(people))
    ):
        held.setdefault(person_id, set()).add(duty)
    order = {duty: place for place, duty in enumerate([*reach.FITTING.get(owner.kind, ()), *Duty])}
    return {
        key: tuple(sorted(reach.known_duties(held[key]), key=lambda duty: order[duty])) for key in keys if key in held
    }
