"""Lines in the books of the tests' house, written by its people through their own rights."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from ledger import access, amending, registering
from ledger.access import Viewer
from ledger.content import Content
from ledger.history import Act
from ledger.registers import EntryRow
from ledger.values import RegisterKind
from tests.gateway.web.console.house import House
from watchers.reading import documents

PDF = b"%PDF-1.4\n%%EOF"
FULL = Content(
    subject="ขอเชิญประชุมผู้บริหาร", letter_number="ศธ 04001/ว1187", letter_date=date(2026, 11, 24),
    sender="สพฐ.", recipient="ผอ.สพป.", action="นางสมศรี", remark="เอกสารกระดาษ",
)  # fmt: skip


def viewer(house: House, act: Act, who: str) -> Viewer:
    found = access.viewer(act.session, house.people[who])
    assert found is not None
    return found


def register(
    house: House, who: str, kind: RegisterKind = RegisterKind.INCOMING, files: tuple[str, ...] = (), **said: Any
) -> int:
    """A line; its id. Arguments: names of files, and what it says other than `FULL`."""
    enclosed = [documents.document(name, "application/pdf", PDF + name.encode()) for name in files]
    house.originals.put(document.content for document in enclosed)
    with house.act("registered") as act:
        act.who = (one := viewer(house, act, who)).name
        return registering.register(act, one, kind, replace(FULL, **said), enclosed).id


def hold(house: House, who: str, kind: RegisterKind = RegisterKind.ORDER, days: int = 7, count: int = 1) -> int:
    """Held numbers; the id of the first."""
    until = house.cabinet.today() + timedelta(days=days)
    with house.act("reserved") as act:
        act.who = (one := viewer(house, act, who)).name
        return registering.reserve(act, one, kind, "ผอ.", until, count)[0].id


def void(house: House, who: str, key: int, reason: str = "ออกเลขซ้ำ") -> None:
    with house.act("voided") as act:
        act.who = (one := viewer(house, act, who)).name
        amending.void(act, one, key, reason, amending.version(act.session.get_one(EntryRow, key)))


def line(house: House, key: int) -> EntryRow:
    with house.database.read() as session:
        return session.get_one(EntryRow, key)
