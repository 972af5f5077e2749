"""Many mails and a relay that is away, sick or silent; addresses that must not leave."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from ledger.values import Answer, Mail
from tests.mailers.outcomes import IMPATIENT, PERMANENT, SENT, TEMPORARY, outcome, relay
from tests.mailers.sinks import CUT, EXTENSIONS, SILENT, Answers, Do, Sink, mail, mails


@pytest.mark.parametrize(
    "greeting",
    [b"554 5.7.1 go away\r\n", b"421 busy\r\n", b"hello\r\n", b"", b"220-no\r\n" * 200_000, b"x" * 100_000],
)
def test_a_relay_that_does_not_greet_leaves_every_mail_for_later(greeting: bytes) -> None:
    sink = Sink({("connect", n): Do(greeting, close=True) for n in range(1, 9)})
    assert outcome(sink, 12, connections=3) == [TEMPORARY] * 12


def test_a_relay_that_is_away_leaves_every_mail_for_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    answers = Answers()
    relay(port, connections=3).deliver(mails(12), answers)
    assert list(answers.kinds.values()) == [TEMPORARY] * 12
    assert f"127.0.0.1:{port}" in answers.all[0].text


def test_a_relay_that_hangs_up_each_time_is_soon_left_alone() -> None:
    answers = Answers()
    with Sink({("mail", n): CUT for n in range(1, 100)}) as sink:
        relay(sink.port).deliver(mails(50), answers)
    assert list(answers.kinds.values()) == [TEMPORARY] * 50
    assert sink.connections == 3
    assert all("connection closed" in answer.text for answer in answers.all)


def test_one_mail_that_always_kills_the_connection_does_not_stop_the_others() -> None:
    class Poisoned(Sink):
        def fault(self, stage: str, whom: str = "") -> Do | None:
            fatal = stage == "rcpt" and whom.startswith("r1@")
            return CUT if fatal else super().fault(stage, whom)

    assert outcome(Poisoned(), 20) == [TEMPORARY] + [SENT] * 19


@pytest.mark.parametrize("stage", ["connect", "ehlo"])
def test_a_server_that_never_greets_leaves_every_mail_for_later(stage: str) -> None:
    sink = Sink({(stage, 1): SILENT, ("helo", 1): SILENT})
    assert outcome(sink, 3, timeouts=IMPATIENT) == [TEMPORARY] * 3


def test_a_source_that_fails_leaves_no_mail_unanswered() -> None:
    def failing() -> Iterator[Mail]:
        yield from mails(7)
        raise LookupError("the ledger is away")

    answers = Answers()
    with Sink() as sink, pytest.raises(LookupError):
        relay(sink.port, connections=2).deliver(failing(), answers)
    assert answers.kinds == dict.fromkeys(range(1, 8), SENT)


def test_when_answers_cannot_be_written_down_nothing_more_is_sent() -> None:
    heard: list[Answer] = []

    def report(answer: Answer) -> None:
        heard.append(answer)
        if len(heard) == 3:
            raise OSError("disk full")

    with Sink() as sink, pytest.raises(OSError, match="disk full"):
        relay(sink.port).deliver(mails(20), report)
    assert sorted(answer.id for answer in heard) == list(range(1, 21))
    assert len(sink.mails) == 3
    assert [answer.kind for answer in heard] == [SENT] * 3 + [TEMPORARY] * 17


@pytest.mark.parametrize(
    "bad",
    [
        "a@b\r\nRCPT TO:<evil@x.example>",
        "a b@x.example",
        "<a@x.example>",
        "a@x.example>",
        "",
        "@",
        "a@",
        "a@[x",
        "a\0@b.c",
    ],
)
def test_what_is_no_address_never_reaches_the_server(bad: str) -> None:
    answers = Answers()
    with Sink() as sink:
        relay(sink.port).deliver([mail(1, recipient=bad or " "), mail(2), mail(3, sender=bad or " "), mail(4)], answers)
    assert answers.kinds == {1: PERMANENT, 2: SENT, 3: PERMANENT, 4: SENT}
    assert not any("evil" in command for command in sink.commands)


def test_an_address_beyond_ascii_needs_a_server_that_knows_them() -> None:
    thai = mail(1, recipient="ครู@โรงเรียน.example")
    for extensions, kind in ((EXTENSIONS, SENT), (("PIPELINING",), PERMANENT)):
        answers = Answers()
        with Sink(extensions=extensions) as sink:
            relay(sink.port).deliver([thai, mail(2)], answers)
        assert answers.kinds == {1: kind, 2: SENT}
        assert any("SMTPUTF8" in command for command in sink.commands) == (kind is SENT)


def test_no_mails_open_no_connection() -> None:
    sink = Sink()
    assert outcome(sink, 0, connections=5) == []
    assert sink.connections == 0
