"""What the console's pages work on, handed in by the wiring."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from gateway.health.troubles import Trouble
from gateway.masked import MaskedReader
from ledger import era
from ledger.answering import KNOWN, Answering
from ledger.database import Database
from ledger.directory import OrganisationRow
from ledger.door import Door
from ledger.era import Digits
from ledger.letters import LinkLife
from ledger.originals import Originals


@dataclass(frozen=True)
class Cabinet:
    """One for the whole console."""

    database: Database
    originals: Originals
    door: Door
    clock: Callable[[], datetime]
    life: LinkLife  # of receipt links
    sender_of: Callable[[OrganisationRow], str]
    send_soon: Callable[[], None]  # rings the bell of dispatch
    settle_soon: Callable[[], None]  # rings the bell of the settler
    reader: MaskedReader
    answering: Answering = KNOWN  # who of those that wrote is told the number
    digits: Digits = "arabic"  # of printed registers
    sources: Callable[[], list[Source]] = list
    troubles: Callable[[], list[Trouble]] = list  # what is wrong with the running house
    closing: asyncio.Event = field(default_factory=asyncio.Event)  # set in the loop of the site when it ends

    def today(self) -> date:
        """The day in Bangkok."""
        return era.day_of(self.clock())


@dataclass(frozen=True, slots=True)
class Source:
    """One way in, as the home page shows its health."""

    name: str
    last: datetime | None  # when something last came
    fault: str = ""  # a Thai sentence, "" when all is well
    torn: int = 0  # files that wait because they are not whole yet
    failed: int = 0  # files that were not registered and lie in failed/
    refusing_since: datetime | None = None  # nothing is taken in since then
