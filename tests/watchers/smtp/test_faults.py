"""Our own fault is temporary and keeps its details; only the sender's fault is permanent (P-2)."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from concurrent.futures import CancelledError, Future
from dataclasses import replace

import pytest

from ledger.errors import Refused, Unavailable
from ledger.values import Intake
from tests.watchers.smtp.house import QUICK, House, MakeHouse, wait_until

AGAIN = "421 4.3.0 Something is wrong with us; please connect again later"
OURS = "451 4.3.0 The letter could not be taken just now; please try again later"
FAULTS = [
    OSError(28, "No space left on device", "/srv/saraban/originals/x"),
    sqlite3.OperationalError("database is locked: insert into intake"),
    MemoryError(),
    Unavailable(),
    CancelledError(),
    KeyError("secret-word"),
]


def failing(error: Exception) -> Future[int]:
    """A commit that went wrong."""
    future: Future[int] = Future()
    future.set_exception(error)
    return future


@pytest.mark.parametrize("error", FAULTS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("how", ["raises", "resolves"])
def test_whatever_goes_wrong_with_us_is_451_without_detail(make_house: MakeHouse, caplog, error, how):
    caplog.set_level(logging.DEBUG)
    faults = [error]

    def take(intake: Intake) -> Future[int]:
        if not faults:
            return house.take(intake)
        if how == "raises":
            raise faults.pop()
        return failing(faults.pop())

    house = make_house(take=take)
    with house.talk() as talk:
        assert talk.deliver(b"x\r\n.\r\n") == OURS
        assert talk.deliver(b"x\r\n.\r\n") == "250 2.0.0 Taken as 1"
    assert [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "secret-word" not in caplog.text


def test_a_cancelled_commit_is_our_fault_too(make_house: MakeHouse):
    commit: Future[int] = Future()
    house = make_house(take=lambda intake: commit)
    with house.talk() as talk:
        talk.begin().say("DATA")
        talk.send(b"x\r\n.\r\n")
        wait_until(lambda: bool(commit._done_callbacks))
        commit.cancel()
        assert talk.reply() == OURS


@pytest.mark.parametrize("error", [RuntimeError, OSError, ConnectionResetError, TimeoutError])
@pytest.mark.parametrize("seam", ["known", "free", "clock"])
def test_a_seam_that_breaks_is_451_as_well(make_house: MakeHouse, seam, error):
    def broken(*arguments: object) -> bool:
        raise error("/srv/saraban/directory")

    house = make_house(**{seam: broken})
    with house.talk() as talk:
        said = [talk.say("EHLO x"), talk.say("MAIL FROM:<a@b.test>"), talk.say("RCPT TO:<office@example.test>")]
        if seam == "clock":
            talk.say("DATA")
            said.append(talk.say("x\r\n."))
        assert OURS in said
        assert "srv" not in "".join(said)
        assert talk.say("NOOP").startswith("250")


@pytest.mark.parametrize(
    ("reason", "answer"),
    [
        ("The office takes no letters of this class by mail.", "The office takes no letters of this class by mail."),
        ("two\r\n250 lines", "two\\r\\n250 lines"),
        ("ไม่รับหนังสือลับที่สุด", "The office does not accept this letter"),
    ],
)
def test_a_refusal_is_permanent_and_says_why_in_one_line(make_house: MakeHouse, reason, answer):
    house = make_house(take=lambda intake: failing(Refused(reason=reason)))
    with house.talk() as talk:
        assert talk.deliver(b"x\r\n.\r\n") == f"550 5.7.1 {answer}"
        assert talk.say("NOOP") == "250 2.0.0 OK"


def test_a_refusal_may_be_thai_where_the_client_understands_it(make_house: MakeHouse):
    house = make_house(take=lambda intake: failing(Refused(reason="ไม่รับหนังสือลับที่สุด")))
    with house.talk() as talk:
        talk.say("EHLO x")
        talk.say("MAIL FROM:<a@b.test> SMTPUTF8")
        talk.say("RCPT TO:<office@example.test>")
        talk.say("DATA")
        assert talk.say("x\r\n.") == "550 5.7.1 ไม่รับหนังสือลับที่สุด"


def test_a_client_that_vanishes_does_not_stop_the_commit(make_house: MakeHouse):
    commits: list[Future[int]] = []

    def take(intake: Intake) -> Future[int]:
        commits.append(Future())
        return commits[-1]

    house = make_house(take=take)
    with house.talk() as talk:
        talk.begin().say("DATA")
        talk.send(b"x\r\n.\r\n")
        wait_until(lambda: bool(commits))
    house.run(asyncio.sleep(0.05))
    assert not commits[0].cancelled()
    assert house.door.porter._inside.total() == 1
    commits[0].set_result(1)
    wait_until(lambda: not house.door.porter._inside)
    assert house.door.room.used == 0


def test_cancelling_every_session_cancels_no_commit(make_house: MakeHouse):
    commits: list[Future[int]] = []

    def take(intake: Intake) -> Future[int]:
        commits.append(Future())
        return commits[-1]

    house = make_house(take=take)
    with house.talk() as talk:
        talk.begin().say("DATA")
        talk.send(b"x\r\n.\r\n")
        wait_until(lambda: bool(commits))

        async def cancel() -> None:
            for session in tuple(house.door._inside):
                session._handler_coroutine.cancel()

        house.run(cancel())
        wait_until(lambda: not house.door.porter._inside)
    assert not commits[0].cancelled()
    commits[0].set_result(1)


def test_two_hundred_faults_give_no_permanent_reply(make_house: MakeHouse):
    faults = [FAULTS[number % len(FAULTS)] for number in range(200)]
    house: House = make_house(take=lambda intake: failing(faults.pop()))
    with house.talk() as talk:
        answers = {talk.deliver(b"x\r\n.\r\n") for _ in range(200)}
    assert answers == {OURS}


def test_a_fault_that_comes_again_ends_the_session(make_house: MakeHouse, caplog):
    def broken(address: str) -> bool:
        raise KeyError(address)

    house = make_house(known=broken)
    with house.talk() as talk:
        talk.say("EHLO x")
        talk.send(b"MAIL FROM:<a@b.test>\r\n" + b"RCPT TO:<office@example.test>\r\n" * 1000)
        heard = [talk.reply() for _ in range(4)]
    assert heard == ["250 2.1.0 Sender OK", OURS, AGAIN, ""]
    assert [record.levelname for record in caplog.records].count("ERROR") == 2


def test_a_session_that_breaks_by_itself_keeps_nobody_from_the_others(make_house: MakeHouse, caplog):
    house = make_house(limits=replace(QUICK, command_timeout=0.3))
    with house.talk() as broken, house.talk() as other:
        (first,) = (
            one for one in house.door._inside if one.transport.get_extra_info("peername") == broken.socket.getsockname()
        )
        first.check = None
        assert broken.reply() == ""
        assert other.reply() == "421 4.4.2 Time is up; please connect again"
    assert caplog.messages == ["session broken peer=127.0.0.1 error=TypeError"]
