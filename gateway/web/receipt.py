"""The pages behind a receipt link (5.2): look, acknowledge, forward, download, and the code before a secret letter.

A GET shows; only a POST that a form of ours carries, with a name that somebody typed, acknowledges (P-18). Every POST
ends in a redirect to the page, which tells what now stands.
"""

from __future__ import annotations

from urllib.parse import quote, unquote, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from gateway.web import forms, headers
from gateway.web.desk import Desk
from gateway.web.forms import Form, digits, one_line
from gateway.web.ground import Ground
from gateway.web.seals import UNLOCKED_FOR
from ledger.errors import Refused
from ledger.values import ReceiptPage

NAME_LENGTH = 100
NOTE_LENGTH = 500
LAST_POSITION = 9_999
NAME_COOKIE = "saraban_name"
OPEN_COOKIE = "saraban_open"
YEAR = 365 * 24 * 3600


class Wrong(Exception):
    """A form cannot be acted on. `problems`: field (or "form") to the name of its sentence in the template."""

    def __init__(self, **problems: str) -> None:
        self.problems = problems


class Receipts:
    """The routes below `/r`."""

    def __init__(self, desk: Desk, ground: Ground) -> None:
        self._desk = desk
        self._ground = ground

    def routes(self) -> list[Route]:
        """Every way that a link can be used; any other method is refused before the desk hears of it."""
        return [
            Route("/{token}", self.page, methods=["GET", "POST"]),
            Route("/{token}/forward", self.forward, methods=["POST"]),
            Route("/{token}/code", self.send_code, methods=["POST"]),
            Route("/{token}/unlock", self.unlock, methods=["POST"]),
            Route("/{token}/files/{position:int}", self.file, methods=["GET"]),
        ]

    async def page(self, request: Request) -> Response:
        """GET and HEAD show the letter; POST acknowledges."""
        if request.method == "POST":
            return await self._acknowledge(request)
        return self._show(request, await self._look(request))

    async def _acknowledge(self, request: Request) -> Response:
        form, page = await forms.read(request), await self._look(request)
        if page.locked or page.acknowledged_at is not None:
            return self._back(request)
        try:
            name, position = _name(form), one_line(form.get("position", ""))
            if len(position) > NAME_LENGTH:
                raise Wrong(position="position_long")
            await self._admit(request, form)
            await self._ground.threads.run(
                self._desk.acknowledge,
                _token(request),
                self._ground.visit(request),
                name,
                position,
                unlocked=self._unlocked(request),
            )
        except (Wrong, Refused) as fault:
            return self._show(request, page, form, fault)
        return self._remember(name, self._back(request))

    async def forward(self, request: Request) -> Response:
        """Pass the letter on; a form that is sent twice passes it on once."""
        form, page = await forms.read(request), await self._look(request)
        if page.locked:
            return self._back(request)
        try:
            target, name, note = _target(form, page), _name(form, "forward_name"), _note(form)
            with self._ground.nonces.once(form.get("nonce", "")) as first:
                if first:
                    await self._admit(request, form)
                    await self._ground.threads.run(
                        self._desk.forward,
                        _token(request),
                        target,
                        name,
                        note,
                        self._ground.visit(request),
                        unlocked=self._unlocked(request),
                    )
        except (Wrong, Refused) as fault:
            return self._show(request, page, form, fault, forwarding=True)
        return self._remember(name, self._back(request, fragment="way"))

    async def send_code(self, request: Request) -> Response:
        """Mail a one-time code to the holder, once for each form."""
        form, page = await forms.read(request), await self._look(request)
        if not page.locked:
            return self._back(request)
        try:
            with self._ground.nonces.once(form.get("nonce", "")) as first:
                if first:
                    await self._admit(request, form)
                    await self._ground.threads.run(self._desk.send_code, _token(request), self._ground.visit(request))
        except (Wrong, Refused) as fault:
            return self._show(request, page, form, fault)
        return self._back(request, code="sent")

    async def unlock(self, request: Request) -> Response:
        """Open a secret letter on this device for a while, when the code is right."""
        form, page = await forms.read(request), await self._look(request)
        if not page.locked:
            return self._back(request)
        token = _token(request)
        try:
            await self._admit(request, form)
            code = digits(form.get("code", ""))
            visit = self._ground.visit(request)
            if not await self._ground.threads.run(self._desk.check_code, token, code, visit):
                raise Wrong(code="code_wrong")
        except (Wrong, Refused) as fault:
            return self._show(request, page, form, fault, sent=True)
        response = self._back(request)
        seal = self._ground.seals.stamp("open", token)
        life = int(UNLOCKED_FOR.total_seconds())
        response.set_cookie(
            OPEN_COOKIE, seal, life, path=f"/r/{token}", httponly=True, samesite="strict", secure=self._ground.https
        )
        return response

    async def file(self, request: Request) -> Response:
        """One document, to be saved and never shown inside the site (attack 19)."""
        position = request.path_params["position"]
        if position > LAST_POSITION:
            raise HTTPException(404)
        file = await self._ground.threads.run(
            self._desk.document,
            _token(request),
            position,
            self._ground.visit(request),
            unlocked=self._unlocked(request),
        )
        return headers.download(file.content, one_line(forms.clean(file.name)), file.media_type)

    async def _look(self, request: Request) -> ReceiptPage:
        visit = self._ground.visit(request)
        return await self._ground.threads.run(self._desk.look, _token(request), visit, unlocked=self._unlocked(request))

    async def _admit(self, request: Request, form: Form) -> None:
        if not await self._ground.nonces.admit(_token(request), form.get("nonce", "")):
            raise Wrong(form="form_old")

    def _unlocked(self, request: Request) -> bool:
        seal = request.cookies.get(OPEN_COOKIE, "")
        age = self._ground.seals.age("open", _token(request), seal)
        return age is not None and age <= UNLOCKED_FOR

    def _show(
        self,
        request: Request,
        page: ReceiptPage,
        form: Form | None = None,
        fault: Wrong | Refused | None = None,
        **view: bool,
    ) -> Response:
        language = self._ground.pages.language(request)
        problems = {"form": fault.sentence(language)} if isinstance(fault, Refused) else {}
        token = _token(request)
        return self._ground.pages.page(
            request,
            "locked.html" if page.locked else "receipt.html",
            422 if fault else 200,
            page=page,
            problems=fault.problems if isinstance(fault, Wrong) else problems,
            typed={"name": _remembered(request), "position": "", "target": "", "note": ""} | (form or {}),
            nonce=self._ground.nonces.fresh(token),
            path=f"/r/{token}",
            view={"forwarding": False, "sent": request.query_params.get("code") == "sent"} | view,
        )

    def _back(self, request: Request, fragment: str = "", **query: str) -> Response:
        if "lang" in request.query_params:
            query["lang"] = self._ground.pages.language(request)
        address = f"/r/{quote(_token(request))}" + (f"?{urlencode(query)}" if query else "")
        return RedirectResponse(address + (f"#{fragment}" if fragment else ""), 303)

    def _remember(self, name: str, response: Response) -> Response:
        response.set_cookie(
            NAME_COOKIE, quote(name, safe=""), YEAR, path="/r", httponly=True, samesite="lax", secure=self._ground.https
        )
        return response


def _token(request: Request) -> str:
    token: str = request.path_params["token"]
    return token


def _remembered(request: Request) -> str:
    return one_line(forms.clean(unquote(request.cookies.get(NAME_COOKIE, ""))))[:NAME_LENGTH]


def _name(form: Form, field: str = "name") -> str:
    """The name that somebody typed: letters of any script, not only marks."""
    name = one_line(form.get("name", ""))
    if not any(character.isalpha() for character in name):
        raise Wrong(**{field: "name_missing"})
    if len(name) > NAME_LENGTH:
        raise Wrong(**{field: "name_long"})
    return name


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
