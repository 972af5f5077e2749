"""Letters that came to somebody's own desk: what waits, one letter with its way, acknowledging and forwarding it
(F65 to F84), in the browser as behind a receipt link.
"""

from __future__ import annotations

from starlette.responses import Response

from gateway.web.console import pictures
from gateway.web.console.asked import Asked
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.guard import Page
from gateway.web.console.view import View, to
from gateway.web.ground import Ground
from ledger import custody, facts, holding, quoted, replaced, waiting
from ledger.access import Right
from ledger.custody import NOTE_LENGTH
from ledger.errors import FieldsWrong, Refused
from ledger.history import acting

ON_A_PAGE = 20


class Waiting:
    """The desk of a holder."""

    def __init__(self, cabinet: Cabinet, view: View, ground: Ground) -> None:
        self._cabinet, self._view, self._ground = cabinet, view, ground

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        one = "/deliveries/{id:int}"
        return [
            Page("/waiting", self.list, Right.READ),
            Page(one, self.show, Right.READ),
            Page(f"{one}/files/{{position:int}}", self.file, Right.READ, files=True),
            Page(f"{one}/acknowledge", self.acknowledge, Right.READ, ("POST",)),
            Page(f"{one}/forward", self.forward, Right.READ, ("POST",)),
        ]

    def list(self, asked: Asked) -> Response:
        """What this person has not acknowledged yet."""
        viewer, number = asked.viewer, max(asked.number("page", 1), 1)
        with self._cabinet.database.read() as session:
            pile = waiting.of(session, viewer, self._cabinet.today()).letters
            held = holding.waiting(session, viewer, offset=(number - 1) * ON_A_PAGE, limit=ON_A_PAGE)
        last = max(1, -(-pile.count // ON_A_PAGE))
        return self._view.page(asked, "waiting.html", pile=pile, held=held, page=number, last=last)

    def show(self, asked: Asked) -> Response:
        """One letter. Looking acknowledges nothing (I6)."""
        return self._show(asked)

    def _show(self, asked: Asked, fault: FieldsWrong | None = None) -> Response:
        viewer = asked.viewer
        with self._cabinet.database.read() as session:
            found = holding.held(session, viewer, asked.key())
            letter, delivery = found.letter, found.delivery
            told = facts.of_letters(session, [letter.id], unlocked=True)[letter.id]
            steps = custody.steps(session, delivery)
            targets = custody.targets(session, delivery) if found.acts else ()
            entry = holding.own_entry(session, found)
            after = holding.waiting(session, viewer, offset=0, limit=2)
            came_back = quoted.of_deliveries(session, [delivery.id]).get(delivery.id, ())
            may_replace = quoted.may_replace(session, viewer, letter)
            link = replaced.living(session, [delivery.id]).get(delivery.id, 0)
        return self._view.page(
            asked,
            "delivery.html",
            422 if fault else 200,
            problems=self._view.problems(asked, fault) if fault else {},
            values={"note": "", "target": "", **asked.form},
            found=found,
            delivery=delivery,
            facts=told,
            steps=steps,
            targets=targets,
            entry=entry,
            next=next((one.delivery.id for one in after if one.delivery.id != delivery.id), None),
            longest=NOTE_LENGTH,
            came_back=came_back,
            may_replace=may_replace,
            link=link,
        )

    def file(self, asked: Asked) -> Response:
        """One file of the letter, to be saved and never shown inside the site (attack 19)."""
        with self._cabinet.database.read() as session:
            found = holding.held(session, asked.viewer, asked.key())
            document = holding.document(session, found, asked.key("position"))
        return pictures.download_original(self._cabinet, document)

    def acknowledge(self, asked: Asked) -> Response:
        """ลงทะเบียนรับ, with the name of who is signed in; a second time changes nothing."""
        viewer, key = asked.viewer, asked.key()
        with acting(self._cabinet.database, viewer.name, "acknowledged", self._cabinet.clock()) as act:
            holding.acknowledge(act, viewer, key, self._ground.visit(asked.request))
        return to(f"/deliveries/{key}", told="acknowledged")

    def forward(self, asked: Asked) -> Response:
        """Hand it on to a group or a person of the same organisation."""
        viewer, key, form, cabinet = asked.viewer, asked.key(), asked.form, self._cabinet
        note = form.get("note", "")
        try:
            if len(note) > NOTE_LENGTH:
                raise FieldsWrong(note="ข้อความถึงผู้รับยาวเกิน 500 ตัวอักษร")
            with acting(cabinet.database, viewer.name, "forwarded", cabinet.clock()) as act:
                holding.forward(act, viewer, key, form.get("target", ""), note, cabinet.life, cabinet.sender_of)
        except Refused as fault:
            return self._show(asked, FieldsWrong(target=fault.sentence()))
        except FieldsWrong as fault:
            return self._show(asked, fault)
        cabinet.send_soon()
        return to(f"/deliveries/{key}", told="forwarded")
