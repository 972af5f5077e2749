"""One SMTP connection to the relay, secured and signed in: it writes bytes, counts them, and reads replies."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from time import monotonic
from typing import Any, Literal

from ledger.errors import Fault, SettingsWrong
from mailers import headers
from mailers.signing_in import SignsIn

Tls = Literal["require", "opportunistic", "none", "implicit"]

MOST_CONNECTIONS = 5  # to one host (section 7)
_LONGEST_LINE = 8192
_LARGEST_REPLY = 1 << 20
_RECORD = 16384  # what TLS hands over as a whole, so that `written` never promises too little
_REPLY_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?", re.DOTALL)
_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for each stage (section 7; RFC 5321 section 4.5.3.2)."""

    connect: float = 30
    greeting: float = 300
    command: float = 300  # EHLO, MAIL, RCPT, RSET
    data: float = 120
    block: float = 180  # for the other side to take in 16 KiB
    final: float = 600
    quit: float = 5

    @property
    def beat(self) -> float:
        """How long one system call may wait; a socket keeps this, since changing it costs a call for each."""
        return min(self.command, self.data, self.block, self.final, self.quit)


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """The server that takes our mails.

    `tls`: "require" (STARTTLS, certificate checked), "implicit" (TLS from the first byte, checked), "opportunistic"
    (STARTTLS where offered, unchecked), "none". Errors: SettingsWrong for a password that would travel in clear.
    """

    host: str
    port: int = 25
    tls: Tls = "require"
    ca_file: str | None = None  # instead of the system's authorities
    username: str = ""
    password: str = field(default="", repr=False)
    connections: int = MOST_CONNECTIONS
    hostname: str = "localhost"  # what we call ourselves in EHLO
    timeouts: Timeouts = Timeouts()

    def __post_init__(self) -> None:
        faults = []
        if not 1 <= self.connections <= MOST_CONNECTIONS:
            th, en = f"ต้องอยู่ระหว่าง 1 ถึง {MOST_CONNECTIONS}", f"must lie between 1 and {MOST_CONNECTIONS}"
            faults.append(Fault(0, "connections", th, en))
        if self.username and self.tls in ("opportunistic", "none") and not _is_here(self.host):
            th = 'รหัสผ่านต้องส่งผ่านการเข้ารหัส ให้ตั้ง tls = "require" หรือ "implicit"'
            faults.append(Fault(0, "username", th, 'a password needs tls = "require" or "implicit"'))
        if faults:
            raise SettingsWrong(faults)

    @property
    def peer(self) -> str:
        """The relay as answers and logs name it."""
        return f"{self.host}:{self.port}"


class Broken(Exception):
    """The conversation is over before its end; the argument says why, in a sentence without secrets."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server said to one command."""

    code: int
    lines: tuple[bytes, ...]

    def __str__(self) -> str:
        said = b" ".join(self.lines)[:_SHOWN].decode(errors="replace")
        return headers.line(f"{self.code} {said}")


class Connection(SignsIn):
    """The standard library's client for greeting, EHLO, STARTTLS and AUTH, over a reader that cannot be flooded."""

    def __init__(self, settings: RelaySettings, begun: Callable[[Connection], None]) -> None:
        """`begun` is told of it before anything is said."""
        begun(self)
        self._settings = settings
        self._lines: deque[bytes] = deque()
        self._rest = b""  # of a line that is still coming
        self._patience = settings.timeouts.greeting
        self.written = 0
        super().__init__(
            settings.host, settings.port, local_hostname=settings.hostname, timeout=settings.timeouts.connect
        )
        self._patience = settings.timeouts.command
        # What ends a group of commands must not wait for the other side's acknowledgement of the rest.
        self._socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket().settimeout(settings.timeouts.beat)

    def read(self, seconds: float) -> Reply:
        """The next reply, which must be complete within `seconds`. Errors: Broken."""
        deadline, lines, size = monotonic() + seconds, [], 0
        while True:
            line = self._line(deadline)
            size += len(line)
            matched = _REPLY_LINE.fullmatch(line)
            if not matched or size > _LARGEST_REPLY:
                raise Broken("เซิร์ฟเวอร์ตอบกลับผิดรูปแบบ (reply not understood)")
            lines.append(matched[3] or b"")
            if matched[2] != b"-":
                return Reply(int(matched[1]), tuple(lines))

    def expect_silence(self) -> None:
        """Errors: Broken when the server has answered what it was not yet asked (P-14)."""
        if self._lines or self._rest:
            raise Broken("เซิร์ฟเวอร์ตอบก่อนถูกถาม (reply came too early)")

    def write(self, content: bytes) -> None:
        """Hand `content` to the network; `written` counts what went. Errors: Broken."""
        view, self.written = memoryview(content), 0
        while self.written < len(view):
            self.written += self._send(view[self.written : self.written + _RECORD])

    def hang_up(self) -> None:
        """From another thread: whatever waits for the other side ends as Broken."""
        line = getattr(self, "sock", None)  # none yet while it is being called
        if line is not None:
            with suppress(OSError):
                # That of an SSLSocket forgets the encryption first, and what is being sent would go on in clear.
                socket.socket.shutdown(line, socket.SHUT_RDWR)

    def leave(self) -> None:
        """QUIT, without insisting on an answer."""
        with suppress(Broken):
            self.write(b"QUIT\r\n")
            self.read(self._settings.timeouts.quit)
        self.close()

    def getreply(self) -> tuple[int, bytes]:
        """The reader of the standard library's half of the conversation."""
        try:
            reply = self.read(self._patience)
        except Broken as trouble:
            self.close()
            raise smtplib.SMTPServerDisconnected(str(trouble)) from trouble
        return reply.code, b"\n".join(reply.lines)

    def introduce(self) -> None:
        """EHLO, TLS and AUTH as the settings want them. Errors: OSError, SMTPException, Broken."""
        self.ehlo_or_helo_if_needed()
        if self._settings.tls == "require" and not self.has_extn("starttls"):
            raise Broken("เซิร์ฟเวอร์ไม่รองรับการเข้ารหัส STARTTLS จึงไม่ส่ง (STARTTLS not offered)")
        if self._settings.tls in ("require", "opportunistic") and self.has_extn("starttls"):
            self._encrypt()
        if self._settings.username:
            self.login(self._settings.username, self._settings.password)

    def _encrypt(self) -> None:
        self._socket().settimeout(self._settings.timeouts.connect)
        self.starttls(context=tls_context(self._settings))
        self._socket().settimeout(self._settings.timeouts.beat)
        self.expect_silence()  # what came before TLS is not the server's word
        self.ehlo()

    def _send(self, block: memoryview) -> int:
        deadline = monotonic() + self._settings.timeouts.block
        while True:
            try:
                return int(self._socket().send(block))
            except TimeoutError as trouble:
                self._check(deadline, trouble)
            except OSError as trouble:
                raise Broken(explain(trouble)) from trouble

    def _line(self, deadline: float) -> bytes:
        while not self._lines:
            if len(self._rest) > _LONGEST_LINE:
                raise Broken("เซิร์ฟเวอร์ตอบกลับยาวเกินไป (reply line too long)")
            *lines, self._rest = (self._rest + self._receive(deadline)).split(b"\n")
            self._lines.extend(lines)
        return self._lines.popleft().rstrip(b"\r")

    def _receive(self, deadline: float) -> bytes:
        received: bytes | None = None
        while received is None:
            try:
                received = self._socket().recv(65536)
            except TimeoutError as trouble:
                self._check(deadline, trouble)
            except OSError as trouble:
                raise Broken(explain(trouble)) from trouble
        if not received:
            raise Broken("เซิร์ฟเวอร์ปิดการเชื่อมต่อ (connection closed)")
        return received

    def _check(self, deadline: float, trouble: TimeoutError) -> None:
        if monotonic() >= deadline:
            raise Broken(explain(trouble)) from trouble

    def _socket(self) -> Any:
        if self.sock is None:
            raise Broken("การเชื่อมต่อปิดแล้ว (connection closed)")
        return self.sock


class _Encrypted(Connection):
    """TLS from the first byte (RFC 8314)."""

    def _get_socket(self, host: str, port: int, timeout: float) -> ssl.SSLSocket:
        plain = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        return tls_context(self._settings).wrap_socket(plain, server_hostname=host)


def connect(settings: RelaySettings, begun: Callable[[Connection], None] = lambda _connection: None) -> Connection:
    """A connection over which mails can go at once; `begun` gets it earlier, for hanging up.

    Errors: Broken; our side may be the one that is wrong (I9).
    """
    try:
        connection = (_Encrypted if settings.tls == "implicit" else Connection)(settings, begun)
    except (OSError, smtplib.SMTPException) as trouble:
        raise Broken(f"ต่อเซิร์ฟเวอร์ส่งเมล {settings.peer} ไม่ได้: {explain(trouble)}") from trouble
    try:
        connection.introduce()
    except (OSError, smtplib.SMTPException, Broken) as trouble:
        connection.close()
        raise Broken(f"เริ่มส่งที่เซิร์ฟเวอร์ {settings.peer} ไม่ได้: {explain(trouble)}") from trouble
    return connection


def tls_context(settings: RelaySettings) -> ssl.SSLContext:
    """TLS 1.2 or newer, certificate and name checked.

    Only "opportunistic" takes any certificate, since it would go without (RFC 7435).
    """
    context = ssl.create_default_context(cafile=settings.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.tls == "opportunistic":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def explain(trouble: Exception) -> str:
    """What went wrong, in one line that names no secret of ours."""
    if isinstance(trouble, smtplib.SMTPResponseException):
        said = trouble.smtp_error if isinstance(trouble.smtp_error, bytes) else str(trouble.smtp_error).encode()
        return str(Reply(trouble.smtp_code, tuple(said.splitlines())))
    if isinstance(trouble, TimeoutError):
        return "ไม่ตอบภายในเวลาที่กำหนด (timed out)"
    if isinstance(trouble, ssl.SSLCertVerificationError):
        return headers.line(f"ใบรับรองของเซิร์ฟเวอร์ไม่น่าเชื่อถือ ({trouble.verify_message})")
    return headers.line(str(trouble) or type(trouble).__name__, _SHOWN)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
