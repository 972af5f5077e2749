"""Files are looked through, copied and drawn in threads of their own, so that no page waits for them.

One file at a time for each link and each account, so that the children that look stay free for others. Who has hung up
before the turn came costs nothing.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from starlette.requests import Request

from gateway.web import line
from gateway.web.desk import Threads
from ledger.errors import FilesWait

AT_ONCE = 4
OF_ONE, ROOM = 20, 100  # requests that wait or are answered, of one and of all
PATIENCE = 20  # seconds for one's turn

P = ParamSpec("P")
T = TypeVar("T")


class Files:
    """Lets requests for files run, each in its turn."""

    def __init__(self, threads: Threads | None = None) -> None:
        self._threads = threads or Threads(AT_ONCE)
        self._asking: Counter[str] = Counter()
        self._served: set[str] = set()
        self._changed = asyncio.Condition()

    async def run(self, request: Request, whose: str, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`call(*args, **kwargs)` in a thread. Arguments: `whose`, the link or account. Errors: `FilesWait`."""
        async with self._turn(whose):
            if line.of(request.scope).has_left():
                raise FilesWait
            return await self._threads.run(call, *args, **kwargs)

    @asynccontextmanager
    async def _turn(self, whose: str) -> AsyncIterator[None]:
        if self._asking[whose] >= OF_ONE or self._asking.total() >= ROOM:
            raise FilesWait
        self._asking[whose] += 1
        try:
            await self._await(whose)
            try:
                yield
            finally:
                self._served.discard(whose)
                async with self._changed:
                    self._changed.notify_all()
        finally:
            self._asking[whose] -= 1
            self._asking += Counter()  # nothing is kept of who has gone

    async def _await(self, whose: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE), self._changed:
                await self._changed.wait_for(lambda: whose not in self._served and len(self._served) < AT_ONCE)
                self._served.add(whose)
        except TimeoutError:
            raise FilesWait from None
