"""Clients that reset or end their connection at every moment: each session ends, the door stays open (P-2, P-24)."""

from __future__ import annotations

import logging
import queue
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.values import Channel, Intake
from tests.watchers.smtp.house import QUICK, House, MakeHouse, Talk, wait_until
from tests.watchers.smtp.leaving import (
    GROUP,
    MOMENTS,
    PAUSES,
    end,
    fall_silent,
    go,
    reset,
    said_to_be_taken,
)

ROUNDS = 24
MANY = 300


class SlowDisk:
    """Takes letters as a disk does: a moment later, from another thread."""

    def __init__(self) -> None:
        self.taken: Counter[bytes] = Counter()
        self._waiting: queue.SimpleQueue[tuple[Intake, Future[int]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write)
        self._thread.start()

    def take(self, intake: Intake) -> Future[int]:
        """Safe in three milliseconds."""
        future: Future[int] = Future()
        self._waiting.put((intake, future))
        return future

    def close(self) -> None:
        """No more letters."""
        self._waiting.put(None)
        self._thread.join(20)

    def _write(self) -> None:
        while (letter := self._waiting.get()) is not None:
            time.sleep(0.003)
            self.taken[letter[0].content] += 1
            letter[1].set_result(self.taken.total())


@pytest.fixture
def disk() -> Iterator[SlowDisk]:
    """Ends after its house."""
    disk = SlowDisk()
    yield disk
    disk.close()


def vanish(house: House, address: tuple[str, int] | str, rounds: int, moment: str, way: Callable) -> set[bytes]:
    """So many clients that leave at a moment; the letters of which they heard that they are taken."""
    confirmed = set()
    for number in range(rounds):
        letter = b"Subject: %d\r\n\r\n" % number + b"x" * 70 + b"\r\n"
        talk = Talk(address)
        heard = go(talk, moment, letter)
        time.sleep(PAUSES[number % len(PAUSES)])
        heard += way(talk)
        if said_to_be_taken(heard):
            confirmed.add(letter)
    return confirmed


DOORS = ["smtp", "lmtp", "lmtp by file"]


def opened(make_house: MakeHouse, kind: str, disk: SlowDisk, folder: Path) -> tuple[House, tuple[str, int] | str]:
    channel = Channel.SMTP if kind == "smtp" else Channel.LMTP
    house = make_house(channel=channel, take=disk.take)
    if kind != "lmtp by file":
        return house, ("127.0.0.1", house.port)
    house.run(house.door.open_socket_file(folder / "lmtp"))
    return house, str(folder / "lmtp")


@pytest.mark.parametrize("rounds", [ROUNDS, pytest.param(MANY, marks=pytest.mark.proof)])
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("way", [reset, end, fall_silent])
@pytest.mark.parametrize("kind", DOORS)
def test_whoever_leaves_at_any_moment_leaves_the_door_open(
    make_house: MakeHouse, tmp_path, disk, caplog, kind, way, moment, rounds
):
    caplog.set_level(logging.INFO)
    house, address = opened(make_house, kind, disk, tmp_path)
    confirmed = vanish(house, address, rounds, moment, way)
    with Talk(address) as talk:
        assert said_to_be_taken([*go(talk, "QUIT", b"Subject: honest\r\n\r\n"), talk.reply()])
    wait_until(lambda: not house.door._inside)
    assert house.door.room.used == 0
    assert set(disk.taken.values()) == {1}
    assert confirmed < disk.taken.keys()
    if moment in ("the next MAIL", "QUIT"):
        assert len(confirmed) == rounds
    lines = Counter(record.getMessage().split(" peer=")[0].split(" intake=")[0] for record in caplog.records)
    assert lines == {"session ended": rounds + 1, "taken": disk.taken.total()}


def secured(talk: Talk, chain: Path) -> Talk:
    """The same client behind a handshake."""
    talk._lines.close()
    context = ssl.create_default_context(cafile=str(chain))
    talk.socket = context.wrap_socket(talk.socket, server_hostname="localhost")
    talk._lines = talk.socket.makefile("rb")
    return talk


def before_the_handshake(talk: Talk, chain: Path) -> None:
    talk.send(b"STARTTLS\r\n")


def in_the_handshake(talk: Talk, chain: Path) -> None:
    assert talk.say("STARTTLS").startswith("220")
    talk.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")


def behind_the_handshake(talk: Talk, chain: Path) -> None:
    assert talk.say("STARTTLS").startswith("220")
    secured(talk, chain).send(b"EHLO client.test\r\n")


def behind_the_dot(talk: Talk, chain: Path) -> None:
    assert talk.say("STARTTLS").startswith("220")
    go(secured(talk, chain), "the dot", b"Subject: encrypted %d\r\n\r\nx\r\n" % id(talk))


@pytest.mark.parametrize("rounds", [ROUNDS // 3, pytest.param(MANY, marks=pytest.mark.proof)])
@pytest.mark.parametrize("moment", [before_the_handshake, in_the_handshake, behind_the_handshake, behind_the_dot])
@pytest.mark.parametrize("way", [reset, end])
def test_whoever_leaves_while_the_line_is_encrypted_leaves_the_door_open(
    make_house: MakeHouse, certificate, disk, caplog, way, moment, rounds
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    house = make_house(tls=context, take=disk.take)
    for _ in range(rounds):
        talk = house.talk()
        talk.say("EHLO client.test")
        moment(talk, certificate[0])
        way(talk)
    wait_until(lambda: not house.door._inside)
    with house.talk() as talk:
        assert talk.deliver(b"honest\r\n.\r\n").startswith("250")
    assert not [record for record in caplog.records if record.levelno > logging.INFO]


def left_with_a_commit_running(house: House, commits: list[Future[int]], way: Callable) -> None:
    """A client says its dot and leaves; the door knows that, and the commit goes on."""
    talk = house.talk()
    (session,) = house.door._inside
    go(talk, "the dot", b"Subject: x\r\n\r\nx\r\n")
    wait_until(lambda: bool(commits))
    way(talk)
    wait_until(lambda: session._gone)


@pytest.mark.parametrize("channel", [Channel.SMTP, Channel.LMTP])
@pytest.mark.parametrize("outcome", [1, OSError("disk")], ids=["taken", "failed"])
@pytest.mark.parametrize("way", [reset, end])
def test_a_client_that_left_before_the_answer_ends_its_session_with_it(
    make_house: MakeHouse, caplog, channel, outcome, way
):
    caplog.set_level(logging.INFO)
    commits: list[Future[int]] = []
    house = make_house(channel=channel, take=lambda intake: commits.append(Future()) or commits[-1])
    left_with_a_commit_running(house, commits, way)
    if outcome == 1:
        commits[0].set_result(1)
    else:
        commits[0].set_exception(outcome)
    wait_until(lambda: not house.door._inside)
    ended = "session ended peer=127.0.0.1 letters=1 refused=0 errors=0 last=vanished"
    assert [line.partition(" ")[0] for line in caplog.messages] == ["taken" if outcome == 1 else "failed", "session"]
    assert caplog.messages[-1] == ended


def test_a_door_closes_though_a_client_left_and_its_commit_never_ends(make_house: MakeHouse):
    commits: list[Future[int]] = []
    house = make_house(
        take=lambda intake: commits.append(Future()) or commits[-1], limits=replace(QUICK, grace=0.1, linger=0.1)
    )
    left_with_a_commit_running(house, commits, reset)
    house.run(house.door.close())
    assert not commits[0].cancelled()
    commits[0].set_result(1)


def test_what_was_said_by_a_client_that_left_meanwhile_is_not_obeyed(make_house: MakeHouse, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    asked: list[str] = []
    house = make_house(
        tls=context, known=lambda address: bool(asked.append(address)), limits=replace(QUICK, error_delay=0.2)
    )
    talk = house.talk()
    (session,) = house.door._inside
    talk.say("EHLO client.test")
    talk.send(b"NONSENSE\r\n" * 4 + b"MAIL FROM:<a@b.test>\r\n" + GROUP + b"STARTTLS\r\n")
    wait_until(lambda: session._errors == 4)
    reset(talk)
    wait_until(lambda: not house.door._inside)
    assert not asked
