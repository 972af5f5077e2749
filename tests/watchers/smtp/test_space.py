"""A disk that fills up: letters wait outside, and whoever watches sees since when."""

from __future__ import annotations

import errno
import resource
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ledger.values import Channel
from tests.watchers.smtp.house import NOON, QUICK, House, MakeHouse, wait_until

LEAST = 1000
STILL = replace(QUICK, tick=3600.0)  # nobody looks but MAIL


def test_a_full_disk_puts_letters_off_and_is_told_with_what_is_free(make_house: MakeHouse):
    free = [999]
    house = make_house(free=lambda: free[0], least=LEAST, limits=STILL)
    assert house.door.refusing_since is None
    with house.talk() as talk:
        talk.say("EHLO client.test")
        for _ in range(3):
            assert talk.say("MAIL FROM:<a@b.test>").startswith("452 4.3.1")
        assert (house.door.refusing_since, house.door.free_seen) == (NOON, 999)
        free[0] = 1000
        assert talk.say("MAIL FROM:<a@b.test>").startswith("250")
    assert house.door.refusing_since is None


def test_the_door_sees_room_again_without_another_letter(make_house: MakeHouse):
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


@pytest.fixture
def short_files() -> Iterator[int]:
    """No file of this process grows beyond so many bytes: a disk that fills up while a letter is written."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    yield 100_000
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(
    ("beyond", "reply"), [(50_000, "452 4.3.1"), (1_000, "451 4.3.0")], ids=["while it comes", "at its dot"]
)
def test_a_letter_that_finds_no_room_on_its_way_in_is_put_off(make_house: MakeHouse, short_files, beyond, reply):
    house = make_house(free=lambda: 5, least=5, limits=replace(STILL, memory=0), channel=Channel.LMTP)
    with house.talk() as talk:
        talk.say("LHLO client.test")
        talk.say("MAIL FROM:<a@b.test>")
        talk.send(b"RCPT TO:<a@b.test>\r\n" * 2 + b"DATA\r\n")
        assert [talk.reply()[:3] for _ in range(3)] == ["250", "250", "354"]
        (session,) = house.door._inside
        for sent in range(1000, short_files + beyond + 1, 1000):
            talk.send(b"x" * 998 + b"\r\n")
            wait_until(lambda sent=sent: session._content.received == sent)
        talk.send(b".\r\n")
        assert [talk.reply()[:9] for _ in range(2)] == [reply] * 2
        assert (house.door.refusing_since is not None) == (reply == "452 4.3.1")
        assert talk.say("MAIL FROM:<a@b.test>").startswith("250")
    assert house.door.refusing_since is None


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
