"""Closing the door: every client sees 250 and is stored, or 421 or 451, and it is over in time (P-2)."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from dataclasses import replace

from ledger.values import Intake
from tests.watchers.smtp.house import QUICK, House, MakeHouse, Talk, wait_until


def closing(house: House) -> asyncio.Future[None]:
    """Begin to close."""
    done = asyncio.run_coroutine_threadsafe(house.door.close(), house.loop)
    wait_until(lambda: house.door.closing)
    return done


def test_whoever_is_idle_is_told_at_once(house: House):
    talks = [house.talk() for _ in range(5)]
    talks[1].say("EHLO x")
    talks[2].begin()
    closing(house).result(10)
    for talk in talks:
        assert talk.reply() == "421 4.3.2 Going down for a moment; please try again later"
        assert talk.reply() == ""


def test_a_running_letter_ends_well_and_newcomers_are_sent_away(house: House):
    with house.talk() as talk:
        talk.begin().say("DATA")
        talk.send(b"first half\r\n")
        wait_until(lambda: any(session._content and session._content.received for session in house.door._inside))
        done = closing(house)
        with house.talk() as late:
            assert late.greeting.startswith("421 4.3.2")
        talk.send(b"second half\r\n.\r\n")
        assert talk.reply() == "250 2.0.0 Taken as 1"
        assert talk.reply().startswith("421 4.3.2")
        done.result(10)
    assert house.taken[0].content == b"first half\r\nsecond half\r\n"


def test_a_running_commit_is_waited_for(make_house: MakeHouse):
    commits: list[Future[int]] = []

    def take(intake: Intake) -> Future[int]:
        commits.append(Future())
        return commits[-1]

    house = make_house(take=take)
    with house.talk() as talk:
        talk.begin().say("DATA")
        talk.send(b"x\r\n.\r\n")
        wait_until(lambda: bool(commits))
        done = closing(house)
        commits[0].set_result(5)
        assert talk.reply() == "250 2.0.0 Taken as 5"
        done.result(10)


def test_a_letter_that_never_ends_is_cut_after_the_grace(make_house: MakeHouse):
    house = make_house(limits=replace(QUICK, grace=0.1))
    with house.talk() as talk:
        talk.begin().say("DATA")
        talk.send(b"and so on\r\n")
        closing(house).result(10)
        assert talk.reply().startswith("421 4.3.2")
    assert not house.taken


def test_a_commit_that_never_ends_does_not_keep_the_door_open(make_house: MakeHouse):
    commit: Future[int] = Future()
    house = make_house(take=lambda intake: commit, limits=replace(QUICK, grace=0.1, linger=0.1))
    with house.talk() as talk:
        talk.begin().say("DATA")
        talk.send(b"x\r\n.\r\n")
        wait_until(lambda: bool(commit._done_callbacks))
        closing(house).result(10)
        assert talk.reply().startswith("421 4.3.2")
        assert talk.reply() == ""
    assert not commit.cancelled()
    commit.set_result(1)
    wait_until(lambda: not house.door.porter._inside)


def test_under_load_every_letter_said_to_be_taken_is_taken(make_house: MakeHouse):
    house = make_house()
    confirmed = 0
    talks: list[Talk] = [house.talk() for _ in range(20)]
    done = None
    for number in range(400):
        if number == 200:
            done = closing(house)
        try:
            talk = talks[number % 20]
            for line in ("EHLO x", "MAIL FROM:<a@b.test>", "RCPT TO:<office@example.test>", "DATA", "x\r\n."):
                heard = talk.say(line)
                if not heard or heard.startswith("421"):
                    break
            else:
                assert heard.startswith("250 2.0.0 Taken")
                confirmed += 1
        except OSError:
            continue
    assert done is not None
    done.result(10)
    assert confirmed == len(house.taken) == 200
