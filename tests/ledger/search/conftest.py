"""Each build of SQLite that we may meet."""

from __future__ import annotations

import importlib

import pytest

from ledger import database


@pytest.fixture(params=["pysqlite3.dbapi2", "sqlite3"])
def build(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chosen before the world is made, so it stands first among a test's fixtures."""
    driver = importlib.import_module(request.param)
    monkeypatch.setattr(database, "_driver", lambda: driver)
