"""What must hold whenever the roll changes: no fault of a directory file, nobody raises themselves, one administrator.

Faults are those of `ledger.roster`, told by field, so that a page and a file agree about what is wrong.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from ledger import accounts
from ledger.access import Duty, Viewer
from ledger.database import Row, plain, table_of
from ledger.directory import OrganisationRow, PersonRow
from ledger.errors import ChangedMeanwhile, Fault, RosterWrong
from ledger.history import Act
from ledger.roll import reach
from ledger.roster import Group, Organisation, Person, Roster, SchoolGroup
from ledger.roster.check import label, problems

LONGEST = 200  # letters of a name, a position, a prefix
LONGEST_LIST = 1000  # letters of all mail domains together

Named = Organisation | Group | Person | SchoolGroup
_APART = ("account_id", "year_in_use")  # changed elsewhere than in the forms of the roll
_PLACES = {Organisation: "organisations", Group: "groups", Person: "people", SchoolGroup: "school_groups"}
_LAST = (
    "ต้องมีผู้ดูแลระบบที่เข้าใช้ได้อย่างน้อยหนึ่งคน โปรดแต่งตั้งผู้ดูแลระบบคนอื่นก่อน",
    "At least one administrator who can sign in must remain. Please appoint another one first.",
)
_RISES = (
    "เพิ่มหน้าที่หรือสิทธิ์ให้ตนเองไม่ได้ ให้ผู้มีสิทธิ์แต่งตั้งคนอื่นเป็นผู้ทำ",
    "Nobody gives themselves more rights. Somebody else who may appoint has to do this.",
)


def wrong(field: str, th: str, en: str) -> RosterWrong:
    """One fault; `field` names the field of the form, "form" the whole."""
    return RosterWrong([Fault(0, field, th, en)])


def must_fit(roster: Roster, wanted: Named) -> None:
    """Errors: `RosterWrong` for everything that would be wrong with the directory once this part stands in it.

    Each fault's `where` is the field, or "form" where another part is at fault. `wanted` takes the place of the part
    with its code.
    """
    place = _PLACES[type(wanted)]
    others = [each for each in getattr(roster, place) if _key(each) != _key(wanted)]
    before = {(problem.part, problem.th) for problem in problems(roster)}
    after = problems(replace(roster, **{place: (*others, wanted)}))  # last, so that a twin's fault is told of it
    faults = [
        Fault(0, problem.field or "form", problem.th, problem.en)
        if problem.part is wanted
        else Fault(0, "form", f"{label(problem.part)}: {problem.th}", f"{label(problem.part)}: {problem.en}")
        for problem in after
        if problem.part is wanted or (problem.part, problem.th) not in before
    ]
    faults += list(_too_long(wanted))
    if faults:
        raise RosterWrong(faults)


def must_not_rise(
    session: Session,
    viewer: Viewer,
    person: PersonRow,
    kind: str,
    before: tuple[frozenset[Duty], int | None],
    after: tuple[frozenset[Duty], int | None],
) -> None:
    """Errors: `RosterWrong` when the viewer would give the own account more. `before`, `after`: duties and group."""
    if reach.oneself(session, viewer, person) and reach.power(kind, *after) - reach.power(kind, *before):
        raise wrong("form", *_RISES)


def must_not_join(session: Session, viewer: Viewer, mailbox: str, person: PersonRow | None = None) -> None:
    """Errors: `RosterWrong` when this mailbox, or waking `person`, would let the viewer act for one person more."""
    own = reach.login_of(session, viewer)
    known = person is not None and reach.oneself(session, viewer, person)
    if known and person is not None and not person.active:
        raise wrong("form", *_RISES)
    if own and accounts.normal_login(mailbox) == own and not known:
        raise wrong("mailbox", *_RISES)


@contextmanager
def administered(act: Act) -> Iterator[None]:
    """Errors: `RosterWrong` when what is done inside leaves no administrator who can sign in."""
    before = accounts.administrators(act.session)
    yield
    if before and not accounts.administrators(act.session):
        raise wrong("form", *_LAST)


def must_be(seen: str, row: Row) -> None:
    """Errors: `ChangedMeanwhile` when the row is not what the form was made from."""
    if seen != version(row):
        raise ChangedMeanwhile


def version(row: Row) -> str:
    """What tells a form whether the row changed since it was opened. That somebody joined is no change."""
    names = [column.name for column in table_of(type(row)).columns if column.name not in _APART]
    text = json.dumps({name: plain(getattr(row, name)) for name in names}, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def alter(act: Act, row: Row, **columns: Any) -> bool:
    """Change the columns that differ, if any. Returns whether there were some."""
    changed = {name: value for name, value in columns.items() if getattr(row, name) != value}
    if changed:
        act.alter(type(row), getattr(row, "id"), **changed)  # noqa: B009 (every table has one)
    return bool(changed)


def own_code(wish: str, taken: set[str]) -> str:
    """`wish`, or with the first number that makes it nobody else's."""
    number, folded = 1, {code.casefold() for code in taken}
    while (code := wish if number == 1 else f"{wish}-{number}").casefold() in folded:
        number += 1
    return code


def of_row(row: OrganisationRow) -> Organisation:
    """An organisation as a part of a roster."""
    names = [name for name in Organisation.__dataclass_fields__ if name != "domains"]
    return Organisation(**{name: getattr(row, name) for name in names}, domains=tuple(row.domains.split()))


def _key(part: Named) -> tuple[str, str]:
    owner = part.office if isinstance(part, SchoolGroup) else getattr(part, "organisation", "")
    return owner, part.code


def _too_long(part: Named) -> Iterator[Fault]:
    for name in part.__slots__:
        value = getattr(part, name)
        text, most = (" ".join(value), LONGEST_LIST) if isinstance(value, tuple) else (str(value), LONGEST)
        if len(text) > most and name not in ("members", "mailbox", "address"):
            yield Fault(0, name, f"ยาวเกิน {most} ตัวอักษร", f"Longer than {most} letters.")
