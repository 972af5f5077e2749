"""Settling (read, route, enter, commit) against the standard library alone parsing the same mails, as many processes.

Each round settles a fresh ledger's backlog and lets two processes parse the same bytes; the ratio is of the rates.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import time
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from gateway import heap, wiring
from gateway.demo import ground, office
from gateway.opening import Ledger, clock, open_ledger
from ledger import directory, intakes, registers
from ledger.values import Channel, Intake, RegisterKind
from tests.bench.rounds import row

MAILS = 300
PROCESSES = 2
PDF_BYTES = 2600


def measure(rounds: int = 5) -> list[dict[str, Any]]:
    """The row of the goal: at least 0.3 of the rate of the standard library."""
    first, *mails = [_mail(number) for number in range(MAILS + 1)]
    with get_context("fork").Pool(PROCESSES) as parsers:
        parsers.map(_parse, mails[:PROCESSES])  # started and warm
        ratios = []
        # Cleared away after the last round: ext4 passes over inodes that were deleted in the last minutes, one by one,
        # and a new file then costs thirty times as much. No office deletes its originals.
        with tempfile.TemporaryDirectory() as scratch:
            for turn in range(rounds):
                began = time.perf_counter()
                parsers.map(_parse, mails, chunksize=MAILS // PROCESSES)
                alone = time.perf_counter() - began
                ratios.append(alone / _settled([first, *mails], Path(scratch, str(turn))))
    return [row("settle (read, route, enter, commit)", "stdlib parse, 2 processes", ratios, wanted=0.3)]


def _settled(mails: list[bytes], folder: Path) -> float:
    """Seconds in which a daemon's parts settle `mails` without the first; measured in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.settle", str(folder)]
    told = subprocess.run(command, input=b"\0".join(mails), capture_output=True, check=True)
    return float(told.stdout)


def _settle_all(folder: Path, mails: list[bytes]) -> float:
    settings = ground.prepare(folder, None, None)
    ground.furnish(settings)
    ledger = open_ledger(settings)
    heap.calm()  # as a daemon does
    _settle_backlog(ledger, mails[:1])  # a daemon has read its rules and seen a letter; the parsers are warm too
    taken = _settle_backlog(ledger, mails[1:])
    with ledger.database.read() as session:
        owner = directory.organisation(session, office.CODE)
        numbers = [entry.number for entry, _ in registers.entries(session, RegisterKind.INCOMING, owner)]
    ledger.close()
    assert numbers == list(range(1, len(mails) + 1)), numbers
    return taken


def _settle_backlog(ledger: Ledger, mails: list[bytes]) -> float:
    """Seconds from the settler's start until all of `mails`, taken before, have their outcome."""
    house = wiring.build(ledger, "http://127.0.0.1")
    _take_all(ledger, mails)
    house.reader.read(mails[0])  # its processes are started
    began = time.perf_counter()
    house.settler.start()
    while _waiting(ledger):
        time.sleep(0.01)
    taken = time.perf_counter() - began
    house.settler.stop()
    house.reader.close()
    return taken


def _waiting(ledger: Ledger) -> int:
    with ledger.database.read() as session:
        return intakes.count_unsettled(session)


def _take_all(ledger: Ledger, mails: list[bytes]) -> None:
    with ledger.database.write() as session:
        owner = directory.organisation(session, office.CODE).id
        for mail in mails:
            offer = Intake(Channel.SMTP, "smtp", mail, clock(), "a@school.example", (office.MAILBOX,))
            intakes.take(session, [(offer, owner)])


def _parse(mail: bytes) -> tuple[str, list[str]]:
    """What the standard library's own way costs: headers, text, attachments decoded and hashed."""
    message = BytesParser(policy=policy.default).parsebytes(mail)
    parts = [part.get_payload(decode=True) or b"" for part in message.walk() if not part.is_multipart()]
    return str(message["subject"]), [hashlib.sha256(part).hexdigest() for part in parts]


def _mail(number: int) -> bytes:
    message = EmailMessage()
    message["From"] = "โรงเรียนบ้านดอนแก้ว <donkaew@schools.example>"
    message["To"] = office.MAILBOX
    message["Subject"] = f"รายงานข้อมูลนักเรียน ครั้งที่ {number}"
    message["Message-ID"] = f"<{number}@schools.example>"
    message.set_content("เรียน ผู้อำนวยการสำนักงานเขตพื้นที่การศึกษา\n" * 4)
    paper = b"%PDF-1.4\n" + hashlib.sha256(b"%d" % number).hexdigest().encode() * (PDF_BYTES // 64) + b"\n%%EOF"
    message.add_attachment(paper, "application", "pdf", filename="รายงาน.pdf")
    return message.as_bytes(policy=policy.SMTP)


if __name__ == "__main__":
    print(_settle_all(Path(sys.argv[1]), sys.stdin.buffer.read().split(b"\0")))
