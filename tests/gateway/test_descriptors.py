"""What an old custom allows is too little for all connections that the doors may hold."""

from __future__ import annotations

import resource
from collections.abc import Iterator

import pytest

from gateway import descriptors


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    found = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, found)


def test_the_usual_limit_is_raised_and_a_higher_one_stays() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
    descriptors.allow()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (min(descriptors.ENOUGH, hard), hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors.ENOUGH + 1, hard))
    descriptors.allow()
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == descriptors.ENOUGH + 1
