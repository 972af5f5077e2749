"""Hostile and slow clients stay within the limits, honest ones are served (P-24)."""

from __future__ import annotations

import socket
import time
from dataclasses import replace

import pytest

from tests.watchers.smtp.house import QUICK, House, MakeHouse, wait_until
from watchers.smtp import replies
from watchers.smtp.limits import Guest, Limits, Pace, Porter, Rate

STRICT = replace(QUICK, exempt=(), greeting_pause=0.0)


def test_a_rate_lets_so_many_through_in_a_span_and_then_one_by_one():
    rate = Rate(60, 60.0)
    assert [rate.allows("a", 0.0) for _ in range(61)] == [True] * 60 + [False]
    assert rate.allows("b", 0.0)
    assert not rate.allows("a", 0.4)
    assert rate.allows("a", 1.0)
    assert not rate.allows("a", 1.0)
    assert [rate.allows("a", 100.0) for _ in range(61)] == [True] * 60 + [False]


def test_a_rate_forgets_names_that_are_no_longer_due():
    rate = Rate(1, 60.0)
    for number in range(30_000):
        rate.allows(str(number), float(number))
    assert len(rate._due) < 10_100


@pytest.mark.parametrize(
    ("peer", "guest"),
    [
        (("203.0.113.7", 4000), Guest("203.0.113.7", "203.0.113.7")),
        (("::ffff:203.0.113.7", 4000, 0, 0), Guest("203.0.113.7", "203.0.113.7")),
        (("2001:db8:1:2:3::4", 4000, 0, 0), Guest("2001:db8:1:2:3::4", "2001:db8:1:2::/64")),
        (("fe80::1%eth0", 4000, 0, 2), Guest("fe80::1", "fe80::/64")),
        (("127.0.0.1", 4000), Guest("127.0.0.1", "")),
        (("::1", 4000, 0, 0), Guest("::1", "")),
        ("", Guest("", "")),
        (None, Guest("", "")),
    ],
)
def test_a_guest_is_known_by_address_or_network(peer, guest):
    assert Porter(Limits()).guest(peer) == guest


def test_the_porter_counts_in_and_out():
    porter = Porter(replace(Limits(), connections=30, connections_per_address=4))
    here, there = Guest("192.0.2.1", "192.0.2.1"), Guest("192.0.2.2", "192.0.2.2")
    assert [porter.enter(here, 0.0) for _ in range(5)] == [None] * 4 + [replies.TOO_MANY_CONNECTIONS]
    porter.leave(here)
    assert porter.enter(here, 0.0) is None
    others = [Guest("", "") for _ in range(20)]
    assert all(porter.enter(guest, 0.0) is None for guest in others)
    assert porter.stressed
    assert [porter.enter(there, 0.0) for _ in range(3)] == [None, None, replies.TOO_MANY_CONNECTIONS]
    for _ in range(4):
        assert porter.enter(Guest("", ""), 0.0) is None
    assert porter.enter(Guest("", ""), 0.0) == replies.HOUSE_FULL


def test_new_connections_of_one_address_have_a_rate():
    porter = Porter(Limits())
    guest = Guest("192.0.2.1", "192.0.2.1")
    for _ in range(60):
        assert porter.enter(guest, 0.0) is None
        porter.leave(guest)
    assert porter.enter(guest, 0.0) == replies.TOO_MANY_CONNECTIONS
    assert porter.enter(guest, 2.0) is None


def test_a_slow_school_line_is_served():
    pace = Pace(Limits(), 0.0)
    assert not any(pace.too_slow(int(now * 1100), float(now), stressed=False) for now in range(3600))


def test_a_letter_may_be_silent_at_first_but_not_for_ever():
    pace = Pace(Limits(), 0.0)
    cut = next(now for now in range(3600) if pace.too_slow(0, float(now), stressed=False))
    assert 300 < cut <= 361


def test_a_trickle_is_cut_after_the_first_five_minutes():
    pace = Pace(Limits(), 0.0)
    cut = next(now for now in range(3600) if pace.too_slow(now * 500, float(now), stressed=False))
    assert 300 < cut <= 361


def test_a_silent_letter_is_cut_soon_under_stress():
    pace = Pace(Limits(), 0.0)
    assert not pace.too_slow(0, 10.0, stressed=True)
    assert not pace.too_slow(1, 10.5, stressed=True)
    assert not pace.too_slow(1, 20.0, stressed=True)
    assert pace.too_slow(1, 20.6, stressed=True)


def test_a_silent_client_is_told_that_its_time_is_up(make_house: MakeHouse):
    house = make_house(limits=replace(QUICK, command_timeout=0.1))
    with house.talk() as talk:
        assert talk.reply() == "421 4.4.2 Time is up; please connect again"
        assert talk.reply() == ""


def test_a_command_that_comes_byte_by_byte_has_one_time_out(make_house: MakeHouse):
    house = make_house(limits=replace(QUICK, command_timeout=0.2))
    with house.talk() as talk:
        talk.socket.settimeout(0.02)
        heard = b""
        while not heard:
            talk.send(b"N")
            try:
                heard = talk.socket.recv(100)
            except TimeoutError:
                continue
        assert heard.startswith(b"421 4.4.2")


def test_a_letter_that_stops_coming_is_cut(make_house: MakeHouse):
    house = make_house(limits=replace(QUICK, slow_after=0.05, slow_window=0.1))
    with house.talk() as talk:
        talk.begin().say("DATA")
        talk.send(b"a few bytes\r\n")
        assert talk.reply().startswith("421 4.4.2 The letter comes too slowly")
    assert not house.taken


def test_a_session_has_an_end(make_house: MakeHouse):
    house = make_house(limits=replace(QUICK, session=0.1))
    with house.talk() as talk:
        assert talk.reply().startswith("421 4.4.2")


def test_a_client_that_never_reads_is_dropped(make_house: MakeHouse):
    house = make_house(limits=replace(QUICK, command_timeout=1.0, refused=10**9, recipients=0))
    with house.talk() as talk:
        talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        assert talk.say("EHLO x").startswith("250")
        talk.send(b"MAIL FROM:<a@b.test>\r\n")
        talk.socket.settimeout(5)
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            talk.send(b"RCPT TO:<a@b.test>\r\n" * 1_000_000)
    wait_until(lambda: not house.door.porter._inside)


def test_what_arrives_while_nobody_reads_our_answers_is_answered_too(make_house: MakeHouse):
    house = make_house(limits=replace(QUICK, refused=10**9, recipients=0))
    with house.talk() as talk:
        talk.say("EHLO x")
        talk.say("MAIL FROM:<a@b.test>")
        (session,) = house.door._inside
        groups = 0
        while not session._paused:
            talk.send(b"RCPT TO:<a@b.test>\r\n" * 1000)
            groups += 1
            wait_until(lambda sent=groups * 1000: session._paused or session._envelope.refused == sent)
        talk.send(b"NOOP\r\n")
        wait_until(lambda: session._ahead.endswith(b"NOOP\r\n"))
        assert {talk.reply()[:9] for _ in range(groups * 1000)} == {"452 4.5.3"}
        assert talk.reply() == "250 2.0.0 OK"


def test_errors_are_borne_ten_times(house: House):
    with house.talk() as talk:
        heard = [talk.say("NONSENSE") for _ in range(10)]
        assert heard == ["500 5.5.2 Command not recognized"] * 10
        assert talk.reply() == "421 4.7.0 Too many errors"
        assert talk.reply() == ""


def test_after_three_errors_the_answers_come_later(make_house: MakeHouse):
    house = make_house(limits=replace(QUICK, error_delay=0.2))
    with house.talk() as talk:
        assert {talk.say("NONSENSE") for _ in range(3)} == {"500 5.5.2 Command not recognized"}
        begun = time.monotonic()
        assert talk.say("NONSENSE").startswith("500")
        # uvloop's clock counts whole milliseconds; a loaded machine can only make this longer.
        assert time.monotonic() - begun > 0.15


def test_under_stress_one_error_ends_the_session(make_house: MakeHouse):
    house = make_house(limits=replace(QUICK, connections=5))
    talks = [house.talk() for _ in range(4)]
    assert talks[0].say("NONSENSE") == "500 5.5.2 Command not recognized"
    assert talks[0].reply() == "421 4.7.0 Too many errors"


def test_under_stress_time_is_short(make_house: MakeHouse):
    house = make_house(limits=replace(QUICK, connections=5, stress_timeout=0.1))
    talks = [house.talk() for _ in range(4)]
    assert talks[0].reply() == "421 4.4.2 Time is up; please connect again"


def test_idle_commands_are_counted_between_letters(house: House):
    with house.talk() as talk:
        talk.deliver(b"x\r\n.\r\n")
        assert {talk.say(verb) for verb in ["NOOP", "RSET"] * 10} == {"250 2.0.0 OK"}
        assert talk.say("VRFY office") == "421 4.7.0 Too many commands without a letter"


def test_more_recipients_than_a_letter_may_have_come_again(house: House):
    with house.talk() as talk:
        talk.begin()
        for number in range(99):
            assert talk.say(f"RCPT TO:<r{number}@example.test>").startswith("250")
        assert talk.say("RCPT TO:<late@example.test>").startswith("452 4.5.3")
        talk.say("DATA")
        assert talk.say("x\r\n.").startswith("250")
    assert len(house.taken[0].recipients) == 100


def test_thousands_of_recipients_end_the_session(house: House):
    with house.talk() as talk:
        talk.say("EHLO x")
        talk.send(b"MAIL FROM:<a@b.test>\r\n" + b"".join(b"RCPT TO:<r%d@example.test>\r\n" % n for n in range(5000)))
        heard = []
        while reply := talk.reply():
            heard.append(reply[:9])
    assert heard[:101] == ["250 2.1.0"] + ["250 2.1.5"] * 100
    assert set(heard[101:-1]) == {"452 4.5.3"}
    assert len(heard) == 101 + 1000 + 1
    assert heard[-1] == "421 4.7.0"


def test_a_stranger_may_send_so_many_letters_in_a_session(make_house: MakeHouse):
    house = make_house(limits=replace(STRICT, letters=3))
    with house.talk() as talk:
        for _ in range(3):
            assert talk.deliver(b"x\r\n.\r\n").startswith("250")
        assert talk.say("MAIL FROM:<a@b.test>").startswith("421 4.7.0 Enough letters")


def test_a_stranger_may_send_so_many_letters_a_minute(make_house: MakeHouse):
    house = make_house(limits=replace(STRICT, letters_per_minute=2))
    with house.talk() as talk:
        for _ in range(2):
            assert talk.deliver(b"x\r\n.\r\n").startswith("250")
        assert talk.say("MAIL FROM:<a@b.test>").startswith("450 4.7.1")


def test_one_address_may_hold_so_many_connections(make_house: MakeHouse):
    house = make_house(limits=replace(STRICT, connections_per_address=3))
    talks = [house.talk() for _ in range(4)]
    assert [talk.greeting[:9] for talk in talks] == ["220 gate."] * 3 + ["421 4.7.0"]
    talks[0].close()
    wait_until(lambda: house.door.porter._inside.total() == 2)
    with house.talk() as talk:
        assert talk.greeting.startswith("220")


def test_idle_connections_do_not_bar_the_door_for_ever(make_house: MakeHouse):
    house = make_house(limits=replace(QUICK, connections=50, stress_timeout=0.3))
    greetings = [house.talk().greeting[:3] for _ in range(300)]
    assert greetings.count("421") >= 200
    wait_until(lambda: house.door.porter._inside.total() < 40)
    with house.talk() as talk:
        assert talk.deliver(b"honest\r\n.\r\n").startswith("250")
