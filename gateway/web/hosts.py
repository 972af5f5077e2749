"""Answer only to our own names, so that no foreign name can be made to point at us (attack 16)."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.settings import addresses
from gateway.settings.units import is_loopback

LOCAL = ("localhost", "127.0.0.1", "[::1]")


class Hosts:
    """Middleware: 421 for a Host header that names somebody else, 400 for two; ports do not matter."""

    def __init__(self, app: ASGIApp, *, own: str) -> None:
        """`own`: host and port of the public address. Raises ValueError for what names none."""
        self._app = app
        self._names = frozenset({addresses.host(addresses.split(own)[0]), *LOCAL})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hosts = Headers(scope=scope).getlist("host")
        if len(hosts) > 1:
            raise HTTPException(400)  # RFC 9112, 3.2
        if _name("".join(hosts)) not in self._names:
            raise HTTPException(421)
        await self._app(scope, receive, send)


def takes_passwords(base_url: str) -> bool:
    """Whether a password may be typed at this address: encrypted, or never leaving this machine (5.1)."""
    parts = urlsplit(base_url)
    return parts.scheme == "https" or is_loopback(parts.hostname or "")


def is_local(netloc: str) -> bool:
    """Whether a Host header names this machine as only itself can."""
    return _name(netloc) in LOCAL


def same_origin(written: str, base_url: str) -> bool:
    """Whether an Origin header, which a visitor may have made up, names the public address."""
    try:
        return addresses.origin(written) == addresses.origin(base_url)
    except ValueError:
        return False


def _name(netloc: str) -> str:
    """The host in its one spelling; "" for what names none. Servers hand on the header's bytes one by one."""
    try:
        return addresses.host(addresses.split(netloc.encode("latin-1").decode())[0])
    except ValueError:
        return ""
