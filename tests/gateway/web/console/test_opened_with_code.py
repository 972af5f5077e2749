"""Who opened a secret letter with its code did open it: told to its sender and its holders (5.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from ledger import access, registering, sending
from ledger.addressing import Reach
from ledger.content import Content
from ledger.desk import Desk
from ledger.outbox import OutboxRow
from ledger.sending import Onward
from ledger.values import NoticeKind, RegisterKind, Secrecy, Visit
from tests.gateway.web.console.house import House, text_of
from tests.gateway.web.console.house import house as opened

OPENED = r"เปิดด้วยรหัสล่าสุดเมื่อ \d+ พ\.ย\. 2569 \d\d:\d\d น\."


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("codes")) as made:
        yield made


def sent(house: House) -> tuple[int, int, str]:
    """A secret letter of the office's clerk to s1: its line, its delivery, the token of its link."""
    with house.act("sent") as act:
        viewer = access.viewer(act.session, house.people["office.central_clerk"])
        assert viewer is not None
        content = Content(subject="เรื่องลับ", sender="ผู้ส่ง", recipient="ผู้รับ")
        entry = registering.register(act, viewer, RegisterKind.OUTGOING, content, [])
        wanted = Onward(Reach.SCHOOLS, ["s1"], "policy", "สรุปเรื่อง", secrecy=Secrecy.SECRET)
        sending.send_entry(act, viewer, entry.id, wanted, house.cabinet.life, house.cabinet.sender_of)
        made = sa.select(OutboxRow.delivery_id, OutboxRow.token).order_by(OutboxRow.id.desc())
        delivery, token = act.session.execute(made).first() or (0, "")
        return entry.id, delivery or 0, token


def desk_of(house: House) -> Desk:
    cabinet = house.cabinet
    return Desk(house.database, cabinet.originals, cabinet.life, cabinet.sender_of, lambda content, _name: content)


def open_with_code(house: House, token: str) -> None:
    desk, visit = desk_of(house), Visit(house.cabinet.clock(), "GET", "192.0.2.0/24", "test")
    desk.look(token, visit)
    desk.send_code(token, visit)
    with house.database.read() as session:
        wanted = sa.select(OutboxRow.code).where(OutboxRow.kind == NoticeKind.CODE).order_by(OutboxRow.id.desc())
        code = session.execute(wanted).scalars().first() or ""
    assert desk.check_code(token, code, visit)


def test_sender_and_holder_read_when_it_was_opened_and_the_history_how(house: House) -> None:
    key, delivery, token = sent(house)
    clerk, school = house.signed_in("office.central_clerk"), house.signed_in("s1.school_clerk")
    assert not re.search(OPENED, text_of(clerk.get(f"/entries/{key}")))
    open_with_code(house, token)
    page = text_of(clerk.get(f"/entries/{key}"))
    assert re.search(OPENED, page)
    history = page.partition("ประวัติ")[2]
    for told in ("เปิดหนังสือลับด้วยรหัส", "ส่งรหัสเปิดหนังสือลับ"):
        assert re.search(rf"{told} .{{5,40}} · ผ่านลิงก์ของ โรงเรียน", history), told
    assert re.search(OPENED, text_of(school.get(f"/deliveries/{delivery}")))


def test_it_is_told_in_english_as_well(house: House) -> None:
    key, _, token = sent(house)
    open_with_code(house, token)
    clerk = house.signed_in("office.central_clerk")
    clerk.cookies["saraban_language"] = "en"
    page = text_of(clerk.get(f"/entries/{key}"))
    assert re.search(r"Last opened with the code \d+ Nov 2026", page)
    assert "Secret letter opened with the code" in page
