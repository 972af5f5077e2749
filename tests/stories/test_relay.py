"""A circular leaves for forty schools, and their mail server has a bad day.

It is busy, refuses, hangs up before and after it has stored a mail, goes down and comes back; the house itself is
stopped and killed in the middle. In the end every school has the letter exactly once, or the outbox shows why not.
"""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from gateway.demo import office
from tests.mailers.servers import smtp_sink
from tests.stories.conftest import MakeHouse
from tests.stories.house import House, eventually
from tests.stories.peers import (
    BUSY,
    CLOSING,
    CUT_IN_TEXT,
    CUT_STORED,
    CUT_UNSTORED,
    LATER,
    REFUSED,
    UNKNOWN,
    Schools,
    Turn,
)
from tests.stories.post import paper

pytestmark = pytest.mark.story

REGISTRY = "registry@area4.example"
SCHOOLS = {
    one.mailbox: one.name for one in office.office().organisations if one.school_type == "government" and one.mailbox
}
BAD_DAY: tuple[tuple[Turn, ...], ...] = (
    (),
    (BUSY,),
    (BUSY, LATER),
    (UNKNOWN,),
    (LATER,),
    (LATER, LATER, BUSY),
    (REFUSED,),
    (CUT_IN_TEXT,),
    (CUT_UNSTORED,),
    (CUT_STORED,),
    (CLOSING,),
    (CUT_STORED, UNKNOWN),
)
CUT = {CUT_IN_TEXT, CUT_UNSTORED, CUT_STORED}  # a small mail has left us whole when the other side hangs up
NEVER = {UNKNOWN: "550 5.1.1 no such mailbox here", REFUSED: "554 5.7.1 not wanted"}
EAGER = {
    "SARABAN_RELAY__KIND": "smtp",
    "SARABAN_RELAY__HOST": "127.0.0.1",
    "SARABAN_RELAY__TLS": "none",
    "SARABAN_OUTBOX__RETRY_FIRST": "1s",
    "SARABAN_OUTBOX__RETRY_LONGEST": "2s",
}


def settings(port: int, **more: str) -> dict[str, str]:
    return {**EAGER, "SARABAN_RELAY__PORT": str(port), **more}


@pytest.fixture
def schools() -> Iterator[Schools]:
    with Schools() as running:
        yield running


def send(house: House, folder: Path, to: str = "all") -> None:
    file = folder / "หนังสือนำส่ง.pdf"
    file.write_bytes(paper("ขอเชิญประชุม"))
    house.run("send", file, "--to", to, "--subject", "ขอเชิญประชุมผู้บริหารสถานศึกษา", "--circular")


def mails(house: House, kind: str = "letter") -> dict[str, dict[str, Any]]:
    """The mails of that kind in the outbox, by recipient."""
    return {row["to"]: row for row in house.rows("outbox", "list", "--all") if row["kind"] == kind}


def delivered(house: House) -> set[str]:
    """The schools of which the office is told that the letter was sent to them."""
    names = {delivery["to"] for delivery in house.row("letter", "show", "1")["deliveries"] if delivery["sent_at"]}
    return {mailbox for mailbox, name in SCHOOLS.items() if name in names}


def settled(house: House) -> None:
    eventually(lambda: house.count("outbox WHERE due IS NOT NULL") == 0, "no mail waits")


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body
    assert mail["Auto-Submitted"] == "auto-generated"
    text: str = body.get_content()
    return text


def listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def same_copies(schools: Schools, whom: str) -> int:
    """How many copies an address has; all of them are one mail to whoever compares Message-IDs (P-16)."""
    stored = schools.stored(whom)
    assert len({mail["Message-ID"] for mail in stored}) <= 1
    return len(stored)


def test_every_school_gets_the_letter_once_or_the_outbox_shows_why_not(
    make_house: MakeHouse, schools: Schools, tmp_path: Path
) -> None:
    day = {mailbox: BAD_DAY[n % len(BAD_DAY)] for n, mailbox in enumerate(SCHOOLS)}
    schools.turns = day
    house = make_house(**settings(schools.port)).start()
    send(house, tmp_path)
    settled(house)

    told = mails(house)
    assert set(told) == set(SCHOOLS)
    for mailbox, turns in day.items():
        row, copies = told[mailbox], same_copies(schools, mailbox)
        refusals = [NEVER[turn] for turn in turns if turn in NEVER]
        assert copies == turns.count(CUT_STORED) + (not refusals), turns
        assert row["answer"] == (refusals[0] if refusals else "250 2.0.0 queued as 7F3A"), turns
        assert bool(row["gave_up_at"]) == bool(refusals)
        assert bool(row["unknown_at"]) == bool(CUT & set(turns)), turns
        assert all(mail["Message-ID"] == f"<{row['message_id']}>" for mail in schools.stored(mailbox))
        assert row["peer"] == f"127.0.0.1:{schools.port}"

    promised = {mailbox for mailbox in SCHOOLS if schools.promised[mailbox]}
    assert promised == delivered(house) == {mailbox for mailbox, row in told.items() if row["sent_at"]}
    warnings = "\n".join(text_of(mail) for mail in schools.stored(REGISTRY))
    assert {mailbox for mailbox in SCHOOLS if mailbox in warnings} == set(SCHOOLS) - promised
    lost = Counter(NEVER[turn] for turns in day.values() for turn in turns if turn in NEVER)
    assert {answer: warnings.count(answer) for answer in lost} == lost
    house.sound()


def test_a_mail_that_is_always_put_off_is_given_up_in_the_end(
    make_house: MakeHouse, schools: Schools, tmp_path: Path
) -> None:
    mailbox, name = next(iter(SCHOOLS.items()))
    schools.turns = {mailbox: [LATER] * 100}
    house = make_house(**settings(schools.port, SARABAN_OUTBOX__GIVE_UP="4s")).start()
    (code,) = (one.code for one in office.office().organisations if one.name == name)
    send(house, tmp_path, to=code)
    settled(house)
    row = mails(house)[mailbox]
    assert row["gave_up_at"]
    assert row["answer"] == "451 4.3.0 not now"
    assert 2 <= row["attempts"] == schools.attempts[mailbox]
    assert schools.copies() == {REGISTRY: 1}


def test_while_the_schools_server_is_down_the_mails_wait(
    make_house: MakeHouse, schools: Schools, tmp_path: Path
) -> None:
    house = make_house(**settings(schools.port)).start()
    with schools.away():
        send(house, tmp_path)
        eventually(lambda: house.count("outbox WHERE attempts > 1") > 0, "a second attempt")
        waiting = mails(house)
        assert len(waiting) == len(SCHOOLS)
        assert not any(row["sent_at"] or row["gave_up_at"] or row["unknown_at"] for row in waiting.values())
        assert any(f"127.0.0.1:{schools.port}" in row["answer"] for row in waiting.values())
    settled(house)
    assert schools.copies() == Counter(dict.fromkeys(SCHOOLS, 1))
    assert delivered(house) == set(SCHOOLS)


def test_a_house_that_is_stopped_while_it_sends_repeats_nothing(
    make_house: MakeHouse, schools: Schools, tmp_path: Path
) -> None:
    schools.gate_after = 12
    schools.turns = dict.fromkeys(list(SCHOOLS)[20:], (BUSY, BUSY, BUSY))
    house = make_house(**settings(schools.port)).start()
    send(house, tmp_path)
    assert schools.reached.wait(60)
    assert house.process
    house.process.terminate()
    eventually(lambda: not listens(house.smtp_port), "it has closed its doors")
    schools.gate.set()
    assert house.stop() == 0
    assert schools.copies().total() == house.count("outbox WHERE sent_at IS NOT NULL")
    assert house.count("outbox WHERE claimed_at IS NOT NULL") == 0

    house.start()
    settled(house)
    assert schools.copies() == Counter(dict.fromkeys(SCHOOLS, 1))
    assert house.count("outbox WHERE unknown_at IS NOT NULL") == 0
    house.sound()


def test_a_house_that_is_killed_while_it_sends_repeats_only_what_it_cannot_know(
    make_house: MakeHouse, schools: Schools, tmp_path: Path
) -> None:
    schools.gate_after = 12
    house = make_house(**settings(schools.port, SARABAN_OUTBOX__BATCH="20")).start()
    send(house, tmp_path)
    assert schools.reached.wait(60)
    known = {row.recipient for row in house.ask("SELECT recipient FROM outbox WHERE sent_at IS NOT NULL")}
    house.kill()
    schools.gate.set()
    house.start()
    settled(house)

    told = mails(house)
    for mailbox in SCHOOLS:
        copies = same_copies(schools, mailbox)
        assert copies == 1 or (copies == 2 and told[mailbox]["unknown_at"])
    assert all(schools.copies()[mailbox] == 1 for mailbox in known)
    assert schools.copies().total() > len(SCHOOLS), "the cut mails were stored, and the house could not know it"
    assert delivered(house) == set(SCHOOLS)
    house.sound()


def test_a_server_that_refuses_everything_ends_in_silence_and_not_in_a_loop(
    make_house: MakeHouse, tmp_path: Path
) -> None:
    with smtp_sink("-f", "RCPT") as port:
        house = make_house(**settings(port)).start()
        send(house, tmp_path)
        settled(house)
    told = mails(house)
    assert set(told) == set(SCHOOLS)
    assert all(row["gave_up_at"] and row["answer"].startswith("5") for row in told.values())
    warnings = house.rows("outbox", "list", "--all")[: -len(SCHOOLS)]
    assert {(row["kind"], row["to"]) for row in warnings} == {("given_up", REGISTRY)}
    assert all(row["gave_up_at"] for row in warnings)
    assert len(warnings) < len(SCHOOLS) // 4, "one for what is refused while it waits"
    assert delivered(house) == set()
