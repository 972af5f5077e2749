"""The relay against Postfix's own test server, with its faults switched on (H-8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ledger.values import AnswerKind
from mailers.notices import Writer
from mailers.relay import Relay, RelaySettings
from tests.mailers.letters import LETTER, TEMPLATES
from tests.mailers.servers import smtp_sink
from tests.mailers.sinks import Answers, mails


def kinds(port: int, connections: int = 2) -> set[AnswerKind]:
    """The answers to twelve mails."""
    answers = Answers()
    Relay(RelaySettings("127.0.0.1", port, tls="none", connections=connections)).deliver(mails(12), answers)
    assert len(answers.kinds) == 12
    return set(answers.kinds.values())


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ((), {AnswerKind.SENT}),
        (("-p",), {AnswerKind.SENT}),
        (("-e",), {AnswerKind.SENT}),
        (("-8",), {AnswerKind.SENT}),
        (("-r", "MAIL"), {AnswerKind.TEMPORARY}),
        (("-r", "RCPT"), {AnswerKind.TEMPORARY}),
        (("-r", "DATA"), {AnswerKind.TEMPORARY}),
        (("-r", "."), {AnswerKind.TEMPORARY}),
        (("-f", "MAIL"), {AnswerKind.PERMANENT}),
        (("-f", "RCPT"), {AnswerKind.PERMANENT}),
        (("-f", "DATA"), {AnswerKind.PERMANENT}),
        (("-f", "."), {AnswerKind.PERMANENT}),
        (("-f", "CONNECT"), {AnswerKind.TEMPORARY}),
        (("-f", "EHLO,HELO"), {AnswerKind.TEMPORARY}),
        (("-f", "EHLO"), {AnswerKind.SENT}),
        (("-f", "RSET,QUIT"), {AnswerKind.SENT}),
        (("-q", "CONNECT"), {AnswerKind.TEMPORARY}),
        (("-q", "MAIL"), {AnswerKind.TEMPORARY}),
        (("-q", "RCPT"), {AnswerKind.TEMPORARY}),
        (("-q", "DATA"), {AnswerKind.TEMPORARY}),
        (("-q", "QUIT"), {AnswerKind.SENT}),
        (("-q", "."), {AnswerKind.UNKNOWN, AnswerKind.TEMPORARY}),
        (("-Q", "MAIL"), {AnswerKind.TEMPORARY}),
        (("-Q", "DATA"), {AnswerKind.TEMPORARY}),
        (("-Q", "."), {AnswerKind.TEMPORARY}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_the_answer_fits_the_fault(options: tuple[str, ...], wanted: set[AnswerKind]) -> None:
    with smtp_sink(*options) as port:
        assert kinds(port) == wanted


@pytest.fixture
def everybodys() -> Iterator[Path]:
    """A folder into which smtp-sink can write as nobody."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def test_a_circular_arrives_once_at_each_school(everybodys: Path) -> None:
    writer, answers = Writer(TEMPLATES), Answers()
    letters = [
        replace(LETTER, id=n, recipient=f"s{n}@school.example", holder=f"โรงเรียนที่ {n}", message_id=f"{n}@x.example")
        for n in range(60)
    ]
    with smtp_sink("-d", str(everybodys / "mail.")) as port:
        relay = Relay(RelaySettings("127.0.0.1", port, tls="none"))
        relay.deliver(map(writer.write, letters), answers)
    assert answers.kinds == dict.fromkeys(range(60), AnswerKind.SENT)
    stored = [file.read_bytes() for file in everybodys.iterdir()]
    assert len(stored) == 60
    for number in range(60):
        mine = [one for one in stored if b"X-Rcpt-Args: <s%d@school.example>" % number in one]
        assert [one.count(b"Message-ID: <%d@x.example>" % number) for one in mine] == [1]
