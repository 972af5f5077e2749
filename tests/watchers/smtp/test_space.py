"""A disk that fills up: letters wait outside, and it is told once when that begins and once when it ends."""

from __future__ import annotations

import errno
import logging
import time
from dataclasses import replace

import pytest

from tests.watchers.smtp.house import NOON, QUICK, House, MakeHouse, wait_until
from watchers.smtp import content

LEAST = 1000
BEGINS = f"no room for letters channel=smtp free=999 least={LEAST}"
ENDS = f"room for letters again channel=smtp free=1000 least={LEAST} since=2026-01-05T05:00:00+00:00"
STILL = replace(QUICK, tick=3600.0)  # nobody looks but MAIL


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """What the log hears of the disk."""
    caplog.set_level(logging.INFO, "watchers.smtp.space")
    return caplog


def lines(told: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.levelname, record.getMessage()) for record in told.records if record.name == "watchers.smtp.space"]


def test_a_full_disk_puts_letters_off_and_is_told_once(make_house: MakeHouse, told):
    free = [999]
    house = make_house(free=lambda: free[0], least=LEAST, limits=STILL)
    assert house.door.refusing_since is None
    with house.talk() as talk:
        talk.say("EHLO client.test")
        for _ in range(3):
            assert talk.say("MAIL FROM:<a@b.test>").startswith("452 4.3.1")
        assert house.door.refusing_since == NOON
        assert lines(told) == [("WARNING", BEGINS)]
        free[0] = 1000
        assert talk.say("MAIL FROM:<a@b.test>").startswith("250")
    assert house.door.refusing_since is None
    assert lines(told) == [("WARNING", BEGINS), ("INFO", ENDS)]


def test_the_door_sees_room_again_without_another_letter(make_house: MakeHouse, told):
    free = [999]
    house = make_house(free=lambda: free[0], least=LEAST)
    with house.talk() as talk:
        talk.say("EHLO client.test")
        assert talk.say("MAIL FROM:<a@b.test>").startswith("452 4.3.1")
        turned = house.door.turned_at
        wait_until(lambda: house.door.turned_at > turned)
        assert house.door.refusing_since == NOON
        free[0] = 1000
        wait_until(lambda: house.door.refusing_since is None)
    assert lines(told) == [("WARNING", BEGINS), ("INFO", ENDS)]


def test_a_letter_that_finds_no_room_on_its_way_in_is_told_too(make_house: MakeHouse, told, monkeypatch):
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(content, "TemporaryFile", full)
    house = make_house(free=lambda: 5, least=5, limits=replace(STILL, memory=0))
    with house.talk() as talk:
        assert talk.deliver(b"x" * 60_000 + b"\r\n" + b"x" * 60_000 + b"\r\n.\r\n").startswith("452 4.3.1")
        assert house.door.refusing_since == NOON
        assert talk.deliver(b"short\r\n.\r\n").startswith("250")
    assert house.door.refusing_since is None
    assert [level for level, _ in lines(told)] == ["WARNING", "INFO"]


def test_a_disk_that_cannot_be_asked_stops_no_turn(make_house: MakeHouse, caplog):
    free = [0]

    def ask() -> int:
        if free[0] < 0:
            raise OSError(errno.EIO, "Input/output error")
        return free[0]

    house = make_house(free=ask, least=1)
    with house.talk() as talk:
        talk.say("EHLO client.test")
        assert talk.say("MAIL FROM:<a@b.test>").startswith("452 4.3.1")
        free[0] = -1
        wait_until(lambda: "the door's turn failed channel=smtp error=OSError" in caplog.messages)
        turned = house.door.turned_at
        wait_until(lambda: house.door.turned_at > turned)
        assert talk.say("MAIL FROM:<a@b.test>").startswith("451 4.3.0")
        free[0] = 1
        assert talk.say("MAIL FROM:<a@b.test>").startswith("250")


def test_whoever_watches_sees_where_the_door_is_and_that_it_turns(make_house: MakeHouse, tmp_path):
    before = time.monotonic()
    house = make_house()
    house.run(house.door.open_socket_file(tmp_path / "lmtp"))
    assert house.door.addresses == (f"127.0.0.1:{house.port}", str(tmp_path / "lmtp"))
    wait_until(lambda: house.door.turned_at > before)


def test_an_address_of_the_newer_kind_stands_in_brackets(house: House):
    try:
        port = house.run(house.door.open("::1", 0))
    except OSError:
        pytest.skip("this machine has no ::1")
    assert house.door.addresses[-1] == f"[::1]:{port}"
