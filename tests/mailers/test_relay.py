"""What becomes of a mail when the other side behaves, and when it does not."""

from __future__ import annotations

import pytest

from ledger.values import AnswerKind
from tests.mailers.outcomes import IMPATIENT, PERMANENT, SENT, STEPWISE, TEMPORARY, UNKNOWN, outcome, relay
from tests.mailers.sinks import CUT, EXTENSIONS, SILENT, Answers, Do, Sink, mail, mails

BOTH = pytest.mark.parametrize("extensions", [EXTENSIONS, STEPWISE], ids=["pipelined", "stepwise"])


@BOTH
@pytest.mark.parametrize("connections", [1, 5])
def test_every_mail_arrives_once_and_unchanged(extensions: tuple[str, ...], connections: int) -> None:
    answers = Answers()
    with Sink(extensions=extensions) as sink:
        relay(sink.port, connections=connections).deliver(mails(40), answers)
    assert answers.kinds == dict.fromkeys(range(1, 41), SENT)
    assert sorted(sink.mails) == sorted((m.sender, m.recipient, m.content) for m in mails(40))
    assert sink.connections <= connections
    assert {answer.text for answer in answers.all} == {"250 2.0.0 queued as 7F3A"}
    assert {answer.peer for answer in answers.all} == {f"127.0.0.1:{sink.port}"}


def test_one_connection_carries_all_mails_in_one_round_trip_each() -> None:
    sink = Sink()
    assert outcome(sink, 30) == [SENT] * 30
    assert sink.connections == 1
    assert "RSET" not in sink.commands


REFUSALS = [
    ("mail", b"450 4.1.8 later", TEMPORARY),
    ("mail", b"550 5.1.8 no", PERMANENT),
    ("mail", b"530 5.7.0 authentication required", TEMPORARY),
    ("rcpt", b"450 4.2.1 later", TEMPORARY),
    ("rcpt", b"550-5.1.1 no\r\n550 5.1.1 such user", PERMANENT),
    ("data", b"451 4.3.0 later", TEMPORARY),
    ("data", b"554 5.5.1 no", PERMANENT),
    ("dot", b"452 4.3.1 later", TEMPORARY),
    ("dot", b"554 5.7.1 spam", PERMANENT),
    ("dot", b"421 4.3.2 closing", TEMPORARY),
]


@BOTH
@pytest.mark.parametrize(("stage", "reply", "kind"), REFUSALS)
@pytest.mark.parametrize("which", [1, 2])
def test_a_refusal_concerns_its_mail_alone(
    extensions: tuple[str, ...], stage: str, reply: bytes, kind: AnswerKind, which: int
) -> None:
    sink = Sink({(stage, which): Do(reply + b"\r\n")}, extensions)
    wanted = [SENT] * 4
    wanted[which - 1] = kind
    assert outcome(sink, 4) == wanted
    assert sink.connections == 1


@BOTH
@pytest.mark.parametrize("stage", ["mail", "rcpt"])
def test_a_server_that_wants_text_for_nobody_gets_a_lone_dot(extensions: tuple[str, ...], stage: str) -> None:
    sink = Sink({(stage, 2): Do(b"550 5.1.1 no\r\n")}, extensions, lenient=True)
    assert outcome(sink, 4) == [SENT, PERMANENT, SENT, SENT]
    assert sink.connections == 1


@BOTH
@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
@pytest.mark.parametrize("end", [CUT, Do(b"421 4.7.0 too many mails\r\n", close=True)])
def test_a_connection_that_ends_between_mails_costs_no_mail(extensions: tuple[str, ...], stage: str, end: Do) -> None:
    sink = Sink({(stage, 3): end}, extensions)
    assert outcome(sink, 5) == [SENT] * 5
    assert sink.connections == 2


@BOTH
@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_a_connection_that_ends_before_the_first_text_leaves_that_mail_for_later(
    extensions: tuple[str, ...], stage: str
) -> None:
    assert outcome(Sink({(stage, 1): CUT}, extensions), 3) == [TEMPORARY, SENT, SENT]


@BOTH
def test_a_cut_inside_the_text_is_temporary(extensions: tuple[str, ...]) -> None:
    large = mail(2, b"Subject: 2\r\n\r\n" + b"x" * 998 + b"\r\n" * 20_000_000)
    answers = Answers()
    with Sink({("text", 2): CUT}, extensions) as sink:
        relay(sink.port).deliver([mail(1), large, mail(3)], answers)
    assert answers.kinds == {1: SENT, 2: TEMPORARY, 3: SENT}


@BOTH
@pytest.mark.parametrize("store", [True, False])
def test_a_cut_after_the_final_dot_is_unknown_and_nothing_is_sent_twice(
    extensions: tuple[str, ...], store: bool
) -> None:
    sink = Sink({("dot", 2): Do(close=True, store=store)}, extensions)
    assert outcome(sink, 4) == [SENT, UNKNOWN, SENT, SENT]


@pytest.mark.parametrize(
    "reply", [b"hello\r\n", b"354 go on\r\n", b"\xff\xfe\r\n", b"250" + b"x" * 9000 + b"\r\n", b"25"]
)
def test_an_answer_to_the_final_dot_that_nobody_understands_is_unknown(reply: bytes) -> None:
    assert outcome(Sink({("dot", 1): Do(reply, close=True)}), 2) == [UNKNOWN, SENT]


@BOTH
@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
@pytest.mark.parametrize("reply", [b"banana\r\n", b"354 what\r\n250 what\r\n354 what\r\n", b"999 what\r\n", b"\r\n"])
def test_garbage_is_not_taken_for_a_yes_or_a_no(extensions: tuple[str, ...], stage: str, reply: bytes) -> None:
    assert outcome(Sink({(stage, 1): Do(reply, close=True)}, extensions), 2) == [TEMPORARY, SENT]


@BOTH
def test_replies_that_come_byte_by_byte_are_understood(extensions: tuple[str, ...]) -> None:
    assert outcome(Sink(extensions=extensions, dribble=True), 5) == [SENT] * 5


def test_a_reply_of_ten_thousand_lines_is_read_to_its_end_and_kept_short() -> None:
    long = b"250-line\r\n" * 9_999 + b"250 end\r\n"
    answers = Answers()
    with Sink({("mail", 1): Do(long), ("dot", 1): Do(long, store=True)}) as sink:
        relay(sink.port).deliver(mails(2), answers)
    assert answers.kinds == {1: SENT, 2: SENT}
    assert all(len(answer.text) < 600 for answer in answers.all)


def test_a_reply_without_end_is_not_read_for_ever() -> None:
    assert outcome(Sink({("rcpt", 1): Do(b"250-more\r\n" * 200_000)}), 2) == [TEMPORARY, SENT]


@BOTH
@pytest.mark.parametrize(
    ("stage", "kind"), [("mail", TEMPORARY), ("rcpt", TEMPORARY), ("data", TEMPORARY), ("dot", UNKNOWN)]
)
def test_a_server_that_falls_silent_is_waited_for_no_longer_than_set(
    extensions: tuple[str, ...], stage: str, kind: AnswerKind
) -> None:
    sink = Sink({(stage, 1): SILENT}, extensions)
    assert outcome(sink, 2, timeouts=IMPATIENT) == [kind, SENT]


@BOTH
@pytest.mark.parametrize("way", ["reads", "writes"])
def test_a_cut_at_any_byte_is_told_as_it_is(extensions: tuple[str, ...], way: str) -> None:
    """Sent means stored, temporary means not stored, and what may be either is called unknown (P-14, P-16)."""
    met = set()
    for byte in range(1, 620, 3 if way == "reads" else 2):
        sink = Sink(extensions=extensions)
        setattr(sink, way, byte)
        kinds = outcome(sink, 3)
        assert kinds.count(UNKNOWN) + kinds.count(TEMPORARY) <= (3 if sink.connections < 2 else 1)
        met.update(kinds)
    assert met >= {SENT, TEMPORARY, UNKNOWN}


def test_dots_at_line_starts_and_a_missing_last_line_end_arrive_as_they_should() -> None:
    content = b".\r\n..\r\n.a\r\nb.\r\n\r\n.\r\nend"
    with Sink() as sink:
        relay(sink.port).deliver([mail(1, content)], Answers())
    assert [one[2] for one in sink.mails] == [content + b"\r\n"]


def test_the_envelope_tells_the_size_and_the_null_sender() -> None:
    with Sink() as sink:
        relay(sink.port).deliver([mail(1, b"x\r\n")], Answers())
    assert "MAIL FROM:<> SIZE=3" in sink.commands


def test_an_old_server_without_ehlo_still_gets_its_mail() -> None:
    assert outcome(Sink({("ehlo", 1): Do(b"502 5.5.2 what\r\n")}, extensions=STEPWISE), 3) == [SENT] * 3
