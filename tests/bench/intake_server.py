"""The server under test: our door before a durable store. `python -m tests.bench.intake_server PORT DIR`

On SIGTERM it closes the door and prints how many letters are on disk.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import sys
from concurrent.futures import Future
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

import pysqlite3.dbapi2 as sqlite3
import uvloop

from ledger.values import Intake
from watchers.smtp import Door

SMALL = 64 * 1024

type_of_queue = SimpleQueue[tuple[Intake, "Future[int]"] | None]


class Store:
    """What arrived during the last commit goes into the next: small letters as blobs, large ones as synced files."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._arrived: type_of_queue = SimpleQueue()
        self._thread = Thread(target=self._run)
        self._thread.start()

    def take(self, intake: Intake) -> Future[int]:
        """Resolves once the letter is on disk."""
        future: Future[int] = Future()
        self._arrived.put((intake, future))
        return future

    def close(self) -> None:
        """Finish what arrived."""
        self._arrived.put(None)
        self._thread.join()

    def _run(self) -> None:
        database = sqlite3.connect(str(self._folder / "bench.sqlite"), isolation_level=None)
        database.execute("pragma journal_mode=wal")
        database.execute("pragma synchronous=full")
        database.execute(
            "create table if not exists intake"
            "(id integer primary key, sender text, recipients text, size int, sha256 blob, content blob)"
        )
        first = database.execute("select coalesce(max(id), 0) + 1 from intake").fetchone()[0]
        while (batch := self._batch()) is not None:
            self._commit(database, batch, first)
            for number, (_, future) in enumerate(batch, first):
                future.set_result(number)
            first += len(batch)
        database.close()

    def _batch(self) -> list[tuple[Intake, Future[int]]] | None:
        batch = []
        arrived = self._arrived.get()
        while arrived is not None:
            batch.append(arrived)
            try:
                arrived = self._arrived.get_nowait()
            except Empty:
                return batch
        if batch:
            self._arrived.put(None)
        return batch or None

    def _commit(self, database: sqlite3.Connection, batch: list[tuple[Intake, Future[int]]], first: int) -> None:
        rows = []
        for number, (intake, _) in enumerate(batch, first):
            digest = hashlib.sha256(intake.content)
            small = len(intake.content) <= SMALL
            if not small:
                self._write(f"{number}-{digest.hexdigest()}", intake.content)
            rows.append(
                (
                    number,
                    intake.sender,
                    ",".join(intake.recipients),
                    len(intake.content),
                    digest.digest(),
                    intake.content if small else None,
                )
            )
        directory = os.open(self._folder, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)
        database.execute("begin immediate")
        database.executemany("insert into intake values(?,?,?,?,?,?)", rows)
        database.execute("commit")

    def _write(self, name: str, content: bytes) -> None:
        with open(self._folder / name, "xb", buffering=0) as file:
            file.write(content)
            os.fdatasync(file.fileno())


async def main(port: int, folder: Path) -> None:
    """Serve until SIGTERM."""
    store = Store(folder)
    door = Door(take=store.take, known=lambda address: True, hostname="bench.test", spool=folder)
    await door.open("127.0.0.1", port)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await door.close()
    store.close()
    with sqlite3.connect(str(folder / "bench.sqlite")) as database:
        print(database.execute("select count(*) from intake").fetchone()[0])


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), Path(sys.argv[2])))
