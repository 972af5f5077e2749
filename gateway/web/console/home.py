"""The first page after signing in: what waits, today's numbers, the health of each way in, letters per day."""

from __future__ import annotations

from starlette.responses import Response

from gateway.web.console.asked import Asked
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.columns import TITLES
from gateway.web.console.guard import Page
from gateway.web.console.view import View
from ledger import access, book_settings, listing, undelivered, waiting, warned
from ledger.access import Right
from ledger.listing import Filter
from ledger.values import RegisterKind

DAYS = 30
NEWEST = 6


class Home:
    """What is in front; everything else is one step away."""

    def __init__(self, cabinet: Cabinet, view: View) -> None:
        self._cabinet, self._view = cabinet, view

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        return [Page("/home", self.home, Right.READ)]

    def home(self, asked: Asked) -> Response:
        """The desk."""
        viewer, today, now = asked.viewer, self._cabinet.today(), self._cabinet.clock()
        with self._cabinet.database.read() as session:
            newest = listing.page(
                session, viewer, Filter(RegisterKind.INCOMING, None), offset=0, limit=NEWEST, today=today
            )
            per_day = listing.per_day(session, viewer.organisation_id, DAYS, today)
            numbers = listing.today_numbers(session, viewer.organisation_id, today)
            mine = waiting.of(session, viewer, today)
            others = warned.of(session, viewer)
            failed = undelivered.count(session, viewer)
            year_in_use = access.owner(session, viewer).year_in_use
        return self._view.page(
            asked,
            "home.html",
            newest=newest.lines,
            per_day=per_day,
            numbers=numbers,
            most=max((sum(counts.values()) for _, counts in per_day), default=0) or 1,
            waiting=mine,
            undelivered=failed,
            warned=others,
            year_in_use=year_in_use,
            year_state=book_settings.year_state(year_in_use, today) if viewer.may(Right.CONFIGURE) else "",
            sources=self._cabinet.sources(),
            troubles=self._cabinet.troubles(),
            titles=TITLES,
            kinds=list(RegisterKind),
            at=now,
        )
