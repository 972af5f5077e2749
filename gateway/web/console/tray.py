"""The tray: held intakes, each shown safely beside what would be registered; register, join, refuse (ถาดรอลงทะเบียน).

What lies here was written by strangers: text as text, HTML in its frame, files as pictures or to be saved (5.1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from starlette.responses import Response

from gateway.web import body
from gateway.web.console import pictures, proposed, typed
from gateway.web.console.asked import Asked
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.fresh import freshen
from gateway.web.console.guard import Page
from gateway.web.console.proposed import Opened
from gateway.web.console.readings import Readings
from gateway.web.console.view import View, to
from gateway.web.forms import one_line
from ledger import drafts, tray
from ledger.access import Right
from ledger.errors import DecidedMeanwhile, FieldsWrong, NotAllowed, SarabanError
from ledger.history import Act, acting
from ledger.values import OutcomeKind, Secrecy

ON_A_PAGE = 50


class Tray:
    """The list, one intake, and the decisions."""

    def __init__(self, cabinet: Cabinet, view: View, readings: Readings) -> None:
        self._cabinet, self._view, self._readings = cabinet, view, readings

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        one, file = "/tray/{id:int}", "/tray/{id:int}/files/{position:int}"
        return [
            Page("/tray", self.list, Right.TRAY),
            Page("/tray/refuse", self.refuse_marked, Right.TRAY, ("POST",)),
            Page(one, self.show, Right.TRAY, files=True),
            Page(f"{one}/body", self.body, Right.TRAY, files=True),
            Page(f"{one}/original", self.original, Right.TRAY, files=True),
            Page(file, self.file, Right.TRAY, files=True),
            Page(f"{file}/page/{{page:int}}.png", self.picture, Right.TRAY, files=True),
            Page(f"{one}/register", self.register, Right.TRAY, ("POST",)),
            Page(f"{one}/join", self.join, Right.TRAY, ("POST",)),
            Page(f"{one}/refuse", self.refuse, Right.TRAY, ("POST",)),
        ]

    def list(self, asked: Asked) -> Response:
        """What waits, the oldest first."""
        return self._list(asked)

    def _list(self, asked: Asked, fault: FieldsWrong | None = None) -> Response:
        number = max(asked.number("page", 1), 1)
        with self._cabinet.database.read() as session:
            found = tray.page(session, asked.viewer, offset=(number - 1) * ON_A_PAGE, limit=ON_A_PAGE)
        if number > 1 and not found.lines:
            return to("/tray")
        return self._view.page(
            asked,
            "tray.html",
            422 if fault else 200,
            problems=self._view.problems(asked, fault) if fault else {},
            values={"reason": asked.form.get("reason", "")},
            marked=set(asked.lists.get("mark", [])),
            found=found,
            done=self._done(asked),
            count=asked.number("count"),
            missed=asked.number("missed"),
            page=number,
            last=max(1, -(-found.total // ON_A_PAGE)),
        )

    def refuse_marked(self, asked: Asked) -> Response:
        """Refuse many with one reason; what somebody decided meanwhile is passed over, and told."""
        viewer, marked = asked.viewer, [typed.whole(key) for key in asked.lists.get("mark", [])]
        try:
            with self._act(asked, "refused") as act:
                refused = tray.refuse(act, viewer, marked, one_line(asked.form.get("reason", "")))
        except FieldsWrong as fault:
            return self._list(asked, fault)
        return to("/tray", told="refused", count=str(len(refused)), missed=str(len(marked) - len(refused)))

    def show(self, asked: Asked) -> Response:
        """The letter on the left, what would be registered on the right."""
        try:
            one = self._opened(asked)
        except DecidedMeanwhile as fault:
            return self._decided(asked, fault, 200)
        except NotAllowed:
            if not asked.number("done"):
                raise
            return to("/tray", told=asked.query("told"), done=asked.query("done"))  # one that turns out to be secret
        with self._cabinet.database.read() as session:
            before = drafts.of(session, asked.viewer.person_id, _draft(one.intake.id))
        return self._show(asked, one, before or proposed.values(one), restored=bool(before))

    def body(self, asked: Asked) -> Response:
        """The HTML of a mail, made harmless, for its frame."""
        return body.framed(self._opened(asked).reading.html, body.STRICT)

    def original(self, asked: Asked) -> Response:
        """The mail as it came, to be saved."""
        one = self._opened(asked)
        if not self._readings.is_mail(one.intake):
            return pictures.download(self._cabinet, one.reading.documents[0])
        content = self._readings.content(one.intake)
        return pictures.download_mail(self._cabinet, content, f"intake-{one.intake.id}.eml")

    def file(self, asked: Asked) -> Response:
        """One file, to be saved."""
        document = pictures.document_of(self._opened(asked).reading.documents, asked.key("position"))
        return pictures.download(self._cabinet, document)

    def picture(self, asked: Asked) -> Response:
        """One page of a file, drawn."""
        document = pictures.document_of(self._opened(asked).reading.documents, asked.key("position"))
        return pictures.of_document(self._cabinet, document, asked.key("page"))

    def register(self, asked: Asked) -> Response:
        """Take the number."""

        def decide(act: Act, one: Opened) -> None:
            wanted = proposed.wanted(one, asked.form, self._cabinet.today())
            tray.register(act, asked.viewer, one.intake.id, one.reading, wanted, self._cabinet)

        return self._decide(asked, "registered", decide)

    def join(self, asked: Asked) -> Response:
        """A copy of what has a number."""

        def decide(act: Act, one: Opened) -> None:
            entry, with_files = typed.whole(asked.form.get("entry", "")), bool(asked.form.get("files"))
            if not entry:
                raise FieldsWrong(entry="โปรดเลือกรายการที่จะรวมด้วย")
            tray.join(act, asked.viewer, one.intake.id, one.reading, entry, with_files=with_files)

        return self._decide(asked, "joined", decide)

    def refuse(self, asked: Asked) -> Response:
        """Not to be registered, and why."""

        def decide(act: Act, one: Opened) -> None:
            if not tray.refuse(act, asked.viewer, [one.intake.id], one_line(asked.form.get("reason", ""))):
                tray.held(act.session, asked.viewer, one.intake.id)  # tells who was first

        return self._decide(asked, "refused", decide)

    def _decide(self, asked: Asked, told: str, decide: Callable[[Act, Opened], None]) -> Response:
        """One decision, then on to the next; whatever hinders it is told on the same page."""
        one, viewer = None, asked.viewer
        try:
            one = self._opened(asked)
            if told != "refused":
                self._cabinet.originals.put(document.content for document in one.reading.documents)
            with self._act(asked, told) as act:
                decide(act, one)
                drafts.drop(act.session, viewer.person_id, _draft(one.intake.id))
        except DecidedMeanwhile as fault:
            return self._decided(asked, fault, 409)
        except FieldsWrong as fault:
            assert one is not None  # only a form that was seen has faults
            return self._show(asked, one, asked.form, fault)
        except SarabanError as fault:
            if one is None:
                raise
            return self._show(asked, one, asked.form, fault)
        self._cabinet.send_soon()
        return self._onwards(asked, told)

    def _onwards(self, asked: Asked, told: str) -> Response:
        with self._cabinet.database.read() as session:
            following = tray.after(session, asked.viewer, asked.key())
        return to(f"/tray/{following}" if following is not None else "/tray", told=told, done=str(asked.key()))

    def _decided(self, asked: Asked, fault: DecidedMeanwhile, status: int) -> Response:
        """Somebody was first. A press that was repeated by the same clerk is no quarrel: it goes on."""
        with self._cabinet.database.read() as session:
            outcome = tray.told(session, asked.viewer, asked.key())
            mine = tray.registered_by(session, asked.viewer, asked.key())
            following = tray.after(session, asked.viewer, asked.key())
            entry = tray.entry_of(session, asked.viewer, asked.key())
        if asked.posted and mine is not None and asked.request.url.path.endswith("/register"):
            return self._onwards(asked, "registered")
        sentence = self._view.sentence(asked, fault)
        return self._view.page(
            asked, "tray_decided.html", status, outcome=outcome, following=following, entry=entry, sentence=sentence
        )

    def _show(
        self,
        asked: Asked,
        one: Opened,
        values: Mapping[str, str],
        fault: SarabanError | None = None,
        *,
        restored: bool = False,
    ) -> Response:
        words, today = asked.query("find"), self._cabinet.today()
        freshen(self._cabinet.database)
        with self._cabinet.database.read() as session:
            similar = proposed.similar(session, asked.viewer, one, words, today)
        return self._view.page(
            asked,
            "tray_one.html",
            (422 if isinstance(fault, FieldsWrong) else 409) if fault else 200,
            problems=self._view.problems(asked, fault) if fault else {},
            act=asked.request.url.path.rpartition("/")[2] if fault else "",
            values={"reason": "", **values},
            one=one,
            reading=one.reading,
            is_mail=self._readings.is_mail(one.intake),
            kinds=[pictures.kind(document) for document in one.reading.documents],
            sheets=pictures.sheets(self._cabinet, one.reading.documents),
            fields=proposed.fields(one),
            secret=one.secrecy is not Secrecy.ORDINARY,
            similar=similar,
            find=words,
            draft=_draft(one.intake.id),
            restored=restored,
            done=self._done(asked),
        )

    def _done(self, asked: Asked) -> object:
        """What was decided last, to be told on the next page."""
        with self._cabinet.database.read() as session:
            outcome = tray.told(session, asked.viewer, asked.number("done"))
        return outcome if outcome is not None and outcome.kind is not OutcomeKind.HELD else None

    def _opened(self, asked: Asked) -> Opened:
        return proposed.opened(self._cabinet, self._readings, asked.viewer, asked.key())

    def _act(self, asked: Asked, what: str) -> AbstractContextManager[Act]:
        return acting(self._cabinet.database, asked.viewer.name, what, self._cabinet.clock())


def _draft(intake_id: int) -> str:
    return f"tray {intake_id}"
