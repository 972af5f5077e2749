"""Personal mails into a sink, against Postfix's own load generator into the same sink in the same run."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from ledger.values import Answer, AnswerKind
from mailers.notices import Writer
from mailers.relay import Relay, RelaySettings
from tests.mailers.letters import LETTER, LINK, TEMPLATES
from tests.mailers.servers import smtp_sink

MAILS = 2000
CONNECTIONS = 5
WANTED = 0.3

Run = Callable[[int, int], None]  # so many mails to the sink on this port


def measure(rounds: int = 5, run: Run | None = None, mails: int = MAILS) -> list[dict[str, Any]]:
    """Mails a second of `run` (default: write and relay, no outbox) over those of smtp-source, round by round."""
    writer = Writer(TEMPLATES)
    run = run or partial(write_and_relay, writer)
    with smtp_sink("-m", "400") as port, tempfile.TemporaryDirectory() as folder:
        example = Path(folder, "mail")
        example.write_bytes(writer.write(LETTER).content.replace(b"\r\n", b"\n"))
        cases = (partial(run, mails, port), partial(source, mails, port, example))
        for case in cases:
            case()
        ratios = []
        for turn in range(rounds):
            seconds = [0.0, 0.0]
            for which in (turn % 2, 1 - turn % 2):
                seconds[which] = timed(cases[which])
            ratios.append(seconds[1] / seconds[0])
    ratio = median(ratios)
    return [
        {
            "goal": f"dispatch of {mails} personal mails",
            "anchor": "smtp-source into the same smtp-sink",
            "ratio": round(ratio, 3),
            "wanted": WANTED,
            "low": round(min(ratios), 3),
            "high": round(max(ratios), 3),
            "rounds": rounds,
            "holds": ratio >= WANTED,
        }
    ]


def write_and_relay(writer: Writer, mails: int, port: int) -> None:
    """Write `mails` letters, each with its own link, and deliver them."""
    kinds: list[AnswerKind] = []

    def note(answer: Answer) -> None:
        kinds.append(answer.kind)

    notices = (
        replace(
            LETTER,
            id=number,
            recipient=f"saraban@school{number}.example.ac.th",
            recipient_name=f"โรงเรียนที่ {number}",
            holder=f"โรงเรียนที่ {number}",
            message_id=f"{number}@office.example.go.th",
            link=f"{LINK}{number}",
        )
        for number in range(mails)
    )
    settings = RelaySettings("127.0.0.1", port, tls="none", connections=CONNECTIONS)
    Relay(settings).deliver(map(writer.write, notices), note)
    assert kinds == [AnswerKind.SENT] * mails


def source(mails: int, port: int, example: Path) -> None:
    """The same number of one fixed mail, by Postfix's own client."""
    command = ["smtp-source", "-d", "-s", str(CONNECTIONS), "-m", str(mails), "-F", str(example)]
    sender = ["-f", "saraban@office.example.go.th", "-t", "saraban@school.example.ac.th"]
    subprocess.run([*command, *sender, f"inet:127.0.0.1:{port}"], check=True, capture_output=True)


def timed(case: Callable[[], None]) -> float:
    """Seconds that `case` takes."""
    start = perf_counter()
    case()
    return perf_counter() - start


if __name__ == "__main__":
    for row in measure():
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
