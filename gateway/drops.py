"""The watched folders, and what becomes of secret files in them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

from gateway.opening import Ledger, clock
from ledger import scans
from ledger.database import Database
from ledger.values import Intake, Outcome, Scan
from watchers.folder import Folder, FolderWatch

CLOSED = "closed"  # in the data folder: secret files that were dropped on a share


def watches(
    ledger: Ledger, take: Callable[[Intake], Future[int]], settle: Callable[[int], Future[Outcome]]
) -> tuple[FolderWatch, ...]:
    """One watch for each folder of the settings, not yet started. `take` and `settle`: the seams of docs/plan.md."""
    return tuple(
        FolderWatch(
            binding,
            take,
            settle,
            clock=clock,
            secrets=partial(_secrets, ledger.database, str(binding.path)),
            closed=partial(_closed, ledger.database),
        )
        for binding in _bindings(ledger)
    )


def _bindings(ledger: Ledger) -> list[Folder]:
    return [
        Folder(
            path=folder.path,
            closed=ledger.settings.data / CLOSED,
            organisation=folder.organisation,
            register=folder.register_kind,
            group=folder.group,
            share=folder.share,
            quiet=folder.quiet.total_seconds(),
            quiet_whole=folder.quiet_whole.total_seconds(),
            patience=folder.patience.total_seconds(),
        )
        for folder in ledger.settings.folders
    ]


def _secrets(database: Database, source: str) -> list[Scan]:
    with database.read() as session:
        return scans.secret(session, source)


def _closed(database: Database, scan: Scan) -> None:
    with database.write() as session:
        scans.closed(session, scan.outcome.intake, clock())
