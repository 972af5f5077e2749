"""Houses with an SMTP door, closed after the test, and a certificate."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.watchers.smtp.house import House, MakeHouse


@pytest.fixture
def make_house(tmp_path: Path) -> Iterator[MakeHouse]:
    """Opens doors, closes them afterwards."""
    houses: list[House] = []

    def make(**settings: Any) -> House:
        houses.append(House(tmp_path, **settings))
        return houses[-1]

    yield make
    for house in houses:
        house.close()


@pytest.fixture
def house(make_house: MakeHouse) -> House:
    """An open SMTP door."""
    return make_house()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    chain, key = folder / "chain.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(chain)],
        check=True, capture_output=True,
    )  # fmt: skip
    return chain, key
