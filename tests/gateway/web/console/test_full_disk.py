"""A database that takes nothing more: what is there can still be read, and what cannot be written is told as ours."""

from __future__ import annotations

import pytest

from tests.gateway.web.console.house import Client, House, text_of
from tests.gateway.web.console.test_exporting import register
from tests.gateway.web.console.test_registers import PAPER

READ = ("/home", "/registers/incoming", "/registers/incoming?words=ประชุม", "/search?words=ประชุม", "/entries/1", "/tray")


def fill(house: House, full: bool) -> None:
    """Let SQLite write no further page, as on a full disk, or as many as it likes."""
    with house.database.write() as session:
        session.connection().exec_driver_sql(f"PRAGMA max_page_count = {1 if full else 2**30}")


@pytest.fixture
def visitor(house: House) -> Client:
    signed_in = house.signed_in("office.central_clerk")
    assert signed_in.post("/registers/incoming/new", PAPER).status == 303
    return signed_in


def test_everything_can_be_read_while_nothing_can_be_written(house: House, visitor: Client) -> None:
    register(house, "office.plain", 400, subject="ยังไม่อยู่ในดัชนี " * 20)
    fill(house, True)
    house.clock.forward(minutes=2)  # so that a visit would be remembered
    assert {path: visitor.get(path).status for path in READ} == dict.fromkeys(READ, 200)


def test_what_cannot_be_written_is_told_as_our_fault_and_goes_through_later(house: House, visitor: Client) -> None:
    letter = {**PAPER, "subject": "เรื่องยาว " * 90, "remark": "หมายเหตุ " * 90, "key": "k2"}
    fill(house, True)
    answers = [visitor.post("/registers/incoming/new", {**letter, "key": f"full{n}"}) for n in range(40)]
    refused = [answer for answer in answers if answer.status != 303]
    assert refused
    assert {answer.status for answer in refused} == {503}
    assert all("Retry-After" in answer.headers for answer in refused)
    assert "ดิสก์ของเครื่องแม่ข่ายเต็ม จึงยังไม่ได้บันทึก โปรดแจ้งผู้ดูแลระบบ" in text_of(refused[0])
    assert "The server's disk is full" in text_of(visitor.post("/registers/incoming/new?lang=en", letter))
    fill(house, False)
    taken = len(answers) - len(refused) + 1  # some pages had room
    assert f"{taken + 1}/2569" in text_of(visitor.follow(visitor.post("/registers/incoming/new", letter)))


def test_signing_out_clears_the_browser_even_when_it_cannot_be_written(house: House, visitor: Client) -> None:
    with house.database.write() as session:
        session.connection().exec_driver_sql("PRAGMA query_only = 1")  # as on a disk that went read-only
    answer = visitor.post("/sign-out")
    assert answer.status == 503
    assert "เบราว์เซอร์นี้ออกจากระบบแล้ว" in text_of(answer)
    assert "โปรดแจ้งผู้ดูแลระบบให้ตรวจพื้นที่ว่างของดิสก์" in text_of(answer)
    assert answer.headers["Set-Cookie"].startswith('sid="";')
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert visitor.get("/home").status == 303


def test_who_cannot_be_looked_up_now_may_come_again(house: House, visitor: Client) -> None:
    with house.database.write() as session:
        session.connection().exec_driver_sql("ALTER TABLE sign_ins RENAME TO elsewhere")  # as when it cannot be read
    answers = [visitor.get("/home"), visitor.get("/nowhere"), visitor.post("/sign-out")]
    with house.database.write() as session:
        session.connection().exec_driver_sql("ALTER TABLE elsewhere RENAME TO sign_ins")
    assert [answer.status for answer in answers] == [503, 404, 503]
    assert "Retry-After" in answers[0].headers
    assert "ระบบยังทำรายการนี้ไม่ได้ในขณะนี้" in text_of(answers[0])
    assert visitor.get("/home").status == 200
