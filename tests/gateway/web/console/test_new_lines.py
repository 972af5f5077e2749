"""New lines by the page: forms that come twice, registers that are off, a year that is over (F37, P-10)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from ledger import registers
from ledger.directory import OrganisationRow
from ledger.intakes import OutcomeRow
from ledger.registers import EntryRow
from ledger.values import OutcomeKind, RegisterKind
from tests.gateway.web.console import offers
from tests.gateway.web.console.house import Client, House, text_of
from tests.gateway.web.site import Answer

ORDER = {"subject": "แต่งตั้งกรรมการ", "letter_date": "", "remark": "", "key": "k"}
NEW = "/registers/order/new"


@pytest.fixture
def clerk(house: House) -> Client:
    return house.signed_in("office.plain")


def lines(house: House) -> list[str]:
    with house.database.read() as session:
        return list(session.execute(sa.select(EntryRow.text).order_by(EntryRow.id)).scalars())


def key_of(answer: Answer) -> str:
    found = re.search(r'name="key" value="([^"]+)"', answer.text)
    assert found is not None
    return found[1]


def over(house: House, year: int) -> None:
    with house.act("configured") as act:
        act.alter(OrganisationRow, house.places["office"], year_in_use=year)


def test_each_form_has_its_own_key(clerk: Client) -> None:
    assert key_of(clerk.get(NEW)) != key_of(clerk.get(NEW))


def test_a_form_that_was_changed_after_its_number_is_shown_again_and_then_takes_another(
    house: House, clerk: Client
) -> None:
    """As with a browser's way back: the page still has the key of the first letter."""
    first = clerk.post(NEW, ORDER)
    assert clerk.post(NEW, ORDER).headers["Location"] == first.headers["Location"]
    again = clerk.post(NEW, {**ORDER, "subject": "เรื่องใหม่"})
    assert (again.status, "แบบฟอร์มนี้ออกเลขไปแล้ว" in text_of(again), "เรื่องใหม่" in again.text) == (422, True, True)
    assert key_of(again) != "k"
    assert clerk.post(NEW, {**ORDER, "subject": "เรื่องใหม่", "key": key_of(again)}).status == 303
    assert lines(house) == ["1/2569", "2/2569"]


def test_a_register_that_is_off_leaves_the_form_as_it_was_typed(house: House, clerk: Client) -> None:
    with house.act("configured") as act:
        office = act.session.get_one(OrganisationRow, house.places["office"])
        registers.set_start(act, office, RegisterKind.ORDER, 2569, 0)
    for path, fields in ((NEW, ORDER), ("/registers/order/reserve", {"reserved_for": "แต่งตั้งกรรมการ", "count": "1"})):
        answer = clerk.post(path, fields)
        assert (answer.status, "แต่งตั้งกรรมการ" in answer.text) == (422, True)
        assert "คำสั่ง" in text_of(answer)
    assert lines(house) == []


@pytest.mark.parametrize("kind", list(RegisterKind))
def test_a_year_that_is_over_says_so_on_every_form(house: House, clerk: Client, kind: RegisterKind) -> None:
    over(house, 2568)
    full = {"letter_number": "1", "sender": "ก", "recipient": "ข", "subject": "เรื่องเดิม"}
    answer = clerk.post(f"/registers/{kind}/new", full)
    assert (answer.status, "สิ้นสุดแล้ว" in text_of(answer), "เรื่องเดิม" in answer.text) == (422, True, True)
    assert lines(house) == []


def test_mails_of_a_year_that_is_over_wait_in_the_tray_and_are_registered_later(house: House) -> None:
    over(house, 2569)
    house.clock.now = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)
    offers.hold(house, offers.mail("ก่อนเที่ยงคืน"), policy="all")
    house.clock.forward(minutes=2)
    held = offers.hold(house, offers.mail("หลังเที่ยงคืน"), policy="all")
    with house.database.read() as session:
        outcome = session.execute(sa.select(OutcomeRow).where(OutcomeRow.intake_id == held)).scalar_one()
    assert (outcome.kind, "2569" in outcome.reason) == (OutcomeKind.HELD, True)
    assert lines(house) == ["1/2569"]
    over(house, 2570)
    clerk = house.signed_in("office.central_clerk")
    assert "หลังเที่ยงคืน" in text_of(clerk.get("/tray"))
    seen = re.search(r'name="seen" value="(\d+)"', clerk.get(f"/tray/{held}").text)
    answer = clerk.post(f"/tray/{held}/register", {**offers.FORM, "seen": seen[1] if seen else ""})
    assert answer.status == 303, text_of(answer)
    assert lines(house) == ["1/2569", "1/2570"]
