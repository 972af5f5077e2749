"""What the directory's pages share: acts in the viewer's name, and faults told beside their fields."""

from __future__ import annotations

from contextlib import AbstractContextManager

from starlette.responses import Response

from gateway.web.console.asked import Asked
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.view import View
from gateway.web.forms import one_line
from ledger.errors import ChangedMeanwhile, FieldsWrong, Refused, RosterWrong, SarabanError
from ledger.history import Act, acting

FAULTS = (RosterWrong, FieldsWrong, ChangedMeanwhile, Refused)  # what a form shows


class Ground:
    """The base of a part of the directory."""

    def __init__(self, cabinet: Cabinet, view: View) -> None:
        self._cabinet, self._view = cabinet, view

    def _act(self, asked: Asked) -> AbstractContextManager[Act]:
        """One act of the viewer; what it is, the roll says."""
        return acting(self._cabinet.database, asked.viewer.name, "directory changed", self._cabinet.clock())

    def _problems(self, asked: Asked, fault: SarabanError | None) -> dict[str, str]:
        """Field to sentence in the reader's language."""
        if fault is None:
            return {}
        if not isinstance(fault, RosterWrong):
            return self._view.problems(asked, fault)
        english, found = self._view.language(asked) == "en", dict[str, list[str]]()
        for one in fault.faults:
            found.setdefault(one.where or "form", []).append(one.en if english else one.th)
        return {field: "\n".join(sentences) for field, sentences in found.items()}

    def _page(self, asked: Asked, template: str, fault: SarabanError | None = None, **values: object) -> Response:
        """The page, or the form once more with what is wrong."""
        return self._view.page(asked, template, 422 if fault else 200, problems=self._problems(asked, fault), **values)


def line(asked: Asked, field: str) -> str:
    """A field of the form on one line."""
    return one_line(asked.form.get(field, ""))


def keys(asked: Asked, field: str) -> list[int]:
    """The ids among the values of a repeated field."""
    values = asked.lists.get(field, [])
    return [int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 10]
