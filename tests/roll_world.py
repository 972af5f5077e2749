"""Short ways to what the tests of the roll do often: somebody with a duty looks, appoints, changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from door_world import Hall

from ledger import access, roll
from ledger.access import Duty, Viewer
from ledger.directory import OrganisationRow, PersonRow
from ledger.errors import RosterWrong
from ledger.roll import duties, keeping, reach

OFFICE, S1, S2 = 1, 2, 3
ANNA, BEN = "anna@office.example", "ben@s1.example"


def viewer(hall: Hall, person_id: int, account: bool = False) -> Viewer:
    """The person as a viewer, with an account when asked for."""
    if account:
        hall.joined(person_id)
    with hall.world.database.read() as session:
        account_id = session.get_one(PersonRow, person_id).account_id or 0
        found = access.viewer(session, person_id, account_id)
    assert found is not None
    return found


def someone(hall: Hall, organisation_id: int, mailbox: str, *held: Duty, account: bool = False) -> Viewer:
    return viewer(hall, hall.person(organisation_id, mailbox, *held), account)


def run(hall: Hall, do: Callable[..., object], *given: object) -> object:
    with hall.world.act() as act:
        return do(act, *given)


def appoint(hall: Hall, by: Viewer, place: int, wanted: dict[int, set[Duty]]) -> None:
    """Appoints, leaving everybody else who is not named as they are."""
    with hall.world.act() as act:
        owner = act.session.get_one(OrganisationRow, place)
        everybody = {**duties.held_by(act.session, owner), **wanted}
        roll.appoint(act, by, place, everybody, duties.stand(act.session, owner))


def held(hall: Hall, person_id: int) -> set[Duty]:
    with hall.world.database.read() as session:
        return set(reach.duties_of(session, person_id))


def row_of(hall: Hall, of: type, key: int) -> object:
    with hall.world.database.read() as session:
        return session.get_one(of, key)


def seen(hall: Hall, of: type, key: int) -> str:
    return keeping.version(row_of(hall, of, key))  # type: ignore[arg-type]


def fields(caught: pytest.ExceptionInfo[RosterWrong]) -> set[str]:
    return {fault.where for fault in caught.value.faults}
