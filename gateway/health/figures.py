"""What database and disk say of a running house; asked by a thread that may wait for them."""

from __future__ import annotations

from gateway import first_code
from gateway.opening import Ledger, clock
from ledger.backlog import Backlog, backlog
from ledger.door import Door


def figures(ledger: Ledger, door: Door) -> tuple[Backlog, int]:
    """The backlog and the free bytes of now; on the way, a first administrator's code that was used goes."""
    first_code.tidy(ledger.settings.data, door, clock())
    with ledger.database.read() as session:
        return backlog(session), ledger.originals.free()
