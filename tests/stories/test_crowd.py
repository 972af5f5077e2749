"""Monday morning: everybody at once.

Two hundred mail servers stand at the door together, each with several letters, while four clerks send letters at the
same time. Both registers count 1…n without a gap or a twin. One server is unsure and offers its letter five times: it
has one number.
"""

from __future__ import annotations

import smtplib
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.stories.house import House
from tests.stories.post import SCHOOL, letter, paper, post

pytestmark = pytest.mark.story

CLIENTS, EACH = 200, 3
CLERKS, LETTERS = 4, 3


def test_two_hundred_mail_servers_and_four_clerks_at_once(house: House, tmp_path: Path) -> None:
    file = tmp_path / "หนังสือ.pdf"
    file.write_bytes(paper("หนังสือ"))
    everybody = threading.Barrier(CLIENTS)
    mails = [[letter(f"หนังสือ {client}.{n}") for n in range(EACH)] for client in range(CLIENTS)]

    def deliver(contents: list[bytes]) -> None:
        with smtplib.SMTP("127.0.0.1", house.smtp_port, timeout=100) as client:
            everybody.wait(100)  # all are inside before the first one speaks
            for content in contents:
                assert client.sendmail(SCHOOL, [house.mailbox], content) == {}

    def send(clerk: int) -> list[str]:
        subjects = [f"ส่ง {clerk}.{n}" for n in range(LETTERS)]
        return [house.row("send", file, "--to", "finance", "--subject", subject)["text"] for subject in subjects]

    with ThreadPoolExecutor(CLIENTS + CLERKS) as crowd:
        texts = [crowd.submit(send, clerk) for clerk in range(CLERKS)]
        servers = [crowd.submit(deliver, contents) for contents in mails]
        for server in servers:
            server.result()
        given = [text for clerk in texts for text in clerk.result()]
    house.settled()

    incoming, outgoing = (house.rows("register", "list", kind) for kind in ("incoming", "outgoing"))
    assert [row["number"] for row in incoming] == list(range(1, CLIENTS * EACH + 1))
    assert [row["number"] for row in outgoing] == list(range(1, CLERKS * LETTERS + 1))
    assert sorted(given) == sorted(row["text"] for row in outgoing)
    subjects = Counter(row["subject"] for row in incoming)
    assert subjects == Counter(f"หนังสือ {client}.{n}" for client in range(CLIENTS) for n in range(EACH))
    house.sound()


def test_the_same_letter_offered_five_times_has_one_number(house: House) -> None:
    content = letter("หนังสือที่ส่งซ้ำ", files=["สิ่งที่ส่งมาด้วย.pdf"])
    again = [f"Received: from relay{n} by office; Mon, 5 Jan 2026 09:0{n}:00 +0700\r\n".encode() for n in range(5)]
    with ThreadPoolExecutor(5) as relays:
        list(relays.map(lambda trace: post(house, trace + content), again))
    house.settled()
    assert [row["number"] for row in house.rows("register", "list", "incoming")] == [1]
    outcomes = house.rows("intake", "list")
    assert Counter(row["outcome"] for row in outcomes) == {"registered": 1, "joined": 4}
    assert {row["number"] for row in outcomes} == {1}
    house.sound()
