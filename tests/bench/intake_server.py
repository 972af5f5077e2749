"""The server under test: our door, the taker and the ledger, without the settler. `… PORT DIR`

On SIGTERM it closes the door and prints how many letters are on disk.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import sqlalchemy as sa
import uvloop

from gateway.receivers import Receivers
from gateway.taker import Taker
from ledger.database import Database, open_database
from ledger.directory import OrganisationRow
from ledger.history import acting
from ledger.intakes import IntakeRow
from ledger.originals import Originals
from ledger.values import Channel
from tests.ledger_world import NOW
from watchers.smtp import Door, Limits


async def serve(port: int, taker: Taker, receivers: Receivers) -> None:
    """Take letters until SIGTERM."""
    ending = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ending.set)
    limits = Limits(letters=10**9)  # smtp-source sends all of a client's in one session
    door = Door(take=taker.take, known=receivers.known, hostname="bench", channel=Channel.SMTP, limits=limits)
    await door.open("127.0.0.1", port)
    await ending.wait()
    await door.close()


def furnish(database: Database) -> None:
    """One office, for which smtp-source writes."""
    with acting(database, "bench", "set up", NOW) as act:
        act.add(OrganisationRow, code="office", name="office", kind="office", address="office@example.test")


def main(port: int, folder: Path) -> None:
    """Run, then count."""
    database = open_database(folder)
    furnish(database)
    taker = Taker(database, Originals(folder / "originals"), Receivers(database).owners, lambda: None)
    taker.start()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(port, taker, Receivers(database)))
    taker.stop()
    with database.read() as session:
        print(session.execute(sa.select(sa.func.count(IntakeRow.id))).scalar_one())
    database.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
