"""How fast letters are durably taken, against a bare aiosmtpd that keeps nothing, in the same rounds.

`python -m tests.bench.intake [--rounds 5] [--goals] [COMMAND…]`; COMMAND is the server under test; it gets PORT, DIR.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import encodebytes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

OURS = (sys.executable, "-m", "tests.bench.intake_server")
BARE = (sys.executable, "-m", "tests.bench.bare_server")
HOUSE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Case:
    """Letters of `size` bytes by `clients` at once; `seconds` is how long a shot should take."""

    goal: str
    size: int
    clients: int
    wanted: float
    seconds: float = 1.0


REQUIRED = (Case("intake 5 KiB, 10 clients", 5 << 10, 10, 0.6), Case("intake 2 MiB, 10 clients", 2 << 20, 10, 3.0))
GOALS = (
    Case("T1 intake 5 KiB, 10 clients", 5 << 10, 10, 1.1),
    Case("T1 intake 5 KiB, 50 clients", 5 << 10, 50, 1.5),
    Case("T2 intake 200 KiB, 10 clients", 200 << 10, 10, 4.0),
    Case("T3 intake 2 MiB, 10 clients", 2 << 20, 10, 5.5),
)


def measure(
    rounds: int = 5, *, server: Sequence[str] = OURS, cases: Sequence[Case] = REQUIRED
) -> list[dict[str, object]]:
    """One row per case: the median, lowest and highest of the per-round ratios of `server` to the bare aiosmtpd.

    `server` is a command that gets PORT and DIR, listens on 127.0.0.1, and on SIGTERM prints how many letters it kept;
    a wrong number raises `AssertionError`.
    """
    with tempfile.TemporaryDirectory(dir=HOUSE / "build" if (HOUSE / "build").is_dir() else None) as scratch:
        return [_measure(case, rounds, server, Path(scratch)) for case in cases]


def _measure(case: Case, rounds: int, server: Sequence[str], scratch: Path) -> dict[str, object]:
    letter = scratch / f"{case.size}.eml"
    letter.write_bytes(make_letter(case.size))
    folder = scratch / "kept"
    sent = 0
    with _running(BARE) as (bare, _), _running(server, folder) as (ours, kept):
        counts = {}
        for port in (bare, ours):
            counts[port], warmed = _calibrate(case, port, letter)
            sent += warmed if port == ours else 0
        ratios = []
        for number in range(rounds):
            order = (bare, ours) if number % 2 else (ours, bare)
            rates = {port: _shoot(port, letter, case.clients, counts[port]) for port in order}
            sent += counts[ours]
            ratios.append(rates[ours] / rates[bare])
        assert kept() == sent, "a letter that was answered with 250 is missing"
    shutil.rmtree(folder)
    ratio = statistics.median(ratios)
    return {
        "goal": case.goal,
        "anchor": "bare aiosmtpd, keeping nothing",
        "ratio": round(ratio, 3),
        "wanted": case.wanted,
        "low": round(min(ratios), 3),
        "high": round(max(ratios), 3),
        "rounds": rounds,
        "holds": ratio >= case.wanted,
    }


def make_letter(size: int) -> bytes:
    """About `size` bytes: Thai subject, a scan as base64, lines ending in LF as `smtp-source -F` wants them."""
    head = (
        "From: School <school@example.test>\nTo: Office <office@example.test>\n"
        "Subject: =?utf-8?b?4LiC4Lit4LmA4LiK4Li04LiN4Lib4Lij4Liw4LiK4Li44Lih?=\nMIME-Version: 1.0\n"
        "Message-ID: <bench@example.test>\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n"
    )
    scan = random.Random(size).randbytes(max(57, (size - len(head)) * 57 // 77))
    return head.encode() + encodebytes(scan)


def _calibrate(case: Case, port: int, letter: Path) -> tuple[int, int]:
    """How many letters fill a shot, and how many it took to find out."""
    few = case.clients * 2
    many = max(few, int(_shoot(port, letter, case.clients, few) * case.seconds / 3))
    rate = _shoot(port, letter, case.clients, many)
    return max(few, int(rate * case.seconds)), few + many


def _shoot(port: int, letter: Path, clients: int, count: int) -> float:
    """Letters a second."""
    command = ["smtp-source", "-d", "-s", str(clients), "-m", str(count), "-F", str(letter)]
    command += ["-f", "school@example.test", "-t", "office@example.test", f"inet:127.0.0.1:{port}"]
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=300)
    return count / (time.perf_counter() - begun)


@contextmanager
def _running(command: Sequence[str], folder: Path | None = None) -> Iterator[tuple[int, Stop]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = [*command, str(port), *([str(folder)] if folder else [])]
    process = subprocess.Popen(arguments, cwd=HOUSE, stdout=subprocess.PIPE, text=True)
    try:
        _wait_for(port)
        yield port, Stop(process)
    finally:
        process.terminate()
        process.communicate(timeout=60)


class Stop:
    """Ends a server politely and reads what it says."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self) -> int:
        """The number of letters that the server kept."""
        self._process.terminate()
        return int(self._process.communicate(timeout=60)[0])


def _wait_for(port: int) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--goals", action="store_true", help="the later goals instead of the required ones")
    parser.add_argument("command", nargs="*", default=OURS)
    chosen = parser.parse_args()
    for row in measure(chosen.rounds, server=chosen.command, cases=GOALS if chosen.goals else REQUIRED):
        print(json.dumps(row, ensure_ascii=False))
