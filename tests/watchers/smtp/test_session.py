"""What may be said in a session, in which order, and what is answered."""

from __future__ import annotations

import logging
from concurrent.futures import Future
from dataclasses import replace

import pytest

from ledger.values import Channel, Intake
from tests.watchers.smtp.house import NOON, QUICK, House, MakeHouse, wait_until

WEB_PAGE = (
    b"POST / HTTP/1.1\r\nHost: gate.example.test:25\r\nContent-Type: text/plain\r\nContent-Length: 120\r\n\r\n"
    b"EHLO evil\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<office@example.test>\r\nDATA\r\n"
    b"Subject: forged\r\n\r\nx\r\n.\r\nQUIT\r\n"
)


def test_a_whole_letter_becomes_an_intake(house: House):
    with house.talk() as talk:
        assert talk.greeting == "220 gate.example.test ESMTP"
        assert talk.deliver(b"Subject: x\r\n\r\ny\r\n.\r\n") == "250 2.0.0 Taken as 1"
        assert talk.say("QUIT") == "221 2.0.0 Good bye"
        assert talk.reply() == ""
    expected = Intake(
        channel=Channel.SMTP,
        source="smtp",
        content=b"Subject: x\r\n\r\ny\r\n",
        at=NOON,
        sender="school@example.test",
        recipients=("office@example.test",),
        peer="127.0.0.1",
    )
    assert house.taken == [expected]


def test_the_greeting_lists_what_is_offered_and_no_more(house: House):
    with house.talk() as talk:
        lines = talk.say("EHLO client.test").split("\n")
        assert lines[0] == "250-gate.example.test"
        assert {line[4:] for line in lines[1:]} == {
            "PIPELINING", f"SIZE {QUICK.message}", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES",
        }  # fmt: skip
        assert talk.say("HELO client.test") == "250 gate.example.test"


def test_the_null_sender_is_empty(house: House):
    with house.talk() as talk:
        talk.say("EHLO client.test")
        assert talk.say("MAIL FROM:<>").startswith("250")
        assert talk.say("MAIL FROM:<>").startswith("503 5.5.1")
        assert talk.say("RCPT TO:<office@example.test>").startswith("250")
        assert talk.say("DATA").startswith("354")
        talk.send(b"bounce\r\n.\r\n")
        assert talk.reply().startswith("250")
    assert house.taken[0].sender == ""


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (["MAIL FROM:<a@b.test>"], "503 5.5.1 Say EHLO"),
        (["EHLO x", "RCPT TO:<office@example.test>"], "503 5.5.1 Say MAIL"),
        (["EHLO x", "DATA"], "503 5.5.1 No recipient"),
        (["EHLO x", "MAIL FROM:<a@b.test>", "DATA"], "503 5.5.1 No recipient"),
        (["EHLO x", "MAIL FROM:<a@b.test>", "RCPT TO:<nobody@example.test>"], "550 5.1.1"),
        (["EHLO x", "MAIL FROM:<a@b.test>", "RCPT TO:<nobody+x@example.test>"], "550 5.1.1"),
        (["EHLO x", "MAIL FROM:<a@b.test> SIZE=999999999"], "552 5.3.4"),
        (["EHLO x", b"MAIL FROM:<a\0@b.test>"], "501 5.5.2"),
        (["EHLO x", "MAIL FROM:<a@b.test>", b"RCPT TO:<office\r@example.test>"], "501 5.5.2"),
        (["EHLO x", b"MAIL FROM:<\xff@b.test>"], "501 5.5.2"),
        (["EHLO x", "MAIL FROM:<a@b.test>", "RSET", "RCPT TO:<office@example.test>"], "503 5.5.1"),
        (["EHLO"], "501 5.5.4"),
        (["EHLO " + "x" * 300], "501 5.5.4"),
        (["EHLO x", "DATA now"], "501 5.5.4"),
        (["VRFY office"], "252 2.1.5"),
        (["EXPN all"], "502 5.5.1"),
        (["AUTH PLAIN AGEAYg=="], "502 5.5.1"),
        (["BDAT 10"], "502 5.5.1"),
        (["STARTTLS"], "502 5.5.1"),
        (["HELP"], "214 2.0.0"),
        (["NOOP"], "250 2.0.0"),
        (["LHLO x"], "500 5.5.2"),
        (["MAILFROM"], "500 5.5.2"),
        ([""], "500 5.5.2"),
        (["NOOP " + "x" * 3000], "500 5.5.2"),
        (["NOOP " + "x" * 300_000, "NOOP"], "250 2.0.0"),
    ],
)
def test_every_command_has_its_answer(house: House, said, answer):
    with house.talk() as talk:
        for line in said:
            reply = talk.say(line)
        assert reply.startswith(answer)
    assert not house.taken


def test_a_command_that_ends_in_a_bare_line_feed_is_not_obeyed(house: House):
    with house.talk() as talk:
        talk.send(b"NOOP\n")
        assert talk.reply() == "500 5.5.2 A line must end with <CR><LF>"


@pytest.mark.parametrize(
    "verb", [b"GET / HTTP/1.1", b"HEAD / HTTP/1.0", b"CONNECT x:25 HTTP/1.1", b"put /", b"OPTIONS *"]
)
def test_a_web_client_is_cut_off_at_its_first_line(house: House, verb: bytes):
    with house.talk() as talk:
        assert talk.say(verb + b"\r\nHost: x") == "521 5.7.0 Only mail is spoken here"
        assert talk.reply() == ""


def test_a_web_page_that_hides_a_letter_delivers_none(house: House):
    with house.talk(greeted=False) as talk:
        talk.send(WEB_PAGE)
        heard = []
        while reply := talk.reply():
            heard.append(reply[:3])
    assert heard in (["220", "521"], ["554"])
    assert not house.taken


def test_a_tls_hello_on_the_plain_port_is_cut_off(house: House):
    with house.talk() as talk:
        assert talk.say(b"\x16\x03\x01\x02\x00\x01").startswith("521")
        assert talk.reply() == ""


def test_a_stranger_who_speaks_before_the_greeting_is_cut_off(make_house: MakeHouse):
    house = make_house(limits=replace(QUICK, exempt=(), greeting_pause=10.0))
    with house.talk(greeted=False) as talk:
        talk.send(b"EHLO early.test\r\nMAIL FROM:<a@b.test>\r\n")
        assert talk.reply() == "554 5.5.0 You spoke before it was your turn"
        assert talk.reply() == ""


def test_a_stranger_who_waits_is_greeted(make_house: MakeHouse):
    house = make_house(limits=replace(QUICK, exempt=(), greeting_pause=0.01))
    with house.talk() as talk:
        assert talk.deliver(b"x\r\n.\r\n").startswith("250")


@pytest.mark.parametrize("first", [b"EHLO x\r\n", b"HELO x\r\n"])
def test_nothing_may_be_glued_behind_the_greeting(house: House, first: bytes):
    with house.talk() as talk:
        talk.send(first + b"MAIL FROM:<a@b.test>\r\nRCPT TO:<office@example.test>\r\n")
        assert talk.reply().startswith("554 5.5.0")
        assert talk.reply() == ""


def test_a_letter_sent_without_waiting_for_leave_is_not_taken(house: House):
    with house.talk() as talk:
        talk.begin()
        talk.send(b"DATA\r\nSubject: early\r\n\r\nx\r\n.\r\n")
        assert talk.reply().startswith("554 5.5.0")
    assert not house.taken


def test_commands_may_come_in_one_group_and_are_answered_in_order(house: House):
    with house.talk() as talk:
        talk.say("EHLO client.test")
        for number in range(1, 4):
            talk.send(
                b"MAIL FROM:<a@b.test> BODY=8BITMIME SIZE=100\r\nRCPT TO:<one@example.test>\r\n"
                b"RCPT TO:<nobody@example.test>\r\nRCPT TO:<two@example.test>\r\nDATA\r\n"
            )
            assert [talk.reply()[:3] for _ in range(5)] == ["250", "250", "550", "250", "354"]
            talk.send(b"x\r\n.\r\nRSET\r\n")
            assert talk.reply() == f"250 2.0.0 Taken as {number}"
            assert talk.reply() == "250 2.0.0 OK"
        talk.send(b"x" * 10 + b"\r\nQUIT\r\n")
        assert [talk.reply()[:3] for _ in range(3)] == ["500", "221", ""]
    assert house.taken[2].recipients == ("one@example.test", "two@example.test")


def test_the_next_letter_may_follow_the_dot_in_the_same_packet(house: House):
    with house.talk() as talk:
        talk.begin().say("DATA")
        talk.send(b"first\r\n.\r\nMAIL FROM:<b@b.test>\r\nRCPT TO:<office@example.test>\r\nDATA\r\n")
        assert [talk.reply()[:3] for _ in range(4)] == ["250", "250", "250", "354"]
        talk.send(b"second\r\n.\r\n")
        assert talk.reply().startswith("250")
    assert [intake.sender for intake in house.taken] == ["school@example.test", "b@b.test"]


def test_a_client_that_only_stops_sending_still_hears_its_answers(house: House):
    with house.talk() as talk:
        talk.begin().say("DATA")
        talk.send(b"last words\r\n.\r\nQUIT\r\n")
        talk.socket.shutdown(1)
        assert [talk.reply()[:3] for _ in range(3)] == ["250", "221", ""]


def test_a_letter_cut_off_before_its_dot_is_not_taken(house: House):
    with house.talk() as talk:
        talk.begin().say("DATA")
        talk.send(b"half a letter\r\n")
    wait_until(lambda: not house.door.porter._inside)
    assert not house.taken
    assert house.door.room.used == 0


def test_an_international_address_is_taken_where_it_was_agreed(house: House):
    with house.talk() as talk:
        talk.say("EHLO client.test")
        assert talk.say("MAIL FROM:<ครู@โรงเรียน.test>").startswith("553 5.6.7")
        assert talk.say("MAIL FROM:<ครู@โรงเรียน.test> SMTPUTF8").startswith("250")
        assert talk.say("RCPT TO:<สารบรรณ@example.test>").startswith("250")
        talk.say("DATA")
        talk.send(b"x\r\n.\r\n")
        assert talk.reply().startswith("250")
    assert house.taken[0].recipients == ("สารบรรณ@example.test",)


def test_a_log_line_stays_one_line_and_tells_no_content(house: House, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    with house.talk() as talk:
        talk.deliver(b"Subject: canary\r\n\r\nsecret-word\r\n.\r\n")
        talk.say("x\x1b[31m\rINFO forged")
        talk.say("QUIT")
    ended = "session ended peer=127.0.0.1 letters=1 refused=0 errors=1 last=221 2.0.0 Good bye"
    wait_until(lambda: ended in caplog.messages)
    lines = caplog.messages
    assert "taken intake=1 peer=127.0.0.1 sender=school@example.test recipients=1 size=32" in lines
    assert not [line for line in lines if "canary" in line or "secret-word" in line or not line.isprintable()]


def test_the_answer_waits_for_the_commit(make_house: MakeHouse):
    commit: Future[int] = Future()
    house = make_house(take=lambda intake: commit)
    with house.talk() as talk:
        talk.begin().say("DATA")
        talk.send(b"x\r\n.\r\n")
        talk.socket.settimeout(0.1)
        with pytest.raises(TimeoutError):
            talk.socket.recv(1)
        commit.set_result(77)
        talk.socket.settimeout(20)
        assert talk.socket.recv(100) == b"250 2.0.0 Taken as 77\r\n"
