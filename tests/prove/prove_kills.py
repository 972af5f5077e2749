"""The plug is pulled three hundred times while mails and files come in. `KILLS=3000` for a whole night."""

from __future__ import annotations

import os

import pytest

from tests.stories.conftest import MakeHouse
from tests.stories.storm import survive

KILLS = int(os.environ.get("KILLS", "300"))


@pytest.mark.timeout(30 * KILLS)
def test_after_every_kill_nothing_is_lost_and_nothing_is_there_twice(make_house: MakeHouse) -> None:
    storm = survive(make_house(), KILLS, seed=KILLS)
    print(f"{KILLS} kills, {len(storm.accepted)} mails, {len(storm.dropped)} files")
