"""Sixteen people register at once, and five hundred certificates get one range among them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from ledger import access, registering, verify
from ledger.content import Content
from ledger.registers import EntryRow, RegisterRow
from ledger.values import RegisterKind
from tests.gateway.web.console.house import DUTIES, SCHOOL_DUTIES, Client, House

SESSIONS, EACH, MANY = 16, 6, 500
PEOPLE = [f"office.{duty}" for duty in (*DUTIES, "plain")]


def numbers(house: House, kind: RegisterKind, place: str) -> list[int]:
    """Every number of a register, in order of registration."""
    with house.database.read() as session:
        wanted = sa.select(EntryRow.number).join(RegisterRow, RegisterRow.id == EntryRow.register_id)
        wanted = wanted.where(RegisterRow.kind == kind, RegisterRow.organisation_id == house.places[place])
        return list(session.execute(wanted.order_by(EntryRow.id)).scalars())


def at_once(calls: list[Callable[[], object]]) -> list[object]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def letters(visitor: Client, session: int) -> list[str]:
    """Register some letters by form; each is opened and sent as a browser does."""
    found = []
    for turn in range(EACH):
        visitor.get("/registers/outgoing/new")
        answer = visitor.post(
            "/registers/outgoing/new",
            {
                "sender": "สพป.",
                "recipient": "ทุกโรงเรียน",
                "subject": f"เรื่อง {session}-{turn}",
                "key": f"{session}-{turn}",
            },
        )
        assert answer.status == 303, answer.text
        found.append(answer.headers["Location"])
    return found


def test_sixteen_sessions_get_dense_numbers(house: House) -> None:
    visitors = [house.signed_in(PEOPLE[n % len(PEOPLE)]) for n in range(SESSIONS)]
    calls = [lambda n=n, visitor=visitor: letters(visitor, n) for n, visitor in enumerate(visitors)]
    pages = [page for told in at_once(calls) for page in told]  # type: ignore[attr-defined]
    assert len(set(pages)) == SESSIONS * EACH
    assert numbers(house, RegisterKind.OUTGOING, "office") == list(range(1, SESSIONS * EACH + 1))
    with house.database.read() as session:
        assert list(verify.faults(session, house.originals)) == []


def test_five_hundred_certificates_get_one_range_while_others_register(house: House) -> None:
    def batch() -> list[int]:
        with house.act("certificates") as act:
            viewer = access.viewer(act.session, house.people["office.plain"])
            assert viewer
            contents = [Content(recipient=f"นักเรียนคนที่ {n}", subject="การแข่งขัน") for n in range(MANY)]
            return [one.number for one in registering.certificates(act, viewer, contents, key="batch")]

    def others(n: int) -> int:
        visitor = house.signed_in(PEOPLE[n % len(PEOPLE)])
        for turn in range(EACH):
            fields = {"recipient": f"ครู {n}-{turn}", "subject": "การอบรม", "key": f"{n}-{turn}"}
            assert visitor.post("/registers/certificate/new", fields).status == 303
        return n

    told = at_once([batch, *(lambda n=n: others(n) for n in range(SESSIONS - 1))])
    range_of = told[0]
    assert isinstance(range_of, list)
    assert range_of == list(range(range_of[0], range_of[0] + MANY))
    given = numbers(house, RegisterKind.CERTIFICATE, "office")
    assert given == list(range(1, MANY + (SESSIONS - 1) * EACH + 1))


def test_schools_and_office_count_apart(house: House) -> None:
    schools = [f"s1.{duty}" for duty in (*SCHOOL_DUTIES, "plain")]
    visitors = [house.signed_in(who) for who in [*schools, *PEOPLE]]
    at_once([lambda n=n, visitor=visitor: letters(visitor, n) for n, visitor in enumerate(visitors)])
    assert numbers(house, RegisterKind.OUTGOING, "s1") == list(range(1, len(schools) * EACH + 1))
    assert numbers(house, RegisterKind.OUTGOING, "office") == list(range(1, len(PEOPLE) * EACH + 1))
