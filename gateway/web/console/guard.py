"""The one door to every page of the console: who is it, may they, did their own form ask, and is it not too much.

Each page is declared with the right that it needs; `pages` lists them all, so that a test can try every one with every
duty. Endpoints are plain functions in a thread; only this file knows that the server is asynchronous.
"""

from __future__ import annotations

import errno
import hmac
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256

import sqlalchemy as sa
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from gateway.web import line
from gateway.web.console import bodies
from gateway.web.console.asked import Asked
from gateway.web.console.back import SAFE, shown_before
from gateway.web.console.cookies import Cookies
from gateway.web.console.view import CONFIRM_FIRST, View
from gateway.web.desk import Threads
from gateway.web.files import Files
from gateway.web.hosts import is_local, same_origin, takes_passwords
from ledger.access import Right
from ledger.door import Door
from ledger.errors import ConfirmFirst, DiskFull, FormStale, NotAllowed, SarabanError, SignedOut, Unavailable
from ledger.sign_ins import SignIn

log = structlog.get_logger(__name__)

Endpoint = Callable[[Asked], Response]
OURS = (OSError, sa.exc.OperationalError)  # a full disk, a locked database: the moment's, not the visitor's (I9)
AT_ONCE = 20  # requests of one sign-in
SEAL = "saraban-seal"  # a form's seal, from a script of ours: then no field needs to bring it
QUIET = "saraban-quiet"  # what our script asks for by itself, so that an unattended page does not keep a sign-in alive


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
    hashes: bool = False  # checks or keeps a password, and waits for its turn apart from all others
    files: bool = False  # looks through or draws strangers' files, and waits for its turn apart from all others
    quiet: bool = False  # asked for by a script: does not keep a sign-in alive
    ends: bool = False  # may end sign-ins of one's own account; what is grave, anybody's


@dataclass(frozen=True, slots=True)
class Pools:
    """The threads in which it lets things run, so that what is slow for one reason keeps nothing else waiting."""

    pages: Threads
    parsing: Threads
    hashing: Threads
    files: Files


class Guard:
    """Admits requests to pages."""

    def __init__(
        self,
        door: Door,
        newest: Callable[[], int],
        view: View,
        pools: Pools,
        cookies: Cookies,
        secret: bytes,
        base_url: str,
    ) -> None:
        """Arguments: `newest`, the number of the newest line of history."""
        self._newest = newest
        self._door, self._view, self._cookies = door, view, cookies
        self._threads, self._parsing, self._hashing = pools.pages, pools.parsing, pools.hashing
        self._files = pools.files
        self._secret, self._base = secret, base_url
        self._running: Counter[str] = Counter()
        self._closed = not takes_passwords(base_url)

    def route(self, page: Page) -> Route:
        """The page behind its guard."""

        async def guarded(request: Request) -> Response:
            try:
                response = await self._admitted(page, request)
            except (SarabanError, *OURS) as fault:
                response = await self._refused(request, _told(fault))
            if request.method in SAFE and (asked := request.query_params.get("lang")) in ("th", "en"):
                self._cookies.speak(response, str(asked))
            return response

        return Route(page.path, guarded, methods=list(page.methods))

    async def status(self, request: Request, status: int) -> Response:
        """The page of a refusal that has nothing to tell but its number."""
        asked = await self._who(request) if status < 500 and not self._closed else Asked(request)
        return await self._threads.run(self._view.status, asked, status)

    def seal(self, sign_in: SignIn | None) -> str:
        """What a form carries to show that it is ours and this sign-in's, whatever token it has by now."""
        if sign_in is None:
            return ""
        named = f"form:{sign_in.id}:{sign_in.made_at.isoformat()}"
        return hmac.new(self._secret, named.encode(), sha256).hexdigest()

    async def _refused(self, request: Request, fault: SarabanError) -> Response:
        if isinstance(fault, SignedOut):
            return _to_sign_in(request)
        if isinstance(fault, ConfirmFirst):
            return RedirectResponse(f"/confirm?next={shown_before(request)}", 303)
        return await self._threads.run(self._view.fault, await self._who(request), fault)

    async def _admitted(self, page: Page, request: Request) -> Response:
        if self._closed:
            return self._view.page(Asked(request), "plain_http.html", 403)
        token = self._cookies.token(request)
        touch = not (page.quiet or QUIET in request.headers)
        with self._turn(token):
            asked = await self._looked(request, token, touch=touch)
            sign_in, connection = asked.sign_in, line.of(request.scope)
            if sign_in is not None:
                connection.signed_in(sign_in.account_id)
            elif token:
                connection.not_signed_in()
            if request.method not in SAFE:
                self._from_here(request)
            if page.right is not Right.OPEN:
                _check(page, sign_in)
            if request.method in SAFE:
                self._confirmed(page, sign_in)
                return await self._run(page, asked)
            return await self._posted(page, asked)

    async def _run(self, page: Page, asked: Asked) -> Response:
        if page.files and asked.sign_in is not None:
            return await self._files.run(asked.request, f"account {asked.sign_in.account_id}", page.run, asked)
        return await (self._hashing if page.hashes else self._threads).run(page.run, asked)

    async def _posted(self, page: Page, asked: Asked) -> Response:
        free = page.right is Right.OPEN
        most = bodies.STRANGER if free else bodies.bounds(page.uploads)
        look = _pass if free else self._unsealed(asked)
        async with bodies.read(asked.request, most, self._parsing, look) as body:
            asked = replace(asked, form=body.form, lists=body.lists, files=body.files)
            try:
                self._confirmed(page, asked.sign_in)
                return await self._done(page, asked)
            except ConfirmFirst:
                if body.files:
                    raise  # files cannot be carried through another page
                return await self._threads.run(self._ask_again, asked)

    async def _done(self, page: Page, asked: Asked) -> Response:
        response = await self._run(page, asked)
        connection = line.of(asked.request.scope)
        if page.grave or (page.ends and asked.sign_in is None and response.status_code == 303):
            connection.may_have_ended(None)
        elif page.ends and asked.sign_in is not None:
            connection.may_have_ended(asked.sign_in.account_id)
        return response

    def _unsealed(self, asked: Asked) -> Callable[[tuple[str, str]], None]:
        """What looks at a form's first field. Errors: `FormStale` for a seal that is not this sign-in's."""
        own = self.seal(asked.sign_in)

        def look(first: tuple[str, str]) -> None:
            name, value = first
            if name != "seal" or not hmac.compare_digest(value.encode(), own.encode()):
                raise FormStale

        if (given := asked.request.headers.get(SEAL)) is None:
            return look
        look(("seal", given))
        return _pass

    def _ask_again(self, asked: Asked) -> Response:
        url = asked.request.url
        where = url.path + (f"?{url.query}" if url.query else "")
        return self._view.confirm(asked, where, again=True, status=CONFIRM_FIRST, problems={})

    def _confirmed(self, page: Page, sign_in: SignIn | None) -> None:
        if page.grave and (sign_in is None or not sign_in.confirmed(self._view.clock())):
            raise ConfirmFirst

    @contextmanager
    def _turn(self, token: str) -> Iterator[None]:
        """One of the requests that a sign-in may have running. Raises HTTPException 429."""
        if token and self._running[token] >= AT_ONCE:
            raise HTTPException(429)
        self._running[token] += 1
        try:
            yield
        finally:
            self._running[token] -= 1
            if not self._running[token]:
                del self._running[token]

    async def _who(self, request: Request) -> Asked:
        """The request for an error page, with nothing that it brought; nobody's where that cannot be told now."""
        try:
            return await self._looked(request, self._cookies.token(request), touch=False)
        except OURS:
            return Asked(request)

    async def _looked(self, request: Request, token: str, *, touch: bool) -> Asked:
        return await self._threads.run(self._asked, request, token, touch) if token else Asked(request)

    def _asked(self, request: Request, token: str, touch: bool) -> Asked:
        """Who asks, and how fresh what they are told will be, which is asked before any of it is read."""
        sign_in = self._door.looked(token, touch=touch)
        return Asked(request, token, sign_in, newest=self._newest() if sign_in is not None else 0)

    def _from_here(self, request: Request) -> None:
        """Errors: `NotAllowed` for a form of another site (5.1)."""
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            fine = site == "same-origin"
        else:
            origin, host = request.headers.get("origin", ""), request.headers.get("host", "")
            # On the server itself the port may be another one than the public address tells.
            here = is_local(host) and origin.partition("://")[2] == host
            fine = here or same_origin(origin, self._base)
        if not fine:
            raise NotAllowed


def _pass(_first: tuple[str, str]) -> None:
    """For a form that needs no seal, or has shown it."""


def _check(page: Page, sign_in: SignIn | None) -> None:
    if sign_in is None or not (sign_in.full or page.halfway):
        raise SignedOut
    if sign_in.full:
        sign_in.viewer.must(page.right)


def _told(fault: Exception) -> SarabanError:
    """What the visitor hears of it; of our own fault the log hears what the system said, never a value (I8)."""
    if isinstance(fault, SarabanError):
        return fault
    said = fault.orig if isinstance(fault, sa.exc.OperationalError) else getattr(fault, "strerror", "")
    log.warning("console.unavailable", fault=type(fault).__name__, said=str(said))
    return DiskFull() if _no_room(fault) else Unavailable()


def _no_room(fault: Exception) -> bool:
    if isinstance(fault, sa.exc.OperationalError):
        return getattr(fault.orig, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL
    return getattr(fault, "errno", 0) in (errno.ENOSPC, errno.EDQUOT)


def _to_sign_in(request: Request) -> Response:
    accept = request.headers.get("accept", "")
    if accept.startswith("text/event-stream"):
        return Response(status_code=204)  # so that the browser does not ask again
    if accept.startswith("application/json"):
        return JSONResponse({"signed_out": True}, 401)
    told = "" if request.method in SAFE else "&told=expired"
    return RedirectResponse(f"/sign-in?next={shown_before(request)}{told}", 303)


def answers(values: Mapping[str, object], status: int = 200) -> Response:
    """A small answer to a script of ours."""
    return JSONResponse(dict(values), status)
