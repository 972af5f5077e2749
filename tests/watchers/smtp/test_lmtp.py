"""LMTP: one reply for each accepted recipient, in order, whatever happens (P-7)."""

from __future__ import annotations

import logging
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.errors import Refused
from ledger.values import Channel, Intake
from tests.watchers.smtp.house import QUICK, House, MakeHouse, Talk, wait_until


@pytest.fixture
def lmtp(make_house: MakeHouse) -> House:
    """An open LMTP door."""
    return make_house(channel=Channel.LMTP, limits=replace(QUICK, message=10_000))


def address(talk: Talk, recipients: list[str]) -> list[str]:
    """Everything up to DATA; the replies to RCPT."""
    assert talk.say("LHLO mta.test").startswith("250-gate.example.test")
    assert talk.say("MAIL FROM:<>").startswith("250")
    return [talk.say(f"RCPT TO:<{recipient}>")[:9] for recipient in recipients]


@pytest.mark.parametrize("count", [1, 2, 7, 100])
def test_every_accepted_recipient_gets_a_reply(lmtp: House, count: int):
    with lmtp.talk() as talk:
        assert talk.greeting == "220 gate.example.test LMTP"
        address(talk, [f"r{number}@example.test" for number in range(count)])
        talk.say("DATA")
        talk.send(b"x\r\n.\r\nNOOP\r\n")
        assert [talk.reply() for _ in range(count)] == ["250 2.0.0 Taken as 1"] * count
        assert talk.reply() == "250 2.0.0 OK"
    assert lmtp.taken[0].channel is Channel.LMTP
    assert lmtp.taken[0].source == "lmtp"


def test_refused_recipients_get_no_second_reply(lmtp: House):
    with lmtp.talk() as talk:
        heard = address(talk, ["a@example.test", "nobody@example.test", "b@example.test"])
        assert heard == ["250 2.1.5", "550 5.1.1", "250 2.1.5"]
        talk.say("DATA")
        talk.send(b"x\r\n.\r\nNOOP\r\n")
        assert [talk.reply()[:9] for _ in range(3)] == ["250 2.0.0"] * 3
        assert talk.say("NOOP") == "250 2.0.0 OK"


def test_a_letter_for_nobody_is_not_begun(lmtp: House):
    with lmtp.talk() as talk:
        address(talk, ["nobody@example.test"])
        assert talk.say("DATA").startswith("503 5.5.1")


@pytest.mark.parametrize(
    ("outcome", "code"),
    [(OSError("disk"), "451 4.3.0"), (Refused(reason="Not here"), "550 5.7.1")],
    ids=["fault", "refused"],
)
def test_each_recipient_hears_of_the_failure(make_house: MakeHouse, outcome: Exception, code: str):
    def take(intake: Intake) -> Future[int]:
        raise outcome

    house = make_house(channel=Channel.LMTP, take=take)
    with house.talk() as talk:
        address(talk, ["a@example.test", "b@example.test"])
        talk.say("DATA")
        talk.send(b"x\r\n.\r\nQUIT\r\n")
        assert [talk.reply()[:9] for _ in range(3)] == [code, code, "221 2.0.0"]


def test_each_recipient_hears_that_the_letter_is_too_big(lmtp: House):
    with lmtp.talk() as talk:
        address(talk, ["a@example.test", "b@example.test", "c@example.test"])
        talk.say("DATA")
        talk.send((b"x" * 98 + b"\r\n") * 200 + b".\r\nQUIT\r\n")
        assert [talk.reply()[:9] for _ in range(4)] == ["552 5.3.4"] * 3 + ["221 2.0.0"]


def test_smtp_is_not_spoken_here(lmtp: House):
    with lmtp.talk() as talk:
        assert talk.say("EHLO x").startswith("500 5.5.2")
        assert talk.say("HELO x").startswith("500 5.5.2")
        assert talk.say("MAIL FROM:<>").startswith("503 5.5.1")


def test_a_socket_file_serves_too_and_goes_with_the_door(lmtp: House, tmp_path: Path, caplog):
    caplog.set_level(logging.INFO)
    path = tmp_path / "lmtp"
    lmtp.run(lmtp.door.open_socket_file(path))
    assert path.stat().st_mode & 0o777 == 0o660
    with Talk(str(path)) as talk:
        address(talk, ["a@example.test"])
        talk.say("DATA")
        assert talk.say("x\r\n.") == "250 2.0.0 Taken as 1"
    assert lmtp.taken[0].peer == ""
    wait_until(lambda: any(line.startswith(f"session ended peer={path} ") for line in caplog.messages))
    assert any(line.startswith(f"taken intake=1 peer={path} ") for line in caplog.messages)
    lmtp.run(lmtp.door.close())
    assert not path.exists()
