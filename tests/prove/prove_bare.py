"""Both commands on a Debian that has only Python, make and git: `make run` to its ready line, `make test` to its end.

Named alone: `make prove bare`. It downloads Debian and takes as long as all tests take, twice.
"""

from __future__ import annotations

import os
import signal
import time
import urllib.request
from pathlib import Path

import pytest

from tests.prove.bare import HOUSE, Bare, bare

KEPT = HOUSE / "build" / "bare"


@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("suite", ["bookworm", "trixie"])
def test_both_commands_on_a_bare_debian(suite: str) -> None:
    log = KEPT / f"{suite}.log"
    with bare(KEPT / suite, suite) as machine:
        log.write_bytes(b"")
        _runs(machine, log)
        _tests(machine, log)


def _runs(machine: Bare, log: Path) -> None:
    """A page is there as soon as it says so; Ctrl+C ends it."""
    begun = time.monotonic()
    running = machine.begin("make", "run", log=log)
    assert running.stdout
    ready = next((line for line in running.stdout if line.startswith("ready ")), "")
    assert ready, f"it never was ready, see {log}"
    print(f"make run: ready after {time.monotonic() - begun:.0f} s")
    address = dict(word.partition("=")[::2] for word in ready.split()[1:])["http"]
    with urllib.request.urlopen(address) as page:
        assert page.status == 200
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does
    running.communicate()


def _tests(machine: Bare, log: Path) -> None:
    begun = time.monotonic()
    testing = machine.begin("make", "test", log=log)
    assert testing.stdout
    with log.open("a", encoding="utf-8") as said:
        said.writelines(testing.stdout)
    assert testing.wait() == 0, f"make test failed, see {log}"
    print(f"make test: passed after {time.monotonic() - begun:.0f} s")
