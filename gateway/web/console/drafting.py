"""While a form is typed: what is in it is kept on the server, and a day is read back as it was understood."""

from __future__ import annotations

import re

from starlette.responses import Response

from gateway.web.console import typed
from gateway.web.console.asked import Asked
from gateway.web.console.back import inside
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.guard import Page, answers
from gateway.web.console.view import View, to
from ledger import drafts, era
from ledger.access import Right

# The forms that say `data-draft`, by the names that they give. What waits to be confirmed is only ever forgotten here.
_TYPED = re.compile(r"new (incoming|outgoing|order|certificate)|(entry|send|tray) [0-9]{1,19}|many( with order)?")
_WAITING = re.compile(r"import (schools|people)")


class Drafting:
    """Drafts and days."""

    def __init__(self, cabinet: Cabinet, view: View) -> None:
        self._cabinet, self._view = cabinet, view

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        return [
            Page("/drafts", self.draft, Right.OWN, ("POST",)),
            Page("/read-day", self.read_day, Right.OWN),
        ]

    def draft(self, asked: Asked) -> Response:
        """Keep what is typed into a form of ours, or forget it; 422 for anything else."""
        form, name = asked.form, asked.form.get("form", "")
        fields = {key[2:]: value for key, value in form.items() if key.startswith("d.")}
        if not (_TYPED.fullmatch(name) or (_WAITING.fullmatch(name) and not fields)):
            return answers({"kept": False}, 422)
        with self._cabinet.database.write() as session:
            drafts.keep(session, asked.viewer.person_id, name, fields, self._cabinet.clock())
        return to(inside(form["next"])) if "next" in form else answers({"kept": bool(fields)})

    def read_day(self, asked: Asked) -> Response:
        """How a typed day was understood."""
        problems: dict[str, str] = {}
        day = typed.day(asked.query("text"), self._cabinet.today(), problems, "day")
        language = self._view.language(asked)
        if day is None:
            return answers({"good": False, "said": self._view.say(asked, typed.UNREADABLE_DAY)})
        said = era.format_date(day, style="long", language="en" if language == "en" else "th")
        return answers({"good": True, "said": said})
