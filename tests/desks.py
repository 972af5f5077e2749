"""People of the small world at their desks: who sees and does what, for the tests of sending and holding."""

from __future__ import annotations

from ledger_world import World

from ledger import access, registering
from ledger.access import Duty, Viewer
from ledger.content import Content
from ledger.directory import DutyRow, PersonRow
from ledger.registers import EntryRow
from ledger.values import Document, RegisterKind

OFFICE, S1, S2 = 1, 2, 3


def person(world: World, organisation: int, *duties: Duty, group: int | None = None, name: str = "") -> Viewer:
    """A new person of an organisation, signed in."""
    with world.act("person added") as act:
        count = act.session.query(PersonRow).count()
        key = act.add(
            PersonRow, organisation_id=organisation, group_id=group, code=f"p{count}", name=name or f"นายคนที่ {count}",
            position="ครู", mailbox=f"p{count}@people.example",
        )  # fmt: skip
        for duty in duties:
            act.add(DutyRow, person_id=key, duty=duty)
    with world.database.read() as session:
        found = access.viewer(session, key)
    assert found is not None
    return found


def written(
    world: World,
    viewer: Viewer,
    kind: RegisterKind = RegisterKind.OUTGOING,
    documents: tuple[Document, ...] = (),
    **content: object,
) -> int:
    """A line that this viewer registered. Returns its id."""
    told = {"subject": "ขอเชิญประชุม", "sender": viewer.organisation, "recipient": "ผู้เกี่ยวข้อง", **content}
    with world.act("registered", viewer.name) as act:
        return registering.register(act, viewer, kind, Content(**told), documents).id  # type: ignore[arg-type]


def line(world: World, key: int) -> EntryRow:
    """A line as it is now."""
    with world.database.read() as session:
        return session.get_one(EntryRow, key)
