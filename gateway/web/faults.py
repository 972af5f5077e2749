"""What a visitor sees when something cannot be done: status, a sentence, the time, and never more."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable, Mapping

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.web.log import mask
from gateway.web.render import Pages
from ledger import errors

log = structlog.get_logger(__name__)
RETRY = {"Retry-After": "30"}
MISDIRECTED = 421
Framed = Callable[[Request, int], Awaitable[Response]]


class Faults:
    """The error pages, as exception handlers and as the last middleware."""

    def __init__(self, pages: Pages, framed: Framed | None = None) -> None:
        """`framed`: the same in the console's frame, for every page but the receipts."""
        self._pages, self._framed = pages, framed

    async def on_status(self, request: Request, fault: Exception) -> Response:
        """A refusal of the site itself, with its own sentence for each status."""
        assert isinstance(fault, HTTPException)
        response = await self._status(request, fault.status_code)
        response.headers.update(fault.headers or {})
        return response

    async def _status(self, request: Request, status: int) -> Response:
        if self._framed is None or status == MISDIRECTED or request.scope["path"].startswith("/r/"):
            return self._page(request, status)
        return await self._framed(request, status)

    async def on_saraban(self, request: Request, fault: Exception) -> Response:
        """An error of the house, with the sentence that it brings."""
        assert isinstance(fault, errors.SarabanError)
        if isinstance(fault, errors.NoSuchLink | errors.NotFound):
            return self._page(request, 404, fault.sentence(self._pages.language(request)))
        if not fault.permanent:
            log.warning("web.unavailable", path=mask(request.scope["path"]), fault=type(fault).__name__)
            return self._page(request, 503, headers=RETRY)
        return self._page(request, 409, fault.sentence(self._pages.language(request)))

    def _page(
        self, request: Request, status: int, sentence: str = "", headers: Mapping[str, str] | None = None
    ) -> Response:
        response = self._pages.page(request, "error.html", status, sentence=sentence)
        response.headers.update(headers or {})
        return response

    def guard(self, app: ASGIApp) -> ASGIApp:
        """`app`, with a page in place of any other exception; the log has the trace, the visitor has not."""

        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            started = False

            async def note(message: Message) -> None:
                nonlocal started
                started = True
                await send(message)

            try:
                await app(scope, receive, note)
            except Exception:
                # The trace as text: a renderer that shows local variables would show the token.
                log.error("web.fault", path=mask(scope["path"]), trace=mask(traceback.format_exc()))
                if not started:
                    response = await self._status(Request(scope), 500)
                    response.headers.update(RETRY)
                    await response(scope, receive, send)

        return guarded
