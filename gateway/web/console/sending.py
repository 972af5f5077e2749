"""Sending a registered letter: from whom, to whom, how urgent, with the files of its line (F25 to F28, F47 to F57)."""

from __future__ import annotations

from starlette.responses import Response

from gateway.web.console import typed
from gateway.web.console.asked import Asked
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.guard import Page
from gateway.web.console.view import View, to
from gateway.web.forms import Form
from ledger import addressing, drafts, letters, sending
from ledger.access import Right
from ledger.addressing import Reach
from ledger.directory import GroupRow
from ledger.errors import AlreadySent, FieldsWrong
from ledger.history import acting
from ledger.sending import SUMMARY_LENGTH, Onward
from ledger.values import Secrecy, Urgency

_CLASSES = [Secrecy.ORDINARY, Secrecy.SECRET, Secrecy.VERY_SECRET]


class Sending:
    """ส่งหนังสือราชการ: the form behind the arrow of the outgoing register."""

    def __init__(self, cabinet: Cabinet, view: View) -> None:
        self._cabinet, self._view = cabinet, view

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        return [
            Page("/entries/{id:int}/send", self.form, Right.SEND),
            Page("/entries/{id:int}/send", self.send, Right.SEND, ("POST",)),
        ]

    def form(self, asked: Asked) -> Response:
        """The letter as it is registered, and what sending adds; a letter that was sent shows its way instead."""
        with self._cabinet.database.read() as session:
            before = drafts.of(session, asked.viewer.person_id, _draft(asked))
        try:
            return self._show(asked, before, before.get("chosen", "").split(), before.get("chosen_groups", "").split())
        except AlreadySent:
            return to(f"/entries/{asked.key()}", told="sent_before")

    def send(self, asked: Asked) -> Response:
        """Put it on its way; a form that is sent twice sends once."""
        viewer, key, cabinet = asked.viewer, asked.key(), self._cabinet
        try:
            with acting(cabinet.database, viewer.name, "sent", cabinet.clock()) as act:
                sending.send_entry(act, viewer, key, _onward(asked), cabinet.life, cabinet.sender_of)
                drafts.drop(act.session, viewer.person_id, _draft(asked))
        except AlreadySent:
            return to(f"/entries/{key}", told="sent_before")
        except FieldsWrong as fault:
            schools, groups = (asked.lists.get(name, []) for name in ("schools", "school_groups"))
            return self._show(asked, asked.form, schools, groups, fault)
        cabinet.send_soon()
        return to(f"/entries/{key}", told="sent")

    def _show(
        self,
        asked: Asked,
        values: Form,
        schools: list[str],
        school_groups: list[str],
        fault: FieldsWrong | None = None,
    ) -> Response:
        viewer = asked.viewer
        with self._cabinet.database.read() as session:
            entry = sending.sendable(session, viewer, asked.key())
            offered = addressing.offer(session, viewer)
            documents = letters.documents(session, [entry.letter_id]) if entry.letter_id is not None else []
            own = session.get(GroupRow, entry.group_id or viewer.group_id or 0)
        defaults = {
            "group": own.code if own is not None else "",
            "urgency": str(entry.urgency),
            "secrecy": str(entry.secrecy),
            "reach": "",
        }
        return self._view.page(
            asked,
            "send.html",
            422 if fault else 200,
            problems=self._view.problems(asked, fault) if fault else {},
            entry=entry,
            documents=documents,
            offered=offered,
            values={**defaults, **values},
            chosen=set(schools),
            chosen_groups=set(school_groups),
            secrecies=_CLASSES[_CLASSES.index(entry.secrecy) :],
            urgencies=list(Urgency),
            most=SUMMARY_LENGTH,
            draft=_draft(asked),
            restored=bool(values) and fault is None,
        )


def _onward(asked: Asked) -> Onward:
    form, lists = asked.form, asked.lists
    reach = Reach(form["reach"]) if form.get("reach") in set(Reach) else None
    named = {Reach.SCHOOLS: "schools", Reach.SCHOOL_GROUPS: "school_groups", Reach.GROUP: "to_group"}
    return Onward(
        reach=reach,
        codes=lists.get(named[reach], []) if reach in named else (),
        group=form.get("group", ""),
        summary=form.get("summary", ""),
        urgency=typed.choice(form.get("urgency", ""), Urgency.NORMAL),
        secrecy=typed.choice(form.get("secrecy", ""), Secrecy.ORDINARY),
        unreachable_too=bool(form.get("unreachable_too")),
    )


def _draft(asked: Asked) -> str:
    return f"send {asked.key()}"
