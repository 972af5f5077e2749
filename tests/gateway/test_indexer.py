"""The index follows the history by itself, letters that wait come first, and old drafts are forgotten."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from ledger_world import World

from gateway import indexer
from gateway.indexer import Indexer
from ledger import drafts, intakes, listing, search
from ledger.drafts import DraftRow
from ledger.listing import Filter
from ledger.values import Channel, Intake
from tests.books_world import CLERK, TODAY, enter


@pytest.fixture
def running(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Indexer]:
    monkeypatch.setattr(indexer, "EVERY", 0.02)
    thread = Indexer(world.database, lambda: world.now)
    yield thread
    thread.stop()


def found(world: World, words: str) -> int:
    with world.database.read() as session:
        return listing.page(session, CLERK, Filter(None, None, words), offset=0, limit=1, today=TODAY).total


def eventually(world: World, words: str) -> bool:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if found(world, words):
            return True
        time.sleep(0.02)
    return False


def test_what_is_entered_is_found_without_a_search_before(world: World, running: Indexer) -> None:
    running.start()
    enter(world, subject="ขอเชิญประชุมผู้บริหาร")
    assert eventually(world, "ประชุม")


def test_letters_that_wait_to_be_settled_come_first(world: World, running: Indexer) -> None:
    with world.database.write() as session:
        intakes.take(session, [(Intake(Channel.SMTP, "smtp", b"x", world.now), 1)])
    enter(world, subject="ขอเชิญประชุมผู้บริหาร")
    running.start()
    time.sleep(0.3)
    with world.database.read() as session:
        assert search.behind(session) > 0


def test_a_draft_is_kept_for_a_month(world: World, running: Indexer) -> None:
    with world.database.write() as session:
        drafts.keep(session, 1, "new order", {"subject": "เก่า"}, world.now - timedelta(days=31))
        drafts.keep(session, 1, "new outgoing", {"subject": "ใหม่"}, world.now - timedelta(days=29))
    running.start()
    end, left = time.monotonic() + 20, []
    while left != ["new outgoing"] and time.monotonic() < end:
        with world.database.read() as session:
            left = list(session.execute(sa.select(DraftRow.form)).scalars())
    assert left == ["new outgoing"]
