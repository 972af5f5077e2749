"""Nothing can be stored: that is told until it can, whether mail comes or not."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from ledger_world import World

from gateway.health.figures import storage_fault
from gateway.opening import Ledger
from gateway.settings import Settings
from gateway.taker import Taker
from ledger.directory import OrganisationRow
from ledger.values import Channel, Intake

LARGE = 300_000


@contextmanager
def no_file_beyond(count: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def arrival(size: int) -> Intake:
    return Intake(Channel.SMTP, "smtp", b"x" * size, datetime(2026, 8, 14, tzinfo=UTC), "a@b.test", ("c@d.test",), "")


@pytest.fixture
def ledger(world: World, tmp_path: Path) -> Ledger:
    return Ledger(Settings(data=tmp_path), world.database, world.originals, b"")


@pytest.fixture
def taker(world: World) -> Iterator[Taker]:
    with world.database.read() as session:
        owner = session.scalars(sa.select(OrganisationRow.id)).first()
    assert owner is not None
    taker = Taker(world.database, world.originals, lambda intake: [(intake, owner)], lambda: None)
    taker.start()
    yield taker
    taker.stop()


def test_a_disk_that_takes_nothing_is_seen_before_any_mail(ledger: Ledger, taker: Taker) -> None:
    assert storage_fault(ledger, taker) == ""
    with no_file_beyond(100):
        assert storage_fault(ledger, taker) == "File too large"
    assert storage_fault(ledger, taker) == ""


def test_what_could_not_be_stored_is_tried_in_its_size_until_it_can(ledger: Ledger, taker: Taker) -> None:
    with no_file_beyond(LARGE // 2):
        with pytest.raises(OSError, match="File too large"):
            taker.take(arrival(LARGE)).result(20)
        assert taker.unstored == LARGE
        taker.take(arrival(50)).result(20)
        assert taker.unstored == LARGE  # a small one says nothing of large ones
        assert storage_fault(ledger, taker) == "File too large"
    assert storage_fault(ledger, taker) == ""
    assert taker.unstored == 0


def test_one_that_is_stored_ends_it(taker: Taker) -> None:
    taker.unstored = LARGE
    taker.take(arrival(LARGE)).result(20)
    assert taker.unstored == 0
