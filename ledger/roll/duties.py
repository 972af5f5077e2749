"""Who does what: duties given and taken, each only by those whom the table names (C3, F40, F41, F45, F46)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import directory
from ledger.access import Duty, Right, Viewer
from ledger.directory import DutyRow, OrganisationRow, PersonRow
from ledger.errors import ChangedMeanwhile
from ledger.history import Act
from ledger.roll import reach
from ledger.roll.keeping import administered, must_not_rise, wrong
from ledger.roll.people import set_duties


def appoint(act: Act, viewer: Viewer, organisation_id: int, wanted: Mapping[int, Collection[Duty]], seen: str) -> int:
    """Let the people of an organisation have these duties; whoever is not named loses those that the viewer gives.

    Duties that the viewer does not give stay as they are. Arguments: `wanted` by id of the person; `seen` is the
    `stand` that the form was made from. Returns for how many people something changed. Errors: `NotAllowed`,
    `NotFound`, `RosterWrong`, `ChangedMeanwhile`.
    """
    owner = reach.organisation(act.session, viewer, organisation_id, Right.APPOINT)
    if seen != stand(act.session, owner):
        raise ChangedMeanwhile
    given, changed = reach.appointable(viewer, owner), []
    act.what, act.about = "appointed", f"organisation {owner.id}"
    held = held_by(act.session, owner)
    with administered(act):
        for person in directory.people(act.session, owner.id):
            before = held.get(person.id, frozenset())
            after = (before - given) | (frozenset(wanted.get(person.id, ())) & given)
            if after != before:
                _allowed(act, viewer, owner, person, before, after)
                set_duties(act, person.id, frozenset(map(str, after)))
                changed.append(person.id)
    return len(changed)


def held_by(session: Session, owner: OrganisationRow) -> dict[int, frozenset[Duty]]:
    """The duties of everybody at an organisation who has one and does not rest, by id of the person."""
    wanted = sa.select(DutyRow.person_id, DutyRow.duty).join(PersonRow, PersonRow.id == DutyRow.person_id)
    found: dict[int, set[str]] = {}
    for person_id, duty in session.execute(wanted.where(PersonRow.organisation_id == owner.id, PersonRow.active)):
        found.setdefault(person_id, set()).add(duty)
    return {person_id: reach.known_duties(duties) for person_id, duties in found.items()}


def stand(session: Session, owner: OrganisationRow) -> str:
    """What tells a form whether somebody was appointed, or came or left, since it was opened."""
    people = [person.id for person in directory.people(session, owner.id)]
    held = sorted((key, sorted(map(str, duties))) for key, duties in held_by(session, owner).items())
    return hashlib.sha256(repr((people, held)).encode()).hexdigest()


def _allowed(
    act: Act,
    viewer: Viewer,
    owner: OrganisationRow,
    person: PersonRow,
    before: frozenset[Duty],
    after: frozenset[Duty],
) -> None:
    must_not_rise(act.session, viewer, person, owner.kind, (before, person.group_id), (after, person.group_id))
    if Duty.GROUP_CLERK in after - before and person.group_id is None:
        raise wrong(
            "form",
            f"{person.name}: สารบรรณกลุ่มต้องสังกัดกลุ่มก่อน",
            f"{person.name}: a group clerk must belong to a group.",
        )
