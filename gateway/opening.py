"""What every command works on: the ledger, the clock, the reader. Quick to import; `wiring` knows the other parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from gateway import keys, lock
from gateway.settings import Settings
from ledger.database import Database, open_database
from ledger.directory import OrganisationRow
from ledger.letters import LinkLife
from ledger.originals import Originals
from watchers.reading.reader import Reader


def clock() -> datetime:
    """The one clock of the house."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Ledger:
    """What every command works on."""

    settings: Settings
    database: Database
    originals: Originals
    secret: bytes

    @property
    def life(self) -> LinkLife:
        """How long receipt links work."""
        return LinkLife(self.settings.links.life, self.settings.links.secret_life)

    def sender_of(self, organisation: OrganisationRow) -> str:
        """The address from which an organisation's mails are written."""
        return self.settings.mail.sender or organisation.address or organisation.mailbox or "saraban@localhost"

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


def open_ledger(settings: Settings) -> Ledger:
    """Open database and originals. Errors: those of `open_database`; OSError for a folder that cannot be made."""
    database = open_database(settings.data, partial(lock.is_held, settings.data))
    return Ledger(settings, database, Originals(settings.data / "originals"), keys.load(settings.data))


def make_reader(settings: Settings) -> Reader:
    """The bounded child processes that read mails and files."""
    limits = settings.reading
    return Reader(
        processes=limits.processes,
        cpu_seconds=limits.cpu.total_seconds(),
        wall_seconds=limits.wall.total_seconds(),
        memory=limits.memory,
    )
