"""Under a supervisor, as systemd is one: it hears when the house is ready, that it lives, and that it ends.

READY=1 comes when doors and pages answer, WATCHDOG=1 each second as long as every loop turns, STOPPING=1 with the end.
What goes to the journal is one JSON object a line where that is wanted, whoever says it.
"""

from __future__ import annotations

import json
import os
import signal
import smtplib
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.stories.conftest import MakeHouse
from tests.stories.house import House, eventually
from tests.stories.post import letter, post
from tests.stories.test_watchdog import spinning, under

pytestmark = pytest.mark.story


@contextmanager
def supervisor(path: Path) -> Iterator[socket.socket]:
    """The socket that NOTIFY_SOCKET names."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(path))
        listening.settimeout(60)
        yield listening


def heard(listening: socket.socket) -> list[str]:
    """The states of the next datagram."""
    return listening.recv(4096).decode().split("\n")


def test_it_hears_ready_when_doors_and_pages_answer_then_life_then_the_end(make_house: MakeHouse) -> None:
    house = make_house()
    with supervisor(house.folder / "notify") as listening:
        house.settings["NOTIFY_SOCKET"] = str(house.folder / "notify")
        process = house.begin()
        assert heard(listening) == ["READY=1", f"MAINPID={process.pid}"]
        smtplib.SMTP("127.0.0.1", house.smtp_port, timeout=60).quit()
        with urllib.request.urlopen(f"http://127.0.0.1:{house.http_port}/livez") as answer:
            assert answer.status == 200
        assert [heard(listening) for _ in range(3)] == [["WATCHDOG=1"]] * 3
        assert house.stop() == 0
        last = heard(listening)
        while last == ["WATCHDOG=1"]:
            last = heard(listening)
        assert last == ["STOPPING=1"]


def test_a_start_that_fails_is_never_ready(make_house: MakeHouse) -> None:
    house = make_house().start()
    assert house.stop() == 0
    with supervisor(house.folder / "notify") as listening, socket.create_server(("127.0.0.1", house.smtp_port)):
        house.settings["NOTIFY_SOCKET"] = str(house.folder / "notify")
        house.begin(verb="run")
        assert house.wait() == os.EX_TEMPFAIL
        listening.setblocking(False)
        with pytest.raises(BlockingIOError):
            heard(listening)


def test_while_a_door_hangs_no_sign_of_life_is_given_so_that_the_supervisor_starts_anew(make_house: MakeHouse) -> None:
    house = make_house()
    with supervisor(house.folder / "notify") as listening:
        house.settings["NOTIFY_SOCKET"] = str(house.folder / "notify")
        house.start(under=under(house.folder))
        with spinning(house):
            eventually(lambda: "has not answered" in house.log, "it hangs")
            listening.setblocking(False)
            while True:
                try:
                    heard(listening)
                except BlockingIOError:
                    break
            listening.settimeout(4)
            with pytest.raises(TimeoutError):
                heard(listening)
        listening.settimeout(60)
        assert heard(listening) == ["WATCHDOG=1"]
        assert house.stop() == 0


def lines(house: House) -> list[dict[str, object]]:
    """What it said on standard error, each line an object."""
    return [json.loads(line) for line in house.log.splitlines()]


def test_as_json_everything_that_run_says_is_json(make_house: MakeHouse) -> None:
    house = make_house(SARABAN_LOG__FORMAT="json", SARABAN_SMTP__ENABLED="true", SARABAN_HTTP__PORT="0")
    (house.folder / "saraban.toml").touch(0o600)
    house.settings["SARABAN_SMTP__PORT"] = str(house.smtp_port)
    process = house.begin(verb="run")
    assert process.stdout
    ready = json.loads(process.stdout.readline())
    assert (ready["event"], ready["smtp"]) == ("ready", f"127.0.0.1:{house.smtp_port}")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        post(house, letter("ไม่มีผู้รับที่นี่"))
    with urllib.request.urlopen(str(ready["http"]) + "/livez"):
        pass
    process.send_signal(signal.SIGHUP)
    eventually(lambda: "SIGHUP is ignored" in house.log, "the log of the hangup")
    other = House(house.folder, dict(house.settings))
    other.begin(verb="run")
    assert other.wait() == os.EX_TEMPFAIL  # another one, in the same folder
    assert house.stop() == 0
    said = lines(house)
    assert all({"event", "level", "timestamp", "logger"} <= line.keys() for line in said)
    events = {str(line["event"]) for line in said}
    assert {"session ended", "closing"} <= events
    (session,) = [line for line in said if line["event"] == "session ended"]
    assert (session["peer"], session["refused"]) == ("127.0.0.1", 1)
    assert any("มีโปรแกรมกำลังทำงาน" in event for event in events)
    assert any("first-administrator.txt" in event for event in events)


def test_as_json_a_demo_says_nothing_else_either(make_house: MakeHouse) -> None:
    house = make_house(SARABAN_LOG__FORMAT="json")
    process = house.begin("--story")
    assert process.stdout
    ready = json.loads(process.stdout.readline())
    assert (ready["event"], ready["smtp"]) == ("ready", f"127.0.0.1:{house.smtp_port}")
    eventually(lambda: house.count("letters WHERE outgoing") == 1, "the story")
    eventually(lambda: "อ่านได้ที่" in house.log, "the report")
    assert house.stop() == 0
    said = lines(house)
    assert {line["level"] for line in said if line["logger"] == "saraban.demo"} == {"info"}
    assert any("เรื่องตัวอย่าง จดหมาย 3 ฉบับ" in str(line["event"]) for line in said)
