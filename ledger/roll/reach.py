"""How far somebody reaches in the directory: which organisations, which people, which duties (C3, P-32).

What lies beyond is not found, alike for what is not there at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger.access import APPOINTS, Duty, Right, Viewer
from ledger.accounts import AccountRow, normal_login
from ledger.directory import DutyRow, OrganisationRow, PersonRow
from ledger.errors import NotAllowed, NotFound

# The duties that an organisation of each kind has, in the order in which pages name them.
FITTING: dict[str, tuple[Duty, ...]] = {
    "office": (
        Duty.ADMINISTRATOR,
        Duty.REGISTER_ADMIN,
        Duty.REGISTER_OFFICER,
        Duty.CORRESPONDENCE_ADMIN,
        Duty.CENTRAL_CLERK,
        Duty.GROUP_CLERK,
        Duty.DIRECTOR,
        Duty.DEPUTY,
    ),
    "school": (Duty.DIRECTOR, Duty.DEPUTY, Duty.SCHOOL_CLERK, Duty.REGISTER_OFFICER),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A person whom the viewer reaches."""

    person: PersonRow
    organisation: OrganisationRow
    duties: frozenset[Duty]


def visible(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The condition on `OrganisationRow` under which this viewer sees its people and duties."""
    own = OrganisationRow.id == viewer.organisation_id
    if viewer.may(Right.DIRECTORY):
        return sa.true()
    if viewer.kind == "office" and viewer.may(Right.CLERKS):
        return sa.or_(own, sa.and_(OrganisationRow.kind == "school", OrganisationRow.active))
    return own


def organisation(session: Session, viewer: Viewer, organisation_id: int, right: Right) -> OrganisationRow:
    """An organisation that the viewer sees and for which the right holds.

    Errors: `NotAllowed` without the right; `NotFound` for every other organisation.
    """
    viewer.must(right)
    wanted = sa.select(OrganisationRow).where(OrganisationRow.id == organisation_id, visible(viewer))
    found = session.execute(wanted).scalar_one_or_none()
    if found is None or not _holds_at(viewer, right, found):
        raise NotFound(what="หน่วยงาน", what_en="organisation", name=organisation_id, hint="")
    return found


def person(session: Session, viewer: Viewer, person_id: int) -> Found:
    """A person of an organisation whose people the viewer keeps; also one at rest.

    Errors: `NotAllowed` without the right to keep people; `NotFound`.
    """
    viewer.must(Right.PEOPLE)
    found = session.get(PersonRow, person_id)
    owner = session.get_one(OrganisationRow, found.organisation_id) if found is not None else None
    if found is None or owner is None or not _holds_at(viewer, Right.PEOPLE, owner):
        raise NotFound(what="บุคลากร", what_en="person", name=person_id, hint="")
    return Found(found, owner, duties_of(session, person_id))


def duties_of(session: Session, person_id: int) -> frozenset[Duty]:
    """What a person is appointed to."""
    held = session.execute(sa.select(DutyRow.duty).where(DutyRow.person_id == person_id)).scalars()
    return known_duties(held)


def known_duties(words: Iterable[str]) -> frozenset[Duty]:
    """The duties among these words."""
    return frozenset(Duty(word) for word in words if word in set(Duty))


def appointable(viewer: Viewer, owner: OrganisationRow) -> frozenset[Duty]:
    """The duties that this viewer may give and take at an organisation (C3, F40, F41, F45, F46)."""
    fitting = frozenset(FITTING.get(owner.kind, ()))
    if viewer.may(Right.DIRECTORY):
        return fitting & APPOINTS[Right.DIRECTORY]
    given: frozenset[Duty] = frozenset()
    own = owner.id == viewer.organisation_id
    if viewer.may(Right.CLERKS) and (own or (viewer.kind == "office" and owner.kind == "school")):
        given |= APPOINTS[Right.CLERKS]
    if viewer.may(Right.OFFICERS) and own:
        given |= APPOINTS[Right.OFFICERS]
    return fitting & given


def manages(viewer: Viewer, found: Found) -> bool:
    """Whether the viewer may change this person: oneself, or whoever has no duty that only somebody above gives.

    A deputy changes neither the director nor another deputy; a director changes deputies.
    """
    if viewer.may(Right.DIRECTORY) or found.person.id == viewer.person_id:
        return True
    below = frozenset({Duty.DEPUTY}) if Duty.DIRECTOR in viewer.duties else frozenset()
    return found.duties <= appointable(viewer, found.organisation) | below


def managed(session: Session, viewer: Viewer, person_id: int) -> Found:
    """A person whom the viewer may change. Errors: as `person`; `NotAllowed` for somebody above the viewer."""
    found = person(session, viewer, person_id)
    if not manages(viewer, found):
        raise NotAllowed
    return found


def oneself(session: Session, viewer: Viewer, person: PersonRow) -> bool:
    """Whether this is the viewer, or somebody for whom the viewer's account acts or could be invited to act."""
    if person.id == viewer.person_id or (viewer.account_id and person.account_id == viewer.account_id):
        return True
    return bool(person.mailbox) and normal_login(person.mailbox) == login_of(session, viewer)


def login_of(session: Session, viewer: Viewer) -> str:
    """The login of the viewer's account, or ""."""
    account = session.get(AccountRow, viewer.account_id) if viewer.account_id else None
    return account.login if account is not None else ""


def power(kind: str, duties: frozenset[Duty], group_id: int | None) -> frozenset[str]:
    """All that somebody with these duties may do and read, so that more can be told from less."""
    someone = Viewer(0, "", 0, "", kind, group_id, duties)
    rights = {str(right) for right in Right if someone.may(right)}
    secrets = {"secrets"} if someone.reads_secrets else set()
    group = {f"group {group_id}"} if Duty.GROUP_CLERK in duties else set()
    return frozenset(rights | secrets | group)


def _holds_at(viewer: Viewer, right: Right, owner: OrganisationRow) -> bool:
    """Whether a right that the viewer has reaches this organisation."""
    if owner.id == viewer.organisation_id or viewer.may(Right.DIRECTORY):
        return True
    return right is Right.APPOINT and bool(appointable(viewer, owner))
