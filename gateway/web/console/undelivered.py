"""Mails that were given up: to whom, what, why and when, and once more (P-15)."""

from __future__ import annotations

from starlette.responses import Response

from gateway.web.console import typed
from gateway.web.console.asked import Asked
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.guard import Page
from gateway.web.console.view import View, to
from ledger import undelivered
from ledger.access import Right
from ledger.history import acting

MOST = 200


class Undelivered:
    """ส่งไม่ถึง. Everybody may look: the registry sees all, others what they registered."""

    def __init__(self, cabinet: Cabinet, view: View) -> None:
        self._cabinet, self._view = cabinet, view

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        return [
            Page("/undelivered", self.list, Right.READ),
            Page("/undelivered/retry", self.retry, Right.READ, ("POST",)),
        ]

    def list(self, asked: Asked) -> Response:
        """The newest of them."""
        with self._cabinet.database.read() as session:
            mails = undelivered.of(session, asked.viewer, MOST)
            count = undelivered.count(session, asked.viewer)
        retried = asked.number("retried") if asked.query("retried") else None
        return self._view.page(asked, "undelivered.html", mails=mails, count=count, retried=retried)

    def retry(self, asked: Asked) -> Response:
        """Send one again, or all of them."""
        viewer, mail = asked.viewer, asked.form.get("mail", "")
        keys = None if mail == "all" else [typed.whole(mail)]
        with acting(self._cabinet.database, viewer.name, "retried", self._cabinet.clock()) as act:
            count = undelivered.retry(act, viewer, keys)
        self._cabinet.send_soon()
        return to("/undelivered", retried=str(count))
