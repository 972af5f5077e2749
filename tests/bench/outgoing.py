"""The real dispatch: mails claimed from the outbox, written, relayed and recorded, against smtp-source."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from gateway import wiring
from gateway.settings import Settings
from gateway.settings.ways_out import RelaySettings
from ledger import sending
from ledger.directory import OrganisationRow
from ledger.history import acting
from ledger.outbox import OutboxRow
from ledger.sending import Dispatched
from tests.bench import dispatch


def measure(rounds: int = 5) -> list[dict[str, Any]]:
    """The row of the goal; each shot sends a fresh copy of one prepared outbox."""
    with tempfile.TemporaryDirectory() as scratch, _prepared(Path(scratch)) as prepared:
        shots = iter(range(10**6))

        def run(mails: int, port: int) -> None:
            folder = Path(scratch, f"shot{next(shots)}")
            shutil.copytree(prepared, folder)
            _send_all(folder, mails, port)
            shutil.rmtree(folder)

        return dispatch.measure(rounds, run)


@contextmanager
def _prepared(scratch: Path) -> Iterator[Path]:
    """A ledger whose outbox holds one circular to many schools."""
    folder = scratch / "prepared"
    ledger = wiring.open_ledger(Settings(data=folder))
    with acting(ledger.database, "bench", "set up", wiring.clock()) as act:
        office = act.add(
            OrganisationRow,
            code="office",
            name="สำนักงาน",
            kind="office",
            address="saraban@office.example",
            prefix="ศธ 1/",
        )
        for number in range(dispatch.MAILS):
            act.add(
                OrganisationRow,
                code=f"s{number}",
                name=f"โรงเรียนที่ {number}",
                kind="school",
                school_type="government",
                mailbox=f"saraban@school{number}.example.ac.th",
            )
        wanted = Dispatched(to=["all"], subject="ขอเชิญประชุมผู้บริหารสถานศึกษา", summary="ด้วยสำนักงาน " * 40, circular=True)
        sending.send(act, act.session.get_one(OrganisationRow, office), wanted, ledger.life, ledger.sender_of)
    ledger.close()
    yield folder


def _send_all(folder: Path, mails: int, port: int) -> None:
    relay = RelaySettings(kind="smtp", host="127.0.0.1", port=port, tls="none", connections=dispatch.CONNECTIONS)
    ledger = wiring.open_ledger(Settings(data=folder, relay=relay))
    sender = wiring.build_dispatch(ledger, "https://saraban.office.example")
    while sender.run_once():
        pass
    with ledger.database.read() as session:
        sent = session.execute(sa.select(sa.func.count(OutboxRow.sent_at))).scalar_one()
    ledger.close()
    assert sent == mails, sent
