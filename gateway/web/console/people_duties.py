"""Who does what at an organisation: กำหนดเจ้าหน้าที่ (F40, F41, F45, F46)."""

from __future__ import annotations

from starlette.responses import Response

from gateway.web.console.asked import Asked
from gateway.web.console.directory_ground import FAULTS, Ground
from gateway.web.console.guard import Page
from gateway.web.console.view import to
from ledger import roll
from ledger.access import Duty, Right
from ledger.errors import SarabanError
from ledger.roll import duties, lists, reach


class PeopleDuties(Ground):
    """Appointing."""

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        path = "/directory/organisations/{id:int}/duties"
        return [
            Page(path, self.form, Right.APPOINT),
            Page(path, self.appoint, Right.APPOINT, ("POST",), grave=True),
        ]

    def form(self, asked: Asked) -> Response:
        """Everybody, with the duties that the viewer may give as boxes."""
        return self._show(asked)

    def appoint(self, asked: Asked) -> Response:
        """Give and take as the boxes say."""
        try:
            with self._act(asked) as act:
                roll.appoint(act, asked.viewer, asked.key(), _wanted(asked), asked.form.get("seen", ""))
        except FAULTS as fault:
            return self._show(asked, fault)
        return to(f"/directory/organisations/{asked.key()}", told="appointed")

    def _show(self, asked: Asked, fault: SarabanError | None = None) -> Response:
        viewer = asked.viewer
        with self._cabinet.database.read() as session:
            owner = reach.organisation(session, viewer, asked.key(), Right.APPOINT)
            members = lists.members(session, owner, self._cabinet.clock())
            seen = duties.stand(session, owner)
        given = reach.appointable(viewer, owner)
        marked = _wanted(asked) if asked.posted else {one.row.id: set(one.duties) for one in members}
        return self._page(
            asked,
            "directory_duties.html",
            fault,
            owner=owner,
            members=members,
            given=[duty for duty in reach.FITTING.get(owner.kind, ()) if duty in given],
            marked={key: set(map(str, held)) for key, held in marked.items()},
            seen=seen,
        )


def _wanted(asked: Asked) -> dict[int, set[Duty]]:
    """The boxes that are ticked: "12 school_clerk" …"""
    wanted: dict[int, set[Duty]] = {}
    for value in asked.lists.get("duty", []):
        key, _, duty = value.partition(" ")
        if key.isascii() and key.isdigit() and len(key) < 10 and duty in set(Duty):
            wanted.setdefault(int(key), set()).add(Duty(duty))
    return wanted
