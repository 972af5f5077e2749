"""TLS and passwords on the way to the relay (finding 12, attack 36)."""

from __future__ import annotations

import hmac
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from ledger.errors import SettingsWrong
from ledger.values import AnswerKind
from mailers.connection import connect
from mailers.relay import Relay, RelaySettings
from mailers.signing_in import SignsIn
from tests.mailers.servers import authority, free_port
from tests.mailers.sinks import EXTENSIONS, Answers, Do, Sink, mails

STARTTLS = (*EXTENSIONS, "STARTTLS")
PASSWORD = "hush-7Q"

Identity = tuple[Path, ssl.SSLContext]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    """A certificate for the address where our servers listen."""
    return authority(tmp_path_factory.mktemp("here"), "IP:127.0.0.1")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    """A certificate for another server."""
    return authority(tmp_path_factory.mktemp("elsewhere"), "DNS:mail.other.example")


def deliver(port: int, **settings: Any) -> Answers:
    answers = Answers()
    Relay(RelaySettings("127.0.0.1", port, **settings)).deliver(mails(3), answers)
    assert set(answers.kinds) == {1, 2, 3}
    return answers


def all_are(kind: AnswerKind, answers: Answers) -> bool:
    return set(answers.kinds.values()) == {kind}


@pytest.mark.parametrize("tls", ["require", "implicit"])
def test_mails_leave_over_a_checked_connection(here: Identity, tls: Any) -> None:
    with Sink(extensions=STARTTLS, tls=here[1], implicit=tls == "implicit") as sink:
        answers = deliver(sink.port, tls=tls, ca_file=str(here[0]))
    assert all_are(AnswerKind.SENT, answers)
    assert len(sink.mails) == 3
    assert ("STARTTLS" in sink.commands) == (tls == "require")


@pytest.mark.parametrize("tls", ["require", "implicit"])
def test_a_certificate_of_nobody_we_know_is_refused(here: Identity, elsewhere: Identity, tls: Any) -> None:
    with Sink(extensions=STARTTLS, tls=here[1], implicit=tls == "implicit") as sink:
        answers = deliver(sink.port, tls=tls, ca_file=str(elsewhere[0]))
    assert all_are(AnswerKind.TEMPORARY, answers)
    assert not any(command.startswith("MAIL") for command in sink.commands)


@pytest.mark.parametrize("tls", ["require", "implicit"])
def test_a_certificate_for_another_name_is_refused(elsewhere: Identity, tls: Any) -> None:
    with Sink(extensions=STARTTLS, tls=elsewhere[1], implicit=tls == "implicit") as sink:
        answers = deliver(sink.port, tls=tls, ca_file=str(elsewhere[0]))
    assert all_are(AnswerKind.TEMPORARY, answers)
    assert "ใบรับรอง" in answers.all[0].text
    assert not sink.mails


def test_a_server_from_which_starttls_was_stripped_gets_nothing() -> None:
    with Sink() as sink:
        answers = deliver(sink.port, tls="require")
    assert all_are(AnswerKind.TEMPORARY, answers)
    assert not any(command.startswith("MAIL") for command in sink.commands)


def test_words_injected_before_tls_end_the_connection(here: Identity) -> None:
    with Sink(extensions=STARTTLS, tls=here[1], injected=b"250 welcome") as sink:
        answers = deliver(sink.port, tls="require", ca_file=str(here[0]))
    assert all_are(AnswerKind.TEMPORARY, answers)
    assert sink.commands[-1] == "STARTTLS"


@pytest.mark.parametrize("reply", [b"454 4.7.0 not now\r\n", b"220 go\r\nthis is no handshake\r\n"])
def test_a_handshake_that_fails_leaves_every_mail_for_later(here: Identity, reply: bytes) -> None:
    with Sink({("starttls", 1): Do(reply, close=True)}, STARTTLS, tls=here[1]) as sink:
        answers = deliver(sink.port, tls="require", ca_file=str(here[0]), connections=1)
    assert all_are(AnswerKind.TEMPORARY, answers)
    assert not sink.mails


@pytest.mark.parametrize("extensions", [STARTTLS, EXTENSIONS])
def test_opportunistic_takes_what_encryption_there_is(elsewhere: Identity, extensions: tuple[str, ...]) -> None:
    with Sink(extensions=extensions, tls=elsewhere[1]) as sink:
        answers = deliver(sink.port, tls="opportunistic")
    assert all_are(AnswerKind.SENT, answers)
    assert ("STARTTLS" in sink.commands) == (extensions is STARTTLS)


class _Keeper:
    """An aiosmtpd handler that keeps what it gets."""

    def __init__(self) -> None:
        self.contents: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert session.authenticated
        assert isinstance(envelope.content, bytes)
        self.contents.append(envelope.content)
        return "250 2.0.0 kept"


@contextmanager
def signing_in(
    context: ssl.SSLContext, username: str = "saraban", password: str = PASSWORD, without: Sequence[str] = ()
) -> Iterator[tuple[int, _Keeper]]:
    """A real server that wants TLS and then a password; it compares bytes. `without`: mechanisms that it lacks."""

    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and data == LoginPassword(username.encode(), password.encode())
        return AuthResult(success=right, handled=False)

    keeper = _Keeper()
    controller = Controller(
        keeper,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=context,
        require_starttls=True,
        authenticator=authenticate,
        auth_exclude_mechanism=without,
        auth_required=True,
    )
    controller.start()
    try:
        yield controller.port, keeper
    finally:
        controller.stop()


def test_the_password_goes_over_tls_and_mails_follow(here: Identity) -> None:
    with signing_in(here[1]) as (port, keeper):
        answers = deliver(port, ca_file=str(here[0]), username="saraban", password=PASSWORD)
    assert all_are(AnswerKind.SENT, answers)
    assert sorted(keeper.contents) == sorted(one.content for one in mails(3))


@pytest.mark.parametrize("without", [["LOGIN"], ["PLAIN"]], ids=["PLAIN", "LOGIN"])
@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("saraban", "รหัสผ่าน-ลับ๑๒๓"),
        ("สารบรรณ@office.example", "Grüße ñ"),
        ("saraban", "น้ำ\u0301 🔑"),
        ("x" * 60, "y" * 300),
    ],
)
def test_names_and_passwords_in_any_script_arrive_as_they_were_written(
    here: Identity, username: str, password: str, without: list[str]
) -> None:
    """RFC 4616: UTF-8. Not normalised, so that ำ stays one letter."""
    with signing_in(here[1], username, password, without) as (port, keeper):
        answers = deliver(port, ca_file=str(here[0]), username=username, password=password)
    assert all_are(AnswerKind.SENT, answers)
    assert len(keeper.contents) == 3


def test_cram_md5_takes_any_script_too() -> None:
    """The digest of RFC 2195 over the password's UTF-8; the value is from Python's own hmac over those bytes."""
    session = SignsIn()
    session.user, session.password = "สารบรรณ", "รหัส"
    assert session.auth_cram_md5() is None
    digest = hmac.digest("รหัส".encode(), b"<1@mx>", "md5").hex()
    assert session.auth_cram_md5(b"<1@mx>") == f"สารบรรณ {digest}"


@pytest.mark.parametrize("tls", ["require", "implicit"])
def test_to_hang_up_in_the_middle_of_a_mail_sends_nothing_in_clear(
    here: Identity, tls: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sending thread may write until the line is down, so it must stay encrypted until then."""
    seen = []
    shutdown = socket.socket.shutdown

    def spied(line: socket.socket, how: int) -> None:
        if isinstance(line, ssl.SSLSocket) and not line.server_side:
            seen.append(line.version())
        shutdown(line, how)

    with Sink(extensions=STARTTLS, tls=here[1], implicit=tls == "implicit") as sink:
        settings = RelaySettings("127.0.0.1", sink.port, tls=tls, ca_file=str(here[0]))
        connection = connect(settings)
        monkeypatch.setattr(socket.socket, "shutdown", spied)
        connection.hang_up()
        connection.close()
    assert seen == ["TLSv1.3"]


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_a_challenge_that_is_no_base64_leaves_every_mail_for_later(mechanism: str) -> None:
    odd = {("other", turn): Do(b"334 abcde\r\n") for turn in range(1, 20)}
    with Sink(extensions=(*EXTENSIONS, f"AUTH {mechanism}"), faults=odd) as sink:
        answers = deliver(sink.port, tls="none", username="saraban", password=PASSWORD)
    assert all_are(AnswerKind.TEMPORARY, answers)
    assert all("reply not understood" in answer.text for answer in answers.all)


@pytest.mark.parametrize("password", ["wrong-9Z", "", "ผิด-9Z"])
def test_a_wrong_password_is_our_fault_and_is_not_repeated_in_the_answer(here: Identity, password: str) -> None:
    with signing_in(here[1]) as (port, keeper):
        answers = deliver(port, ca_file=str(here[0]), username="saraban", password=password)
    assert all_are(AnswerKind.TEMPORARY, answers)
    assert not keeper.contents
    assert all("535" in answer.text and "9Z" not in answer.text for answer in answers.all)


def test_without_signing_in_mails_wait_for_better_settings(here: Identity) -> None:
    with signing_in(here[1]) as (port, keeper):
        answers = deliver(port, ca_file=str(here[0]))
    assert all_are(AnswerKind.TEMPORARY, answers)
    assert not keeper.contents


@pytest.mark.parametrize("tls", ["none", "opportunistic"])
def test_a_password_in_clear_is_refused_when_it_would_leave_the_machine(tls: Any) -> None:
    with pytest.raises(SettingsWrong):
        RelaySettings("mail.example", tls=tls, username="saraban", password=PASSWORD)
    assert RelaySettings("localhost", tls=tls, username="saraban", password=PASSWORD)


def test_settings_never_show_the_password() -> None:
    assert PASSWORD not in repr(RelaySettings("mail.example", username="saraban", password=PASSWORD))


@pytest.mark.parametrize("connections", [0, 6])
def test_the_number_of_connections_has_bounds(connections: int) -> None:
    with pytest.raises(SettingsWrong):
        RelaySettings("mail.example", connections=connections)
