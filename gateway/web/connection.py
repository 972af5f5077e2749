"""One HTTP connection as the open internet needs it: whatever it waits for has an absolute deadline (5.1)."""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from gateway.web import line
from gateway.web.crowd import Crowd
from gateway.web.peer import Peers

HEAD_BYTES = 16 * 1024  # of a head or of trailers, which the parser keeps until they end
HEAD_SECONDS = 30  # from the connection, or the answer before, until a head is whole
BODY_SECONDS = 60  # then, until the body is there, whoever reads it; a page may grant more
STALL_SECONDS, STALL_BYTES = 30, 32 * 1024  # how much of an answer must be read in which time
ANSWER_SECONDS = 900  # for one that is read so slowly that it has to wait
PATIENCE, LOOK = 5, 0.02  # how long a request waits for others, and how often it looks
MOST = 1_000  # connections, also those of proxies and those that are being closed; the rest is hung up on
HEALTH = (b"/livez", b"/readyz")  # answered at once, from memory, whoever else is being answered

# uvicorn tells of each request that it cannot read; who sent it is answered, and the log is not for strangers to fill.
_LOG = logging.getLogger("uvicorn.error.connection")
_LOG.setLevel(logging.ERROR)

_BUSY = (
    "ขณะนี้มีการเชื่อมต่อมากเกินไป โปรดรอสักครู่แล้วลองใหม่\n"
    "There are too many connections at the moment. Please wait a moment and try again.\n"
)
_HEADERS = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"content-length", b"%d" % len(_BUSY.encode())),
    (b"retry-after", b"5"),
    (b"connection", b"close"),
]


async def _busy(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 503, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": _BUSY.encode()})


class Connection(HttpToolsProtocol):
    """Bounds heads, and every time in which it is the other side's turn. A `crowd.Caller` and a `line.Line`."""

    def __init__(self, *args: Any, crowd: Crowd, peers: Peers, **kwargs: Any) -> None:
        """Arguments: `crowd`, who else is here; the rest is uvicorn's."""
        super().__init__(*args, **kwargs)
        self.logger = _LOG
        self._crowd, self._peers = crowd, peers
        self._site = self.app
        self._head_bytes, self._in_body = 0, False
        self._deadline: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None
        self._answers_since = 0.0
        self.waiting_since: float | None = None
        self.asking = False
        self._running: RequestResponseCycle | None = None

    # What happens on it

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MOST:
            transport.abort()
            return
        connection = transport.get_extra_info("socket")
        if connection is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
            # asyncio does so only for sockets that name their protocol; without it each answer waits 40 ms.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._await_head()
        if self._behind_proxy():
            self._crowd.stand_by(self, self._neighbour)
        else:
            self._crowd.enter(self, self._neighbour)

    def connection_lost(self, exc: Exception | None) -> None:
        self._crowd.leave(self)
        self._wait_no_more()
        self._reads_again()
        if self._running is not None:  # the last one that was asked for is told by uvicorn, not the one being answered
            self._running.disconnected = True
            self._running.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("Request head too large.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"][line.NAME] = self

    def on_headers_complete(self) -> None:
        self._in_body, self._head_bytes = True, 0
        self._wait(BODY_SECONDS)
        health = self.url.partition(b"?")[0] in HEALTH
        self.asking = not health and self._may_ask()
        self.app = self._site if self.asking or health else self._when_there_is_room
        super().on_headers_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGIApp) -> None:  # type: ignore[override]
        self._running = cycle
        super()._start_asgi_task(cycle, app)  # type: ignore[arg-type]  # it only calls it

    def on_body(self, body: bytes) -> None:
        self._head_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body, self._head_bytes = False, 0
        self._wait_no_more()
        self._answers_since = self.loop.time()
        super().on_message_complete()
        self._await_head_after_answer()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._await_head_after_answer()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_reader()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._reads_again()

    def timeout_keep_alive_handler(self) -> None:
        self.end()

    def shutdown(self) -> None:
        if self.waiting_since is not None:
            self.end()
        super().shutdown()

    # What others ask of it

    def end(self) -> None:
        """Hang up; what was answered before may still be read."""
        if self.asking:
            self.transport.abort()
        else:
            self.transport.close()
            self._watch_reader()

    def signed_in(self, account: int) -> None:
        """See `line.Line`."""
        if (asking := self._asks()) and not self.has_left():
            self._crowd.know(self, asking, self._cookie(), account)

    def not_signed_in(self) -> None:
        """See `line.Line`."""
        if asking := self._asks():
            self._crowd.mistake(self, asking, self._cookie())

    def may_have_ended(self, account: int | None) -> None:
        """See `line.Line`."""
        self._crowd.forget(account)

    def has_left(self) -> bool:
        """Whether nobody waits for the answer any more."""
        return bool(self.transport.is_closing())

    def followed(self) -> bool:
        """See `line.Line`."""
        return bool(self.pipeline)

    def body_within(self, seconds: float) -> None:
        """See `line.Line`."""
        if self._in_body:
            self._wait(seconds)

    # Whose turn it is

    @property
    def _neighbour(self) -> str:
        return self.client[0] if self.client else ""

    def _behind_proxy(self) -> bool:
        return self._peers.trusts(self._neighbour)

    def _asks(self) -> str:
        """The address of who asks; "" for a proxy that speaks for nobody."""
        address = self._peers.address(self.scope)
        return "" if self._peers.trusts(address) else address

    def _cookie(self) -> bytes:
        return next((value for name, value in self.headers if name == b"cookie"), b"")

    def _may_ask(self) -> bool:
        if self.has_left():  # who has hung up takes no place any more, as nobody would free it
            return False
        if asking := self._asks():
            return self._crowd.ask(self, asking, self._cookie())
        return not self._behind_proxy() or self._crowd.ask_itself(self, self._neighbour)

    async def _when_there_is_room(self, scope: Scope, receive: Receive, send: Send) -> None:
        """For a request that must wait for others; who comes later may take its place."""
        self.waiting_since = self.loop.time()
        until = self.loop.time() + PATIENCE
        while self.loop.time() < until and not self.transport.is_closing():
            await asyncio.sleep(LOOK)
            if self._may_ask():
                self.asking, self.waiting_since = True, None
                await self._site(scope, receive, send)
                return
        await _busy(scope, receive, send)

    def _await_head(self) -> None:
        self._head_bytes = 0
        self._wait(HEAD_SECONDS)

    def _await_head_after_answer(self) -> None:
        if self.cycle.response_complete:
            self.asking = False
        if self.cycle.response_complete and not self._in_body:
            if self._behind_proxy() and not self.has_left():
                self._crowd.stand_by(self, self._neighbour)
            self._await_head()
        if self.transport.is_closing():
            self._watch_reader()

    def _wait(self, seconds: float) -> None:
        self._wait_no_more()
        self.waiting_since = self.loop.time()
        self._deadline = self.loop.call_later(seconds, self.end)

    def _wait_no_more(self) -> None:
        self.waiting_since = None
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _watch_reader(self) -> None:
        """Look now and then whether the other side reads what it was answered; else drop it."""
        if self._stall is None:
            self.waiting_since = self.loop.time()
            self._stall = self.loop.call_later(STALL_SECONDS, self._look, self.transport.get_write_buffer_size())

    def _look(self, before: int) -> None:
        left = self.transport.get_write_buffer_size()
        if before - left < STALL_BYTES or self.loop.time() - self._answers_since > ANSWER_SECONDS:
            self.transport.abort()
        else:
            self._stall = self.loop.call_later(STALL_SECONDS, self._look, left)

    def _reads_again(self) -> None:
        if self._deadline is None:
            self.waiting_since = None
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None
