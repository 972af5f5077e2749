"""People: added, changed and put to rest by who keeps the people of their organisation (F45, C2). Nobody is deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from ledger import accounts, directory, enrol
from ledger.access import Right, Viewer
from ledger.accounts import SignInRow
from ledger.database import table_of
from ledger.directory import DutyRow, OrganisationRow, PersonRow
from ledger.history import Act
from ledger.roll import reach
from ledger.roll.keeping import administered, alter, must_be, must_fit, must_not_join, must_not_rise, own_code, wrong
from ledger.roll.reach import Found
from ledger.roster import Person


def add_person(act: Act, viewer: Viewer, organisation_id: int, wanted: Person) -> int:
    """Somebody new, without duties; returns the id. An empty code is made up.

    Errors: `NotAllowed`, `NotFound`, `RosterWrong`.
    """
    owner = reach.organisation(act.session, viewer, organisation_id, Right.PEOPLE)
    taken = set(act.session.execute(sa.select(PersonRow.code).where(PersonRow.organisation_id == owner.id)).scalars())
    if wanted.code in taken:
        raise wrong("code", f"มีบุคลากรรหัส “{wanted.code}” อยู่แล้ว", f"There is a person “{wanted.code}” already.")
    part = replace(wanted, organisation=owner.code, code=wanted.code or own_code(_wish(wanted), taken), duties=())
    must_fit(enrol.give_out(act.session, owner.id), part)
    must_not_join(act.session, viewer, part.mailbox)
    key = act.add(PersonRow, organisation_id=owner.id, code=part.code, **columns_of(act, owner, part))
    act.what, act.about = "person added", f"person {key}"
    return key


def change_person(act: Act, viewer: Viewer, person_id: int, wanted: Person, seen: str) -> None:
    """Change name, position, group and mailbox of a person; the code stays.

    A new mailbox ends the mailed links that went to the old one. Errors: `NotAllowed`, `NotFound`, `RosterWrong`,
    `ChangedMeanwhile`.
    """
    found = reach.managed(act.session, viewer, person_id)
    row, owner = found.person, found.organisation
    must_be(seen, row)
    part = replace(wanted, organisation=owner.code, code=row.code, duties=_words(found))
    if row.active:
        must_fit(enrol.give_out(act.session, owner.id), part)
    must_not_join(act.session, viewer, part.mailbox, row)
    columns = columns_of(act, owner, part)
    before, after = (found.duties, row.group_id), (found.duties, columns["group_id"])
    must_not_rise(act.session, viewer, row, owner.kind, before, after)
    moved = part.mailbox != row.mailbox
    act.what, act.about = "person changed", f"person {row.id}"
    alter(act, row, **columns)
    if moved:
        accounts.void_invitations(act, [row.id])


def rest_person(act: Act, viewer: Viewer, person_id: int, resting: bool = True) -> None:
    """Put somebody to rest, who loses every duty, sign-in and mailed link here; or take them up again, without duties.

    Errors: `NotAllowed`, `NotFound`; `RosterWrong` for oneself, for the last administrator, and where somebody else
    has the mailbox meanwhile.
    """
    found = reach.managed(act.session, viewer, person_id)
    row, owner = found.person, found.organisation
    if reach.oneself(act.session, viewer, row):
        raise wrong("form", "พักตนเองไม่ได้ ให้ผู้ดูแลคนอื่นเป็นผู้ทำ", "You cannot put yourself to rest.")
    act.what, act.about = "person rested" if resting else "person woken", f"person {row.id}"
    if not resting:
        group = directory_code(act, row)
        must_fit(
            enrol.give_out(act.session, owner.id),
            Person(row.code, owner.code, group, row.name, row.position, row.mailbox),
        )
        alter(act, row, active=True)
        set_duties(act, row.id, frozenset())
        return
    with administered(act):
        alter(act, row, active=False)
        set_duties(act, row.id, frozenset())
    accounts.void_invitations(act, [row.id])
    table = table_of(SignInRow)
    acting_so = sa.update(table).where(table.c.person_id == row.id, table.c.ended_at.is_(None))
    act.connection.execute(acting_so.values(ended_at=act.at))


def set_duties(act: Act, person_id: int, wanted: frozenset[str], present: Mapping[str, int] | None = None) -> None:
    """Let a person have exactly these duties. `present`: the ids of those rows by duty, where they are known."""
    if present is None:
        rows = act.session.execute(sa.select(DutyRow.duty, DutyRow.id).where(DutyRow.person_id == person_id))
        present = {row.duty: row.id for row in rows}
    for duty in sorted(wanted - present.keys()):
        act.add(DutyRow, person_id=person_id, duty=str(duty))
    for duty in sorted(present.keys() - wanted):
        act.remove(DutyRow, present[duty])


def directory_code(act: Act, row: PersonRow) -> str:
    """The code of the person's group, or "" when there is none or it rests."""
    groups = directory.groups(act.session, row.organisation_id)
    return next((group.code for group in groups if group.id == row.group_id), "")


def columns_of(act: Act, owner: OrganisationRow, part: Person) -> dict[str, Any]:
    """What a row says for a person of this organisation, without the code."""
    group = directory.group(act.session, owner.id, part.group) if part.group else None
    return {
        "name": part.name,
        "position": part.position,
        "mailbox": part.mailbox,
        "group_id": group.id if group is not None else None,
    }


def _wish(part: Person) -> str:
    """A code after the mailbox, which people recognise."""
    local = re.sub("[^a-z0-9]+", "-", part.mailbox.partition("@")[0].casefold()).strip("-")[:40]
    return local if len(re.sub(r"\D", "", local)) < 13 and local else "p"  # never a citizen id (R39)


def _words(found: Found) -> tuple[str, ...]:
    return tuple(map(str, sorted(found.duties)))
