"""A new link for a letter whose link somebody else had (P-21)."""

from __future__ import annotations

from starlette.responses import Response

from gateway.web.console import typed
from gateway.web.console.asked import Asked
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.guard import Page
from gateway.web.console.view import to
from ledger import quoted, registers
from ledger.access import Right
from ledger.history import acting


class Replacing:
    """เปลี่ยนลิงก์: the button of the sender."""

    def __init__(self, cabinet: Cabinet) -> None:
        self._cabinet = cabinet

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        return [Page("/deliveries/{id:int}/link", self.replace, Right.SEND, ("POST",))]

    def replace(self, asked: Asked) -> Response:
        """End the link and mail another; then back to the page of the button."""
        viewer, key, form, cabinet = asked.viewer, asked.key(), asked.form, self._cabinet
        with acting(cabinet.database, viewer.name, "link replaced", cabinet.clock()) as act:
            seen = typed.whole(form.get("seen", ""))
            letter = quoted.replace(act, viewer, key, cabinet.life, cabinet.sender_of, seen=seen)
            entry = registers.entry_of_letter(act.session, letter.id, viewer.organisation_id)
        cabinet.send_soon()
        if form.get("at") == "delivery" or entry is None:
            return to(f"/deliveries/{key}", told="link_replaced")
        return to(f"/entries/{entry.id}", told="link_replaced")
