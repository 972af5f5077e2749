"""The web application, put together from its parts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Mount, Route, Router

from gateway.health.values import Remark
from gateway.web import numbers
from gateway.web.console.build import Console
from gateway.web.console.cabinet import Cabinet
from gateway.web.demo_mail import DemoMail, Line, Story
from gateway.web.desk import Desk, Threads
from gateway.web.faults import Faults
from gateway.web.files import Files
from gateway.web.ground import Ground
from gateway.web.headers import Headers
from gateway.web.health import Look
from gateway.web.health import routes as health_routes
from gateway.web.hosts import Hosts
from gateway.web.language import Language
from gateway.web.limits import Limits, Rates
from gateway.web.links import Links
from gateway.web.log import mask_access_log
from gateway.web.mailbox import MailboxView
from gateway.web.peer import Peers
from gateway.web.proxies import Proxies
from gateway.web.receipt import Receipts
from gateway.web.render import Pages
from gateway.web.seals import Nonces, Seals
from gateway.web.secret import Codes
from gateway.web.static import Static
from gateway.web.unread import Unread
from ledger.errors import SarabanError

PARSING = 2  # forms that are read at once


def build(
    desk: Desk,
    *,
    base_url: str,
    templates: Path,
    clock: Callable[[], datetime],
    secret: bytes,
    health: Look,
    cabinet: Cabinet | None = None,
    mailbox: MailboxView | None = None,
    story: Story = tuple,
    guests: Sequence[Line] = (),
    trusted_proxies: Iterable[str] = (),
    public: bool = True,
    remarks: MutableMapping[str, Remark] | None = None,
    language: Language = "th",
    rates: Rates = Rates(),  # noqa: B008 (frozen)
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> Starlette:
    """The site.

    Arguments: `base_url`, the public address, from which host name and cookie flags follow; `templates`, the folder
    with `web` and `locale`; `clock`, aware moments; `secret`, 32 random bytes that outlive a restart; `health`, for
    `/livez` and `/readyz`; `cabinet`, what the console works on, if there is to be one; `mailbox`, `story` and
    `guests`, only in a demo; `trusted_proxies`, addresses or networks whose X-Forwarded-For counts; `public`, whether
    an administrator set `base_url`, so that a proxy may stand in front; `remarks`, where to note what is wrong with
    one; `rates`, for receipt links; `pause`, how to wait some seconds.
    Raises OSError for missing templates, ValueError for a wrong secret or proxy.
    """
    numbers.bound()
    mask_access_log()
    static, threads, peers = Static(templates), Threads(), Peers(trusted_proxies)
    address = urlsplit(base_url)
    https = address.scheme == "https"
    seals = Seals(secret, clock)
    pages = Pages(templates, static, clock, language)
    ground = Ground(pages, threads, Threads(PARSING), Files(), clock, seals, Nonces(seals, pause), peers, https)
    links = Links(desk, ground)
    limits = Middleware(Limits, rates=rates, peers=peers, clock=clock)
    by_link = [*Receipts(links).routes(), *Codes(links).routes()]
    own: list[BaseRoute] = [Mount("/r", _exactly(by_link), middleware=[limits])]
    console = Console(cabinet, ground, secret, base_url) if cabinet is not None else None
    if console is not None:
        own += console.routes()
    if mailbox is not None:
        own += DemoMail(mailbox, story, guests, ground).routes()
    elif console is not None:
        own.append(Route("/", lambda _request: RedirectResponse("/home", 303)))
    faults = Faults(pages, console.status if console is not None else None)
    noted = {} if remarks is None else remarks
    proxies = Middleware(
        Proxies, peers=peers, public=base_url if public else "", pages=pages, clock=clock, remarks=noted
    )
    site = Starlette(
        routes=[
            *health_routes(health),
            *static.routes(),
            Mount("/", _exactly(own), middleware=[proxies, Middleware(Hosts, own=address.netloc)]),
        ],
        middleware=[Middleware(Unread), Middleware(Headers, https=https), Middleware(faults.guard)],
        exception_handlers={HTTPException: faults.on_status, SarabanError: faults.on_saraban},
    )
    site.state.console = console  # so that tests can walk its pages
    return site


def _exactly(routes: Sequence[BaseRoute]) -> Router:
    """The routes, without redirects to addresses with or without a slash: those would repeat the Host header."""
    return Router(routes, redirect_slashes=False)
