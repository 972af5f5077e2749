"""One visit to a receipt link: whose it is, what it may see, what it is shown, where it goes next."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.web import forms
from gateway.web.desk import Desk
from gateway.web.forms import Form, one_line
from gateway.web.ground import Ground, token_of
from gateway.web.seals import UNLOCKED_FOR
from ledger.errors import CodesSilent, Refused
from ledger.values import ReceiptPage

NAME_LENGTH = 100
YEAR = 365 * 24 * 3600
NAME_COOKIE = "saraban_name"
OPEN_COOKIE = "saraban_open"
_EMPTY = {"position": "", "target": "", "note": ""}


class Wrong(Exception):
    """A form cannot be acted on. `problems`: field (or "form") to the name of its sentence in the template."""

    def __init__(self, **problems: str) -> None:
        self.problems = problems


class Links:
    """What the routes below `/r` have in common."""

    def __init__(self, desk: Desk, ground: Ground) -> None:
        self.desk = desk
        self.ground = ground

    async def look(self, request: Request) -> ReceiptPage:
        """The letter, as far as this visitor may see it."""
        visit = self.ground.visit(request)
        return await self.ground.threads.run(self.desk.look, token_of(request), visit, unlocked=self.unlocked(request))

    async def admit(self, request: Request, form: Form) -> None:
        """Let a form act that this page carried; raise `Wrong` for any other."""
        if not await self.ground.nonces.admit(token_of(request), form.get("nonce", "")):
            raise Wrong(form="form_old")

    def unlocked(self, request: Request) -> bool:
        """Whether a right code was given on this device a short while ago."""
        age = self.ground.seals.age("open", token_of(request), request.cookies.get(OPEN_COOKIE, ""))
        return age is not None and age <= UNLOCKED_FOR

    def unlock(self, request: Request, response: Response) -> Response:
        """Keep the letter open on this device for a short while."""
        token = token_of(request)
        response.set_cookie(
            OPEN_COOKIE,
            self.ground.seals.stamp("open", token),
            int(UNLOCKED_FOR.total_seconds()),
            path=f"/r/{token}",
            httponly=True,
            samesite="strict",
            secure=self.ground.https,
        )
        return response

    def remember(self, name: str, response: Response) -> Response:
        """Keep the typed name on this device: a machine that only presses buttons has none."""
        response.set_cookie(
            NAME_COOKIE,
            quote(name, safe=""),
            YEAR,
            path="/r",
            httponly=True,
            samesite="lax",
            secure=self.ground.https,
        )
        return response

    def show(
        self,
        request: Request,
        page: ReceiptPage,
        form: Form | None = None,
        fault: Wrong | Refused | None = None,
        **view: bool,
    ) -> Response:
        """The page, with what was typed and what was wrong with it."""
        token, until = token_of(request), page.silent_until
        return self.ground.pages.page(
            request,
            "locked.html" if page.locked else "receipt.html",
            422 if fault else 200,
            page=page,
            problems=self._problems(request, fault),
            typed={"name": _remembered(request), **_EMPTY, **(form or {})},
            nonce=self.ground.nonces.fresh(token),
            path=f"/r/{token}",
            silent=CodesSilent(until=until).sentence(self.ground.pages.language(request)) if until else "",
            view={"forwarding": False, "sent": request.query_params.get("code") == "sent"} | view,
        )

    def _problems(self, request: Request, fault: Wrong | Refused | None) -> dict[str, str]:
        if isinstance(fault, Wrong):
            return fault.problems
        return {"form": fault.sentence(self.ground.pages.language(request))} if fault else {}

    def back(self, request: Request, fragment: str = "", **query: str) -> Response:
        """To the page that tells what now stands."""
        if "lang" in request.query_params:
            query["lang"] = self.ground.pages.language(request)
        address = f"/r/{quote(token_of(request), safe='')}" + (f"?{urlencode(query)}" if query else "")
        return RedirectResponse(address + (f"#{fragment}" if fragment else ""), 303)


def _remembered(request: Request) -> str:
    return one_line(forms.clean(unquote(request.cookies.get(NAME_COOKIE, ""))))[:NAME_LENGTH]
