"""Answer only to our own names, so that no foreign name can be made to point at us (attack 16)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.settings.units import is_loopback

LOCAL = ("localhost", "127.0.0.1", "[::1]")


class Hosts:
    """Middleware: 421 for a Host header that names somebody else; ports do not matter."""

    def __init__(self, app: ASGIApp, *, own: str) -> None:
        """`own`: host and port of the public address."""
        self._app = app
        self._names = frozenset({_name(own), *LOCAL})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _name(Headers(scope=scope).get("host", "")) not in self._names:
            raise HTTPException(421)
        await self._app(scope, receive, send)


def takes_passwords(base_url: str) -> bool:
    """Whether a password may be typed at this address: encrypted, or never leaving this machine (5.1)."""
    parts = urlsplit(base_url)
    return parts.scheme == "https" or is_loopback(parts.hostname or "")


def _name(host: str) -> str:
    return re.sub(r":\d*$", "", host).lower()
