"""STARTTLS: from TLS 1.2 on, and nothing said in clear counts afterwards (attack 2)."""

from __future__ import annotations

import smtplib
import socket
import ssl
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from tests.watchers.smtp.house import QUICK, House, MakeHouse, Talk, wait_until


@pytest.fixture
def secure(make_house: MakeHouse, certificate: tuple[Path, Path]) -> House:
    """A door with a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return make_house(tls=context)


def trust(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """A client that checks."""
    return ssl.create_default_context(cafile=str(certificate[0]))


def encrypted(talk: Talk, context: ssl.SSLContext) -> Talk:
    """The same client behind a handshake."""
    talk._lines.close()
    talk.socket = context.wrap_socket(talk.socket, server_hostname="localhost")
    talk._lines = talk.socket.makefile("rb")
    return talk


def test_a_letter_comes_encrypted(secure: House, certificate: tuple[Path, Path]):
    letter = "Subject: x\r\n\r\n" + "y" * 60 + "\r\n" * 20_000
    with smtplib.SMTP("localhost", secure.port) as client:
        client.starttls(context=trust(certificate))
        client.ehlo()
        assert not client.has_extn("starttls")
        assert not client.has_extn("auth")
        client.sendmail("a@b.test", ["office@example.test"], letter)
    assert secure.taken[0].content == letter.encode()


def test_a_session_begins_anew_behind_the_handshake(secure: House, certificate: tuple[Path, Path]):
    with secure.talk() as talk:
        assert "250-STARTTLS" in talk.say("EHLO x").replace("250 STARTTLS", "250-STARTTLS")
        talk.say("MAIL FROM:<a@b.test>")
        assert talk.say("STARTTLS now").startswith("501")
        assert talk.say("STARTTLS") == "220 2.0.0 Ready to start TLS"
        encrypted(talk, trust(certificate))
        assert talk.say("RCPT TO:<office@example.test>").startswith("503 5.5.1")
        assert talk.say("MAIL FROM:<a@b.test>").startswith("503 5.5.1")
        assert "STARTTLS" not in talk.say("EHLO x")
        assert talk.say("STARTTLS").startswith("503 5.5.1")
        assert talk.deliver(b"x\r\n.\r\n").startswith("250")
        assert talk.say("QUIT").startswith("221")


def test_commands_glued_behind_starttls_are_not_obeyed(secure: House):
    with secure.talk() as talk:
        talk.say("EHLO x")
        talk.send(b"STARTTLS\r\nMAIL FROM:<evil@b.test>\r\nRCPT TO:<office@example.test>\r\n")
        assert talk.reply().startswith("554 5.5.0")
        assert talk.reply() == ""
    assert not secure.taken


def test_a_failed_handshake_ends_the_session_quietly(secure: House):
    with secure.talk() as talk:
        talk.say("EHLO x")
        assert talk.say("STARTTLS").startswith("220")
        talk.send(b"MAIL FROM:<a@b.test>\r\n" * 20)
        try:
            heard = talk.socket.recv(4096)
        except ConnectionResetError:
            heard = b""
        assert b"250" not in heard
    with secure.talk() as talk:
        assert talk.deliver(b"x\r\n.\r\n").startswith("250")


def test_old_tls_is_not_spoken(secure: House, certificate: tuple[Path, Path]):
    context = trust(certificate)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with secure.talk() as talk:
        talk.say("EHLO x")
        talk.say("STARTTLS")
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            context.wrap_socket(talk.socket, server_hostname="localhost")


def test_an_old_context_is_made_safe(certificate: tuple[Path, Path], make_house: MakeHouse):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    make_house(tls=context)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def starting(make_house: MakeHouse, certificate: tuple[Path, Path], **limits: float) -> House:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return make_house(tls=context, limits=replace(QUICK, **limits))


def test_a_handshake_that_does_not_come_has_a_time_out(make_house: MakeHouse, certificate: tuple[Path, Path]):
    house = starting(make_house, certificate, command_timeout=1.0)
    with house.talk() as talk:
        talk.say("EHLO x")
        talk.say("STARTTLS")
        assert talk.reply() == ""


def test_a_client_that_never_reads_before_its_handshake_is_dropped(make_house: MakeHouse, certificate):
    house = starting(make_house, certificate, command_timeout=1.0, refused=10**9, recipients=0)
    with house.talk() as talk:
        talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        talk.say("EHLO x")
        talk.send(b"MAIL FROM:<a@b.test>\r\n")
        (session,) = house.door._inside
        while not session._paused:
            talk.send(b"RCPT TO:<a@b.test>\r\n" * 1000)
            wait_until(lambda: session._paused or not session._ahead)
        talk.send(b"STARTTLS\r\n")
        wait_until(lambda: not house.door._inside)


def test_a_door_closes_at_once_before_a_handshake(make_house: MakeHouse, certificate: tuple[Path, Path]):
    house = starting(make_house, certificate, grace=3600.0)
    with house.talk() as talk:
        talk.say("EHLO x")
        talk.say("STARTTLS")
        house.run(house.door.close())
        assert not house.door._inside
