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
from ledger.errors import FieldsWrong, NotAllowed, NotFound, SarabanError

Seal = Callable[[str], str]
Waiting = Callable[[int], int]
RETRY = {"Retry-After": "30"}


class View:
    """Renders `templates/web/console`."""

    def __init__(self, pages: Pages, clock: Callable[[], datetime], waiting: Waiting) -> None:
        """`waiting`: how many held intakes an organisation's tray has."""
        self._pages, self.clock, self._waiting = pages, clock, waiting
        self.seal: Seal = lambda _token: ""  # the guard's, once there is one

    def page(self, asked: Asked, template: str, status: int = 200, **values: Any) -> Response:
        """The template `console/<template>` in the console's frame."""
        signed_in = asked.sign_in is not None and asked.sign_in.full
        viewer = asked.viewer if signed_in else None
        frame: dict[str, Any] = {
            "viewer": viewer,
            "may": _may(asked) if signed_in else (lambda _right: False),
            "seal": self.seal(asked.token),
            "here": asked.request.url.path,
            "tray": self._waiting(viewer.organisation_id) if viewer and viewer.may(Right.TRAY) else 0,
            "told": asked.query("told"),
            "words": "",
            "problems": {},
        }
        return self._pages.page(asked.request, f"console/{template}", status, **(frame | values))

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
        status = 404 if isinstance(fault, NotFound) else 403 if isinstance(fault, NotAllowed) else 409
        response = self.page(
            asked, "fault.html", status if fault.permanent else 503, sentence=self.sentence(asked, fault)
        )
        if not fault.permanent:
            response.headers.update(RETRY)
        return response

    def sentence(self, asked: Asked, fault: SarabanError) -> str:
        """An error in the reader's language; a Thai reason is looked up in the catalogue."""
        return self.say(asked, fault.sentence(self._pages.language(asked.request)))

    def say(self, asked: Asked, thai: str, **values: object) -> str:
        """A Thai text in the reader's language."""
        return self._pages.speaker(asked.request)(thai, **values)

    def language(self, asked: Asked) -> str:
        """The reader's language."""
        return self._pages.language(asked.request)


def to(address: str, **query: str) -> Response:
    """On to the page that tells what now stands (POST, redirect, GET)."""
    return RedirectResponse(address + (f"?{urlencode(query)}" if query else ""), 303)


def _may(asked: Asked) -> Callable[[str], bool]:
    viewer = asked.viewer
    return lambda right: viewer.may(Right(right))
