"""Starts `saraban` with one part broken on purpose: `python hooks.py FOLDER /path/of/saraban WORDS…`.

FOLDER holds the orders: a file `spin` makes the loop of the mail doors spin at the next recipient that begins with
"spin"; while there is a file `stopped`, no sync of a file comes to its end, as on a disk that does not answer; while
there is a file `full`, the disk says that nothing is free.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from gateway.receivers import Receivers
from ledger import durable
from ledger.originals import Originals


def main(orders: Path) -> None:
    """Break, then run the command."""
    known, fsync, room = Receivers.known, os.fsync, Originals.free

    def spinning(self: Receivers, address: str) -> bool | None:
        while address.startswith("spin") and (orders / "spin").exists():
            pass
        return known(self, address)

    def stopped(handle: int) -> None:
        while (orders / "stopped").exists():
            time.sleep(0.05)
        fsync(handle)

    def never(_folder: Path) -> None:
        while (orders / "stopped").exists():
            time.sleep(0.05)

    def free(self: Originals) -> int:
        return 0 if (orders / "full").exists() else room(self)

    broken = ((Originals, "free", free), (Receivers, "known", spinning), (os, "fsync", stopped))
    for part, name, instead in (*broken, (durable, "_sync_file_system", never)):
        setattr(part, name, instead)
    from gateway.cli import main as saraban

    sys.argv = sys.argv[2:]
    saraban()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
