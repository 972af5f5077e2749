"""What the pages ask of the desk behind a receipt link, and the threads that ask it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from secrets import randbelow
from typing import ParamSpec, Protocol, TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.background import BackgroundTask

from ledger.values import File, ReceiptPage, Visit

P = ParamSpec("P")
T = TypeVar("T")


class Desk(Protocol):
    """`ledger.desk.Desk`, as the receipt pages see it. Every call blocks.

    Each raises `errors.NoSuchLink` alike for unknown, expired and revoked tokens (P-21). `unlocked` says that a right
    one-time code was given for a secret letter.
    """

    def look(self, token: str, visit: Visit, unlocked: bool = False) -> ReceiptPage:
        """What the link shows. Acknowledges nothing, whatever `visit.method` is (P-18)."""

    def acknowledge(
        self, token: str, visit: Visit, name: str, position: str = "", unlocked: bool = False
    ) -> ReceiptPage:
        """Acknowledge once; a repeat changes nothing and answers with what stands (P-20)."""

    def document(self, token: str, position: int, visit: Visit, unlocked: bool = False) -> File:
        """A document that may be served; `errors.Refused` says why one may not."""

    def forward(
        self, token: str, target: str, name: str, note: str, visit: Visit, unlocked: bool = False
    ) -> ReceiptPage:
        """Pass the letter on to `target`, one of the page's targets; `errors.Refused` when that may not be."""

    def send_code(self, token: str, visit: Visit) -> str:
        """Mail a one-time code to the holder's own mailbox; answers with that address, masked.

        `errors.Refused` says from when on there will be one again.
        """

    def check_code(self, token: str, code: str, visit: Visit) -> bool:
        """Whether this is the code that was mailed last; `errors.Refused` says until when none is looked at."""


class Threads:
    """A few threads for calls that block, so that the event loop never waits for the database.

    A call that has begun is finished even when its visitor hangs up: a commit is never cancelled half-way.
    """

    def __init__(self, size: int = 4) -> None:
        self._limiter = CapacityLimiter(size)

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`call(*args, **kwargs)` in one of the threads."""
        return await to_thread.run_sync(partial(call, *args, **kwargs), limiter=self._limiter)

    def afterwards(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> BackgroundTask:
        """The same for a response to bring along: at a chance moment after it has left, so that neither its time nor
        that of the next answer tells what the call does.
        """

        async def later() -> None:
            await asyncio.sleep(0.2 + randbelow(800) / 1000)
            await self.run(call, *args, **kwargs)

        return BackgroundTask(later)
