"""The bytes of one session, below its commands: lines in, replies out, time-outs, hanging up."""

from __future__ import annotations

import asyncio
from asyncio import StreamReaderProtocol
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ssl import SSLContext
from typing import TYPE_CHECKING, ClassVar, cast

from aiosmtpd.smtp import SMTP

from watchers.smtp import replies
from watchers.smtp.content import Content
from watchers.smtp.limits import Pace
from watchers.smtp.replies import Fault, Gone, Hangup

if TYPE_CHECKING:
    from watchers.smtp.door import Door

_AHEAD = 128 * 1024


class Wire(SMTP):
    """aiosmtpd's session with its own way of reading and writing.

    aiosmtpd awaits every line of a letter, cancels the session, and with it a running commit, when the
    client goes away, and has one timer for everything. Here a letter is fed as it arrives, replies leave
    together once nothing more is to be read (RFC 2920), a session ends only when it needs a client who is
    gone, and the door's ticker watches the time.
    """

    transport: asyncio.Transport
    protocol: ClassVar[str]

    def __init__(self, door: Door) -> None:
        super().__init__(None, hostname=door.hostname, tls_context=door.tls, loop=asyncio.get_running_loop())
        self.door = door
        self.limits = door.limits
        self.secured = False
        self._born = self.loop.time()
        self._ahead = bytearray()  # arrived, not read yet
        self._replies: list[bytes] = []
        self._waiter: asyncio.Future[None] | None = None
        self._asked_at: float | None = None  # since when it is the client's turn
        self._content: Content | None = None
        self._pace = Pace(door.limits, self._born)
        self._holding = self._gone = self._deaf = self._news = False

    def data_received(self, data: bytes) -> None:
        """Feed the running letter, or keep the bytes for the next line."""
        if self._deaf:
            return
        if self._content is not None:
            rest = self._content.feed(data)
            if rest is None:
                return
            self._content = None
            data = rest
        self._ahead += data
        if len(self._ahead) > _AHEAD and not self._holding:
            self._holding = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        """The client says no more; what it said is still answered."""
        self._gone = True
        self._wake()
        return not self.secured

    def connection_lost(self, error: Exception | None) -> None:
        """The client is away. The session is not cancelled: a running commit is waited for (finding 6)."""
        self._gone = True
        self._wake()
        StreamReaderProtocol.connection_lost(self, error)

    def check(self, now: float, *, stressed: bool) -> None:
        """Asked by the door's ticker: hang up on whoever let the time pass."""
        content = self._content
        if content is not None and self._pace.too_slow(content.received, now, stressed=stressed):
            self.cut(replies.TOO_SLOW)
        elif (content is not None or self._asked_at is not None) and now - self._born > self.limits.session:
            self.cut(replies.TIMED_OUT)
        elif self._asked_at is not None:
            patience = self.limits.stress_timeout if stressed else self.limits.command_timeout
            if now - self._asked_at > patience:
                self.cut(replies.TIMED_OUT)

    def cut(self, reply: bytes) -> None:
        """Hang up with `reply` if it is the client's turn; a session that waits for the disk goes on."""
        if self._deaf:
            return
        if self._waiter is not None:
            if not self._waiter.done():
                self._waiter.set_exception(Hangup(reply))
        elif self._asked_at is not None or self._content is not None:
            self.transport.abort()

    def close_soon(self) -> None:
        """The door closes: hang up unless a letter is running, which may end first."""
        if self._content is None:
            self.cut(replies.CLOSING)

    def abandon(self) -> None:
        """The house cannot wait any longer for this session's commit, which may still succeed."""
        if not self._deaf:
            with suppress(Gone), self._speaking():
                self.transport.write(replies.CLOSING + b"\r\n")
        self.transport.close()

    def end(self) -> None:
        """End the session wherever it is; a commit that it began goes on."""
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()

    def say(self, reply: bytes) -> None:
        """Reply; it leaves as soon as the session waits for its client."""
        self._replies.append(reply)

    async def line(self) -> bytes:
        """The next command line, without its end. Raises `Fault`, `Gone`, and `Hangup` once the door closes."""
        if self.transport.is_closing():
            raise Gone
        if self.door.closing:
            raise Hangup(replies.CLOSING)
        self._asked_at = self.loop.time()
        too_long = False
        while (end := self._ahead.find(b"\n")) < 0:
            if len(self._ahead) > self.limits.command_line:
                too_long = True
            if too_long:
                self._ahead.clear()
            await self._more()
        self._asked_at = None
        line = bytes(self._ahead[: end + 1])
        del self._ahead[: end + 1]
        if too_long or end >= self.limits.command_line:
            raise Fault(replies.LINE_TOO_LONG)
        if not line.endswith(b"\r\n"):
            raise Fault(replies.NOT_CRLF)
        return line[:-2]

    async def receive(self, content: Content) -> None:
        """Read a letter to its end. Raises `Gone` if it ends before."""
        self._content = content
        self._pace = Pace(self.limits, self.loop.time())
        try:
            while not content.complete:
                await self._more()
        finally:
            self._content = None

    def expect_silence(self) -> None:
        """Hang up if more came behind a command that must end its group (RFC 2920, attacks 2 and 3)."""
        if self._ahead:
            raise Hangup(replies.SPOKE_TOO_SOON)

    async def greet(self, *, stranger: bool) -> None:
        """Say who we are, to a client that can wait for it; a `stranger` is tried a moment longer."""
        if self.limits.greeting_pause and stranger:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.limits.greeting_pause):
                    await self._more()
        self.expect_silence()
        self.say(f"220 {self.hostname} {self.protocol}".encode())

    async def start_tls(self, context: SSLContext) -> None:
        """Go on encrypted. Raises `Gone` if the two do not agree in time."""
        self._asked_at = self.loop.time()
        await self._flush()
        with self._speaking():
            # uvloop waits for ever where the other side left a moment ago, whatever its own time-out is.
            async with asyncio.timeout(self.limits.command_timeout / 5):
                await self._writer.start_tls(context)
        self.transport = cast(asyncio.Transport, self._writer.transport)
        self.secured = True

    async def leave(self, end: Hangup) -> None:
        """Say the last line, and where it needs that, wait a little so that a client in mid-speech hears it."""
        self._deaf = True
        self._asked_at = None
        self.say(end.reply)
        with suppress(Gone, TimeoutError):
            async with asyncio.timeout(self.limits.linger):
                await self._flush()
                if end.linger and self.transport.can_write_eof():
                    with self._speaking():
                        self.transport.write_eof()
                    while not self._gone:
                        await self._more()

    def close(self) -> None:
        """Hang up, at the latest in a moment: a client that reads nothing must not keep the connection."""
        self.transport.close()
        self.loop.call_later(self.limits.linger, self.transport.abort)

    async def _more(self) -> None:
        """Wait until something arrives. Raises `Gone` if nothing will, and `Hangup` when cut."""
        await self._flush()
        if self._gone:
            raise Gone
        if self._holding:
            self._holding = False
            self.transport.resume_reading()
        if not self._news:
            self._waiter = self.loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        self._news = False

    async def _flush(self) -> None:
        if self._replies:
            said = b"\r\n".join([*self._replies, b""])
            self._replies.clear()
            with self._speaking():
                self._writer.write(said)
                await self._writer.drain()

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """Raises `Gone` for whatever a transport raises that is closed or breaks, which differs from loop to loop."""
        if self.transport.is_closing():
            raise Gone
        try:
            yield
        except Exception:  # uvloop has RuntimeError, asyncio OSError, TLS its own
            raise Gone from None

    def _wake(self) -> None:
        self._news = True
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _reset_timeout(self, duration: float | None = None) -> None:
        """aiosmtpd's single timer is not used."""
