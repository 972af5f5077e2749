"""A running site for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.web.site import Site, close_stages, site


@pytest.fixture
def web() -> Iterator[Site]:
    """The site without a demo."""
    with site() as running:
        yield running


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[Site, Path]]:
    """The site with a demo's mail, and the folder of that mail."""
    with site(mail=tmp_path) as running:
        yield running, tmp_path


@pytest.fixture(scope="session", autouse=True)
def _stages() -> Iterator[None]:
    """Servers are shared by all tests of this folder."""
    yield
    close_stages()
