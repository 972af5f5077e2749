"""Who may do what, and until when: the permission table (C3) and the windows (C5), asked by every page and action.

A page asks `may` before it runs; what it then reads or changes is bound to the viewer's own organisation, and a secret
letter to those who hold it, registered it, or are on duty for it (I8).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import era
from ledger.directory import DutyRow, OrganisationRow, PersonRow
from ledger.errors import NotAllowed
from ledger.letters import DeliveryRow
from ledger.registers import EntryRow, WindowRow
from ledger.values import RegisterKind, Secrecy


class Duty(StrEnum):
    """หน้าที่: what a person may do at the own organisation beyond what everybody may (C2, F85 to F87)."""

    ADMINISTRATOR = "administrator"
    REGISTER_ADMIN = "register_admin"
    REGISTER_OFFICER = "register_officer"
    CORRESPONDENCE_ADMIN = "correspondence_admin"
    CENTRAL_CLERK = "central_clerk"
    GROUP_CLERK = "group_clerk"
    SCHOOL_CLERK = "school_clerk"
    DIRECTOR = "director"
    DEPUTY = "deputy"


class Right(StrEnum):
    """What a page or an action needs."""

    OPEN = "open"  # nothing: sign-in, error pages
    OWN = "own"  # to be signed in: own account, own password
    READ = "read"  # the registers of the own organisation
    REGISTER = "register"  # a line in them, files, reserved numbers
    SEND = "send"  # a registered letter to others
    TRAY = "tray"  # decide about held intakes
    CONFIGURE = "configure"  # year, start numbers, prefix, windows (F37 to F39)
    OFFICERS = "officers"  # appoint register officers
    OVERRULE = "overrule"  # amend and void after the window, with a reason
    CLERKS = "clerks"  # appoint correspondence clerks (F40, F41, F45)
    SCHOOL_GROUPS = "school_groups"  # F42 to F44
    APPOINT = "appoint"  # see who has which duty, and give those that `APPOINTS` names
    PEOPLE = "people"  # people of the own organisation, and their invitations
    DIRECTORY = "directory"  # organisations, groups, and everybody's people


_ALL: frozenset[Duty | None] = frozenset({None, *Duty})  # None: a person without any duty
_HEADS = frozenset({Duty.DIRECTOR, Duty.DEPUTY})

# Which duty gives a right at the office, and which at a school (C3).
TABLE: dict[Right, tuple[frozenset[Duty | None], frozenset[Duty | None]]] = {
    Right.OPEN: (_ALL, _ALL),
    Right.OWN: (_ALL, _ALL),
    Right.READ: (_ALL, _ALL),
    Right.REGISTER: (_ALL, _ALL),
    Right.SEND: (_ALL, _ALL),
    Right.TRAY: (
        frozenset({Duty.CENTRAL_CLERK, Duty.REGISTER_ADMIN}),
        frozenset({Duty.SCHOOL_CLERK, Duty.DIRECTOR, Duty.DEPUTY}),
    ),
    Right.CONFIGURE: (
        frozenset({Duty.REGISTER_ADMIN, Duty.REGISTER_OFFICER}),
        _HEADS | {Duty.REGISTER_OFFICER},
    ),
    Right.OFFICERS: (frozenset({Duty.REGISTER_ADMIN, Duty.REGISTER_OFFICER}), _HEADS),
    Right.OVERRULE: (frozenset({Duty.REGISTER_ADMIN}), _HEADS),
    Right.CLERKS: (frozenset({Duty.CORRESPONDENCE_ADMIN}), _HEADS),
    Right.SCHOOL_GROUPS: (frozenset({Duty.CORRESPONDENCE_ADMIN}), frozenset()),
    Right.APPOINT: (
        frozenset({Duty.ADMINISTRATOR, Duty.CORRESPONDENCE_ADMIN, Duty.REGISTER_ADMIN, Duty.REGISTER_OFFICER}),
        _HEADS,
    ),
    Right.PEOPLE: (frozenset({Duty.ADMINISTRATOR}), _HEADS),
    Right.DIRECTORY: (frozenset({Duty.ADMINISTRATOR}), frozenset()),
}

# What each right lets appoint: nobody gives away more than the table lets (C3).
APPOINTS: dict[Right, frozenset[Duty]] = {
    Right.OFFICERS: frozenset({Duty.REGISTER_OFFICER}),
    Right.CLERKS: frozenset({Duty.CENTRAL_CLERK, Duty.GROUP_CLERK, Duty.SCHOOL_CLERK}),
    Right.DIRECTORY: frozenset(Duty),
}

# On duty for every letter of the organisation, secret ones included (R14).
_SECRET_READERS = {
    "office": frozenset({Duty.CENTRAL_CLERK, Duty.DIRECTOR}),
    "school": frozenset({Duty.SCHOOL_CLERK, Duty.DIRECTOR}),
}

# Days from the day of registration in which the registrant may amend and void (C5): (office, school).
_WINDOWS: dict[RegisterKind, tuple[int, int]] = {
    RegisterKind.INCOMING: (3, 3),
    RegisterKind.OUTGOING: (1, 1),
    RegisterKind.ORDER: (15, 1),
    RegisterKind.CERTIFICATE: (30, 30),
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person, as everything that asks for a right sees them."""

    person_id: int
    name: str
    organisation_id: int
    organisation: str  # its name
    kind: str  # "office", "school"
    group_id: int | None
    duties: frozenset[Duty]
    account_id: int = 0
    sign_in_id: int = 0

    def may(self, right: Right) -> bool:
        """Whether the table gives this person the right at the own organisation."""
        of_office, of_school = TABLE[right]
        given = of_office if self.kind == "office" else of_school if self.kind == "school" else frozenset()
        return None in given or bool(self.duties & given)

    def must(self, right: Right) -> None:
        """Errors: `NotAllowed` when the table does not give the right."""
        if not self.may(right):
            raise NotAllowed

    @property
    def reads_secrets(self) -> bool:
        """Whether on duty for every letter of the organisation, secret ones included."""
        return bool(self.duties & _SECRET_READERS.get(self.kind, frozenset()))


def viewer(session: Session, person_id: int, account_id: int = 0, sign_in_id: int = 0) -> Viewer | None:
    """The person with their duties, or None when person or organisation is at rest."""
    wanted = sa.select(PersonRow, OrganisationRow).join(
        OrganisationRow, OrganisationRow.id == PersonRow.organisation_id
    )
    found = session.execute(wanted.where(PersonRow.id == person_id)).one_or_none()
    if found is None or not (found[0].active and found[1].active):
        return None
    person, organisation = found
    duties = session.execute(sa.select(DutyRow.duty).where(DutyRow.person_id == person_id)).scalars()
    return Viewer(
        person_id=person.id,
        name=person.name,
        organisation_id=organisation.id,
        organisation=organisation.name,
        kind=organisation.kind,
        group_id=person.group_id,
        duties=frozenset(Duty(duty) for duty in duties if duty in set(Duty)),
        account_id=account_id,
        sign_in_id=sign_in_id,
    )


def readable(seen_by: Viewer) -> sa.ColumnElement[bool]:
    """The condition on `EntryRow` under which this viewer reads what a line says; the number alone is everybody's.

    Whose books are meant is not in it: ask for the registers of the viewer's organisation besides (P-32).
    """
    open_to_all = EntryRow.secrecy == Secrecy.ORDINARY
    if seen_by.reads_secrets:
        return sa.true()
    held = sa.select(DeliveryRow.letter_id).where(DeliveryRow.organisation_id == seen_by.organisation_id)
    holder: list[sa.ColumnElement[bool]] = [DeliveryRow.person_id == seen_by.person_id]
    if Duty.GROUP_CLERK in seen_by.duties and seen_by.group_id is not None:
        holder.append(sa.and_(DeliveryRow.group_id == seen_by.group_id, DeliveryRow.person_id.is_(None)))
    return sa.or_(
        open_to_all,
        EntryRow.registrant_id == seen_by.person_id,
        EntryRow.letter_id.in_(held.where(sa.or_(*holder))),
    )


def reads(session: Session, seen_by: Viewer, entry: EntryRow) -> bool:
    """Whether this viewer reads what the line of the own organisation says."""
    if entry.secrecy is Secrecy.ORDINARY:
        return True
    return session.execute(sa.select(EntryRow.id).where(EntryRow.id == entry.id, readable(seen_by))).first() is not None


@dataclass(frozen=True, slots=True)
class Window:
    """For how many days, from 00:00 of its day, a registrant may amend and void a line (C5)."""

    amend_days: int
    void_days: int


def window(session: Session, organisation_id: int, office: bool, kind: RegisterKind) -> Window:
    """The organisation's own setting, else AMSS++'s."""
    wanted = sa.select(WindowRow).where(WindowRow.organisation_id == organisation_id, WindowRow.kind == kind)
    if (found := session.execute(wanted).scalar_one_or_none()) is not None:
        return Window(found.amend_days, found.void_days)
    return usual_window(office, kind)


def usual_window(office: bool, kind: RegisterKind) -> Window:
    """AMSS++'s (C5)."""
    days = _WINDOWS[kind][0 if office else 1]
    return Window(days, days)


def open_until(registered_at: datetime, days: int) -> datetime:
    """The end of a window: `days` times 24 hours after 00:00 of the day of registration in Bangkok (C5)."""
    local = registered_at.astimezone(era.BANGKOK)
    return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Changing:
    """What this viewer may do to one line now."""

    amend: bool
    void: bool
    reason: bool  # amended only with a reason: the window is over, or the line is somebody else's


NOTHING = Changing(amend=False, void=False, reason=False)


class Changeable(Protocol):
    """What a window looks at: an entry, or a line of a list."""

    @property
    def registrant_id(self) -> int | None: ...
    @property
    def registered_at(self) -> datetime: ...
    @property
    def voided_at(self) -> datetime | None: ...
    @property
    def reserved(self) -> bool: ...


def changing(session: Session, seen_by: Viewer, entry: EntryRow, kind: RegisterKind, now: datetime) -> Changing:
    """Whether the line may be amended and voided now, by this viewer who reads it."""
    if not reads(session, seen_by, entry):
        return NOTHING
    days = window(session, seen_by.organisation_id, seen_by.kind == "office", kind)
    return may_change(seen_by, entry, days, now)


def may_change(seen_by: Viewer, line: Changeable, days: Window, now: datetime) -> Changing:
    """By its registrant in the window, by who overrules with a reason (C5).

    A void line stays as it is. A line that no person registered is changed by those who overrule.
    """
    if line.voided_at is not None:
        return NOTHING
    overrules, mine = seen_by.may(Right.OVERRULE), line.registrant_id == seen_by.person_id
    amend, void = (
        mine and (line.reserved or now < open_until(line.registered_at, span))
        for span in (days.amend_days, days.void_days)
    )
    return Changing(amend or overrules, void or overrules, reason=not amend)


def answers_for(seen_by: Viewer, line: Changeable) -> bool:
    """Whether this viewer adds files to a line whose letter others hold, and replaces the links to it: its registrant,
    the tray, who overrules.
    """
    return line.registrant_id == seen_by.person_id or seen_by.may(Right.TRAY) or seen_by.may(Right.OVERRULE)


def owner(session: Session, seen_by: Viewer) -> OrganisationRow:
    """The viewer's own organisation."""
    return session.get_one(OrganisationRow, seen_by.organisation_id)
