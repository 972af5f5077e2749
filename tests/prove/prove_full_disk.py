"""The disk fills up at random moments, in bytes and in files, while mails and files come in; then there is room again.

Senders are told to come again, never to stay away; what was taken is there; everything goes on by itself (P-26).
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.prove.conftest import SmallDisk
from tests.stories.conftest import MakeHouse
from tests.stories.house import eventually
from tests.stories.storm import Storm

ROUNDS = int(os.environ.get("ROUNDS", "20"))

Fill = Callable[[Path, random.Random], None]


def with_bytes(ballast: Path, chance: random.Random) -> None:
    """One file that leaves a little room; tried again when the house was quicker."""
    left = chance.randrange(300_000)
    with (ballast / "0").open("wb") as file:
        while (room := os.statvfs(ballast).f_bavail * os.statvfs(ballast).f_frsize - left) > 0:
            with suppress(OSError):
                os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, room)


def with_names(ballast: Path, chance: random.Random) -> None:
    """So many empty files that a few more can be made."""
    with suppress(OSError):
        for number in range(os.statvfs(ballast).f_favail - chance.randrange(40)):
            (ballast / str(number)).touch()


@pytest.mark.timeout(60 * ROUNDS)
@pytest.mark.parametrize(
    ("fill", "reserve"),
    [(with_bytes, "0"), (with_bytes, "1 MiB"), (with_names, "0")],
    ids=["bytes", "reserve", "names"],
)
def test_a_full_disk_puts_off_and_loses_nothing(
    fill: Fill, reserve: str, make_house: MakeHouse, small_disk: SmallDisk
) -> None:
    house, chance = make_house(SARABAN_INTAKE__REFUSE_BELOW_FREE=reserve), random.Random(ROUNDS)
    ballast = small_disk(house.data, "size=256m,nr_inodes=20000") / "ballast"
    ballast.mkdir()
    house.start()
    with Storm(house) as storm:
        for _ in range(ROUNDS):
            before = storm.put_off
            fill(ballast, chance)
            eventually(lambda: storm.put_off > before, "a sender is put off")  # noqa: B023
            time.sleep(chance.uniform(0.0, 1.0))
            for file in ballast.iterdir():
                file.unlink()
            accepted = len(storm.accepted)
            eventually(lambda: len(storm.accepted) > accepted, "mails are taken again")  # noqa: B023
    storm.all_is_in_order()


@pytest.mark.parametrize("fill", [with_bytes, with_names], ids=["bytes", "names"])
def test_a_disk_that_takes_nothing_is_told_without_any_mail_until_it_is_over(
    fill: Fill, make_house: MakeHouse, small_disk: SmallDisk
) -> None:
    class Nothing(random.Random):
        def randrange(self, *_: int) -> int:
            return 0

    house = make_house(SARABAN_INTAKE__REFUSE_BELOW_FREE="0")
    ballast = small_disk(house.data, "size=64m,nr_inodes=20000") / "ballast"
    ballast.mkdir()
    house.start()
    fill(ballast, Nothing())
    told = eventually(lambda: house.row("status", code=None)["reasons"], "status tells it")
    assert [reason["key"] for reason in told] == ["storage"]
    assert "what comes in cannot be stored" in house.log
    for file in ballast.iterdir():
        file.unlink()
    eventually(lambda: not house.row("status", code=None)["reasons"], "it is over")
    eventually(lambda: "over: what comes in cannot be stored" in house.log, "the log tells its end")
    assert house.stop() == 0
