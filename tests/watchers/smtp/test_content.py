"""The bytes of a letter arrive as they were sent, and only CRLF.CRLF ends it."""

from __future__ import annotations

import itertools
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.values import Intake
from tests.watchers.smtp.house import QUICK, House, MakeHouse, wait_until
from watchers.smtp.content import Content, Room
from watchers.smtp.limits import Limits

END = b"\r\n.\r\n"


def collect(
    stream: bytes, cuts: list[int], limits: Limits = QUICK, folder: Path | None = None
) -> tuple[Content, bytes | None]:
    """Feed `stream` in pieces."""
    content = Content(limits, Room(limits, folder))
    rest: bytes | None = None
    for begin, end in itertools.pairwise([0, *sorted(cuts), len(stream)]):
        chunk = stream[begin:end]
        rest = content.feed(chunk) if rest is None else rest + chunk
    return content, rest


def stuffed(letter: bytes) -> bytes:
    """As an honest sender writes `letter`, which ends in CRLF or is empty."""
    text = (b"\r\n" + letter).replace(b"\r\n.", b"\r\n..")[2:]
    return text + b".\r\n"


@given(
    st.lists(st.sampled_from([b"\r\n", b".", b"..", b"\r", b"\n", b"\0", b"x", b"\xe0\xb8\x81"])).map(b"".join),
    st.lists(st.integers(0, 40)),
    st.sampled_from([b"", b"QUIT\r\n", b".\r\n", b"\r\n.\r\n"]),
)
def test_every_letter_comes_back_whatever_it_holds_and_however_it_is_cut(letter, cuts, behind):
    whole = letter + b"\r\n" if letter else b""
    content, rest = collect(stuffed(whole) + behind, cuts)
    assert content.complete
    assert content.whole() == whole
    assert rest == behind


@given(st.binary(max_size=60), st.lists(st.integers(0, 60)))
def test_nothing_ends_before_the_mark(noise, cuts):
    stream = noise.replace(b".", b"")
    content, rest = collect(stream, cuts)
    assert rest is None
    assert not content.complete


@pytest.mark.parametrize("cut", range(8))
def test_the_mark_is_found_wherever_the_buffers_part(cut):
    content, rest = collect(b"ab\r\n.\r\nNOOP\r\n", [cut])
    assert content.whole() == b"ab\r\n"
    assert rest == b"NOOP\r\n"


def test_an_oversized_letter_is_read_to_its_dot_and_not_kept():
    limits = replace(QUICK, message=1000)
    room = Room(limits, None)
    content = Content(limits, room)
    for _ in range(100):
        assert content.feed(b"x" * 70 + b"\r\n") is None
    assert room.used == 0
    assert content.feed(b".\r\nQUIT\r\n") == b"QUIT\r\n"
    assert content.fault == b"552 5.3.4 The letter is larger than 1000 bytes"


@pytest.mark.parametrize(("length", "kept"), [(100, True), (101, False), (300, False)])
@pytest.mark.parametrize("step", [1, 7, 1000])
def test_a_line_may_have_as_many_bytes_as_the_limit_says(length, kept, step):
    letter = b"short\r\n" + b"y" * (length - 1) + b"\n" + b"short\r\n"
    content, _ = collect(letter + b".\r\n", list(range(step, len(letter), step)), replace(QUICK, line=100))
    assert (content.fault is None) is kept


def test_letters_without_room_in_memory_wait_in_a_file(tmp_path):
    limits = replace(QUICK, memory=200_000)
    room = Room(limits, tmp_path)
    letter = (b"0123456789" * 7 + b"\r\n") * 3000
    contents = [Content(limits, room) for _ in range(4)]
    for at in range(0, len(letter), 20_000):
        for content in contents:
            content.feed(letter[at : at + 20_000])
    assert room.used <= limits.memory + 20_000
    for content in contents:
        assert content.feed(b".\r\n") == b""
        assert content.whole() == letter
    assert any(content.spooled for content in contents)
    for content in contents:
        content.close()
    assert room.used == 0
    assert not list(tmp_path.iterdir())


def test_a_full_disk_under_the_waiting_file_is_our_fault(tmp_path):
    content = Content(replace(QUICK, memory=0), Room(replace(QUICK, memory=0), tmp_path / "missing"))
    for _ in range(100):
        content.feed(b"z" * 998 + b"\r\n")
    assert content.feed(b".\r\n") == b""
    assert content.fault is not None
    assert content.fault.startswith(b"452 4.3.1")


HALVES = [b"\r\n", b"\n", b"\r", b"\r\r\n", b"\n\r", b"\r\n\0", b"\0\r\n", b"\n\n", b"\r\r"]
SMUGGLED = b"MAIL FROM:<boss@example.test>\r\nRCPT TO:<office@example.test>\r\nDATA\r\nforged\r\n"


def test_no_end_but_the_true_one_smuggles_a_letter_in(house: House):
    variants = [before + dot + after for before in HALVES for dot in (b".", b".\0", b"\0.") for after in HALVES]
    variants = [variant for variant in variants if END not in b"\r\n" + variant and END not in b"a" + variant]
    assert len(variants) > 200
    with house.talk() as talk:
        for variant in variants:
            assert talk.deliver(b"a" + variant + SMUGGLED + b".\r\n").startswith("250 2.0.0")
        assert len(house.taken) == len(variants)
    assert all(intake.content.endswith(b"DATA\r\nforged\r\n") for intake in house.taken)
    assert {intake.sender for intake in house.taken} == {"school@example.test"}


@pytest.mark.parametrize(
    "letter",
    [
        b"",
        b"\r\n",
        b".\r\n",
        b"..\r\n.\r\n",
        "Subject: หนังสือ\r\n\r\nA\0B\r\n".encode(),
        b"bare\rreturn and bare\nfeed\r\n",
        b"w" * 65_000 + b"\r\n",
        bytes(range(256)).replace(b".", b"") * 3000 + b"\r\n",
    ],
    ids=["empty", "blank", "dot", "dots", "thai and nul", "bare ends", "long line", "all bytes"],
)
def test_what_is_taken_is_what_was_sent(house: House, letter: bytes):
    with house.talk() as talk:
        assert talk.deliver(stuffed(letter)) == "250 2.0.0 Taken as 1"
    assert house.taken[0].content == letter


def test_a_letter_that_is_too_big_is_refused_after_its_dot_and_the_session_goes_on(make_house: MakeHouse):
    house = make_house(limits=replace(QUICK, message=100_000))
    with house.talk() as talk:
        assert talk.deliver(b"x" * 998 + b"\r\n" + (b"y" * 998 + b"\r\n") * 300 + b".\r\n").startswith("552 5.3.4")
        assert talk.deliver(b"small\r\n.\r\n").startswith("250")
    assert [intake.content for intake in house.taken] == [b"small\r\n"]


def test_a_line_beyond_the_limit_is_the_senders_fault(house: House):
    with house.talk() as talk:
        assert talk.deliver(b"v" * 70_000 + b"\r\n.\r\n").startswith("554 5.6.0")
    assert not house.taken


def test_large_letters_that_waited_in_files_are_taken_whole(make_house: MakeHouse):
    house = make_house(limits=replace(QUICK, memory=100_000, spooled_at_once=1))
    letters = [bytes([letter]) * 70 + b"\r\n" for letter in b"ABCDE"]
    talks = [house.talk() for _ in letters]
    for talk in talks:
        assert talk.begin().say("DATA").startswith("354")
    for _ in range(3000):
        for talk, letter in zip(talks, letters, strict=True):
            talk.send(letter)
    for talk in talks:
        talk.send(b".\r\n")
    assert all(talk.reply().startswith("250") for talk in talks)
    assert sorted(intake.content for intake in house.taken) == [letter * 3000 for letter in letters]
    assert house.door.room.used == 0


def test_letters_come_back_from_their_files_a_few_at_a_time(make_house: MakeHouse):
    commits: list[Future[int]] = []

    def take(intake: Intake) -> Future[int]:
        commits.append(Future())
        return commits[-1]

    house = make_house(take=take, limits=replace(QUICK, memory=0, spooled_at_once=1))
    talks = [house.talk() for _ in range(3)]
    for talk in talks:
        assert talk.begin().say("DATA").startswith("354")
        talk.send((b"x" * 998 + b"\r\n") * 200 + b".\r\n")
    for done in range(3):
        wait_until(lambda least=done + 1: len(commits) >= least)
        assert len(commits) == done + 1
        commits[done].set_result(done + 1)
    assert {talk.reply() for talk in talks} == {f"250 2.0.0 Taken as {number}" for number in (1, 2, 3)}
