"""Ten minutes of everything at once: fifty hostile clients, five honest ones, on every door. `MINUTES=1` for a look.

The honest ones are served: a mail in less than a second, a page in less than half of one, at the median; memory stays
within its bound; and whatever got its 250, of friend or foe, is registered once (P-24).
"""

from __future__ import annotations

import os
import random
import smtplib
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from gateway.demo import guests
from tests.mailers.servers import free_port
from tests.stories.conftest import MakeHouse
from tests.stories.house import ROOT, House, eventually
from tests.stories.post import SCHOOL, letter, outgoing

MINUTES = float(os.environ.get("MINUTES", "10"))
HONEST = 5
MAIL_P50, PAGE_P50, MEMORY = 1.0, 0.5, 512 << 20
ROOM_TO_SETTLE = 600.0  # seconds for what the flood left behind


@dataclass
class Client:
    """Somebody honest: a school whose mails come in by both doors, and who looks at two pages in between."""

    house: House
    lmtp: int
    number: int
    cookie: str
    link: str
    end: float
    told: list[str] = field(default_factory=list)
    mails: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def address(self) -> str:
        return f"127.0.2.{1 + self.number}"

    def run(self) -> None:
        dice = random.Random(self.number)
        while time.monotonic() < self.end:
            for way, took in ((self.by_smtp, self.mails), (self.by_lmtp, self.mails), (self.home, self.pages),
                              (self.receipt, self.pages)):  # fmt: skip
                self.timed(way, took)
            time.sleep(dice.uniform(1.0, 3.0))

    def timed(self, way: Callable[[], object], took: list[float]) -> None:
        begun = time.monotonic()
        try:
            way()
        except (OSError, smtplib.SMTPException, AssertionError) as fault:
            self.refused[f"{way.__name__}: {type(fault).__name__} {fault}"[:120]] += 1
        took.append(time.monotonic() - begun)

    def by_smtp(self) -> None:
        self._mail(smtplib.SMTP, self.house.smtp_port)

    def by_lmtp(self) -> None:
        self._mail(smtplib.LMTP, self.lmtp)

    def _mail(self, kind: type[smtplib.SMTP], port: int) -> None:
        subject = f"honest {self.number} {len(self.told)} {kind.__name__}"
        with kind("127.0.0.1", port, timeout=60, source_address=(self.address, 0)) as client:
            assert client.sendmail(SCHOOL, [self.house.mailbox], letter(subject, text=subject)) == {}
        self.told.append(subject)

    def home(self) -> None:
        self._page("/home", self.cookie)

    def receipt(self) -> None:
        self._page(self.link, "")

    def _page(self, path: str, cookie: str) -> None:
        here = HTTPConnection("127.0.0.1", self.house.http_port, 60, source_address=(self.address, 0))
        with closing(here) as connection:
            connection.request("GET", path, headers={"Cookie": cookie})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status


def sign_in(house: House, login: str) -> str:
    """The cookie of a fresh sign-in."""
    form = urlencode({"login": login, "password": guests.password(house.folder)})
    here = f"http://127.0.0.1:{house.http_port}"
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": here,
        "Host": here.removeprefix("http://"),
    }
    with closing(HTTPConnection("127.0.0.1", house.http_port, 60)) as connection:
        connection.request("POST", "/sign-in", form, headers)
        answer = connection.getresponse()
        assert answer.status == 303, answer.read().decode()
    return "; ".join(told.partition(";")[0] for told in answer.headers.get_all("Set-Cookie") or [])


def memory_of(group: int) -> int:
    """Bytes that all processes of a group hold, what they share counted once."""
    held = 0
    for process in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            if process.name.isdigit() and os.getpgid(int(process.name)) == group:
                lines = (process / "smaps_rollup").read_text().splitlines()
                held += sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))
    return held


@pytest.mark.timeout(60 * MINUTES + 3 * ROOM_TO_SETTLE)
def test_honest_people_are_served_while_fifty_others_do_their_worst(make_house: MakeHouse) -> None:
    lmtp = free_port()
    house = make_house(
        SARABAN_SMTP__EXEMPT="192.0.2.1", SARABAN_LMTP__ENABLED="true", SARABAN_LMTP__PORT=str(lmtp)
    ).start("--story")  # fmt: skip
    process = house.process
    assert process
    link = eventually(lambda: next((mail.link for mail in outgoing(house) if mail.link), ""), "a notice went out")
    path = "/r/" + link.rpartition("/")[2]
    end = time.monotonic() + 60 * MINUTES
    logins = list(guests.GUESTS)
    honest = [
        Client(house, lmtp, n, sign_in(house, logins[n % len(logins)]), path, end) for n in range(HONEST)
    ]  # fmt: skip
    mob = subprocess.Popen(
        [sys.executable, "-m", "tests.prove.mob", str(house.smtp_port), str(lmtp), str(house.http_port),
         str(int(60 * MINUTES))],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    threads = [threading.Thread(target=client.run) for client in honest]
    for thread in threads:
        thread.start()
    most = 0
    while any(thread.is_alive() for thread in threads):
        most = max(most, memory_of(process.pid))
        time.sleep(2.0)
    said, _ = mob.communicate(timeout=300)
    mails, pages = ([took for client in honest for took in getattr(client, kind)] for kind in ("mails", "pages"))
    refused = sum((client.refused for client in honest), Counter[str]())
    print(
        f"{len(mails)} honest mails p50 {statistics.median(mails):.3f} s, worst {max(mails):.3f} s; "
        f"{len(pages)} honest pages p50 {statistics.median(pages):.3f} s, worst {max(pages):.3f} s; "
        f"memory {most >> 20} MiB; refused {dict(refused)}; hostile letters taken {len(said.split(chr(10))) - 1}"
    )
    assert process.poll() is None, "the daemon ended"
    told = [subject for client in honest for subject in client.told] + said.splitlines()
    _registered_once(house, told)
    assert statistics.median(mails) < MAIL_P50
    assert statistics.median(pages) < PAGE_P50
    assert most < MEMORY
    assert not refused
    assert house.stop() == 0


def _registered_once(house: House, subjects: list[str]) -> None:
    """Every letter that got its 250 has one line, and no line is there twice."""
    unsettled = "intakes WHERE settled_at IS NULL"
    eventually(lambda: house.count(unsettled) == 0, "all is settled", ROOM_TO_SETTLE)
    lines = Counter(row["subject"] for row in house.rows("register", "list", "incoming"))
    held = Counter(row.get("subject") for row in house.rows("intake", "list", "--outcome", "held"))
    ours = {subject: count for subject, count in lines.items() if subject.startswith(("honest", "rogue"))}
    missing = [subject for subject in subjects if lines[subject] != 1 and not held[subject]]
    assert not missing, missing[:20]
    assert max(ours.values()) == 1, [subject for subject, count in ours.items() if count > 1][:20]
    house.sound()
