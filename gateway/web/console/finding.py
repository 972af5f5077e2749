"""Search over all four registers and their documents, with what matched marked (C7)."""

from __future__ import annotations

from starlette.responses import Response

from gateway.web.console.asked import Asked
from gateway.web.console.books import ON_A_PAGE, filter_of, query_without_page
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.columns import TITLES
from gateway.web.console.fresh import freshen
from gateway.web.console.guard import Page
from gateway.web.console.typed import choice
from gateway.web.console.view import View
from ledger import directory, era, listing, search
from ledger.access import Right
from ledger.values import RegisterKind, Urgency


class Finding:
    """The search page."""

    def __init__(self, cabinet: Cabinet, view: View) -> None:
        self._cabinet, self._view = cabinet, view

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        return [Page("/search", self.search, Right.READ)]

    def search(self, asked: Asked) -> Response:
        """What is found, the equal number first, then the newest; without a word it only asks."""
        viewer, today = asked.viewer, self._cabinet.today()
        kind = choice(asked.query("kind"), RegisterKind.INCOMING) if asked.query("kind") else None
        wanted, number = filter_of(asked, kind, today, every_year=True), max(asked.number("page", 1), 1)
        behind = freshen(self._cabinet.database)
        found = None
        with self._cabinet.database.read() as session:
            if wanted.words or wanted.sender or wanted.recipient:
                offset = (number - 1) * ON_A_PAGE
                found = listing.page(session, viewer, wanted, offset=offset, limit=ON_A_PAGE, today=today)
            kinds = [kind] if kind else list(RegisterKind)
            years = {year for each in kinds for year in listing.years(session, viewer.organisation_id, each)}
            groups = directory.groups(session, viewer.organisation_id)
        return self._view.page(
            asked,
            "search.html",
            found=found,
            wanted=wanted,
            words=wanted.words,
            marked=lambda text: search.marked(text, wanted.words),
            titles=TITLES,
            kinds=list(RegisterKind),
            fields=[name for name in search.FIELDS if name],
            years=sorted({*years, era.be_year(today)}, reverse=True),
            groups=groups,
            urgencies=list(Urgency),
            behind=behind,
            page=number,
            last=max(1, -(-(found.total if found else 0) // ON_A_PAGE)),
            query=query_without_page(asked),
        )
