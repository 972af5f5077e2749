"""The one door to every page of the console: who is it, may they, did their own form ask, and is it not too much.

Each page is declared with the right that it needs; `pages` lists them all, so that a test can try every one with every
duty. Endpoints are plain functions in a thread; only this file knows that the server is asynchronous.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from gateway.web.console import bodies
from gateway.web.console.asked import Asked
from gateway.web.console.cookies import Cookies
from gateway.web.console.view import View
from gateway.web.desk import Threads
from ledger.access import Right
from ledger.door import Door
from ledger.errors import ConfirmFirst, NotAllowed, SarabanError, SignedOut
from ledger.sign_ins import SignIn

Endpoint = Callable[[Asked], Response]
SAFE = ("GET", "HEAD")
HALFWAY = "/second"


@dataclass(frozen=True, slots=True)
class Page:
    """One page or action of the console, and what it needs."""

    path: str
    run: Endpoint
    right: Right
    methods: tuple[str, ...] = ("GET",)
    grave: bool = False  # asks for the password again
    uploads: int = 0  # how many files its form may bring
    halfway: bool = False  # also for a sign-in that still lacks its second factor
    quiet: bool = False  # asked for by a script: does not keep a sign-in alive


class Guard:
    """Admits requests to pages."""

    def __init__(
        self, door: Door, view: View, threads: Threads, cookies: Cookies, secret: bytes, base_url: str
    ) -> None:
        self._door, self._view, self._threads, self._cookies = door, view, threads, cookies
        self._secret, self._origin = secret, "{0.scheme}://{0.netloc}".format(urlsplit(base_url))

    def route(self, page: Page) -> Route:
        """The page behind its guard."""

        async def guarded(request: Request) -> Response:
            try:
                response = await self._admitted(page, request)
            except SignedOut:
                response = _to_sign_in(request)
            except ConfirmFirst:
                response = RedirectResponse(f"/confirm?next={_address(request)}", 303)
            except SarabanError as fault:
                response = self._view.fault(await self._who(request), fault)
            if request.method in SAFE and (asked := request.query_params.get("lang")) in ("th", "en"):
                self._cookies.speak(response, str(asked))
            return response

        return Route(page.path, guarded, methods=list(page.methods))

    def seal(self, token: str) -> str:
        """What a form carries to show that it is ours and this sign-in's."""
        return hmac.new(self._secret, b"form:" + token.encode(), sha256).hexdigest()

    async def _admitted(self, page: Page, request: Request) -> Response:
        token = self._cookies.token(request)
        sign_in = await self._threads.run(self._door.looked, token, touch=not page.quiet) if token else None
        if request.method not in SAFE:
            self._from_here(request)
        if page.right is not Right.OPEN:
            _check(page, sign_in)
            if page.grave and sign_in is not None and not sign_in.confirmed(self._view.clock()):
                raise ConfirmFirst
        asked = Asked(request, token, sign_in)
        if request.method in SAFE:
            return await self._threads.run(page.run, asked)
        async with bodies.read(request, page.uploads) as body:
            if page.right is not Right.OPEN and not hmac.compare_digest(body.form.get("seal", ""), self.seal(token)):
                raise NotAllowed
            asked = Asked(request, token, sign_in, body.form, body.lists, body.files)
            return await self._threads.run(page.run, asked)

    async def _who(self, request: Request) -> Asked:
        """The request for an error page, with nothing that it brought."""
        token = self._cookies.token(request)
        sign_in = await self._threads.run(self._door.looked, token, touch=False) if token else None
        return Asked(request, token, sign_in)

    def _from_here(self, request: Request) -> None:
        """Errors: `NotAllowed` for a form of another site (5.1)."""
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            fine = site == "same-origin"
        else:
            origin = request.headers.get("origin", "")
            fine = origin == self._origin or urlsplit(origin).netloc == request.headers.get("host")
        if not fine:
            raise NotAllowed


def _check(page: Page, sign_in: SignIn | None) -> None:
    if sign_in is None or not (sign_in.full or page.halfway):
        raise SignedOut
    if sign_in.full:
        sign_in.viewer.must(page.right)


def _to_sign_in(request: Request) -> Response:
    if request.headers.get("accept", "").startswith("application/json"):
        return JSONResponse({"signed_out": True}, 401)
    where = _address(request) if request.method in SAFE else quote("/home", safe="")
    return RedirectResponse(f"/sign-in?next={where}", 303)


def _address(request: Request) -> str:
    """Path and query of this page, or for a form the page that its browser names as shown before."""
    query = f"?{request.url.query}" if request.url.query else ""
    return quote(request.url.path + query, safe="")


def inside(address: str, otherwise: str = "/home") -> str:
    """`address` when it is a path of this site, so that a link cannot lead elsewhere after sign-in."""
    parts = urlsplit(address)
    own = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return address if own and "\\" not in address and address.isprintable() else otherwise


def answers(values: Mapping[str, object], status: int = 200) -> Response:
    """A small answer to a script of ours."""
    return JSONResponse(dict(values), status)
