"""The plug is pulled, again and again.

Mails and files come in without a pause while the machine dies at any moment and starts again. Every mail that we said
yes to is in the register once, every file is still in its folder or in done/ with its number, the numbers have no gap,
and every addressee of a circular gets it once.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.stories.conftest import MakeHouse
from tests.stories.house import eventually
from tests.stories.post import outgoing, paper
from tests.stories.storm import survive

pytestmark = [pytest.mark.story, pytest.mark.timeout(600)]

KILLS = 8  # `make prove` pulls it 300 times


def test_nothing_that_we_said_yes_to_is_lost_or_doubled(make_house: MakeHouse) -> None:
    storm = survive(make_house(), KILLS, seed=2569)
    assert len(storm.accepted) > KILLS
    assert len(storm.dropped) > KILLS


def test_a_circular_reaches_every_school_once_however_often_sending_is_cut(
    make_house: MakeHouse, tmp_path: Path
) -> None:
    house, moments = make_house().start(), random.Random(2569)
    house.stop()
    file = tmp_path / "หนังสือเวียน.pdf"
    file.write_bytes(paper("เวียน"))
    texts = [house.row("send", file, "--to", "all", "--subject", f"เวียน {n}", "--circular")["text"] for n in range(2)]
    wanted = house.count("deliveries")

    for share in (0.05, 0.3, 0.6, 0.95):
        enough = min(wanted, max(len(outgoing(house)), int(share * wanted)) + moments.randrange(3))
        house.begin()
        eventually(lambda: len(list(house.outbox.glob("*.eml"))) >= enough, "some mails have left")  # noqa: B023
        house.kill()
    house.start().settled()

    mails = outgoing(house)
    assert len(mails) == len({mail.message_id for mail in mails}) == wanted
    for text in texts:
        addressed = [mail.to for mail in mails if f"{text}]" in mail.subject or text in mail.text]
        assert len(addressed) == len(set(addressed)) == wanted / len(texts)
        assert all(delivery["sent_at"] for delivery in house.row("letter", "show", text)["deliveries"])
    house.sound()
