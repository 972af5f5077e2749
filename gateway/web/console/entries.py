"""One line of a register: what it says, its files, its way, its history; amending and voiding it (F19, F20, C5)."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from starlette.responses import Response

from gateway.web.console import pictures, typed, uploads
from gateway.web.console.asked import Asked
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.columns import TITLES
from gateway.web.console.fresh import freshen
from gateway.web.console.guard import Page
from gateway.web.console.view import View, to
from gateway.web.forms import one_line
from ledger import access, amending, directory, drafts, era, quoted, story
from ledger.access import Right
from ledger.content import FIELDS, Content, content_of
from ledger.directory import GroupRow
from ledger.errors import ChangedMeanwhile, FieldsWrong, NotAllowed, Refused, SarabanError
from ledger.history import acting
from ledger.intakes import IntakeRow
from ledger.registers import EntryRow
from ledger.values import Channel, RegisterKind


class Entries:
    """The pages of one line."""

    def __init__(self, cabinet: Cabinet, view: View) -> None:
        self._cabinet, self._view = cabinet, view

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        file = "/entries/{id:int}/files/{position:int}"
        return [
            Page("/entries/{id:int}", self.show, Right.READ),
            Page("/entries/{id:int}/slip", self.slip, Right.READ),
            Page(file, self.file, Right.READ, files=True),
            Page("/entries/{id:int}/files", self.add_files, Right.REGISTER, ("POST",), uploads=uploads.MOST + 1),
            Page(f"{file}/remove", self.remove_file, Right.REGISTER, ("POST",)),
            Page("/entries/{id:int}/amend", self.amend_form, Right.REGISTER),
            Page("/entries/{id:int}/amend", self.amend, Right.REGISTER, ("POST",), uploads=uploads.MOST + 1),
            Page("/entries/{id:int}/void", self.void_form, Right.REGISTER),
            Page("/entries/{id:int}/void", self.void, Right.REGISTER, ("POST",)),
        ]

    def show(self, asked: Asked) -> Response:
        """Everything about the line, on one page."""
        return self._show(asked)

    def _show(self, asked: Asked, fault: SarabanError | None = None) -> Response:
        viewer = asked.viewer
        freshen(self._cabinet.database)  # its history is found by the index
        with self._cabinet.database.read() as session:
            entry, kind = amending.own(session, viewer, asked.key())
            told = story.of_entry(session, viewer, entry)
            came = session.get(IntakeRow, told.letter.intake_id or 0) if told.letter else None
            may = access.changing(session, viewer, entry, kind, self._cabinet.clock())
            may_replace = told.letter is not None and quoted.may_replace(session, viewer, told.letter)
            adds = amending.may_add(session, viewer, entry)
            own = sa.select(GroupRow.id, GroupRow.name).where(GroupRow.organisation_id == viewer.organisation_id)
            groups = {row.id: row.name for row in session.execute(own)}
        return self._view.page(
            asked,
            "entry.html",
            422 if fault else 200,
            problems=self._view.problems(asked, fault) if fault else {},
            entry=entry,
            kind=kind,
            title=TITLES[kind],
            groups=groups,
            group=groups.get(entry.group_id or 0, ""),
            as_day=date.fromisoformat,
            story=told,
            may_replace=may_replace,
            mailed=came is not None
            and came.channel is not Channel.FOLDER
            and came.organisation_id == viewer.organisation_id,
            changing=may,
            adds=adds,
            accept=uploads.ACCEPT,
            most=uploads.MOST,
            overdue=entry.reserved and (entry.reserved_until or self._cabinet.today()) < self._cabinet.today(),
        )

    def slip(self, asked: Asked) -> Response:
        """A small paper with the number, to be laid into the file or glued on it (R17)."""
        with self._cabinet.database.read() as session:
            entry, kind = amending.own(session, asked.viewer, asked.key())
            year = story.year_of(session, entry)
        return self._view.page(asked, "slip.html", entry=entry, kind=kind, title=TITLES[kind], year=year)

    def file(self, asked: Asked) -> Response:
        """One file, to be saved and never shown inside the site (attack 19)."""
        with self._cabinet.database.read() as session:
            entry, _ = amending.own(session, asked.viewer, asked.key())
            document = amending.document_of(session, entry, asked.key("position"))
        return pictures.download_original(self._cabinet, document)

    def add_files(self, asked: Asked) -> Response:
        """Files that come later, such as the signed scan."""
        viewer, key = asked.viewer, asked.key()
        try:
            documents = uploads.read(asked)
            if not documents:
                raise FieldsWrong(files="โปรดเลือกไฟล์ก่อน")
            self._cabinet.originals.put(document.content for document in documents)
            with acting(
                self._cabinet.database, viewer.name, "file added", self._cabinet.clock(), f"entry {key}"
            ) as act:
                amending.add_documents(act, viewer, key, documents)
        except FieldsWrong as fault:
            return self._show(asked, fault)
        return to(f"/entries/{key}", told="files")

    def remove_file(self, asked: Asked) -> Response:
        """Take a file off the line; its original stays in the store."""
        key = asked.key()
        reason = one_line(asked.form.get("reason", ""))
        try:
            with acting(self._cabinet.database, asked.viewer.name, "file removed", self._cabinet.clock()) as act:
                amending.remove_document(act, asked.viewer, key, asked.key("position"), reason)
        except FieldsWrong as fault:
            return self._show(asked, FieldsWrong(form=fault.problems["reason"]))
        return to(f"/entries/{key}", told="file_removed")

    def amend_form(self, asked: Asked) -> Response:
        """The line in its form; what was being typed comes back."""
        with self._cabinet.database.read() as session:
            entry, kind = amending.own(session, asked.viewer, asked.key())
            before = drafts.of(session, asked.viewer.person_id, f"entry {entry.id}")
        return self._form(asked, entry, kind, {**_written(content_of(entry)), **before}, bool(before))

    def amend(self, asked: Asked) -> Response:
        """Save it, unless somebody else did meanwhile: then both versions are shown."""
        viewer, key, form = asked.viewer, asked.key(), asked.form
        with self._cabinet.database.read() as session:
            entry, kind = amending.own(session, viewer, key)
        try:
            content, documents = typed.content(form, kind, self._cabinet.today()), uploads.read(asked)
            self._cabinet.originals.put(document.content for document in documents)
            with acting(self._cabinet.database, viewer.name, "amended", self._cabinet.clock()) as act:
                seen, reason = form.get("seen", ""), one_line(form.get("reason", ""))
                amending.amend(act, viewer, key, content, seen, reason, documents)
                drafts.drop(act.session, viewer.person_id, f"entry {key}")
        except (FieldsWrong, ChangedMeanwhile, Refused) as fault:
            return self._form(asked, entry, kind, form, False, fault)
        return to(f"/entries/{key}", told="filled" if entry.reserved else "amended")

    def _form(
        self,
        asked: Asked,
        entry: EntryRow,
        kind: RegisterKind,
        values: dict[str, str],
        restored: bool,
        fault: SarabanError | None = None,
    ) -> Response:
        clash = isinstance(fault, ChangedMeanwhile)
        with self._cabinet.database.read() as session:
            may = access.changing(session, asked.viewer, entry, kind, self._cabinet.clock())
            own = directory.groups(session, asked.viewer.organisation_id)
            adds = amending.may_add(session, asked.viewer, entry)
        if not may.amend:
            raise NotAllowed
        return self._view.page(
            asked,
            "entry_form.html",
            409 if clash else 422 if fault else 200,
            problems=self._view.problems(asked, fault) if fault else {},
            kind=kind,
            title="ใช้เลขที่จองไว้" if entry.reserved else "แก้ไขรายการทะเบียน",
            fields=FIELDS[kind],
            values={"reason": "", **values},
            entry=entry,
            theirs=_written(content_of(entry)) if clash else {},
            seen=amending.version(entry) if clash or "seen" not in values else values["seen"],
            draft=f"entry {entry.id}",
            restored=restored,
            key="",
            reason=may.reason,
            adds=adds,
            groups=[(group.id, group.name) for group in own],
            accept=uploads.ACCEPT,
            most=uploads.MOST,
        )

    def void_form(self, asked: Asked) -> Response:
        """Ask why, and tell what stays."""
        return self._voiding(asked)

    def void(self, asked: Asked) -> Response:
        """Strike the line through."""
        key, form = asked.key(), asked.form
        try:
            with acting(self._cabinet.database, asked.viewer.name, "voided", self._cabinet.clock()) as act:
                amending.void(act, asked.viewer, key, one_line(form.get("reason", "")), form.get("seen", ""))
        except (FieldsWrong, ChangedMeanwhile) as fault:
            return self._voiding(asked, fault)
        return to(f"/entries/{key}", told="voided")

    def _voiding(self, asked: Asked, fault: SarabanError | None = None) -> Response:
        with self._cabinet.database.read() as session:
            entry, kind = amending.own(session, asked.viewer, asked.key())
            may = access.changing(session, asked.viewer, entry, kind, self._cabinet.clock())
        if not may.void:
            raise NotAllowed
        return self._view.page(
            asked,
            "void.html",
            422 if fault else 200,
            problems=self._view.problems(asked, fault) if fault else {},
            entry=entry,
            title=TITLES[kind],
            kind=kind,
            seen=amending.version(entry),
            values={"reason": asked.form.get("reason", "")},
        )


def _written(content: Content) -> dict[str, str]:
    """A line's content as a form writes it."""
    values = {name: getattr(content, name) for name in Content.__dataclass_fields__}
    values["letter_date"] = era.format_date(content.letter_date) if content.letter_date else ""
    return {name: "" if value is None else str(value) for name, value in values.items()}
