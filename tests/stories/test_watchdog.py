"""A house that is ill says so.

The loop of the mail doors spins, the disk does not answer, another program keeps the database locked, the disk is
nearly full, nothing can be read: each is told by `saraban status`, by /livez, on the home page and once in the log, and
each is over as soon as it is over.
"""

from __future__ import annotations

import json
import smtplib
import socket
import sqlite3
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from gateway.demo import guests
from tests.gateway.web.browser import visitor
from tests.stories import hooks
from tests.stories.conftest import MakeHouse
from tests.stories.house import House, eventually
from tests.stories.post import letter, post

pytestmark = pytest.mark.story


def under(folder: Path) -> list[str]:
    """What starts a house whose parts can be broken."""
    return [sys.executable, hooks.__file__, str(folder)]


def asked(house: House, path: str) -> tuple[int, dict[str, Any]]:
    """Status and object of an address for machines."""
    try:
        with urllib.request.urlopen(house.announced["http"] + path, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as told:
        return told.code, json.load(told)


def reasons(house: House) -> set[str]:
    """The keys of what `status` finds wrong."""
    return {reason["key"] for reason in house.row("status", code=None)["reasons"]}


@contextmanager
def spinning(house: House) -> Iterator[None]:
    """The loop of the doors does nothing but run, until the end of the block."""
    order = house.folder / "spin"
    order.touch()
    with closing(socket.create_connection(("127.0.0.1", house.smtp_port))) as client:
        client.recv(1000)
        client.sendall(b"EHLO me\r\n")
        client.recv(1000)
        client.sendall(b"MAIL FROM:<a@school.example>\r\nRCPT TO:<spin@area4.example>\r\n")
        try:
            yield
        finally:
            order.unlink()


def test_a_door_whose_loop_spins_is_told_everywhere_and_so_is_its_end(make_house: MakeHouse, browser: Browser) -> None:
    house = make_house()
    house.start(under=under(house.folder))
    assert asked(house, "/livez")[0] == 200
    with spinning(house):
        _, told = eventually(lambda: (got := asked(house, "/livez"))[0] == 503 and got, "livez tells it")
        assert [reason["key"] for reason in told["reasons"]] == ["door smtp"]
        ages = {door["channel"]: door["age"] for door in told["doors"]}
        assert ages["smtp"] > 5 > ages["http"]
        said = house.row("status", code=69)
        assert (said["running"], said["state"]) == (False, "troubled")
        assert {door["channel"] for door in said["doors"]} == {"smtp", "http"}
        people = house.run("status", code=69)
        assert "ทำงาน แต่มีส่วนที่ไม่ตอบ" in people
        assert "ช่องทางอีเมล (SMTP) ไม่ตอบตั้งแต่" in people
        with visitor(browser) as page:
            sign_in(page, house)
            assert "ช่องทางอีเมล (SMTP) ไม่ตอบตั้งแต่" in page.locator("#troubles").inner_text()
    eventually(lambda: asked(house, "/livez")[0] == 200, "it turns again")
    eventually(lambda: "over: the mail door (smtp)" in house.log, "the log tells the end")
    assert house.log.count("the mail door (smtp) has not answered") == 1  # at its begin
    assert house.row("status")["state"] == "running"
    post(house, letter("หนังสือหลังประตูค้าง"))
    assert house.stop() == 0


def sign_in(page: Page, house: House) -> None:
    """As a guest of the demo."""
    page.goto(house.announced["http"] + "/sign-in")
    page.locator("#login").fill("registry1@area4.example")
    page.locator("#password").fill(guests.password(house.folder))
    page.get_by_role("button", name="เข้าสู่ระบบ").click()
    page.wait_for_url("**/home*")


def test_a_disk_that_does_not_answer_is_told(make_house: MakeHouse) -> None:
    house = make_house()
    house.start(under=under(house.folder))
    (house.folder / "stopped").touch()
    with closing(smtplib.SMTP("127.0.0.1", house.smtp_port, timeout=60)) as client:
        client.ehlo()
        client.mail("a@school.example")
        client.rcpt(house.mailbox)
        client.docmd("DATA")
        client.send(letter("หนังสือใหญ่", text="ก" * 40_000) + b"\r\n.\r\n")
        eventually(lambda: reasons(house) == {"storage"}, "status tells it")
        eventually(lambda: "database or disk do not answer" in house.log, "the log tells it")
        assert asked(house, "/livez")[0] == 503
        (house.folder / "stopped").unlink()
        assert client.getreply()[0] == 250
    eventually(lambda: "over: database or disk do not answer" in house.log, "the log tells its end")
    assert house.log.count("database or disk do not answer") == 2
    assert not reasons(house)


def test_a_database_that_another_program_keeps_locked_is_told_and_status_does_not_wait_for_it(house: House) -> None:
    with closing(sqlite3.connect(house.data / "saraban.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with closing(smtplib.SMTP("127.0.0.1", house.smtp_port, timeout=90)) as client:
            client.ehlo()
            client.mail("a@school.example")
            client.rcpt(house.mailbox)
            client.docmd("DATA")
            client.send(letter("หนังสือที่รอ") + b"\r\n.\r\n")
            eventually(lambda: "storage" in reasons(house), "status tells it")
            assert client.getreply()[0] == 451  # the attempt is over, the lock is not
            for _ in range(5):
                assert "storage" in reasons(house)
                assert asked(house, "/livez")[0] == 503
            other.execute("ROLLBACK")
    eventually(lambda: not reasons(house), "it is over")


def test_refusing_for_want_of_space_is_told_with_both_figures_and_so_is_its_end(
    make_house: MakeHouse, browser: Browser
) -> None:
    house = make_house().start()
    assert house.stop() == 0
    order = house.folder / "full"
    order.touch()
    house.start(verb="run", under=under(house.folder))
    with pytest.raises(smtplib.SMTPSenderRefused):
        post(house, letter("หนังสือที่ต้องรอ"))
    said = eventually(lambda: (row := house.row("status", code=None))["state"] == "refusing" and row, "status tells it")
    assert said["running"] is True
    assert said["refusing_since"]
    assert (said["free_bytes"], said["free_threshold"]) == (0, 1 << 30)
    status, told = asked(house, "/livez")
    assert (status, told["free_threshold"], told["refusing_since"]) == (503, 1 << 30, said["refusing_since"])
    words = "พื้นที่ดิสก์เหลือ 0.00 GB น้อยกว่า 1.07 GB"
    assert words in told["reasons"][0]["th"]
    people = house.run("status", code=69)
    assert "ทำงาน แต่ไม่รับอีเมลเพราะพื้นที่ดิสก์เหลือน้อย" in people
    assert words in people
    with visitor(browser) as page:
        sign_in(page, house)
        assert words in page.locator("#troubles").inner_text()
        order.unlink()
        eventually(lambda: house.row("status", code=None)["state"] == "running", "it is over")
        assert house.row("status")["refusing_since"] is None
        assert asked(house, "/livez")[0] == 200
        page.reload()
        assert page.locator("#troubles").inner_text() == ""
    eventually(lambda: "over: mail is taken again;" in house.log, "the log tells its end")
    assert house.log.count("0.00 GB of disk are free, less than 1.07 GB as set") == 1  # at its begin
    post(house, letter("หนังสือที่รอแล้ว"))
    assert house.stop() == 0
