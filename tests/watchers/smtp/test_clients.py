"""Clients that people really have: swaks, Python, Postfix's smtp-source; and two hundred at once."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
import subprocess
from concurrent.futures import Future, ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path
from threading import Timer

import pytest

from ledger.values import Channel, Intake
from tests.watchers.smtp.house import House, MakeHouse
from watchers.smtp import Door


def letter(subject: str) -> EmailMessage:
    """A letter with an enclosure."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "school@example.test", "office@example.test", subject
    message.set_content("เรียน ผู้อำนวยการ\n.\n..\nขอแสดงความนับถือ")
    message.add_attachment(bytes(range(256)) * 2000, maintype="application", subtype="pdf", filename="หนังสือ.pdf")
    return message


def test_python_sends_letters_in_one_session(house: House):
    with smtplib.SMTP("127.0.0.1", house.port) as client:
        for number in range(5):
            assert client.send_message(letter(f"ที่ {number}")) == {}
    assert len(house.taken) == 5
    assert b"\r\n.\r\n" in house.taken[0].content


def test_python_hears_which_recipient_is_unknown(house: House):
    with smtplib.SMTP("127.0.0.1", house.port) as client:
        refused = client.send_message(letter("x"), to_addrs=["office@example.test", "nobody@example.test"])
    assert refused == {"nobody@example.test": (550, b"5.1.1 No such mailbox here")}
    assert house.taken[0].recipients == ("office@example.test",)


@pytest.mark.parametrize("channel", [Channel.SMTP, Channel.LMTP])
def test_before_the_first_address_is_set_up_everybody_shall_come_again(make_house: MakeHouse, channel: Channel):
    client = {Channel.SMTP: smtplib.SMTP, Channel.LMTP: smtplib.LMTP}[channel]
    house = make_house(channel=channel, known=lambda address: None)
    with client("127.0.0.1", house.port) as talk:
        talk.ehlo_or_helo_if_needed()
        assert talk.mail("school@example.test")[0] == 250
        answer = talk.rcpt("office@example.test")
    assert answer == (451, b"4.3.5 No mailbox is set up here yet; please try again later")


@pytest.mark.parametrize("channel", [Channel.SMTP, Channel.LMTP])
@pytest.mark.parametrize("option", [[], ["--pipeline"]])
def test_swaks_sends_a_letter(make_house: MakeHouse, tmp_path: Path, channel: Channel, option: list[str]):
    house = make_house(channel=channel)
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-1.7\n" * 10_000)
    command = ["swaks", "--server", "127.0.0.1", "--port", str(house.port), "--protocol", channel.name, *option]
    command += ["--from", "school@example.test", "--to", "office@example.test,saraban+finance@example.test"]
    done = subprocess.run([*command, "--attach", f"@{tmp_path}/scan.pdf"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
    assert [intake.recipients for intake in house.taken] == [("office@example.test", "saraban+finance@example.test")]


@pytest.mark.parametrize("channel", [Channel.SMTP, Channel.LMTP])
@pytest.mark.parametrize("reused", [[], ["-d"]])
def test_smtp_source_sends_many_over_many_connections(make_house: MakeHouse, channel: Channel, reused: list[str]):
    house = make_house(channel=channel)
    command = ["smtp-source", *reused, "-s", "20", "-m", "300", "-r", "3", "-l", "5000", "-f", "school@example.test"]
    command += ["-t", "office@example.test", *(["-L"] if channel is Channel.LMTP else [])]
    subprocess.run([*command, f"inet:127.0.0.1:{house.port}"], check=True, timeout=60)
    assert len(house.taken) == 300
    assert {len(intake.recipients) for intake in house.taken} == {3}


def test_two_hundred_clients_at_once_are_all_answered(make_house: MakeHouse):
    house = make_house()
    with ThreadPoolExecutor(200) as pool:
        talks = list(pool.map(lambda number: house.talk(), range(200)))
        heard = list(pool.map(lambda talk: talk.deliver(b"from all of us\r\n.\r\n")[:9], talks))
    assert heard == ["250 2.0.0"] * 200
    assert len(house.taken) == 200


def test_a_slow_commit_of_one_does_not_hold_up_another(make_house: MakeHouse):
    slow: Future[int] = Future()

    def take(intake: Intake) -> Future[int]:
        return slow if intake.content == b"slow\r\n" else house.take(intake)

    house = make_house(take=take)
    with house.talk() as patient, house.talk() as other:
        patient.begin().say("DATA")
        patient.send(b"slow\r\n.\r\n")
        assert other.deliver(b"quick\r\n.\r\n").startswith("250")
        Timer(0.01, slow.set_result, [9]).start()
        assert patient.reply() == "250 2.0.0 Taken as 9"


def test_the_standard_event_loop_serves_as_well(certificate: tuple[Path, Path]):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*certificate)
    taken: list[Intake] = []

    def take(intake: Intake) -> Future[int]:
        taken.append(intake)
        future: Future[int] = Future()
        future.set_result(1)
        return future

    def send(port: int) -> None:
        with smtplib.SMTP("localhost", port) as client:
            client.starttls(context=ssl.create_default_context(cafile=str(certificate[0])))
            client.send_message(letter("x"))

    async def serve() -> None:
        door = Door(take=take, known=lambda address: True, hostname="gate.example.test", tls=tls)
        port = await door.open("127.0.0.1", 0)
        await asyncio.to_thread(send, port)
        await door.close()

    asyncio.run(serve())
    assert len(taken) == 1
    assert taken[0].at.tzinfo is not None
