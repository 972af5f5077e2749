"""Lines in the books of the small world, quickly written, and the people who look at them."""

from __future__ import annotations

from datetime import date

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from ledger_world import World

from ledger import letters, listing, registers, search
from ledger.access import Duty, Viewer
from ledger.directory import OrganisationRow
from ledger.listing import Filter, Line, Page
from ledger.values import Document, RegisterKind

INCOMING, OUTGOING, ORDER, CERTIFICATE = RegisterKind
TODAY = date(2026, 11, 23)  # of the world's clock

# A world is made once for all examples of a property.
SETTINGS = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
THAI = st.text(st.sampled_from("กขคงเแโนำ้่ีิุูัาะ์๑๒345 /-.\"“”\u0e4d\u200bAb'ß*()๙ํ\n"), max_size=40)


def viewer(*duties: Duty, person_id: int = 1, organisation_id: int = 1, group_id: int | None = None) -> Viewer:
    kind = "office" if organisation_id == 1 else "school"
    return Viewer(person_id, "Malee", organisation_id, "หน่วยงาน", kind, group_id, frozenset(duties))


CLERK = viewer(Duty.CENTRAL_CLERK)  # reads everything of the office
STRANGER = viewer(person_id=99)  # of the office, holder of nothing
ALL = Filter(None, None)


def enter(world: World, kind: RegisterKind = INCOMING, owner: int = 1, summary: str = "", **columns: object) -> int:
    """A line with its letter; both have the line's number in a world without other letters."""
    with world.act() as act:
        letter = letters.write(act, (), organisation_id=owner, summary=summary).id
        office = act.session.get_one(OrganisationRow, owner)
        return registers.enter(act, office, kind, letter_id=letter, **columns).id


def enclose(world: World, letter_id: int, name: str, description: str = "") -> None:
    with world.act() as act:
        letters.append(act, letter_id, [Document(name, name, "", "", b"", 0, "0" * 64, description=description)])


def catch_up(world: World) -> None:
    with world.database.write() as session:
        assert search.catch_up(session, most=10_000) == 0


def page(world: World, wanted: Filter, seen_by: Viewer = CLERK, offset: int = 0, limit: int = 100) -> Page:
    with world.database.read() as session:
        return listing.page(session, seen_by, wanted, offset=offset, limit=limit, today=TODAY)


def each(world: World, wanted: Filter, seen_by: Viewer = CLERK) -> list[Line]:
    with world.database.read() as session:
        return list(listing.each(session, seen_by, wanted, today=TODAY))


def ids(found: Page) -> list[int]:
    return [line.id for line in found.lines]


def texts(found: Page) -> list[str]:
    return [line.text for line in found.lines]
