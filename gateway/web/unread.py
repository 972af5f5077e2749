"""What a request brings and no page reads: it is taken and forgotten within bounds, or the connection ends.

A browser that is still sending may miss an answer that comes before its end.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST = 150 * 1000 * 1000  # bytes, more than the largest form has
SECONDS = 60
QUICKLY, PAUSE = 1000 * 1000, 0.01  # bytes after which each piece is followed by a pause: nobody waits for them
SAFE = ("GET", "HEAD")
TOO_SLOW = 408  # who was waited for long enough


class Unread:
    """Middleware around everything else: an answer leaves when the body has come, or says that the connection ends."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        incoming = Incoming(scope, receive)

        async def after_the_body(message: Message) -> None:
            if message["type"] == "http.response.start":
                slow = message["status"] == TOO_SLOW
                if incoming.left() if slow else not await incoming.forgotten():
                    MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self._app(scope, incoming.receive, after_the_body)


class Incoming:
    """A request's receive channel that knows whether something is still to come."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        headers = Headers(scope=scope)
        self._receive, self._safe = receive, scope["method"] in SAFE
        self._more = "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
        self._unasked = "expect" in headers  # the other side sends nothing before it is asked to

    async def receive(self) -> Message:
        """The next message."""
        self._unasked = False
        message = await self._receive()
        self._more = bool(message.get("more_body"))
        return message

    def left(self) -> bool:
        """Whether something is still to come."""
        return self._more

    async def forgotten(self) -> bool:
        """Whether nothing of the body is left; what is there is taken for a while."""
        if not self._more or self._safe or self._unasked:
            return not self._more
        taken = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS):
                while self._more and taken <= MOST:
                    taken += len((await self.receive()).get("body", b""))
                    if taken > QUICKLY:
                        await asyncio.sleep(PAUSE)
        return not self._more
