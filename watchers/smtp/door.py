"""The listening side: sockets, who is inside, the ticker, and closing without losing a letter."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from ledger.values import Channel, Intake
from watchers.smtp import replies, socketfile
from watchers.smtp.content import Room
from watchers.smtp.limits import Limits, Porter
from watchers.smtp.session import LmtpSession, SmtpSession
from watchers.smtp.space import Space

log = logging.getLogger(__name__)

# aiosmtpd writes lines of letters and addresses there, below WARNING (P-34).
logging.getLogger("mail.log").setLevel(logging.WARNING)

_SESSIONS = {Channel.SMTP: SmtpSession, Channel.LMTP: LmtpSession}
_BACKLOG = 512


class Door:
    """One SMTP or LMTP server, on as many addresses as it is told to open.

    `take` gets every letter and answers with a future, resolved with the intake's number once it is safe;
    `errors.Refused` becomes 550 with its sentence, anything else 451 without detail. `known` tells our
    recipients, or None as long as there are none at all; `free` tells how many bytes the disk has left, and no
    letter is begun below `least`; neither may block. `clock` gives aware times, `spool` is the directory for
    arriving letters that memory has no room for. `tls` switches STARTTLS on, with TLS 1.2 at least. Make it while
    the event loop runs.

    For whoever watches, from any thread: `addresses` where it listens, as host:port or path; `turned_at` when its
    loop last turned (`time.monotonic()`, every `limits.tick`); `refusing_since` and `free_seen`.
    """

    def __init__(
        self,
        *,
        take: Callable[[Intake], Future[int]],
        known: Callable[[str], bool | None],
        hostname: str,
        channel: Channel = Channel.SMTP,
        free: Callable[[], int] = lambda: 0,
        least: int = 0,
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        spool: Path | None = None,
    ) -> None:
        self.take, self.known, self.clock = take, known, clock
        self.hostname, self.channel = hostname, channel
        self.limits = limits or Limits()
        self.tls = tls
        if tls is not None and tls.minimum_version < ssl.TLSVersion.TLSv1_2:
            tls.minimum_version = ssl.TLSVersion.TLSv1_2
        self.room = Room(self.limits, spool)
        self.porter = Porter(self.limits)
        self.space = Space(free, least, clock)
        self.closing = False
        self.turned_at = time.monotonic()
        self.addresses: tuple[str, ...] = ()
        self._session = _SESSIONS[channel]
        self._inside: set[SmtpSession] = set()
        self._empty = asyncio.Event()
        self._empty.set()
        self._servers: list[asyncio.Server] = []
        self._socket_files: list[tuple[Path, int]] = []
        self._ticker: asyncio.Task[None] | None = None

    @property
    def refusing_since(self) -> datetime | None:
        """Since when letters are refused for want of space; `None` while there is room."""
        return self.space.since

    @property
    def free_seen(self) -> int:
        """The bytes that were free when the door last asked: what it refuses by."""
        return self.space.seen

    async def open(self, host: str, port: int) -> int:
        """Listen on `host` and `port`, 0 for any free one. Returns the port. Raises `OSError`."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: self._session(self), host, port, backlog=_BACKLOG)
        found = int(server.sockets[0].getsockname()[1])
        self._opened(server, f"[{host}]:{found}" if ":" in host else f"{host}:{found}")
        return found

    async def open_socket_file(self, path: Path, mode: int = 0o660, group: int | None = None) -> None:
        """Listen on the Unix socket `path` with permissions `mode`, and of the `group` of that number.

        Raises `OSError`, and `SocketTaken` or `SocketBlocked` where something is in its place.
        """
        sock = socketfile.bound(path, mode, group)
        self._socket_files.append((path, path.lstat().st_ino))
        loop = asyncio.get_running_loop()
        server = await loop.create_unix_server(lambda: self._session(self), sock=sock, backlog=_BACKLOG)
        self._opened(server, str(path))

    async def close(self) -> None:
        """Let running letters end, tell all others to come again (421), and stop. Takes `grace` at most."""
        self.closing = True
        self._each(lambda session: session.close_soon())
        await self._emptied(self.limits.grace)
        self._each(lambda session: session.cut(replies.CLOSING))
        await self._emptied(self.limits.linger)
        for server in self._servers:
            server.close()
        self._each(lambda session: session.abandon())
        for path, inode in self._socket_files:
            socketfile.remove(path, inode)
        if self._ticker is not None:
            self._ticker.cancel()

    def enter(self, session: SmtpSession) -> bytes | None:
        """Let `session` in, or say with which reply to send it away."""
        if self.closing:
            return replies.CLOSING
        refusal = self.porter.enter(session.guest, session.loop.time())
        if refusal is None:
            self._inside.add(session)
            self._empty.clear()
        return refusal

    def left(self, session: SmtpSession) -> None:
        """Forget `session`, which had come in."""
        self.porter.leave(session.guest)
        self._inside.discard(session)
        if not self._inside:
            self._empty.set()

    async def _emptied(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._empty.wait()

    def _opened(self, server: asyncio.Server, address: str) -> None:
        self._servers.append(server)
        self.addresses += (address,)
        if self._ticker is None:
            self._ticker = asyncio.create_task(self._tick())

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self.limits.tick)
            self.turned_at = time.monotonic()
            self._look(loop.time())

    def _look(self, now: float) -> None:
        stressed = self.porter.stressed
        self._each(lambda session: session.check(now, stressed=stressed))
        if self.space.since is not None:
            with suppress(OSError):  # a disk that cannot be asked has no room yet
                self.space.short()

    def _each(self, act: Callable[[SmtpSession], None]) -> None:
        """`act` on every session inside. One in which that breaks is ended, and keeps nobody from the others."""
        for session in tuple(self._inside):
            try:
                act(session)
            except Exception as error:  # one broken session must not stop the ticker or the closing
                log.error("session broken peer=%s error=%s", session.peer, type(error).__name__)
                session.end()
