"""Schools and people as CSV files: taken in after a look at all that will change, given out for a spreadsheet."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from functools import partial

from starlette.responses import Response

from gateway.web import headers
from gateway.web.console.asked import Asked
from gateway.web.console.directory_ground import Ground
from gateway.web.console.guard import Page
from gateway.web.console.view import to
from gateway.web.forms import clean, one_line
from ledger import drafts, enrol, roster
from ledger.access import Right
from ledger.errors import ChangedMeanwhile, FieldsWrong, RosterWrong, SarabanError
from ledger.roll import changes, importing
from ledger.roll.changes import Preview, Sheet, What

LARGEST = 4 * 1024 * 1024  # bytes of a file
KEPT = 2 * 1024 * 1024  # letters of a file while it waits to be confirmed
ON_A_PAGE = 50
FAULTS_SHOWN = 100

NO_FILE = "โปรดเลือกไฟล์ CSV"
TOO_LARGE = "ไฟล์ใหญ่เกิน 4 MB โปรดแบ่งเป็นหลายไฟล์"


@dataclass(frozen=True, slots=True)
class Pending:
    """A file that waits to be confirmed."""

    name: str
    content: bytes
    rest: bool


class DirectoryFiles(Ground):
    """Import and export, for administrators."""

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        found = []
        for sheet in Sheet:
            path = f"/directory/import/{sheet}"
            found += [
                Page(path, partial(self.show, sheet), Right.DIRECTORY),
                Page(path, partial(self.upload, sheet), Right.DIRECTORY, ("POST",), uploads=1),
                Page(f"{path}/apply", partial(self.apply, sheet), Right.DIRECTORY, ("POST",), grave=True),
                Page(f"/directory/export/{sheet}", partial(self.export, sheet), Right.DIRECTORY, grave=True),
            ]
        return found

    def show(self, sheet: Sheet, asked: Asked) -> Response:
        """The form for a file, and what the file that waits would change."""
        return self._show(sheet, asked)

    def upload(self, sheet: Sheet, asked: Asked) -> Response:
        """Look at the file and keep it until it is confirmed; one with mistakes is not kept."""
        try:
            pending = _read(asked)
            fields = _packed(pending)
            with self._cabinet.database.read() as session:
                changes.preview(session, asked.viewer, sheet, pending.content, pending.rest)
        except (FieldsWrong, RosterWrong) as fault:
            return self._show(sheet, asked, fault)
        now = self._cabinet.clock()
        with self._cabinet.database.write() as session:
            drafts.keep(session, asked.viewer.person_id, _draft(sheet), fields, now, KEPT)
        return to(f"/directory/import/{sheet}")

    def apply(self, sheet: Sheet, asked: Asked) -> Response:
        """Do what was shown, if it is still that."""
        viewer = asked.viewer
        with self._cabinet.database.read() as session:
            pending = _unpacked(drafts.of(session, viewer.person_id, _draft(sheet)))
        if pending is None:
            return to(f"/directory/import/{sheet}", told="gone")
        try:
            with self._act(asked) as act:
                seen = asked.form.get("seen", "")
                done = importing.take_in(act, viewer, sheet, pending.content, pending.rest, seen)
                drafts.drop(act.session, viewer.person_id, _draft(sheet))
        except ChangedMeanwhile:
            return to(f"/directory/import/{sheet}", told="meanwhile")
        except RosterWrong as fault:
            return self._show(sheet, asked, fault)
        return to(f"/directory/import/{sheet}", told="done", count=str(len(done.changes)))

    def export(self, sheet: Sheet, asked: Asked) -> Response:  # noqa: ARG002 (the right was asked before)
        """The table as a file that a spreadsheet opens and that can be taken in again."""
        with self._cabinet.database.read() as session:
            present = enrol.give_out(session)
        content = roster.people_csv(present) if sheet is Sheet.PEOPLE else roster.schools_csv(present)
        return headers.download(content, f"{sheet}-{self._cabinet.today().isoformat()}.csv", "text/csv")

    def _show(self, sheet: Sheet, asked: Asked, fault: SarabanError | None = None) -> Response:
        viewer, number = asked.viewer, max(asked.number("page", 1), 1)
        with self._cabinet.database.read() as session:
            pending = _unpacked(drafts.of(session, viewer.person_id, _draft(sheet))) if fault is None else None
            try:
                told = changes.preview(session, viewer, sheet, pending.content, pending.rest) if pending else None
            except RosterWrong as problem:  # the directory changed so that the file does not fit any more
                told, fault = None, problem
        lines = [one.sentence(self._view.language(asked)) for one in getattr(fault, "faults", ())]
        return self._view.page(
            asked,
            "directory_import.html",
            422 if fault else 200,
            problems=self._view.problems(asked, fault) if isinstance(fault, FieldsWrong) else {},
            sheet=str(sheet),
            faults=lines[:FAULTS_SHOWN],
            more=max(0, len(lines) - FAULTS_SHOWN),
            pending=pending,
            told_changes=told,
            shown=told.changes[(number - 1) * ON_A_PAGE : number * ON_A_PAGE] if told else (),
            counts=_counts(told) if told else {},
            draft=_draft(sheet),
            page=number,
            last=max(1, -(-len(told.changes) // ON_A_PAGE)) if told else 1,
            count=asked.number("count"),
        )


def _read(asked: Asked) -> Pending:
    """The file of the form. Errors: `FieldsWrong`."""
    file = next((file for name, file in asked.files if name == "file"), None)
    if file is None:
        raise FieldsWrong(file=NO_FILE)
    content = file.file.read(LARGEST + 1)
    if not content or len(content) > LARGEST:
        raise FieldsWrong(file=TOO_LARGE if content else NO_FILE)
    return Pending(one_line(clean(file.filename or ""))[:200], content, bool(asked.form.get("rest")))


def _packed(pending: Pending) -> dict[str, str]:
    """The file as a draft keeps it. Errors: `FieldsWrong`."""
    content = base64.b64encode(zlib.compress(pending.content)).decode()
    if len(content) > KEPT - 1000:  # room for what is kept beside it
        raise FieldsWrong(file=TOO_LARGE)
    return {"name": pending.name, "rest": "1" if pending.rest else "", "content": content}


def _unpacked(fields: dict[str, str]) -> Pending | None:
    """The file that waits; None when there is none, or what waits is no file."""
    try:
        content = zlib.decompressobj().decompress(base64.b64decode(fields.get("content", "")), LARGEST)
    except (zlib.error, ValueError):
        return None
    return Pending(fields.get("name", ""), content, bool(fields.get("rest"))) if content else None


def _draft(sheet: Sheet) -> str:
    return f"import {sheet}"


def _counts(told: Preview) -> dict[str, int]:
    return {**{str(what): told.count(what) for what in What}, "kept": told.kept}
