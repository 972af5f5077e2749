"""The pages behind a receipt link (5.2): look, acknowledge, forward, download.

A GET shows; only a POST that a form of ours carries, with a name that somebody typed, acknowledges (P-18). Every POST
ends in a redirect to the page, which tells what now stands.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.web import forms, headers
from gateway.web.forms import Form, one_line
from gateway.web.ground import token_of
from gateway.web.links import NAME_LENGTH, Links, Wrong
from ledger.errors import Refused
from ledger.values import ReceiptPage

NOTE_LENGTH = 500
LAST_POSITION = 9_999


class Receipts:
    """What a holder does with a letter."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self._desk = links.desk
        self._ground = links.ground

    def routes(self) -> list[Route]:
        """Any other method is refused before the desk hears of it."""
        return [
            Route("/{token}", self.page, methods=["GET", "POST"]),
            Route("/{token}/forward", self.forward, methods=["POST"]),
            Route("/{token}/files/{position:int}", self.file, methods=["GET"]),
        ]

    async def page(self, request: Request) -> Response:
        """GET and HEAD show the letter; POST acknowledges."""
        if request.method == "POST":
            return await self._acknowledge(request)
        return self._links.show(request, await self._links.look(request))

    async def _acknowledge(self, request: Request) -> Response:
        page, form = await self._links.look(request), await forms.read(request, self._ground.parsing)
        if page.locked or page.acknowledged_at is not None:
            return self._links.back(request)
        try:
            name, position = _name(form), _position(form)
            await self._links.admit(request, form)
            await self._ground.threads.run(
                self._desk.acknowledge,
                token_of(request),
                self._ground.visit(request),
                name,
                position,
                unlocked=self._links.unlocked(request),
            )
        except (Wrong, Refused) as fault:
            return self._links.show(request, page, form, fault)
        return self._links.remember(name, self._links.back(request))

    async def forward(self, request: Request) -> Response:
        """Pass the letter on; a form that is sent twice passes it on once."""
        page, form = await self._links.look(request), await forms.read(request, self._ground.parsing)
        if page.locked:
            return self._links.back(request)
        try:
            name = _name(form, "forward_name")
            with self._ground.nonces.once(form.get("nonce", "")) as first:
                if first:
                    target, note = _target(form, page), _note(form)
                    await self._links.admit(request, form)
                    await self._ground.threads.run(
                        self._desk.forward,
                        token_of(request),
                        target,
                        name,
                        note,
                        self._ground.visit(request),
                        unlocked=self._links.unlocked(request),
                    )
        except (Wrong, Refused) as fault:
            return self._links.show(request, page, form, fault, forwarding=True)
        return self._links.remember(name, self._links.back(request, fragment="way"))

    async def file(self, request: Request) -> Response:
        """One document, to be saved and never shown inside the site (attack 19)."""
        position = request.path_params["position"]
        if position > LAST_POSITION:
            raise HTTPException(404)
        file = await self._ground.files.run(
            request,
            token_of(request),
            self._desk.document,
            token_of(request),
            position,
            self._ground.visit(request),
            unlocked=self._links.unlocked(request),
        )
        return headers.download(file.content, one_line(forms.clean(file.name)), file.media_type)


def _name(form: Form, field: str = "name") -> str:
    """The name that somebody typed: letters of any script, not only marks."""
    name = one_line(form.get("name", ""))
    if not any(character.isalpha() for character in name):
        raise Wrong(**{field: "name_missing"})
    if len(name) > NAME_LENGTH:
        raise Wrong(**{field: "name_long"})
    return name


def _position(form: Form) -> str:
    position = one_line(form.get("position", ""))
    if len(position) > NAME_LENGTH:
        raise Wrong(position="position_long")
    return position


def _target(form: Form, page: ReceiptPage) -> str:
    target = form.get("target", "")
    if target not in {one.value for one in page.targets}:
        raise Wrong(target="target_missing")
    return target


def _note(form: Form) -> str:
    note = form.get("note", "")
    if len(note) > NOTE_LENGTH:
        raise Wrong(note="note_long")
    return note
