"""What stands in front of us and the settings do not know: told on the page where nothing else can be, and in the log.

A proxy that is not trusted makes one address of all visitors, and one limit; without a public address, pages would
carry links, cookies and origins of this machine to people who are elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from datetime import datetime

import structlog
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.health.values import Remark
from gateway.web.hosts import is_local, same_origin
from gateway.web.limits import Window
from gateway.web.peer import Peers, neighbour
from gateway.web.render import Pages

log = structlog.get_logger(__name__)

WITHOUT_BASE_URL = Remark(
    "http.base_url",
    'มีพร็อกซีส่งต่อผู้ใช้มา แต่ยังไม่ได้ตั้งที่อยู่เว็บของระบบ จึงไม่แสดงหน้าใด ให้ตั้ง base_url = "https://…" ใน [http] แล้วเริ่มระบบใหม่',
    "a proxy forwards visitors and the public address is not known, so no page is shown: "
    'set base_url = "https://…" under [http] and start anew',
)
NOT_TRUSTED = Remark(
    "http.trusted_proxies",
    "มีพร็อกซีที่บอกที่อยู่ของผู้ใช้ แต่ระบบไม่เชื่อ ผู้ใช้ทุกคนจึงนับเป็นที่อยู่เดียว "
    'หากเป็นพร็อกซีของหน่วยงาน ให้ตั้ง trusted_proxies = ["{peer}"] ใน [http] แล้วเริ่มระบบใหม่',
    "a proxy names its visitors and is not believed, so all of them count as one address: "
    'if it is ours, set trusted_proxies = ["{peer}"] under [http] and start anew',
)
NAMES_NO_VISITOR = Remark(
    "X-Forwarded-For",
    "พร็อกซีไม่บอกที่อยู่ของผู้ใช้ ผู้ใช้ทุกคนจึงนับเป็นที่อยู่เดียว ให้ตั้งพร็อกซีให้ส่ง X-Forwarded-For",
    "the proxy does not name its visitors, so all of them count as one address: let it send X-Forwarded-For",
)

DAY = 24 * 3600
TOLD_A_DAY = 50  # lines in all; X-Forwarded-For is written by whoever likes


class Proxies:
    """Middleware: 421 with the setting to make where a proxy forwards and no public address is set."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        peers: Peers,
        public: str,
        pages: Pages,
        clock: Callable[[], datetime],
        remarks: MutableMapping[str, Remark],
    ) -> None:
        """`public`: the public address, if an administrator has set one; `remarks`: what is told and still lasts."""
        self._app, self._peers, self._public, self._pages, self._clock = app, peers, public, pages, clock
        self._remarks = remarks
        self._each, self._all = Window(1, DAY), Window(TOLD_A_DAY, DAY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers, peer = Headers(scope=scope), neighbour(scope)
        if not self._public and any(_forwards(name) for name in headers):
            self._tell(WITHOUT_BASE_URL, peer)
            page = self._pages.page(Request(scope), "proxied.html", 421)
            await page(scope, receive, send)
            return
        named, trusted = "x-forwarded-for" in headers, self._peers.trusts(peer)
        if named and not trusted:
            self._tell(NOT_TRUSTED, peer)
        elif named:
            self._remarks.pop(NAMES_NO_VISITOR.key, None)
        elif trusted and self._came_by_proxy(headers):
            self._tell(NAMES_NO_VISITOR, peer)
        await self._app(scope, receive, send)

    def _came_by_proxy(self, headers: Headers) -> bool:
        """Whether nobody on this machine asks so by himself: we speak no HTTPS, so its address is a proxy's."""
        host = headers.get("host", "")
        https = self._public.startswith("https:") and same_origin(f"https://{host}", self._public)
        return https or not is_local(host) or any(_forwards(name) for name in headers)

    def _tell(self, remark: Remark, peer: str) -> None:
        """In the log once a day for each peer, and not without end for all of them."""
        now, wanted = self._clock().timestamp(), remark.key
        self._remarks[wanted] = Remark(wanted, remark.th.format(peer=peer), remark.en.format(peer=peer))
        if not self._each.wait(f"{wanted} {peer}", now) and not self._all.wait("", now):
            log.warning(self._remarks[wanted].en, peer=peer, wanted=wanted)


def _forwards(name: str) -> bool:
    return name.startswith("x-forwarded-") or name == "forwarded"
