"""Mail servers whose connections break in the moment of their answer, one after the other, at both doors.

Each asks again, as mail servers do. The house goes on: what was said to be taken is registered once, honest mails
come through, the log stays short, and the house ends when it is told to.
"""

from __future__ import annotations

import time
from collections import Counter

import pytest

from tests.mailers.servers import free_port
from tests.stories.conftest import MakeHouse
from tests.stories.house import House
from tests.stories.post import letter
from tests.watchers.smtp.house import Talk
from tests.watchers.smtp.leaving import PAUSES, end, fall_silent, go, reset, said_to_be_taken

pytestmark = pytest.mark.story

WAYS = (reset, reset, end, fall_silent)


def offered(port: int, content: bytes, number: int) -> bool:
    """Offer a letter and leave behind its dot; whether it was said to be taken."""
    talk = Talk(("127.0.0.1", port))
    heard = go(talk, "the dot", content, House.mailbox)
    time.sleep(PAUSES[number % len(PAUSES)])
    return said_to_be_taken(heard + WAYS[number // len(PAUSES) % len(WAYS)](talk))


def delivered(port: int, content: bytes) -> bool:
    """Offer a letter and stay."""
    with Talk(("127.0.0.1", port)) as talk:
        return said_to_be_taken([*go(talk, "QUIT", content, House.mailbox), talk.reply()])


@pytest.mark.parametrize("rounds", [32, pytest.param(300, marks=[pytest.mark.proof, pytest.mark.timeout(900)])])
def test_connections_that_break_behind_the_dot_stop_nothing(make_house: MakeHouse, rounds: int) -> None:
    lmtp = free_port()
    house = make_house(SARABAN_LMTP__ENABLED="true", SARABAN_LMTP__PORT=str(lmtp)).start()
    doors = {"smtp": house.smtp_port, "lmtp": lmtp}
    wanted, confirmed = [], []
    for number in range(rounds):
        for name, port in doors.items():
            subject = f"หนังสือทาง {name} ฉบับที่ {number}"
            content = letter(subject)
            wanted.append(subject)
            if offered(port, content, number):
                confirmed.append(subject)
            elif number % 2:
                assert delivered(port, content)  # offered again
                confirmed.append(subject)
    assert delivered(doors["smtp"], letter("ฉบับสุดท้าย"))
    house.settled()
    registered = Counter(row["subject"] for row in house.rows("register", "list", "incoming"))
    assert set(registered.values()) == {1}
    assert {*confirmed, "ฉบับสุดท้าย"} <= registered.keys() <= {*wanted, "ฉบับสุดท้าย"}
    assert len(house.log.splitlines()) < 20 * rounds
    assert "Traceback" not in house.log
    assert house.stop() == 0
    house.sound()
