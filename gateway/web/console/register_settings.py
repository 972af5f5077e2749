"""The settings of the registers: year in use, start numbers, prefix, circular series, windows (F37 to F39, C4, C5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.responses import Response

from gateway.web.console import typed
from gateway.web.console.asked import Asked
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.columns import TITLES
from gateway.web.console.guard import Page
from gateway.web.console.view import View, to
from gateway.web.forms import Form, digits, one_line
from ledger import access, book_settings, era
from ledger.access import Right, Window
from ledger.book_settings import CIRCULAR, KEYS, Book, Key, Shelf
from ledger.directory import OrganisationRow
from ledger.errors import ChangedMeanwhile, FieldsWrong, SarabanError
from ledger.history import acting
from ledger.values import RegisterKind

UNREADABLE = -1  # a number that is none: the ledger refuses it beside its field


class RegisterSettings:
    """One page; `?year=` the next shows its start numbers, to be set ahead."""

    def __init__(self, cabinet: Cabinet, view: View) -> None:
        self._cabinet, self._view = cabinet, view

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        return [
            Page("/settings/registers", self.show, Right.CONFIGURE),
            Page("/settings/registers", self.save, Right.CONFIGURE, ("POST",), grave=True),
        ]

    def show(self, asked: Asked) -> Response:
        """How the registers are set."""
        this_year = era.be_year(self._cabinet.today())
        year = asked.number("year", this_year)
        if year not in (this_year, this_year + 1):
            raise HTTPException(404)
        return self._show(asked, year)

    def save(self, asked: Asked) -> Response:
        """Set them, unless somebody else did meanwhile: then both versions are shown."""
        viewer, form, now = asked.viewer, asked.form, self._cabinet.clock()
        year = typed.whole(form.get("year", ""), era.be_year(now))
        try:
            with acting(self._cabinet.database, viewer.name, "registers set", now) as act:
                stands = book_settings.of(act.session, viewer, year)
                book_settings.change(act, viewer, _wanted(stands, form), form.get("seen", ""))
        except (FieldsWrong, ChangedMeanwhile) as fault:
            return self._show(asked, year, form, fault)
        ahead = {} if year == era.be_year(now) else {"year": str(year)}
        return to("/settings/registers", **ahead, told="saved")

    def _show(self, asked: Asked, year: int, form: Form | None = None, fault: SarabanError | None = None) -> Response:
        clash = isinstance(fault, ChangedMeanwhile)
        with self._cabinet.database.read() as session:
            shelf = book_settings.of(session, asked.viewer, year)
            owner = access.owner(session, asked.viewer)
            officers = book_settings.officers(session, asked.viewer)
        this_year = era.be_year(self._cabinet.today())
        saved = _values(shelf, year)
        values = {**saved, **_typed(form, saved)} if form is not None else saved
        return self._view.page(
            asked,
            "register_settings.html",
            409 if clash else 422 if fault else 200,
            problems=self._view.problems(asked, fault) if fault else {},
            shelf=shelf,
            year=year,
            this_year=this_year,
            ahead=year > this_year,
            state=book_settings.year_state(shelf.year_in_use, self._cabinet.today()),
            years=sorted({this_year, this_year + 1, shelf.year_in_use or this_year}),
            rows=[_row(shelf, owner, key) for key in KEYS],
            values=values,
            theirs={name: saved[name] for name in saved if values[name] != saved[name]} if clash else {},
            seen=shelf.version if clash or form is None else form.get("seen", ""),
            usual={kind: access.usual_window(asked.viewer.kind == "office", kind) for kind in RegisterKind},
            officers=officers,
            titles=TITLES,
        )


def field_of(key: Key) -> str:
    """What the fields of a book are called by."""
    return key[1] or str(key[0])


def _row(shelf: Shelf, owner: OrganisationRow, key: Key) -> dict[str, object]:
    """A book as the page shows it."""
    shared = key == (RegisterKind.OUTGOING, "") and shelf.circular_series == "shared"
    return {
        "field": field_of(key),
        "kind": key[0],
        "apart": key[1] == CIRCULAR,
        "book": shelf.books[key],
        "next": shelf.next_text(owner, key),
        "circular": shelf.next_text(owner, key, circular=True) if shared else "",
    }


def _values(shelf: Shelf, year: int) -> dict[str, str]:
    """The settings as the form writes them."""
    values = {
        "mode": "calendar" if shelf.year_in_use is None else "hand",
        "year_in_use": str(shelf.year_in_use or year),
        "prefix": shelf.prefix,
        "circular_series": shelf.circular_series,
    }
    for key, book in shelf.books.items():
        values[f"start_{field_of(key)}"] = str(book.start)
        values[f"open_{field_of(key)}"] = "" if book.closed else "yes"
    if shelf.circular_series == "shared" and shelf.books[RegisterKind.OUTGOING, CIRCULAR].last is None:
        values["start_circular"] = str(shelf.circulars + 1)
    for kind, window in shelf.windows.items():
        values |= {f"amend_{kind}": str(window.amend_days), f"void_{kind}": str(window.void_days)}
    return values


def _typed(form: Form, saved: Mapping[str, str]) -> dict[str, str]:
    """What was typed; a box that was not ticked is typed too, when its row was shown."""
    kept = {name: one_line(form[name]) for name in saved if name in form}
    boxes = {name: form.get(name, "") for name in saved if name.startswith("open_") and f"had_{name}" in form}
    return kept | boxes


def _wanted(stands: Shelf, form: Form) -> Shelf:
    """What the form asks for; what it does not name stays as it is."""
    values = {**_values(stands, stands.year), **_typed(form, _values(stands, stands.year))}
    own = values["circular_series"] == "own"
    books = {key: _book(book, values) for key, book in stands.books.items()}
    if not own:
        books[RegisterKind.OUTGOING, CIRCULAR] = stands.books[RegisterKind.OUTGOING, CIRCULAR]
    return replace(
        stands,
        year_in_use=_number(values["year_in_use"]) if values["mode"] == "hand" else None,
        prefix=values["prefix"],
        circular_series="own" if own else "shared",
        books=books,
        windows={
            kind: Window(_number(values[f"amend_{kind}"]), _number(values[f"void_{kind}"])) for kind in RegisterKind
        },
    )


def _book(stands: Book, values: Mapping[str, str]) -> Book:
    field = field_of((stands.kind, stands.series))
    closed = stands.last is not None and values[f"open_{field}"] != "yes"
    return replace(stands, start=_number(values[f"start_{field}"]), closed=closed)


def _number(text: str) -> int:
    """A whole number, in Thai digits too, and nothing around it."""
    plain = digits(text)
    return int(plain) if plain and len(plain) == len(text.strip()) < 8 else UNREADABLE
