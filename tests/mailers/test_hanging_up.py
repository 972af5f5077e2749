"""The end comes while the relay is silent: every mail still gets its one answer, and it is true."""

from __future__ import annotations

import threading

import pytest

from ledger.values import AnswerKind
from mailers.relay import Relay, RelaySettings
from tests.mailers.sinks import SILENT, Answers, Sink, mails

EVERY = range(1, 100)


@pytest.mark.parametrize("stage", ["connect", "ehlo", "mail", "data", "dot"])
def test_to_hang_up_ends_a_delivery_at_every_stage(stage: str) -> None:
    answers = Answers()
    with Sink(faults={(stage, turn): SILENT for turn in EVERY}) as sink:
        relay = Relay(RelaySettings("127.0.0.1", sink.port, tls="none", connections=2))
        sending = threading.Thread(target=relay.deliver, args=(mails(20), answers))
        sending.start()
        while sink.seen[stage] < 2:
            sending.join(0.01)
        relay.hang_up()
        sending.join(60)
        assert not sending.is_alive()
        assert len(sink.mails) == 0
        handed = sink.seen["dot"]
    kinds = list(answers.kinds.values())
    assert kinds.count(AnswerKind.UNKNOWN) == handed
    assert kinds.count(AnswerKind.TEMPORARY) == len(kinds) - handed
    assert len(kinds) == 20


def test_after_hanging_up_the_next_delivery_goes_on() -> None:
    answers = Answers()
    with Sink() as sink:
        relay = Relay(RelaySettings("127.0.0.1", sink.port, tls="none"))
        relay.hang_up()
        relay.deliver(mails(3), answers)
    assert list(answers.kinds.values()) == [AnswerKind.SENT] * 3
