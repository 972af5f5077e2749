"""A file taken in as its preview said: only the rows that differ, with the rules of single changes (F40 to F45).

Accounts, people at rest and school groups stay; duties change only for people whose duties the file changes.
"""

from __future__ import annotations

import sqlalchemy as sa

from ledger import enrol
from ledger.access import Duty, Viewer
from ledger.directory import DutyRow, GroupRow, OrganisationRow, PersonRow, rows
from ledger.errors import ChangedMeanwhile
from ledger.history import Act
from ledger.roll import reach
from ledger.roll.changes import Change, Preview, Sheet, What, preview
from ledger.roll.keeping import administered, alter, must_not_join, must_not_rise
from ledger.roll.organisations import rest_organisation
from ledger.roll.people import rest_person, set_duties
from ledger.roster import Organisation, Person


def take_in(act: Act, viewer: Viewer, sheet: Sheet, content: bytes, rest: bool, seen: str) -> Preview:
    """Do what the preview with the digest `seen` said; returns it.

    Errors: `NotAllowed`, `RosterWrong`; `ChangedMeanwhile` when the same file would do something else by now.
    """
    told = preview(act.session, viewer, sheet, content, rest)
    if told.digest != seen:
        raise ChangedMeanwhile
    taking = _Taking(act, viewer)
    with administered(act):
        for change in told.changes:
            taking.do(change)
    act.what, act.about = "directory imported", str(sheet)
    return told


class _Taking:
    """One file on its way in; the directory is read once, since a file may name everybody."""

    def __init__(self, act: Act, viewer: Viewer) -> None:
        self._act, self._viewer = act, viewer
        session = act.session
        self._places = {row.code: row for row in rows(session, OrganisationRow)}
        self._groups = {(row.organisation_id, row.code): row.id for row in rows(session, GroupRow) if row.active}
        self._people = {(row.organisation_id, row.code): row for row in rows(session, PersonRow)}
        self._duties: dict[int, dict[str, int]] = {}
        for key, person_id, duty in session.execute(sa.select(DutyRow.id, DutyRow.person_id, DutyRow.duty)):
            self._duties.setdefault(person_id, {})[duty] = key

    def do(self, change: Change) -> None:
        """One row of the preview."""
        if isinstance(change.part, Organisation):
            self._organisation(change, change.part)
        else:
            self._person(change, change.part)

    def _organisation(self, change: Change, part: Organisation) -> None:
        columns = enrol.organisation_columns(part)
        if change.what is What.ADDED:
            self._act.add(OrganisationRow, **columns)
        elif change.what is What.RESTED:
            rest_organisation(self._act, self._viewer, self._places[part.code].id)
        else:
            differing = {cell.field: columns[cell.field] for cell in change.cells}
            alter(self._act, self._places[part.code], **differing, active=True)

    def _person(self, change: Change, part: Person) -> None:
        owner = self._places[part.organisation]
        row = self._people.get((owner.id, part.code))
        if row is not None and change.what is What.RESTED:
            rest_person(self._act, self._viewer, row.id)
            return
        must_not_join(self._act.session, self._viewer, part.mailbox, row)
        columns = enrol.person_columns(part, owner.id, self._groups)
        if row is None:
            self._set_duties(self._act.add(PersonRow, **columns), reach.known_duties(part.duties))
        else:
            self._change(change, row, owner, columns, reach.known_duties(part.duties))

    def _change(
        self,
        change: Change,
        row: PersonRow,
        owner: OrganisationRow,
        columns: dict[str, object],
        new: frozenset[Duty],
    ) -> None:
        fields = {"group_id" if cell.field == "group" else cell.field for cell in change.cells}
        differing = {name: value for name, value in columns.items() if name in fields}
        held = reach.known_duties(self._duties.get(row.id, ()))
        after = new if "duties" in fields or change.what is What.BACK else held
        group = columns["group_id"] if "group_id" in fields else row.group_id
        assert group is None or isinstance(group, int)
        before = (held, row.group_id)
        must_not_rise(self._act.session, self._viewer, row, owner.kind, before, (after, group))
        alter(self._act, row, **differing, active=True)
        self._set_duties(row.id, after)

    def _set_duties(self, person_id: int, wanted: frozenset[Duty]) -> None:
        present = self._duties.get(person_id, {})
        set_duties(self._act, person_id, frozenset(map(str, wanted)), present)
