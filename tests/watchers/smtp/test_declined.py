"""What is pipelined behind a declined MAIL or RCPT is no fault of the client: no count, no delay, no hanging up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.values import Channel
from tests.watchers.smtp.house import QUICK, House, MakeHouse, Talk

# One error would be too many, and would take an hour to be answered.
STERN = replace(QUICK, patient_errors=0, errors=1, error_delay=3600.0, exempt=(), greeting_pause=0.0)
MAIL, DATA = b"MAIL FROM:<a@b.test>\r\n", b"DATA\r\n"
RCPT = b"RCPT TO:<office@example.test>\r\n"
NO_SPACE = "452 4.3.1 Storage is full; please try again later"


def greeted(house: House, hello: str = "EHLO") -> Talk:
    talk = house.talk()
    assert talk.say(f"{hello} client.test").startswith("250")
    return talk


def group(talk: Talk, recipients: int, mail: bytes = MAIL) -> list[str]:
    """A whole letter pipelined up to DATA, as mail servers do; the replies."""
    talk.send(mail + RCPT * recipients + DATA)
    return [talk.reply() for _ in range(recipients + 2)]


def broken() -> int:
    raise OSError("/srv/saraban")


@pytest.mark.parametrize(
    ("declines", "hello", "reply"),
    [
        ({"free": lambda: 0, "least": 1}, "EHLO", NO_SPACE),
        ({"free": lambda: 0, "least": 1, "channel": Channel.LMTP}, "LHLO", NO_SPACE),
        ({"limits": replace(STERN, letters_per_minute=1)}, "EHLO", "450 4.7.1 Too many letters from your address"),
    ],
    ids=["no space", "no space by LMTP", "too fast"],
)
def test_behind_a_mail_put_off_everything_is_put_off_however_often(make_house: MakeHouse, declines, hello, reply):
    house = make_house(**{"limits": STERN, **declines})
    if "limits" in declines:
        assert house.talk().deliver(b"x\r\n.\r\n").startswith("250")
    talk = greeted(house, hello)
    for _ in range(15):
        assert {heard[: len(reply)] for heard in group(talk, 20)} == {reply}
    assert talk.say("NOOP").startswith("250")


def test_behind_a_mail_that_fails_by_us_everything_is_put_off(make_house: MakeHouse):
    talk = greeted(make_house(limits=STERN, free=broken))
    assert {heard[:9] for heard in group(talk, 20)} == {"451 4.3.0"}
    assert talk.say("NOOP").startswith("250")


def test_behind_a_letter_announced_too_large_nothing_else_is_said(make_house: MakeHouse):
    talk = greeted(make_house(limits=STERN))
    for _ in range(15):
        assert {heard[:9] for heard in group(talk, 20, b"MAIL FROM:<a@b.test> SIZE=99999999\r\n")} == {"552 5.3.4"}
    assert talk.say("NOOP").startswith("250")


def test_a_wrong_mail_is_one_fault_and_not_one_for_each_recipient(make_house: MakeHouse):
    talk = greeted(make_house(limits=replace(STERN, patient_errors=5, errors=5)))
    for _ in range(4):
        assert {heard[:9] for heard in group(talk, 20, b"MAIL FROM:<a b@c.test>\r\n")} == {"553 5.1.3"}
    assert group(talk, 1)[-1].startswith("354")


@pytest.mark.parametrize(("channel", "hello"), [(Channel.SMTP, "EHLO"), (Channel.LMTP, "LHLO")])
def test_data_behind_recipients_that_were_all_declined_is_no_fault(make_house: MakeHouse, channel, hello):
    house = make_house(limits=STERN, channel=channel, known=lambda address: False)
    talk = greeted(house, hello)
    for _ in range(15):
        heard = group(talk, 2)
        assert [reply[:9] for reply in heard] == ["250 2.1.0", "550 5.1.1", "550 5.1.1", "503 5.5.1"]
        assert talk.say("RSET") == "250 2.0.0 OK"


def test_after_that_it_is_counted_again(make_house: MakeHouse):
    full = [True]
    house = make_house(limits=replace(STERN, patient_errors=9, errors=2), free=lambda: 0 if full[0] else 1, least=1)
    talk = greeted(house)
    assert set(group(talk, 1)) == {NO_SPACE}
    assert talk.say("DATA").startswith("503 5.5.1")
    full[0] = False
    assert group(talk, 1)[-1].startswith("354")
    assert talk.say("x\r\n.").startswith("250")
    assert talk.say("RCPT TO:<office@example.test>").startswith("503 5.5.1")
    assert talk.reply() == "421 4.7.0 Too many errors"


def test_letters_put_off_without_end_end_the_session(make_house: MakeHouse):
    talk = greeted(make_house(limits=replace(STERN, refused=50), free=lambda: 0, least=1))
    talk.send(MAIL * 60)
    assert [talk.reply() for _ in range(50)] == [NO_SPACE] * 50
    assert talk.reply() == "421 4.7.0 Too many letters and recipients refused"
    assert talk.reply() == ""


@pytest.mark.parametrize(
    ("declines", "channel", "hello"),
    [
        ({"free": lambda: 0, "least": 1}, Channel.SMTP, "EHLO"),
        ({"free": lambda: 0, "least": 1}, Channel.LMTP, "LHLO"),
        ({"known": lambda address: False}, Channel.SMTP, "EHLO"),
    ],
    ids=["no space", "no space by LMTP", "no mailbox"],
)
def test_who_begins_anew_after_each_letter_put_off_is_not_idle(make_house: MakeHouse, declines, channel, hello):
    house = make_house(limits=STERN, channel=channel, **declines)
    talk = greeted(house, hello)
    for _ in range(3 * STERN.idle_commands):
        talk.send(b"RSET\r\n")
        assert talk.reply() == "250 2.0.0 OK"
        assert group(talk, 1)[1][0] in "45"


def test_a_letter_put_off_earns_one_idle_command_and_no_more(make_house: MakeHouse):
    talk = greeted(make_house(limits=STERN, free=lambda: 0, least=1))  # the greeting counts too
    assert talk.say("MAIL FROM:<a@b.test>") == NO_SPACE
    assert {talk.say("RSET") for _ in range(STERN.idle_commands)} == {"250 2.0.0 OK"}
    assert talk.say("RSET") == "421 4.7.0 Too many commands without a letter"
