"""Many certificates at once: from a list of names, alone or with the order that grants them (F29 to F36).

The list is typed, pasted or uploaded; every line is shown with the number that it would get; then one act numbers all
of them, one after the other.
"""

from __future__ import annotations

import io
import re

from starlette.exceptions import HTTPException
from starlette.responses import Response

from gateway import printed
from gateway.printed import Line, Sheet, forms
from gateway.printed.plain import plain, safe
from gateway.web import headers
from gateway.web.console import batch, uploads
from gateway.web.console.asked import Asked
from gateway.web.console.batch import LIST, Batch
from gateway.web.console.books import fresh_key
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.columns import ON_PAPER, TITLES
from gateway.web.console.guard import Page
from gateway.web.console.view import View, to
from gateway.web.forms import Form
from ledger import drafts, era, exports, many, registering, story
from ledger.access import Right
from ledger.content import CERTIFICATE, ORDER
from ledger.errors import FieldsWrong, NotAllowed, SarabanError, SignedOut
from ledger.history import acting
from ledger.registers import EntryRow

ALONE, ORDERED = "/registers/certificate/many", "/registers/order/with-certificates"
WRITERS = {"csv": printed.write_csv, "xlsx": printed.write_xlsx}
_RANGE = re.compile("([1-9][0-9]{0,9})-([1-9][0-9]{0,9})")
_EMPTY = dict.fromkeys(
    ("subject", "letter_date", "remark", "names", "order_subject", "order_letter_date", "order_remark"), ""
)


class Many:
    """ออกเกียรติบัตรหลายใบ and คำสั่งพร้อมเกียรติบัตร."""

    def __init__(self, cabinet: Cabinet, view: View) -> None:
        self._cabinet, self._view = cabinet, view

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        given = ALONE + "/{key}"
        return [
            Page(ALONE, self.form, Right.REGISTER),
            Page(ALONE, self.next, Right.REGISTER, ("POST",), uploads=1),
            Page(ORDERED, self.form, Right.REGISTER),
            Page(ORDERED, self.next, Right.REGISTER, ("POST",), uploads=uploads.MOST + 1),
            Page(given, self.show, Right.READ),
            Page(given + "/file", self.file, Right.READ, ("POST",)),
        ]

    def form(self, asked: Asked) -> Response:
        """The list, empty or as it was being typed."""
        with self._cabinet.database.read() as session:
            before = drafts.of(session, asked.viewer.person_id, _draft(asked))
        return self._form(asked, before)

    def next(self, asked: Asked) -> Response:
        """From the list to its preview, from there back or on to the numbers.

        A form that is sent twice takes them once. A fault shows the form again with everything that was typed.
        """
        step = asked.form.get("do", "")
        if step == "edit":
            return self._form(asked, asked.form)
        try:
            read = batch.read(asked, _ordered(asked), self._cabinet.today())
            return self._issue(asked, read) if step == "issue" else self._preview(asked, read)
        except (NotAllowed, SignedOut):
            raise
        except SarabanError as fault:
            return self._form(asked, batch.merged(asked), fault)

    def _form(self, asked: Asked, values: Form, fault: SarabanError | None = None) -> Response:
        day = era.format_date(self._cabinet.today())
        return self._view.page(
            asked,
            "many.html",
            422 if fault else 200,
            problems=self._view.problems(asked, fault) if fault else {},
            values={**_EMPTY, "letter_date": day, "order_letter_date": day, **values},
            ordered=_ordered(asked),
            key=values.get("key") or fresh_key(),
            most=registering.MOST_AT_ONCE,
            draft=_draft(asked),
            restored=bool(values) and not asked.posted,
            list_field=LIST,
        )

    def _preview(self, asked: Asked, read: Batch, fault: FieldsWrong | None = None) -> Response:
        now, viewer = self._cabinet.clock(), asked.viewer
        with self._cabinet.database.read() as session:
            first = many.expected(session, viewer, CERTIFICATE, now)
            order = many.expected(session, viewer, ORDER, now) if read.order else 0
        language = self._view.language(asked)
        return self._view.page(
            asked,
            "many_preview.html",
            422 if fault else 200,
            problems=self._view.problems(asked, fault) if fault else {},
            batch=read,
            certificates=read.certificates,
            odd=[one.sentence(language) for one in read.problems],
            values={**_EMPTY, **asked.form, "names": read.text},
            ordered=_ordered(asked),
            first=first,
            order=order,
            year=era.be_year(now),
            accept=uploads.ACCEPT,
            most=uploads.MOST,
        )

    def _issue(self, asked: Asked, read: Batch) -> Response:
        viewer, key, cabinet = asked.viewer, read.key(asked.form.get("key", "")), self._cabinet
        try:
            documents = uploads.read(asked)
        except FieldsWrong as fault:
            return self._preview(asked, read, fault)
        cabinet.originals.put(document.content for document in documents)
        what = "ordered" if read.order else "certificates"
        with acting(cabinet.database, viewer.name, what, cabinet.clock()) as act:
            if read.order is not None:
                _, given = many.order_with_certificates(act, viewer, read.order, read.certificates, documents, key=key)
            else:
                given = registering.certificates(act, viewer, read.certificates, key=key)
            drafts.drop(act.session, viewer.person_id, _draft(asked))
        return to(f"{ALONE}/{given[0].id}-{given[-1].id}", told="issued")

    def show(self, asked: Asked) -> Response:
        """The range in large type, to be copied and downloaded."""
        with self._cabinet.database.read() as session:
            lines = many.between(session, asked.viewer, *_ends(asked))
            order = session.get(EntryRow, lines[0].order_id) if lines[0].order_id is not None else None
        copied = "\n".join(f"{one.text}\t{safe(plain(one.recipient))}" for one in lines)
        return self._view.page(
            asked, "many_given.html", lines=lines, order=order, copied=copied, address=asked.request.url.path
        )

    def file(self, asked: Asked) -> Response:
        """The range as a file, whose taking is noted."""
        viewer, form, now = asked.viewer, asked.form.get("form", ""), self._cabinet.clock()
        if form not in WRITERS:
            raise HTTPException(404)
        with acting(self._cabinet.database, viewer.name, "exported", now) as act:
            lines = many.between(act.session, viewer, *_ends(asked))
            year = story.year_of(act.session, lines[0])
            exports.note(act, viewer, CERTIFICATE, form, f"entries {lines[0].id}-{lines[-1].id}", len(lines))
        span = f"{lines[0].number}-{lines[-1].number}"
        sheet = Sheet(
            organisation=viewer.organisation,
            title=TITLES[CERTIFICATE],
            form="",
            period=f"เลขที่ {span} ปี พ.ศ. {year}",
            columns=forms.CERTIFICATES,
            printed_by=viewer.name,
            printed_at=now,
        )
        out = io.BytesIO()
        WRITERS[form](sheet, map(_line, lines), out)
        name = f"เกียรติบัตร {span}-{year}.{form}"
        return headers.download(out.getvalue(), name, "application/octet-stream")


def _ordered(asked: Asked) -> bool:
    return asked.request.url.path == ORDERED


def _ends(asked: Asked) -> tuple[int, int]:
    """The lines that an address names, as "12-34". Errors: HTTPException 404."""
    found = _RANGE.fullmatch(str(asked.request.path_params["key"]))
    if found is None:
        raise HTTPException(404)
    return int(found[1]), int(found[2])


def _draft(asked: Asked) -> str:
    return "many with order" if _ordered(asked) else "many"


def _line(entry: EntryRow) -> Line:
    values = {name: getattr(entry, name) for name in ON_PAPER[CERTIFICATE]}
    values["letter_date"] = era.format_date(entry.letter_date) if entry.letter_date else ""
    day = era.day_of(entry.registered_at)
    note = f"{era.format_date(entry.voided_at)}: {entry.void_reason}" if entry.voided_at is not None else ""
    return Line(tuple(map(str, values.values())), day, entry.voided_at is not None, note)
