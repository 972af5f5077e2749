"""The health of houses that do not run: what pages and tests of values stand on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.health.values import DoorTurn, FolderState, Health
from ledger.backlog import Backlog

AT = datetime(2026, 8, 14, 3, 0, tzinfo=UTC)
GIB = 1 << 30


def turn(channel: str, age: float = 0.2) -> DoorTurn:
    """A door of an address that nobody outside should read."""
    return DoorTurn(channel, (f"10.9.8.7:{channel}",), AT - timedelta(seconds=age), age)


WELL = Health(
    AT,
    doors=(turn("smtp"), turn("lmtp"), turn("http", 0.05)),
    folders=(FolderState("/srv/scans/finance", "", 3.0),),
    backlog=Backlog(taken=7, unsettled=1, oldest_unsettled=AT - timedelta(seconds=2), last_taken_at=AT),
    free_bytes=40 * GIB,
    free_threshold=GIB,
)
