"""An office and a drop folder for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.watchers.folder.office import Drop, Office
from watchers.folder import Folder


@pytest.fixture
def office() -> Iterator[Office]:
    office = Office()
    yield office
    office.open.set()
    office.pool.shutdown()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "หนังสือเข้า"
    folder.mkdir()
    return folder


@pytest.fixture
def drop(office: Office, path: Path) -> Drop:
    """A share, so that nothing but the scan tells; 10 s of quiet."""
    return Drop(office, Folder(path, path.with_name("closed"), organisation="obec", share=True))
