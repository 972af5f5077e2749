"""What a file of schools or people would change, cell by cell, compared with the directory as it is.

What the file does not name stays as it is, unless it is asked to rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import enrol
from ledger.access import Right, Viewer
from ledger.directory import DutyRow, GroupRow, OrganisationRow, PersonRow
from ledger.roll import reach
from ledger.roll.keeping import of_row
from ledger.roster import Organisation, Person, Roster, merge_people, merge_schools

Value = str | bool | tuple[str, ...]
Part = Organisation | Person
Key = tuple[str, str]


class Sheet(StrEnum):
    """Which table a file holds."""

    SCHOOLS = "schools"
    PEOPLE = "people"


class What(StrEnum):
    """What becomes of one row."""

    ADDED = "added"
    CHANGED = "changed"
    BACK = "back"  # rested until now
    RESTED = "rested"


@dataclass(frozen=True, slots=True)
class Cell:
    """One field, and what it was and becomes."""

    field: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Change:
    """One row as it will stand, and its cells that differ."""

    what: What
    part: Part
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """All that a file would do. `digest` tells this from everything else that it could do later."""

    changes: tuple[Change, ...]
    kept: int  # rows that stay as they are
    digest: str

    def count(self, what: What) -> int:
        """How many rows it would do this to."""
        return sum(change.what is what for change in self.changes)


_MERGES: dict[Sheet, Callable[[Roster, bytes], Roster]] = {Sheet.SCHOOLS: merge_schools, Sheet.PEOPLE: merge_people}


def preview(session: Session, viewer: Viewer, sheet: Sheet, content: bytes, rest: bool = False) -> Preview:
    """What the file would change.

    Arguments: `rest`, whether schools that it does not name rest, or people that it does not name in the organisations
    whose people it names. Errors: `NotAllowed`; `RosterWrong` with every fault and its line.
    """
    viewer.must(Right.DIRECTORY)
    present = enrol.give_out(session)
    old, new = (_parts(roster, sheet) for roster in (present, _MERGES[sheet](present, content)))
    untouched = {id(part) for part in old}  # a row of the file makes a part anew, even an equal one
    named = [part for part in new if id(part) not in untouched]
    changes = list(_named(session, {_key(part): part for part in old}, named))
    changes += [Change(What.RESTED, part, ()) for part in (_left_out(session, viewer, old, named) if rest else ())]
    known = sum(change.what in (What.CHANGED, What.RESTED) for change in changes)
    digest = hashlib.sha256(repr(changes).encode()).hexdigest()
    return Preview(tuple(changes), len(old) - known, digest)


def _parts(roster: Roster, sheet: Sheet) -> Sequence[Part]:
    if sheet is Sheet.PEOPLE:
        return roster.people
    return [each for each in roster.organisations if each.kind == "school"]


def _key(part: Part) -> Key:
    return (part.organisation if isinstance(part, Person) else "", part.code)


def _named(session: Session, present: dict[Key, Part], named: Iterable[Part]) -> Iterator[Change]:
    resting = {_key(part): part for part in (*_resting_people(session), *_resting_organisations(session))}
    for part in named:
        key = _key(part)
        if key in present:
            if cells := _cells(present[key], part):
                yield Change(What.CHANGED, part, cells)
        elif key in resting:
            yield Change(What.BACK, part, _cells(resting[key], part))
        else:
            yield Change(What.ADDED, part, _cells(_blank(part), part))


def _left_out(session: Session, viewer: Viewer, old: Sequence[Part], named: Sequence[Part]) -> Iterator[Part]:
    """Whom the file leaves out; never the viewer."""
    known, places = {_key(part) for part in named}, {_key(part)[0] for part in named}
    own = session.get_one(PersonRow, viewer.person_id)
    own_place = session.get_one(OrganisationRow, viewer.organisation_id).code
    for part in old:
        key = _key(part)
        if key not in known and key[0] in places and key != (own_place, own.code):
            yield part


def _cells(before: Part, after: Part) -> tuple[Cell, ...]:
    names = [name for name in type(after).__dataclass_fields__ if name not in ("code", "organisation", "kind")]
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in names)
    return tuple(Cell(name, old, new) for name, old, new in pairs if not _alike(old, new))


def _alike(old: Value, new: Value) -> bool:
    return sorted(old) == sorted(new) if isinstance(old, tuple) and isinstance(new, tuple) else old == new


def _blank(part: Part) -> Part:
    if isinstance(part, Person):
        return Person(part.code, part.organisation)
    return Organisation(part.code, "", part.kind, circular_series="")


def _resting_organisations(session: Session) -> Iterator[Part]:
    wanted = sa.select(OrganisationRow).where(~OrganisationRow.active, OrganisationRow.kind == "school")
    yield from (of_row(row) for row in session.execute(wanted).scalars())


def _resting_people(session: Session) -> Iterator[Part]:
    duties: dict[int, list[str]] = {}
    for person_id, duty in session.execute(sa.select(DutyRow.person_id, DutyRow.duty)):
        duties.setdefault(person_id, []).append(duty)
    wanted = sa.select(PersonRow, OrganisationRow.code, GroupRow.code).join(
        OrganisationRow, OrganisationRow.id == PersonRow.organisation_id
    )
    wanted = wanted.outerjoin(GroupRow, sa.and_(GroupRow.id == PersonRow.group_id, GroupRow.active))
    for row, owner, group in session.execute(wanted.where(~PersonRow.active)):
        held = tuple(map(str, reach.known_duties(duties.get(row.id, ()))))
        yield Person(row.code, owner, group or "", row.name, row.position, row.mailbox, held)
