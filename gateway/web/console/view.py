"""From a page's values to its answer: the console's frame, its menu, and what went wrong in plain words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from gateway.web.console.asked import Asked
from gateway.web.render import Pages
from ledger.access import Right
from ledger.errors import FieldsWrong, NotAllowed, NotFound, SarabanError, TooLargeToTake
from ledger.sign_ins import SignIn

Seal = Callable[[SignIn | None], str]
Waiting = Callable[[int], int]
UNAVAILABLE, RETRY = 503, {"Retry-After": "30"}
CONFIRM = "confirm-"  # begins the fields that the page of the password adds to what it carries
CONFIRM_FIRST = 428


class View:
    """Renders `templates/web/console`."""

    def __init__(self, pages: Pages, clock: Callable[[], datetime], waiting: Waiting) -> None:
        """`waiting`: how many held intakes an organisation's tray has."""
        self._pages, self.clock, self._waiting = pages, clock, waiting
        self.seal: Seal = lambda _sign_in: ""  # the guard's, once there is one

    def page(self, asked: Asked, template: str, status: int = 200, **values: Any) -> Response:
        """The template `console/<template>` in the console's frame."""
        signed_in = asked.sign_in is not None and asked.sign_in.full
        viewer = asked.viewer if signed_in else None
        frame: dict[str, Any] = {
            "viewer": viewer,
            "may": _may(asked) if signed_in else (lambda _right: False),
            "seal": self.seal(asked.sign_in),
            "fresh_to": asked.newest,
            "here": asked.request.url.path,
            "tray": self._waiting(viewer.organisation_id) if viewer and viewer.may(Right.TRAY) else 0,
            "told": asked.query("told"),
            "words": "",
            "problems": {},
        }
        shown = {**frame, **values, "values": _Typed(values.get("values", {}))}
        response = self._pages.page(asked.request, f"console/{template}", status, **shown)
        if status == UNAVAILABLE:
            response.headers.update(RETRY)
        return response

    def wrong(self, asked: Asked, template: str, fault: FieldsWrong, **values: Any) -> Response:
        """The form once more, with what was typed and what is wrong with it beside each field."""
        return self.page(asked, template, 422, problems=self.problems(asked, fault), **values)

    def problems(self, asked: Asked, fault: SarabanError) -> dict[str, str]:
        """Field to sentence in the reader's language; an error of no field stands under "form"."""
        if isinstance(fault, FieldsWrong):
            return {name: self._lines(asked, sentences) for name, sentences in fault.problems.items()}
        return {"form": self.sentence(asked, fault)}

    def _lines(self, asked: Asked, sentences: str) -> str:
        """One sentence a line; what a line is about stands before a colon and is nobody's to translate."""
        told = []
        for line in sentences.splitlines():
            about, colon, sentence = line.rpartition(": ")
            told.append(about + colon + self.say(asked, sentence))
        return "\n".join(told)

    def fault(self, asked: Asked, fault: SarabanError) -> Response:
        """The page of an error that no form shows."""
        statuses = {NotFound: 404, NotAllowed: 403, TooLargeToTake: 413}
        status = next((status for kind, status in statuses.items() if isinstance(fault, kind)), 409)
        return self.page(asked, "fault.html", status if fault.permanent else 503, sentence=self.sentence(asked, fault))

    def status(self, asked: Asked, status: int) -> Response:
        """The page of a refusal that has nothing to tell but its number."""
        return self.page(asked, "fault.html", status, sentence="")

    def confirm(self, asked: Asked, where: str, *, again: bool, status: int, problems: dict[str, str]) -> Response:
        """Ask for the password once more, and carry along what was posted, so that it can be posted again.

        Arguments: `where` the way leads then; `again`, whether the form is posted there once more.
        """
        posted = [(name, one) for name, all_of_it in asked.lists.items() for one in all_of_it]
        carried = [(name, one) for name, one in posted if name != "seal" and not name.startswith(CONFIRM)]
        frame = {"carried": carried, "next": where, "again": again, "problems": problems}
        return self.page(asked, "confirm.html", status, login=asked.sign_in.login if asked.sign_in else "", **frame)

    def sentence(self, asked: Asked, fault: SarabanError) -> str:
        """An error in the reader's language; a Thai reason is looked up in the catalogue."""
        return self.say(asked, fault.sentence(self._pages.language(asked.request)))

    def say(self, asked: Asked, thai: str, **values: object) -> str:
        """A Thai text in the reader's language."""
        return self._pages.speaker(asked.request)(thai, **values)

    def language(self, asked: Asked) -> str:
        """The reader's language."""
        return self._pages.language(asked.request)


class _Typed(dict[str, str]):
    """What was typed; a field that the form did not bring is empty."""

    def __missing__(self, name: str) -> str:
        return ""


def to(address: str, **query: str) -> Response:
    """On to the page that tells what now stands (POST, redirect, GET)."""
    return RedirectResponse(address + (f"?{urlencode(query)}" if query else ""), 303)


def _may(asked: Asked) -> Callable[[str], bool]:
    viewer = asked.viewer
    return lambda right: viewer.may(Right(right))
