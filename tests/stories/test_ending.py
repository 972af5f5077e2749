"""However the house is, SIGTERM ends it within half a minute, and nothing that it gave its word for is lost.

In good order where that can be, with exit code 0; else by force, with a line of log and another code.
"""

from __future__ import annotations

import os
import resource
import signal
import smtplib
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.opening import clock
from gateway.web.console.news import OF_AN_ACCOUNT
from ledger import sign_ins
from ledger.accounts import AccountRow
from ledger.database import Database
from ledger.values import Visit
from tests.mailers.servers import free_port
from tests.mailers.sinks import SILENT, Sink
from tests.stories.conftest import MakeHouse
from tests.stories.house import House, eventually
from tests.stories.peers import Schools
from tests.stories.post import letter, paper, post
from tests.stories.test_watchdog import spinning, under

pytestmark = pytest.mark.story

WITHIN = 30.0
BY_FORCE = os.EX_TEMPFAIL


def ended(house: House) -> int:
    """Ask it to end. Its exit code, which came in time."""
    begun = time.monotonic()
    code = house.stop()
    assert time.monotonic() - begun < WITHIN
    return code


def told_by_force(house: House) -> bool:
    """The log says that, and why, the end was none in good order."""
    return "no end in good order" in house.log


def whole_again(house: House, taken: int) -> None:
    """Started once more, it has every letter that it took, numbered once."""
    house.start()
    house.settled()
    assert [row["number"] for row in house.rows("register", "list", "incoming")][::-1] == list(range(1, taken + 1))
    house.sound()
    assert house.stop() == 0


def test_spinning(make_house: MakeHouse) -> None:
    house = make_house()
    house.start(under=under(house.folder))
    post(house, letter("หนังสือก่อนประตูค้าง"))
    with spinning(house):
        assert ended(house) == BY_FORCE
    assert told_by_force(house)
    whole_again(house, 1)


def test_with_a_disk_that_does_not_answer(make_house: MakeHouse) -> None:
    house = make_house()
    house.start(under=under(house.folder))
    post(house, letter("หนังสือก่อนดิสก์หยุด"))
    (house.folder / "stopped").touch()
    with closing(offering(house, letter("หนังสือใหญ่", text="ก" * 40_000))):
        assert ended(house) == BY_FORCE
    assert told_by_force(house)
    (house.folder / "stopped").unlink()
    whole_again(house, 1)


def test_with_a_database_that_another_program_keeps_locked(house: House) -> None:
    post(house, letter("หนังสือก่อนถูกล็อก"))
    house.settled()
    with closing(sqlite3.connect(house.data / "saraban.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with closing(offering(house, letter("หนังสือที่รอ"))):
            assert ended(house) == BY_FORCE
    whole_again(house, 1)


def test_with_a_full_disk(house: House) -> None:
    post(house, letter("หนังสือก่อนดิสก์เต็ม"))
    assert house.process
    resource.prlimit(house.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))  # as in test_faults
    with closing(offering(house, letter("หนังสือที่รอ"))):
        assert ended(house) == 0
    assert not told_by_force(house)
    whole_again(house, 1)


def test_stopped_for_a_while_and_continued(house: House) -> None:
    """SIGSTOP, then SIGTERM, then SIGCONT: and standing still is not taken for a hanging door."""
    assert house.process
    house.process.send_signal(signal.SIGSTOP)
    time.sleep(7)
    house.process.send_signal(signal.SIGCONT)
    eventually(lambda: "stood still" in house.log, "it knows")
    assert "has not answered" not in house.log
    house.process.send_signal(signal.SIGSTOP)
    house.process.send_signal(signal.SIGTERM)
    house.process.send_signal(signal.SIGCONT)
    assert ended(house) == 0


def test_while_its_reading_children_hang(house: House) -> None:
    assert house.process
    daemon = house.process.pid
    children = eventually(lambda: readers(daemon), "children that read")
    for child in children:
        os.kill(child, signal.SIGSTOP)
    post(house, letter("หนังสือที่อ่านไม่จบ"))
    eventually(lambda: house.count("intakes") == 1, "it is taken")
    assert ended(house) == 0
    assert not [child for child in children if Path(f"/proc/{child}").exists()]
    whole_again(house, 1)


@pytest.mark.parametrize("stage", ["connect", "dot"])
def test_while_the_relay_does_not_answer(make_house: MakeHouse, tmp_path: Path, stage: str) -> None:
    """Mails that were not on their way stay what they are; of those that were the state says unknown."""
    file = tmp_path / "หนังสือเวียน.pdf"
    file.write_bytes(paper("เวียน"))
    silent = {(stage, turn): SILENT for turn in range(1, 50)}
    with Sink(faults=silent) as relay:
        house = make_house(**relay_settings(relay.port)).start()
        house.run("send", file, "--to", "all", "--subject", "หนังสือเวียน", "--circular")
        eventually(lambda: relay.seen[stage] > 0, "it waits for the relay")
        assert ended(house) == 0
        unknown = house.count("outbox WHERE unknown_at IS NOT NULL")
        assert unknown == (0 if stage == "connect" else relay.seen["dot"])
        assert house.count("outbox WHERE claimed_at IS NOT NULL") == 0
        assert house.count("outbox WHERE sent_at IS NULL") == house.count("outbox")


def relay_settings(port: int) -> dict[str, str]:
    """Mail goes to this port."""
    told = {"KIND": "smtp", "HOST": "127.0.0.1", "TLS": "none", "PORT": str(port)}
    return {f"SARABAN_RELAY__{name}": value for name, value in told.items()}


def test_with_as_many_open_lists_as_four_people_may_have(house: House) -> None:
    with ExitStack() as stack:
        assert len(open_streams(house, stack)) == 4 * OF_AN_ACCOUNT
        begun = time.monotonic()
        assert ended(house) == 0
        assert time.monotonic() - begun < 8  # none of them was waited for
    assert "Traceback" not in house.log
    assert "CancelledError" not in house.log


def test_a_hangup_changes_nothing_but_the_log(house: House) -> None:
    assert house.process
    house.process.send_signal(signal.SIGHUP)
    eventually(lambda: "SIGHUP is ignored: settings are read at the start only" in house.log, "what to do")
    post(house, letter("หนังสือหลัง SIGHUP"))
    assert ended(house) == 0


def test_before_everything_runs(make_house: MakeHouse) -> None:
    """A start that waits for a locked database hears the signal, too."""
    house = make_house().start()
    assert house.stop() == 0
    with closing(sqlite3.connect(house.data / "saraban.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        process = house.begin(verb="run")
        eventually(lambda: "SQLite" in house.log, "it has begun")
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        eventually(lambda: "closing" in house.log, "it hears")
        other.execute("ROLLBACK")
        assert ended(house) == 0


def test_nothing_is_sent_before_the_doors_are_open(make_house: MakeHouse) -> None:
    """A start that fails for a taken port has sent nothing of what waits."""
    with Schools() as relay:
        house = make_house(SARABAN_RELAY__KIND="smtp", SARABAN_RELAY__HOST="127.0.0.1", SARABAN_RELAY__TLS="none")
        house.settings["SARABAN_RELAY__PORT"] = str(free_port())  # nobody is there
        house.settings["SARABAN_OUTBOX__RETRY_FIRST"] = "1 s"
        house.start()
        post(house, letter("หนังสือที่จะแจ้ง"))
        eventually(lambda: house.count("outbox") > 0, "its notice waits")
        assert house.stop() == 0
        house.settings["SARABAN_RELAY__PORT"] = str(relay.port)
        with socket.create_server(("127.0.0.1", house.smtp_port)):
            house.begin(verb="run")
            assert house.wait() == os.EX_TEMPFAIL
        assert relay.connections == 0
        assert f"พอร์ต 127.0.0.1:{house.smtp_port} มีโปรแกรมอื่นใช้อยู่" in house.log
        house.start()
        eventually(lambda: relay.mails, "now it is sent")


@contextmanager
def offering_stream(host: str, port: int, cookie: str) -> Iterator[HTTPConnection]:
    connection = HTTPConnection(host, port, timeout=60)
    connection.request("GET", "/live", headers={"Cookie": cookie})
    try:
        yield connection
    finally:
        connection.close()


def open_streams(house: House, stack: ExitStack) -> list[HTTPConnection]:
    """Live lists, three for each sign-in, as many as each account may have; all of them are listening."""
    host, _, port = house.announced["http"].removeprefix("http://").partition(":")
    found: list[HTTPConnection] = []
    for cookie in cookies(house, OF_AN_ACCOUNT // 3):
        opened = [stack.enter_context(offering_stream(host, int(port), cookie)) for _ in range(3)]
        for connection in opened:
            answer = connection.getresponse()
            assert answer.status == 200
            assert answer.readline().startswith(b"retry")
        found += opened
    return found


def cookies(house: House, each: int) -> list[str]:
    """Cookies of so many sign-ins of each account."""
    database = Database(house.data)
    try:
        with database.write() as session:
            accounts = session.execute(sa.select(AccountRow.id)).scalars().all()
            visit = Visit(clock(), "POST", "127.0.0.0/24", "story")
            opened = [
                sign_ins.open_for(session, account, visit, clock(), frozenset())
                for account in accounts
                for _ in range(each)
            ]
        return [f"sid={signed_in.token}" for signed_in in opened]
    finally:
        database.close()


def offering(house: House, content: bytes) -> smtplib.SMTP:
    """A client who has said everything and waits for the answer."""
    client = smtplib.SMTP("127.0.0.1", house.smtp_port, timeout=60)
    client.ehlo()
    client.mail("a@school.example")
    client.rcpt(house.mailbox)
    client.docmd("DATA")
    client.send(content + b"\r\n.\r\n")
    return client


def readers(process: int) -> list[int]:
    """The children of a process that read letters."""
    found = Path(f"/proc/{process}/task").glob("*/children")
    children = [int(child) for path in found for child in path.read_text().split()]
    return [child for child in children if b"watchers.reading.child" in Path(f"/proc/{child}/cmdline").read_bytes()]
