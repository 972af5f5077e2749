"""Somebody sends letters in other people's names.

The README's own line is answered with a number. Twenty-five letters with forged senders and a link in the subject come:
strangers are not answered at all, and whom the directory knows hears no word of a link. The house is killed and starts
again: nobody is answered twice a day, and the hour's number is not begun anew.
"""

from __future__ import annotations

import re
import shlex
import subprocess

import pytest

from tests.stories.conftest import MakeHouse
from tests.stories.house import ROOT, House
from tests.stories.post import Sent, letter, outgoing, post

pytestmark = pytest.mark.story

NEWCOMER = "you@school.example"
LURE = "รับรางวัลที่ https://evil.example/r/1 หรือ evil.example วันนี้"


def answers(house: House) -> list[Sent]:
    house.settled()
    return [sent for sent in outgoing(house) if "ได้รับหนังสือของท่านแล้ว" in sent.subject]


def as_the_readme_says(house: House) -> None:
    line = re.search(r"`(swaks [^`]+)`", (ROOT / "README.md").read_text("utf-8"))
    assert line
    words = shlex.split(line[1].replace("127.0.0.1:2525", f"127.0.0.1:{house.smtp_port}"))
    subprocess.run(["swaks", *words[1:], "--silent"], check=True)


def test_the_letter_of_the_readme_is_answered_with_its_number(house: House) -> None:
    as_the_readme_says(house)
    (answer,) = answers(house)
    assert answer.to == NEWCOMER
    assert "[รับ 1/" in answer.subject
    assert "ขอเชิญประชุม" in answer.subject


def test_forged_senders_carry_no_link_in_the_offices_name(make_house: MakeHouse) -> None:
    house = make_house(SARABAN_INTAKE__ANSWERS_PER_HOUR="5").start()
    for number in range(25):
        post(
            house,
            letter(f"{LURE} {number}", sender=f"victim{number}@stranger.example"),
            sender=f"victim{number}@stranger.example",
        )
    assert answers(house) == []
    assert house.count("entries") == 25

    for number in range(8):
        who = f"{number}@obec.example"
        post(house, letter(f"{LURE} ข {number}", sender=who), sender=who)
    assert [sent.to for sent in answers(house)] == [f"{number}@obec.example" for number in range(5)]

    house.kill()
    house.start()
    for who in ("0@obec.example", "8@obec.example"):
        post(house, letter(f"{LURE} ค", sender=who), sender=who)
    told = answers(house)
    assert len(told) == 5
    assert not any("evil" in sent.text + sent.subject or "://" in sent.text for sent in told)
    assert all("รับรางวัลที่" in sent.text and sent.link == "" for sent in told)
    house.sound()


@pytest.mark.parametrize(("decided", "count"), [("all", 1), ("off", 0)])
def test_the_office_decides_whether_strangers_are_answered(make_house: MakeHouse, decided: str, count: int) -> None:
    house = make_house(SARABAN_INTAKE__ANSWER=decided).start()
    post(house, letter("ขอข้อมูล", sender="a@stranger.example"), sender="a@stranger.example")
    assert len(answers(house)) == count
