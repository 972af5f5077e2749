"""The README's unit under a real systemd: a Debian of its own, booted in a container, in which the daemon is a service.

Named alone: `make prove systemd`. It needs root, downloads Debian, and the Debian whose Python is the one of the tests.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.prove.bare import HOUSE, mirror
from tests.unit_file import unit

pytestmark = pytest.mark.timeout(900)

T = TypeVar("T")

KEPT = HOUSE / "build" / "systemd"
SUITES = {(3, 11): "bookworm", (3, 13): "trixie"}
PACKAGES = "systemd,systemd-sysv,dbus,python3,python3-venv"
CODE, DATA = "/opt/saraban", "/srv/saraban"
PYTHON = f"{CODE}/.venv/bin/python"
SEND = """
import smtplib, time
from tests.stories.post import letter
with smtplib.SMTP("127.0.0.1", 2525, timeout=60) as client:
    client.sendmail("a@school.example", ["saraban@area4.example"], letter(f"หนังสือถึงบริการ {time.time_ns()}"))
"""
LIVE = """
import urllib.request
print(urllib.request.urlopen("http://127.0.0.1:8080/livez", timeout=20).status)
"""


class Machine:
    """A booted Debian; `leader` is its first process, seen from here."""

    def __init__(self, leader: int) -> None:
        self.leader = leader

    def run(self, *words: str, code: int | None = 0) -> str:
        """What a command says there; it must leave with `code`, unless that is None."""
        inside = ["nsenter", "-t", str(self.leader), "-a", "--", *words]
        done = subprocess.run(inside, capture_output=True, text=True, check=False, umask=0o022)
        assert code in (None, done.returncode), f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def saraban(self, *words: str) -> str:
        """What our command says, asked by the user whose data it is."""
        return self.run("runuser", "-u", "saraban", "--", f"{CODE}/.venv/bin/saraban", *words, "--config", DATA)

    def python(self, script: str) -> str:
        """What a script says that runs there beside the daemon."""
        return self.run(PYTHON, "-c", script)

    def state(self, name: str) -> str:
        """One property of the service."""
        return self.run("systemctl", "show", "saraban", "--value", "--property", name).strip()

    def starts(self, beyond: int = 0) -> int:
        """How often it was started anew, more than `beyond`."""
        return max(int(self.state("NRestarts")) - beyond, 0)

    def journal(self) -> list[dict[str, Any]]:
        """What the service has said."""
        told = self.run("journalctl", "--unit", "saraban", "--output", "json", "--no-pager")
        return [json.loads(line) for line in told.splitlines()]

    def said(self, words: str) -> list[dict[str, Any]]:
        """Its lines with these words."""
        return [line for line in self.journal() if words in str(line["MESSAGE"])]


def eventually(look: Callable[[], T], what: str, seconds: float = 90) -> T:
    """What `look` gives once it is true."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"it never came true: {what}"
        time.sleep(0.2)
    return found


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """Made, booted, with the README's unit; and halted at the end."""
    suite = SUITES.get(sys.version_info[:2])
    assert suite, "Run it with the Python of Debian 12 or 13"
    shutil.rmtree(KEPT, ignore_errors=True)
    KEPT.mkdir(parents=True)
    made = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", suite, str(KEPT / "root"), mirror()]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL, umask=0o022)
    _lay_in(KEPT / "root")
    with (KEPT / "console.log").open("wb") as console:
        command = ["systemd-nspawn", *_options(KEPT / "root")]
        booted = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console, stderr=console)
    try:
        yield _installed(Machine(eventually(lambda: _child(booted.pid), "it boots")))
    finally:
        booted.kill()
        booted.wait()
        shutil.rmtree(KEPT / "root", ignore_errors=True)


def _options(root: Path) -> list[str]:
    libraries = sysconfig.get_path("purelib")
    return [
        *("--quiet", "--boot", f"--directory={root}", "--private-network", "--console=read-only", "--register=no"),
        *("--keep-unit", f"--bind-ro={HOUSE}:{CODE}/code", f"--bind-ro={libraries}:{CODE}/libraries"),
    ]


def _lay_in(root: Path) -> None:
    """The code of this tree and the libraries of these tests, where the README says; the unit as it stands there."""
    site = root / CODE[1:] / ".venv/lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    site.mkdir(parents=True)
    (site / "saraban.pth").write_text(f"{CODE}/code\n{CODE}/libraries\n")
    command = root / CODE[1:] / ".venv/bin/saraban"
    command.parent.mkdir()
    command.write_text(f"#!{PYTHON}\nfrom gateway.cli import main\nmain()\n")
    command.chmod(0o755)
    for folder in (root / CODE[1:], *(root / CODE[1:]).rglob("*")):
        folder.chmod(0o755)  # also where ours are for us alone
    service = root / "etc/systemd/system/saraban.service"
    service.write_text(unit(), "utf-8")
    service.chmod(0o644)


def _child(pid: int) -> int:
    words = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(words[0]) if words else 0


def _installed(machine: Machine) -> Machine:
    """As the README tells it."""
    eventually(lambda: machine.run("systemctl", "is-system-running", code=None).strip() == "running", "it runs")
    machine.run("python3", "-m", "venv", "--without-pip", f"{CODE}/.venv")
    machine.run("useradd", "--system", "saraban")
    machine.run(f"{CODE}/.venv/bin/saraban", "init", DATA)
    machine.run("chown", "-R", "saraban:", DATA)
    office = f"{CODE}/code/templates/demo/office.yaml"
    machine.saraban("directory", "import", office)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", "saraban")
    return machine


def entries(machine: Machine) -> int:
    """How many letters have a number."""
    return len(machine.saraban("register", "list", "incoming", "--json").splitlines())


def test_start_returns_when_doors_and_pages_answer(machine: Machine) -> None:
    assert machine.state("ActiveState") == "active"
    assert machine.python(LIVE) == "200\n"
    machine.python(SEND)


def test_what_it_takes_is_read_and_numbered_within_the_closed_unit(machine: Machine) -> None:
    before = entries(machine)
    machine.python(SEND)
    eventually(lambda: entries(machine) > before, "it has its number")
    told = json.loads(machine.saraban("status", "--json"))
    assert (told["running"], told["state"], told["reasons"]) == (True, "running", [])


def test_systemd_counts_little_exposure(machine: Machine) -> None:
    told = machine.run("systemd-analyze", "security", "saraban", "--no-pager", code=None)
    level = float(told.rpartition("exposure level for saraban.service: ")[2].split()[0])
    print(f"exposure {level}")
    assert level <= 1.5


def test_the_journal_has_priorities_and_no_code(machine: Machine) -> None:
    (where,) = machine.said("first-administrator.txt")
    assert where["PRIORITY"] == "4"
    file = f"{DATA}/data/first-administrator.txt"
    assert machine.run("stat", "--format", "%a %U", file) == "600 saraban\n"
    code = machine.run("cat", file).split("ด้วยรหัส ")[1].split()[0]
    assert not machine.said(code)
    assert machine.said("SQLite")[0]["PRIORITY"] == "6"
    assert not machine.said("<4>")


def test_a_hangup_changes_nothing(machine: Machine) -> None:
    before = machine.state("MainPID")
    machine.run("systemctl", "kill", "--signal", "HUP", "--kill-whom", "main", "saraban")
    (line,) = eventually(lambda: machine.said("SIGHUP is ignored"), "the log tells it")
    assert line["PRIORITY"] == "4"
    assert (machine.state("ActiveState"), machine.state("MainPID")) == ("active", before)
    machine.python(SEND)


def test_killed_or_hanging_it_is_started_anew(machine: Machine) -> None:
    for signal in ("KILL", "STOP"):  # of a process that stands still the watchdog hears nothing
        starts = machine.starts()
        machine.run("systemctl", "kill", "--signal", signal, "--kill-whom", "main", "saraban")
        eventually(partial(machine.starts, beyond=starts), "a new start", 180)
        eventually(lambda: machine.state("ActiveState") == "active", "it is ready again")
        machine.python(SEND)


def test_a_stop_is_orderly(machine: Machine) -> None:
    begun = time.monotonic()
    machine.run("systemctl", "stop", "saraban")
    assert time.monotonic() - begun < 30
    assert (machine.state("ActiveState"), machine.state("Result")) == ("inactive", "success")
    assert machine.said("closing")
    machine.saraban("verify")
