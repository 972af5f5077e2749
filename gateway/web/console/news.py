"""The bell of news: server-sent events, so that lists and counts change without being asked for again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass

from starlette.responses import Response, StreamingResponse

from gateway.web import line
from gateway.web.console.asked import Asked
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.guard import OURS, Page
from ledger.access import Right
from ledger.errors import SignedOut

EVERY = 1.0  # seconds between two looks for news
BEAT = 20  # looks after which it is asked whether the sign-in is still open
STREAM_SECONDS = 15 * 60  # then the browser asks anew, and must still be signed in
STREAMS = 200
OF_A_SIGN_IN, OF_AN_ACCOUNT = 4, 12  # the oldest of more ends
HEADERS = {"X-Accel-Buffering": "no", "Connection": "close"}  # a stream that ended leaves no connection idle
LATER = 60_000  # milliseconds until one that had to end may come again


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """One that is open."""

    sign_in: int
    account: int


class News:
    """Rings; what has happened, a page asks by its own rights."""

    def __init__(self, cabinet: Cabinet, newest: Callable[[], int]) -> None:
        """Arguments: `newest`, the number of the newest line of history; it blocks."""
        self._cabinet, self._ask = cabinet, newest
        self._open: list[Stream] = []  # the oldest first
        self._look: asyncio.Task[int] | None = None  # the last one, which all streams share
        self._looked = 0.0

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        return [Page("/live", self.live, Right.READ, quiet=True)]

    def live(self, asked: Asked) -> Response:
        """Server-sent events: the number of the newest line, whenever something was written after the line `since`.

        What it was, the page asks with its rights.
        """
        if asked.sign_in is None:
            raise SignedOut
        stream = Stream(asked.sign_in.id, asked.sign_in.account_id)
        if len(self._open) >= STREAMS and self._before(stream) is None:
            return Response(status_code=503, headers={"Retry-After": "60"})
        here = line.of(asked.request.scope)
        news = self._news(stream, here, asked.token, asked.number("since") or asked.newest)
        return StreamingResponse(news, media_type="text/event-stream", headers=HEADERS)

    def _before(self, stream: Stream) -> Stream | None:
        """The one that ends so that this may begin: the oldest where there are as many as there may be."""
        for most, which in ((OF_A_SIGN_IN, "sign_in"), (OF_AN_ACCOUNT, "account")):
            same = [one for one in self._open if getattr(one, which) == getattr(stream, which)]
            if len(same) >= most:
                return same[0]
        return None

    async def _news(self, stream: Stream, here: line.Line, token: str, since: int) -> AsyncIterator[str]:
        if (before := self._before(stream)) is not None:
            self._open.remove(before)
        self._open.append(stream)
        try:
            last = since
            yield "retry: 5000\n\n"
            for second in range(STREAM_SECONDS):
                if (second and await self._closing()) or here.followed():
                    return
                if stream not in self._open:
                    yield f"retry: {LATER}\n\n"
                    return
                if (now := await self._newest()) != last:
                    last = now
                    yield f"data: {now}\n\n"
                elif second % BEAT == 0:
                    if not await asyncio.to_thread(self._cabinet.door.look, token, touch=False):
                        return
                    yield ": here\n\n"
        except OURS:
            return  # the browser asks again, and is told so
        finally:
            if stream in self._open:
                self._open.remove(stream)

    async def _closing(self) -> bool:
        """Whether the site ends, known after a second at most; a stop waits for no stream."""
        with suppress(TimeoutError):
            async with asyncio.timeout(EVERY):
                return await self._cabinet.closing.wait()
        return False

    async def _newest(self) -> int:
        """The number of the newest line, for which nobody is asked more than once a second, however many listen."""
        now = asyncio.get_running_loop().time()
        if self._look is None or (self._look.done() and now - self._looked >= EVERY):
            self._look, self._looked = asyncio.create_task(asyncio.to_thread(self._ask)), now
        return await asyncio.shield(self._look)
