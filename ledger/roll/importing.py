"""A file taken in as its preview said: only the rows that differ, with the rules of single changes (F40 to F45).

Accounts, people at rest and school groups stay; duties change only for people whose duties the file changes.
"""

from __future__ import annotations

import sqlalchemy as sa

from ledger import directory, enrol
from ledger.access import Viewer
from ledger.directory import OrganisationRow, PersonRow
from ledger.errors import ChangedMeanwhile
from ledger.history import Act
from ledger.roll import reach
from ledger.roll.changes import Change, Preview, Sheet, What, preview
from ledger.roll.keeping import administered, alter, must_not_join, must_not_rise
from ledger.roll.organisations import rest_organisation
from ledger.roll.people import columns_of, rest_person, set_duties
from ledger.roster import Organisation, Person


def take_in(act: Act, viewer: Viewer, sheet: Sheet, content: bytes, rest: bool, seen: str) -> Preview:
    """Do what the preview with the digest `seen` said; returns it.

    Errors: `NotAllowed`, `RosterWrong`; `ChangedMeanwhile` when the same file would do something else by now.
    """
    told = preview(act.session, viewer, sheet, content, rest)
    if told.digest != seen:
        raise ChangedMeanwhile
    with administered(act):
        for change in told.changes:
            if isinstance(change.part, Person):
                _person(act, viewer, change, change.part)
            else:
                _organisation(act, viewer, change, change.part)
    act.what, act.about = "directory imported", str(sheet)
    return told


def _organisation(act: Act, viewer: Viewer, change: Change, part: Organisation) -> None:
    columns = enrol.organisation_columns(part)
    if change.what is What.ADDED:
        act.add(OrganisationRow, **columns)
        return
    row = act.session.execute(sa.select(OrganisationRow).where(OrganisationRow.code == part.code)).scalar_one()
    if change.what is What.RESTED:
        rest_organisation(act, viewer, row.id)
    else:
        differing = {cell.field: columns[cell.field] for cell in change.cells}
        alter(act, row, **differing, active=True)


def _person(act: Act, viewer: Viewer, change: Change, part: Person) -> None:
    owner = directory.organisation(act.session, part.organisation)
    columns = columns_of(act, owner, part)
    duties = reach.known_duties(part.duties)
    wanted = sa.select(PersonRow).where(PersonRow.organisation_id == owner.id, PersonRow.code == part.code)
    row = act.session.execute(wanted).scalar_one_or_none()
    if row is not None and change.what is What.RESTED:
        rest_person(act, viewer, row.id)
        return
    must_not_join(act.session, viewer, part.mailbox, row)
    if row is None:
        key = act.add(PersonRow, organisation_id=owner.id, code=part.code, **columns)
        set_duties(act, key, frozenset(map(str, duties)))
        return
    fields = {"group_id" if cell.field == "group" else cell.field for cell in change.cells}
    differing = {name: value for name, value in columns.items() if name in fields}
    held = reach.duties_of(act.session, row.id)
    after = duties if "duties" in fields or change.what is What.BACK else held
    group = differing.get("group_id", row.group_id)
    must_not_rise(act.session, viewer, row, owner.kind, (held, row.group_id), (after, group))
    alter(act, row, **differing, active=True)
    set_duties(act, row.id, frozenset(map(str, after)))
