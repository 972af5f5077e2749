"""The bell of news: server-sent events, so that lists and counts change without being asked for again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import sqlalchemy as sa
from starlette.responses import Response, StreamingResponse

from gateway.web.console.asked import Asked
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.guard import Page
from ledger.access import Right
from ledger.history import HistoryRow

EVERY = 1.0  # seconds between two looks for news
STREAM_SECONDS = 15 * 60  # then the browser asks anew, and must still be signed in
STREAMS = 200


class News:
    """Rings; what has happened, a page asks by its own rights."""

    def __init__(self, cabinet: Cabinet) -> None:
        self._cabinet, self._streams = cabinet, 0

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        return [Page("/live", self.live, Right.READ, quiet=True)]

    def live(self, asked: Asked) -> Response:  # noqa: ARG002 (who may listen was asked before)
        """Server-sent events: a line whenever something was written; what it was, the page asks with its rights."""
        if self._streams >= STREAMS:
            return Response(status_code=503, headers={"Retry-After": "60"})
        return StreamingResponse(self._news(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    async def _news(self) -> AsyncIterator[str]:
        self._streams += 1
        try:
            last = await asyncio.to_thread(self._newest)
            yield "retry: 5000\n\n"
            for second in range(STREAM_SECONDS):
                if await self._closing():
                    return
                if (now := await asyncio.to_thread(self._newest)) != last:
                    last = now
                    yield "data: news\n\n"
                elif second % 20 == 0:
                    yield ": here\n\n"
        finally:
            self._streams -= 1

    async def _closing(self) -> bool:
        """Whether the site ends, known after a second at most; a stop waits for no stream."""
        with suppress(TimeoutError):
            async with asyncio.timeout(EVERY):
                return await self._cabinet.closing.wait()
        return False

    def _newest(self) -> int:
        with self._cabinet.database.read() as session:
            return session.execute(sa.select(sa.func.max(HistoryRow.id))).scalar() or 0
