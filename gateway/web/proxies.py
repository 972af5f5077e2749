"""What stands in front of us and the settings do not know: told on the page where nothing else can be, and in the log.

A proxy that is not trusted makes one address of all visitors, and one limit; without a public address, pages would
carry links, cookies and origins of this machine to people who are elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.web.hosts import is_local
from gateway.web.limits import Window
from gateway.web.peer import Peers, neighbour
from gateway.web.render import Pages

log = structlog.get_logger(__name__)

WITHOUT_BASE_URL = (
    "a proxy forwards visitors and the public address is not known, so no page is shown: "
    'set base_url = "https://…" under [http] and start anew'
)
NOT_TRUSTED = (
    "a proxy names its visitors and is not believed, so all of them count as one address: "
    'if it is ours, set trusted_proxies = ["{peer}"] under [http] and start anew'
)
NAMES_NO_VISITOR = (
    "the proxy does not name its visitors, so all of them count as one address: let it send X-Forwarded-For"
)

DAY = 24 * 3600
TOLD_A_DAY = 50  # lines in all; X-Forwarded-For is written by whoever likes


class Proxies:
    """Middleware: 421 with the setting to make where a proxy forwards and no public address is set."""

    def __init__(
        self, app: ASGIApp, *, peers: Peers, public: bool, pages: Pages, clock: Callable[[], datetime]
    ) -> None:
        """`public`: whether an administrator has set the public address."""
        self._app, self._peers, self._public, self._pages, self._clock = app, peers, public, pages, clock
        self._each, self._all = Window(1, DAY), Window(TOLD_A_DAY, DAY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers, peer = Headers(scope=scope), neighbour(scope)
        if not self._public and any(_forwards(name) for name in headers):
            self._tell(WITHOUT_BASE_URL, peer, "http.base_url")
            page = self._pages.page(Request(scope), "proxied.html", 421)
            await page(scope, receive, send)
            return
        named, trusted = "x-forwarded-for" in headers, self._peers.trusts(peer)
        if named and not trusted:
            self._tell(NOT_TRUSTED, peer, "http.trusted_proxies")
        elif trusted and not named and not is_local(headers.get("host", "")):
            self._tell(NAMES_NO_VISITOR, peer, "X-Forwarded-For")
        await self._app(scope, receive, send)

    def _tell(self, sentence: str, peer: str, wanted: str) -> None:
        """Once a day for each peer, and not without end for all of them."""
        now = self._clock().timestamp()
        if not self._each.wait(f"{wanted} {peer}", now) and not self._all.wait("", now):
            log.warning(sentence.format(peer=peer), peer=peer, wanted=wanted)


def _forwards(name: str) -> bool:
    return name.startswith("x-forwarded-") or name == "forwarded"
