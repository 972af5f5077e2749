"""What database and disk say of a running house; asked by a thread that may wait for them."""

from __future__ import annotations

import sqlalchemy as sa

from gateway import first_code
from gateway.health.values import Figures
from gateway.opening import Ledger, clock
from gateway.taker import Taker
from ledger import directory
from ledger.backlog import backlog
from ledger.door import Door

PROBE = 4096  # bytes; a disk or a quota without room for so much takes no letter


def figures(ledger: Ledger, door: Door, taker: Taker) -> Figures:
    """The figures of now; on the way, a first administrator's code that was used goes."""
    first_code.tidy(ledger.settings.data, door, clock())
    with ledger.database.read() as session:
        waiting, addressed = backlog(session), bool(directory.receiving(session))
    return Figures(waiting, ledger.originals.free(), storage_fault(ledger, taker), addressed)


def storage_fault(ledger: Ledger, taker: Taker) -> str:
    """Why nothing can be stored, "" where it can: letters that would tell it need not come.

    What could not be stored is tried in its size, and in the database too, until it can.
    """
    size = taker.unstored
    try:
        ledger.originals.must_take(max(PROBE, size))
        if size:
            with ledger.database.write() as session:
                session.connection()  # waits for the lock of whoever writes
    except OSError as fault:
        return fault.strerror or type(fault).__name__
    except (sa.exc.OperationalError, sa.exc.TimeoutError) as fault:
        return type(fault).__name__
    taker.stored(size)
    return ""
