"""A small named world: one office with two groups, two schools, people. Time is passed in, never patched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger.database import Database
from ledger.directory import GroupRow, OrganisationRow, PersonRow
from ledger.history import Act, acting
from ledger.letters import LinkLife
from ledger.originals import Originals
from tests import moulds

NOW = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
LIFE = LinkLife()


def sender_of(organisation: OrganisationRow) -> str:
    return organisation.address or "saraban@office.example"


def as_it_is(content: bytes, _name: str) -> bytes:
    """How a desk hands files out where no link of ours is in them."""
    return content


@dataclass
class World:
    """The office, and a clock that moves when told."""

    database: Database
    originals: Originals
    folder: Path
    now: datetime = NOW

    def act(self, what: str = "tested", who: str = "Malee") -> AbstractContextManager[Act]:
        return acting(self.database, who, what, self.now)

    def office(self, act: Act) -> OrganisationRow:
        return act.session.get_one(OrganisationRow, 1)

    def later(self, **delta: float) -> datetime:
        self.now += timedelta(**delta)
        return self.now


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    database, _ = moulds.cast(_set_up, tmp_path / "data")
    yield World(database, Originals(tmp_path / "data" / "originals"), tmp_path)
    database.close()


def _set_up(database: Database) -> None:
    with acting(database, "Malee", "set up", NOW) as act:
        office = act.add(
            OrganisationRow,
            code="office",
            name="สพป.ตัวอย่าง เขต 4",
            kind="office",
            address="saraban@office.example",
            mailbox="registry@office.example",
            prefix="ศธ 04022/",
            keeps_registers=True,
        )
        for code, name in (("finance", "กลุ่มบริหารงานการเงินและสินทรัพย์"), ("policy", "กลุ่มนโยบายและแผน")):
            act.add(GroupRow, organisation_id=office, code=code, name=name, mailbox=f"{code}@office.example")
        for code, name in (("s1", "โรงเรียนบ้านนา"), ("s2", "โรงเรียนวัดป่า")):
            act.add(
                OrganisationRow,
                code=code,
                name=name,
                kind="school",
                school_type="government",
                mailbox=f"{code}@schools.example",
                keeps_registers=code == "s1",
            )
        act.add(
            PersonRow,
            organisation_id=office,
            group_id=1,
            code="somsri",
            name="นางสมศรี ใจดี",
            position="นักวิชาการเงินและบัญชี",
            mailbox="somsri@office.example",
        )
