"""A registered letter as it came: its mail shown safely, its files as pictures of pages (5.1, attacks 17 to 19)."""

from __future__ import annotations

from starlette.responses import Response

from gateway.web import body
from gateway.web.console import pictures
from gateway.web.console.asked import Asked
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.guard import Page
from gateway.web.console.readings import Readings
from gateway.web.console.view import View
from ledger import amending, facts
from ledger.access import Right
from ledger.errors import NotFound
from ledger.intakes import IntakeRow
from ledger.letters import DocumentRow, LetterRow
from ledger.registers import EntryRow
from ledger.values import Reading


class Mails:
    """What a line of the own registers, which the viewer may read, came with."""

    def __init__(self, cabinet: Cabinet, view: View, readings: Readings) -> None:
        self._cabinet, self._view, self._readings = cabinet, view, readings

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        mail, file = "/entries/{id:int}/mail", "/entries/{id:int}/files/{position:int}"
        return [
            Page(mail, self.mail, Right.READ, files=True),
            Page(f"{mail}/body", self.body, Right.READ, files=True),
            Page(f"{mail}/original", self.original, Right.READ, files=True),
            Page(f"{file}/view", self.view, Right.READ, files=True),
            Page(f"{file}/page/{{page:int}}.png", self.picture, Right.READ, files=True),
        ]

    def mail(self, asked: Asked) -> Response:
        """The mail by which the letter came."""
        entry, intake, reading = self._mail(asked)
        return self._view.page(asked, "entry_mail.html", entry=entry, intake=intake, reading=reading)

    def body(self, asked: Asked) -> Response:
        """Its HTML, made harmless, for its frame."""
        return body.framed(self._mail(asked)[2].html, body.STRICT)

    def original(self, asked: Asked) -> Response:
        """The mail as it came, to be saved."""
        entry, intake, _ = self._mail(asked)
        return pictures.download_mail(self._cabinet, self._readings.content(intake), f"entry-{entry.id}.eml")

    def view(self, asked: Asked) -> Response:
        """A file page by page."""
        entry, document = self._document(asked)
        with self._cabinet.database.read() as session:
            (line,) = facts.lines(session, [document])
        sheets = self._cabinet.reader.painter.sheets(
            document.sha256, lambda: self._cabinet.originals.get(document.sha256)
        )
        return self._view.page(asked, "entry_view.html", entry=entry, document=line, sheets=sheets)

    def picture(self, asked: Asked) -> Response:
        """One page of a file, drawn."""
        _, document = self._document(asked)
        return pictures.of_original(self._cabinet, document.sha256, asked.key("page"))

    def _document(self, asked: Asked) -> tuple[EntryRow, DocumentRow]:
        with self._cabinet.database.read() as session:
            entry, _ = amending.own(session, asked.viewer, asked.key())
            return entry, amending.document_of(session, entry, asked.key("position"))

    def _mail(self, asked: Asked) -> tuple[EntryRow, IntakeRow, Reading]:
        """Errors: `NotFound` for a letter that came otherwise, or to another organisation (P-32)."""
        with self._cabinet.database.read() as session:
            entry, _ = amending.own(session, asked.viewer, asked.key())
            letter = session.get(LetterRow, entry.letter_id) if entry.letter_id is not None else None
            came = letter.intake_id if letter is not None else None
            intake = session.get(IntakeRow, came) if came is not None else None
        own = intake is not None and intake.organisation_id == asked.viewer.organisation_id
        if intake is None or not own or not self._readings.is_mail(intake):
            raise NotFound(what="อีเมลของรายการนี้", what_en="mail of this entry", name=entry.text, hint="")
        return entry, intake, self._readings.of(intake)
