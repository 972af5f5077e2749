"""Signed values that the browser keeps for us: the nonce of a form, and the proof that a code was right.

Both are bound to one receipt link by their key, and dated by the injected clock.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

YOUNGEST = timedelta(seconds=2)
OLDEST = timedelta(hours=24)
UNLOCKED_FOR = timedelta(minutes=30)
REMEMBERED = 20_000


class Seals:
    """Signs and reads `(moment, random)` pairs; whoever lacks the secret can make none."""

    def __init__(self, secret: bytes, clock: Callable[[], datetime]) -> None:
        """`secret`: at least 32 random bytes, the same over restarts. Raises ValueError for fewer."""
        if len(secret) < 32:
            raise ValueError("the secret for forms needs at least 32 random bytes")
        self._secret = secret
        self._clock = clock

    def stamp(self, purpose: str, token: str) -> str:
        """A value for `purpose` and `token` that says when it was made."""
        moment = round(self._clock().timestamp() * 1000)
        return self._signer(purpose, token).dumps([moment, secrets.token_urlsafe(6)])

    def age(self, purpose: str, token: str, value: str) -> timedelta | None:
        """How old `value` is; `None` when we did not make it for this purpose and token."""
        try:
            moment, _ = self._signer(purpose, token).loads(value)
        except BadSignature:
            return None
        return timedelta(milliseconds=self._clock().timestamp() * 1000 - moment)

    def _signer(self, purpose: str, token: str) -> URLSafeSerializer:
        return URLSafeSerializer(self._secret, salt=f"{purpose}:{token}")


class Nonces:
    """What shows that a form was fetched before it was sent (5.2): 2 s to 24 h old, single use where that matters."""

    def __init__(self, seals: Seals, pause: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        self._seals = seals
        self._pause = pause
        self._used: OrderedDict[str, None] = OrderedDict()

    def fresh(self, token: str) -> str:
        """The nonce for a form that leaves now."""
        return self._seals.stamp("form", token)

    async def admit(self, token: str, nonce: str) -> bool:
        """Whether a form with this nonce may act. A young one waits until it is 2 s old: nobody quick is refused."""
        age = self._seals.age("form", token, nonce)
        if age is None or age > OLDEST:
            return False
        if age < YOUNGEST:
            await self._pause(min(YOUNGEST - age, YOUNGEST).total_seconds())
        return True

    @contextmanager
    def once(self, nonce: str) -> Iterator[bool]:
        """Use a nonce up. `False` inside when it was already; given back when nothing came of it."""
        if nonce in self._used:
            yield False
            return
        self._used[nonce] = None
        if len(self._used) > REMEMBERED:
            self._used.popitem(last=False)
        try:
            yield True
        except BaseException:
            self._used.pop(nonce, None)
            raise
