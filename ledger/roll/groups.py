"""The work groups of an office (F40)."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import directory, enrol, rules
from ledger.access import Right, Viewer
from ledger.directory import GroupRow, OrganisationRow
from ledger.errors import NotFound
from ledger.history import Act
from ledger.roll import reach
from ledger.roll.keeping import alter, must_be, must_fit, wrong
from ledger.roster import Group


def group(session: Session, viewer: Viewer, group_id: int) -> tuple[GroupRow, OrganisationRow]:
    """A group and its office. Errors: `NotAllowed`, `NotFound`."""
    viewer.must(Right.DIRECTORY)
    row = session.get(GroupRow, group_id)
    if row is None:
        raise NotFound(what="กลุ่ม", what_en="group", name=group_id, hint="")
    return row, reach.organisation(session, viewer, row.organisation_id, Right.DIRECTORY)


def add_group(act: Act, viewer: Viewer, organisation_id: int, wanted: Group) -> int:
    """A new group of an office; returns its id. Errors: `NotAllowed`, `NotFound`, `RosterWrong`."""
    owner = reach.organisation(act.session, viewer, organisation_id, Right.DIRECTORY)
    if owner.kind != "office":
        raise wrong("form", "กลุ่มมีเฉพาะในสำนักงานเขต", "Only an office has groups.")
    known = sa.select(GroupRow.id).where(GroupRow.organisation_id == owner.id, GroupRow.code == wanted.code)
    if act.session.execute(known).first():
        raise wrong("code", f"มีกลุ่มรหัส “{wanted.code}” อยู่แล้ว", f"There is a group “{wanted.code}” already.")
    part = replace(wanted, organisation=owner.code)
    must_fit(enrol.give_out(act.session, owner.id), part)
    key = act.add(GroupRow, organisation_id=owner.id, **_columns(part), code=part.code)
    act.what, act.about = "group added", f"group {key}"
    return key


def change_group(act: Act, viewer: Viewer, group_id: int, wanted: Group, seen: str) -> None:
    """Change what is said of a group; its code stays, since rules name it.

    Errors: `NotAllowed`, `NotFound`, `RosterWrong`, `ChangedMeanwhile`.
    """
    row, owner = group(act.session, viewer, group_id)
    must_be(seen, row)
    part = replace(wanted, organisation=owner.code, code=row.code)
    if row.active:
        must_fit(enrol.give_out(act.session, owner.id), part)
    act.what, act.about = "group changed", f"group {row.id}"
    alter(act, row, **_columns(part))


def rest_group(act: Act, viewer: Viewer, group_id: int, resting: bool = True) -> None:
    """Put a group to rest, or wake it.

    Errors: `NotAllowed`, `NotFound`; `RosterWrong` while people belong to it or a rule leads to it.
    """
    row, owner = group(act.session, viewer, group_id)
    if resting:
        _must_be_free(act, row)
    else:
        must_fit(enrol.give_out(act.session, owner.id), Group(row.code, owner.code, row.name, row.mailbox, row.phone))
    act.what, act.about = "group rested" if resting else "group woken", f"group {row.id}"
    alter(act, row, active=not resting)


def _must_be_free(act: Act, row: GroupRow) -> None:
    if members := len(directory.people(act.session, row.organisation_id, row.id)):
        raise wrong(
            "form",
            f"ยังมีบุคลากร {members} คนในกลุ่มนี้ ให้ย้ายไปกลุ่มอื่นหรือพักก่อน",
            f"{members} people still belong to this group. Move them or put them to rest first.",
        )
    leading = [rule.name for rule in rules.load(act.session, row.organisation_id).rules if row.code in rule.groups]
    if leading:
        raise wrong(
            "form",
            f"กฎเส้นทาง “{leading[0]}” ยังส่งหนังสือถึงกลุ่มนี้ ให้แก้กฎก่อน",
            f"The rule “{leading[0]}” still leads to this group. Change the rule first.",
        )


def _columns(part: Group) -> dict[str, str]:
    return {"name": part.name, "mailbox": part.mailbox, "phone": part.phone}
