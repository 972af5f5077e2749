"""People of the small world at their registers: who they are, and what they write."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from ledger_world import World

from ledger import access, amending, registering, search, story, verify
from ledger.access import Duty, Viewer
from ledger.content import Content
from ledger.database import Row
from ledger.directory import DutyRow, PersonRow
from ledger.originals import digest
from ledger.registers import Entered, EntryRow
from ledger.values import Document, RegisterKind

INCOMING, OUTGOING, ORDER, CERTIFICATE = RegisterKind
OFFICE, S1, S2 = 1, 2, 3
PDF = b"%PDF-1.4 a scan"
FULL = Content(
    subject="ขอเชิญประชุม", letter_number="ศธ 1/2", letter_date=date(2026, 11, 20), sender="สพฐ.", recipient="ผอ.เขต"
)  # fmt: skip


def person(world: World, *duties: Duty, place: int = OFFICE, group: int | None = None, name: str = "นางมาลี") -> Viewer:
    """Somebody new, as the door would know them."""
    with world.act("invited") as act:
        count = act.session.execute(sa.select(sa.func.count(PersonRow.id))).scalar_one()
        key = act.add(PersonRow, organisation_id=place, group_id=group, code=f"p{count}", name=name, mailbox="")
        for duty in duties:
            act.add(DutyRow, person_id=key, duty=duty)
        found = access.viewer(act.session, key)
    assert found is not None
    return found


def register(
    world: World,
    viewer: Viewer,
    content: Content = FULL,
    kind: RegisterKind = INCOMING,
    documents: Sequence[Document] = (),
    **more: Any,
) -> Entered:
    world.originals.put([document.content for document in documents])
    with world.act("registered", viewer.name) as act:
        return registering.register(act, viewer, kind, content, documents, **more)


def amend(
    world: World,
    viewer: Viewer,
    key: int,
    content: Content,
    reason: str = "",
    seen: str = "",
    documents: Sequence[Document] = (),
) -> None:
    world.originals.put([document.content for document in documents])
    with world.act("amended", viewer.name) as act:
        amending.amend(act, viewer, key, content, seen or version(world, key), reason, documents)


def void(world: World, viewer: Viewer, key: int, reason: str = "ออกเลขซ้ำ", seen: str = "") -> None:
    with world.act("voided", viewer.name) as act:
        amending.void(act, viewer, key, reason, seen or version(world, key))


def enclose(world: World, viewer: Viewer, key: int, *documents: Document) -> None:
    world.originals.put([document.content for document in documents])
    with world.act("file added", viewer.name) as act:
        act.about = f"entry {key}"
        amending.add_documents(act, viewer, key, documents)


def take_off(world: World, viewer: Viewer, key: int, position: int = 1, reason: str = "") -> None:
    with world.act("file removed", viewer.name) as act:
        amending.remove_document(act, viewer, key, position, reason)


def scan(name: str = "หนังสือ.pdf", content: bytes = PDF) -> Document:
    kind = "application/pdf"
    return Document(name, name, kind, kind, content, len(content), digest(content))


def line(world: World, key: int) -> EntryRow:
    with world.database.read() as session:
        return session.get_one(EntryRow, key)


def version(world: World, key: int) -> str:
    return amending.version(line(world, key))


def rows(world: World, row: type[Row]) -> list[Any]:
    with world.database.read() as session:
        return list(session.execute(sa.select(row).order_by(sa.text("id"))).scalars())


def told(world: World, viewer: Viewer, key: int) -> story.Story:
    """The story of a line, with the index up to date."""
    with world.database.write() as session:
        assert search.catch_up(session, most=10_000) == 0
    with world.database.read() as session:
        return story.of_entry(session, viewer, session.get_one(EntryRow, key))


def faults(world: World) -> list[str]:
    with world.database.read() as session:
        return list(verify.faults(session, world.originals))
