"""The running dispatch: mails claimed from the outbox, written, relayed and recorded, against smtp-source.

What a daemon did at its start (opening the ledger, compiling templates) is done before the clock runs.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from gateway import heap, wiring
from gateway.opening import Ledger, clock, open_ledger
from gateway.settings import Settings
from gateway.settings.ways_out import RelaySettings
from ledger import directory, sending
from ledger.directory import OrganisationRow
from ledger.history import acting
from ledger.outbox import OutboxRow
from ledger.sending import Dispatched
from mailers.notices import Writer
from tests.bench.dispatch import CONNECTIONS, LETTER, MAILS, TEMPLATES, source, timed
from tests.bench.rounds import row
from tests.mailers.servers import smtp_sink


def measure(rounds: int = 5) -> list[dict[str, Any]]:
    """The row of the goal; each round sends one circular out of a fresh copy of one ledger."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        _prepared(Path(scratch)) as prepared,
        smtp_sink("-m", "400") as port,
    ):
        example = Path(scratch, "mail")
        example.write_bytes(Writer(TEMPLATES).write(LETTER).content.replace(b"\r\n", b"\n"))
        anchor = partial(source, MAILS, port, example)
        anchor()
        ratios = []
        for turn in range(rounds):
            before = timed(anchor) if turn % 2 else None
            ours = _sent_in(prepared, Path(scratch, f"round{turn}"), port)
            ratios.append((before or timed(anchor)) / ours)
    return [row(f"dispatch of {MAILS} personal mails", "smtp-source into the same smtp-sink", ratios, wanted=0.3)]


@contextmanager
def _prepared(scratch: Path) -> Iterator[Path]:
    """A ledger of an office with many schools."""
    folder = scratch / "prepared"
    ledger = open_ledger(Settings(data=folder))
    with acting(ledger.database, "bench", "set up", clock()) as act:
        act.add(
            OrganisationRow,
            code="office",
            name="สำนักงาน",
            kind="office",
            address="saraban@office.example",
            prefix="ศธ 1/",
        )
        for number in range(MAILS):
            act.add(
                OrganisationRow,
                code=f"s{number}",
                name=f"โรงเรียนที่ {number}",
                kind="school",
                school_type="government",
                mailbox=f"saraban@school{number}.example.ac.th",
            )
    ledger.close()
    yield folder


def _sent_in(prepared: Path, folder: Path, port: int) -> float:
    """Seconds in which a circular is sent and recorded, in a fresh copy of the ledger."""
    shutil.copytree(prepared, folder)
    relay = RelaySettings(kind="smtp", host="127.0.0.1", port=port, tls="none", connections=CONNECTIONS)
    ledger = open_ledger(Settings(data=folder, relay=relay))
    resolver = wiring.resolver_of(ledger, "https://saraban.office.example")
    dispatch = wiring.build_dispatch(ledger, resolver, wiring.writer_of(ledger.settings))
    heap.calm()  # as a daemon does
    _queue(ledger, "s0")
    dispatch.run_once()  # a daemon has sent a mail before
    _queue(ledger, "all")
    taken = timed(dispatch.run_once)
    with ledger.database.read() as session:
        sent = session.execute(sa.select(sa.func.count(OutboxRow.sent_at))).scalar_one()
    ledger.close()
    shutil.rmtree(folder)
    assert sent == 1 + MAILS, sent
    return taken


def _queue(ledger: Ledger, schools: str) -> None:
    """Put one letter to these schools into the outbox."""
    wanted = Dispatched(to=[schools], subject="ขอเชิญประชุมผู้บริหารสถานศึกษา", summary="ด้วยสำนักงาน " * 40, circular=True)
    with acting(ledger.database, "bench", "sent", clock()) as act:
        sending.send(act, directory.organisation(act.session, ""), wanted, ledger.life, ledger.sender_of)
