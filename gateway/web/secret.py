"""The code before a secret letter (I8): mailed to the holder's own mailbox, typed here, good for a short while."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.web import forms
from gateway.web.ground import token_of
from gateway.web.links import Links, Wrong
from ledger.errors import Refused


class Codes:
    """Asking for a one-time code, and typing it."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self._desk = links.desk
        self._ground = links.ground

    def routes(self) -> list[Route]:
        """Both only by POST."""
        return [
            Route("/{token}/code", self.send, methods=["POST"]),
            Route("/{token}/unlock", self.unlock, methods=["POST"]),
        ]

    async def send(self, request: Request) -> Response:
        """Mail a code, once for each form."""
        page, form = await self._links.look(request), await forms.read(request, self._ground.parsing)
        if not page.locked:
            return self._links.back(request)
        try:
            with self._ground.nonces.once(form.get("nonce", "")) as first:
                if first:
                    await self._links.admit(request, form)
                    visit = self._ground.visit(request)
                    await self._ground.threads.run(self._desk.send_code, token_of(request), visit)
        except (Wrong, Refused) as fault:
            return self._links.show(request, await self._links.look(request), form, fault)
        return self._links.back(request, code="sent")

    async def unlock(self, request: Request) -> Response:
        """Open the letter on this device when the code is right; Thai and Arabic digits alike."""
        page, form = await self._links.look(request), await forms.read(request, self._ground.parsing)
        if not page.locked:
            return self._links.back(request)
        try:
            await self._links.admit(request, form)
            code, visit = forms.digits(form.get("code", "")), self._ground.visit(request)
            if not await self._ground.threads.run(self._desk.check_code, token_of(request), code, visit):
                raise Wrong(code="code_wrong")
        except (Wrong, Refused) as fault:
            return self._links.show(request, await self._links.look(request), form, fault, sent=True)
        return self._links.unlock(request, self._links.back(request))
