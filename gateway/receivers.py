"""For whom we receive: which addresses are ours, and whose mail or file an intake is."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace

from ledger import directory
from ledger.database import Database
from ledger.errors import Refused
from ledger.values import Channel, Intake

_FRESH = 2.0  # seconds that the directory's addresses are believed without a look


@dataclass(frozen=True, slots=True)
class _Known:
    addresses: dict[str, int] = field(default_factory=dict)
    at: float = float("-inf")


class Receivers:
    """The addresses and organisations of the directory, looked up again every two seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known = _Known()
        self._codes: dict[str, int] = {}
        self._lock = threading.Lock()

    def known(self, address: str) -> bool | None:
        """Whether this recipient is ours; a plus part is allowed. None while the directory has no address of ours."""
        return self._owner(address) is not None or (False if self._fresh().addresses else None)

    def owners(self, intake: Intake) -> list[tuple[Intake, int]]:
        """The intake once for each organisation that it is for, with that organisation's id.

        Errors: `Refused` when no recipient is ours; `NotFound` for a folder of an unknown organisation.
        """
        if intake.channel is Channel.FOLDER:
            return [(intake, self._organisation(intake.organisation))]
        shares: dict[int, list[str]] = {}
        for address in intake.recipients:
            owner = self._owner(address)
            if owner is not None:
                shares.setdefault(owner, []).append(address)
        if not shares:
            raise Refused(reason="No such recipient here")
        return [(replace(intake, recipients=tuple(addresses)), owner) for owner, addresses in shares.items()]

    def _owner(self, address: str) -> int | None:
        bare, _ = directory.without_plus(address)
        return self._fresh().addresses.get(bare)

    def _organisation(self, code: str) -> int:
        self._fresh()
        if code not in self._codes:
            with self._database.read() as session:
                self._codes[code] = directory.organisation(session, code).id
        return self._codes[code]

    def _fresh(self) -> _Known:
        now = time.monotonic()
        if now - self._known.at > _FRESH:
            with self._lock, self._database.read() as session:
                self._known = _Known(directory.receiving(session), now)
        return self._known
