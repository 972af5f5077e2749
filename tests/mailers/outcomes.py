"""Deliveries to a scripted sink, and what became of each mail."""

from __future__ import annotations

from typing import Any

from ledger.values import AnswerKind
from mailers.relay import Relay, RelaySettings, Timeouts
from tests.mailers.sinks import EXTENSIONS, Answers, Sink, mails

SENT = AnswerKind.SENT
TEMPORARY = AnswerKind.TEMPORARY
PERMANENT = AnswerKind.PERMANENT
UNKNOWN = AnswerKind.UNKNOWN

STEPWISE = tuple(one for one in EXTENSIONS if one != "PIPELINING")
IMPATIENT = Timeouts(*[0.2] * 7)


def relay(port: int, **changes: Any) -> Relay:
    """A relay with one connection, in clear, unless `changes` say otherwise."""
    settings = {"tls": "none", "connections": 1, **changes}
    return Relay(RelaySettings("127.0.0.1", port, **settings))


def outcome(sink: Sink, count: int, **changes: Any) -> list[AnswerKind]:
    """Deliver so many mails; their answers in order, checked against what the sink has stored (P-14)."""
    answers = Answers()
    with sink:
        relay(sink.port, **changes).deliver(mails(count), answers)
    kinds = [answers.kinds[number] for number in range(1, count + 1)]
    stored = [int(content.split()[1]) for _, _, content in sink.mails]
    assert sorted(set(stored)) == sorted(stored)
    for number, kind in enumerate(kinds, 1):
        assert kind is UNKNOWN or (kind is SENT) == (number in stored), number
    assert not sink.overlapped
    return kinds
