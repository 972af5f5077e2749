"""Houses for the stories, each ended after its test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.stories.house import House

MakeHouse = Callable[..., House]


@pytest.fixture
def make_house(tmp_path: Path) -> Iterator[MakeHouse]:
    """Houses that are not started yet."""
    houses: list[House] = []

    def make(**settings: str) -> House:
        houses.append(House(tmp_path / f"office{len(houses) or ''}", settings))
        return houses[-1]

    yield make
    for house in houses:
        house.close()


@pytest.fixture
def house(make_house: MakeHouse) -> House:
    """A running office without a story of its own."""
    return make_house().start()
