"""Short ways to the pages of the directory and to what they changed."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa

from ledger.directory import DutyRow
from tests.gateway.web.console.house import Client, House

ADMIN, CLERKS = "office.administrator", "office.correspondence_admin"
SCHOOL = {
    "code": "s9", "name": "โรงเรียนใหม่", "kind": "school", "school_type": "government", "mailbox": "s9@x.example",
}  # fmt: skip


def place(house: House, code: str) -> str:
    return f"/directory/organisations/{house.places[code]}"


def person(house: House, who: str) -> str:
    return f"/directory/people/{house.people[who]}"


def one(house: House, of: Any, **by: Any) -> Any:
    with house.database.read() as session:
        return session.execute(sa.select(of).filter_by(**by)).scalar_one()


def duties(house: House, who: str) -> set[str]:
    with house.database.read() as session:
        return set(session.execute(sa.select(DutyRow.duty).filter_by(person_id=house.people[who])).scalars())


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def boxes(visitor: Client, path: str) -> list[str]:
    """The boxes of the duties page that are ticked."""
    return re.findall(r'name="duty" value="([^"]+)" checked', visitor.get(path).text)


def appoint(visitor: Client, path: str, marked: list[str]) -> int:
    seen = field(visitor.get(path).text, "seen")
    return visitor.post(path, {"seen": seen, "duty": marked}).status
