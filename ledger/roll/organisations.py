"""Organisations: added, changed, put to rest and woken by an administrator. Nobody is deleted (F41)."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from ledger import enrol
from ledger.access import Right, Viewer
from ledger.directory import OrganisationRow
from ledger.history import Act
from ledger.roll import reach
from ledger.roll.keeping import administered, alter, must_be, must_fit, of_row, wrong
from ledger.roster import Organisation


def add_organisation(act: Act, viewer: Viewer, wanted: Organisation) -> int:
    """A new organisation; returns its id. Errors: `NotAllowed`, `RosterWrong`."""
    viewer.must(Right.DIRECTORY)
    if act.session.execute(sa.select(OrganisationRow.id).where(OrganisationRow.code == wanted.code)).first():
        raise wrong("code", f"มีหน่วยงานรหัส “{wanted.code}” อยู่แล้ว", f"There is an organisation “{wanted.code}” already.")
    must_fit(enrol.give_out(act.session), wanted)
    key = act.add(OrganisationRow, **enrol.organisation_columns(wanted))
    act.what, act.about = "organisation added", f"organisation {key}"
    return key


def change_organisation(act: Act, viewer: Viewer, organisation_id: int, wanted: Organisation, seen: str) -> None:
    """Change what is said of an organisation. Its code and kind stay, since rules, letters and files name them.

    Arguments: `seen` is the `version` that the form was made from. Errors: `NotAllowed`, `NotFound`, `RosterWrong`,
    `ChangedMeanwhile`.
    """
    row = reach.organisation(act.session, viewer, organisation_id, Right.DIRECTORY)
    must_be(seen, row)
    kept = replace(wanted, code=row.code, kind=row.kind, circular_series=row.circular_series)
    if row.active:
        must_fit(enrol.give_out(act.session), kept)
    act.what, act.about = "organisation changed", f"organisation {row.id}"
    alter(act, row, **enrol.organisation_columns(kept))


def rest_organisation(act: Act, viewer: Viewer, organisation_id: int, resting: bool = True) -> None:
    """Put an organisation to rest: nobody of it signs in, it is sent nothing; or wake it.

    Errors: `NotAllowed`, `NotFound`; `RosterWrong` for the viewer's own one, and where waking it would collide.
    """
    row = reach.organisation(act.session, viewer, organisation_id, Right.DIRECTORY)
    if row.id == viewer.organisation_id:
        raise wrong("form", "พักหน่วยงานของตนเองไม่ได้", "You cannot put your own organisation to rest.")
    if not resting:
        must_fit(enrol.give_out(act.session), of_row(row))
    act.what, act.about = "organisation rested" if resting else "organisation woken", f"organisation {row.id}"
    with administered(act):
        alter(act, row, active=not resting)
