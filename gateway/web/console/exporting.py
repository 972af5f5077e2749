"""A register as a file: the filtered list as XLSX or CSV, the printed register as PDF in form 13 and 14 (R7, R18)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import BinaryIO

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from gateway import printed
from gateway.printed import Column, Line, Sheet, forms
from gateway.web import headers
from gateway.web.console.asked import Asked
from gateway.web.console.books import filter_of, kind_of, query_without_page
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.columns import COLUMNS, ON_PAPER, TITLES
from gateway.web.console.fresh import freshen
from gateway.web.console.guard import Page, answers
from gateway.web.console.making import Making, Makings, Progress
from gateway.web.console.view import View, to
from ledger import era, exports, history, listing
from ledger.access import Right, Viewer
from ledger.errors import ConfirmFirst
from ledger.history import acting
from ledger.listing import Filter
from ledger.values import RegisterKind

GRAVE = 1000  # lines; more ask for the password again (5.1)
WAIT = 1.5  # seconds in which a small file is simply ready
FORMS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "pdf": "application/pdf",
}
_FORM_NUMBERS = {RegisterKind.INCOMING: forms.FORM_13, RegisterKind.OUTGOING: forms.FORM_14}
_FORMS = {
    RegisterKind.INCOMING: forms.INCOMING,
    RegisterKind.OUTGOING: forms.OUTGOING,
    RegisterKind.ORDER: forms.ORDERS,
    RegisterKind.CERTIFICATE: forms.CERTIFICATES,
}


class Exporting:
    """Choosing, making and fetching a file."""

    def __init__(self, cabinet: Cabinet, view: View) -> None:
        self._cabinet, self._view = cabinet, view
        self._makings = Makings(cabinet.originals.folder.parent / "exports", cabinet.clock)

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        return [
            Page("/registers/{kind}/export", self.form, Right.READ),
            Page("/registers/{kind}/export", self.make, Right.READ, ("POST",)),
            Page("/exports/{key}", self.show, Right.READ),
            Page("/exports/{key}/state", self.state, Right.READ, quiet=True),
            Page("/exports/{key}/file", self.file, Right.READ),
        ]

    def form(self, asked: Asked) -> Response:
        """What may be had of the list as it is narrowed now."""
        kind, today = kind_of(asked), self._cabinet.today()
        wanted = filter_of(asked, kind, today)
        return self._view.page(
            asked,
            "export.html",
            kind=kind,
            title=TITLES[kind],
            wanted=wanted,
            count=self._count(asked.viewer, wanted),
            query=query_without_page(asked),
            digits=self._cabinet.digits,
            month_start=today.replace(day=1),
            today=today,
        )

    def make(self, asked: Asked) -> Response:
        """Begin the file. Errors: `ConfirmFirst` for many lines; `ExportsWait` while too many are made."""
        kind, viewer, form = kind_of(asked), asked.viewer, asked.form.get("form", "xlsx")
        wanted = filter_of(asked, kind, self._cabinet.today())
        if form not in FORMS:
            raise HTTPException(404)
        count = self._count(viewer, wanted)
        if count > GRAVE and not (asked.sign_in and asked.sign_in.confirmed(self._cabinet.clock())):
            raise ConfirmFirst
        with acting(self._cabinet.database, viewer.name, "exported", self._cabinet.clock()) as act:
            exports.note(act, viewer, kind, form, query_without_page(asked), count)
        sheet = self._sheet(asked, kind, wanted, form)

        def write(out: BinaryIO, progress: Progress) -> int:
            return self._write(form, sheet, viewer, wanted, out, progress)

        name = f"{TITLES[kind]} {sheet.period}.{form}"
        making = self._makings.start(viewer.person_id, name, FORMS[form], count, write)
        making.ended.wait(WAIT)
        return to(f"/exports/{making.key}")

    def show(self, asked: Asked) -> Response:
        """How far the file is, or the way to it."""
        return self._view.page(asked, "making.html", making=self._making(asked))

    def state(self, asked: Asked) -> Response:
        """The same for a script."""
        making = self._making(asked)
        return answers(
            {"done": making.done, "total": making.total, "ready": making.ready, "failed": making.failed},
        )

    def file(self, asked: Asked) -> Response:
        """The file itself."""
        making = self._making(asked)
        if not making.ready:
            raise HTTPException(404)
        answer = headers.download(b"", making.name, making.media_type)
        kept = {name: value for name, value in answer.headers.items() if name not in ("content-length", "content-type")}
        return FileResponse(making.path, headers=kept, media_type=making.media_type)

    def _making(self, asked: Asked) -> Making:
        making = self._makings.of(str(asked.request.path_params["key"]), asked.viewer.person_id)
        if making is None:
            raise HTTPException(404)
        return making

    def _count(self, viewer: Viewer, wanted: Filter) -> int:
        freshen(self._cabinet.database)
        with self._cabinet.database.read() as session:
            return listing.page(session, viewer, wanted, offset=0, limit=1, today=self._cabinet.today()).total

    def _sheet(self, asked: Asked, kind: RegisterKind, wanted: Filter, form: str) -> Sheet:
        return Sheet(
            organisation=asked.viewer.organisation,
            title=TITLES[kind],
            form=_FORM_NUMBERS.get(kind, ""),
            period=_period(wanted),
            columns=_FORMS[kind] if form == "pdf" else _in_a_file(kind),
            printed_by=asked.viewer.name,
            printed_at=self._cabinet.clock(),
            digits="thai" if asked.form.get("digits") == "thai" else "arabic",
        )

    def _write(self, form: str, sheet: Sheet, viewer: Viewer, wanted: Filter, out: BinaryIO, progress: Progress) -> int:
        assert wanted.kind is not None
        kind = wanted.kind
        fields = ON_PAPER[kind] if form == "pdf" else tuple(column.field for column in COLUMNS[kind])
        with self._cabinet.database.read() as session:
            found = listing.each(session, viewer, wanted, today=self._cabinet.today())
            lines = (as_line(line, fields) for line in found)
            if form == "csv":
                return printed.write_csv(sheet, lines, out, progress)
            if form == "xlsx":
                return printed.write_xlsx(sheet, lines, out, progress)
            return printed.write_pdf(
                sheet, lines, out, progress, seal=lambda day: history.head_before(session, _after(day))
            )


def _in_a_file(kind: RegisterKind) -> tuple[Column, ...]:
    return tuple(Column(one.heading, one.width, number=one.field == "number") for one in COLUMNS[kind])


def as_line(line: listing.Line, fields: tuple[str, ...]) -> Line:
    """A listed line as cells of text."""
    day = era.day_of(line.registered_at)
    void = line.voided_at is not None
    note = f"{era.format_date(line.voided_at)}: {line.void_reason}" if line.voided_at is not None else ""
    return Line(tuple(_cell(line, field) for field in fields), day, void, note)


def _cell(line: listing.Line, field: str) -> str:
    value = getattr(line, field)
    if field == "subject" and line.hidden:
        return "[ลับ]"
    if field == "subject" and line.reserved:
        return f"จองไว้ให้ {line.reserved_for}"
    if field in ("letter_date", "registered_at"):
        return era.format_date(value) if value else ""
    return "" if value is None else str(value)


def _period(wanted: Filter) -> str:
    """What the file covers, in words."""
    if wanted.since and wanted.until == wanted.since:
        return f"วันที่ {era.format_date(wanted.since, style='long')}"
    if wanted.since or wanted.until:
        since = era.format_date(wanted.since) if wanted.since else "แรก"
        until = era.format_date(wanted.until) if wanted.until else "ปัจจุบัน"
        return f"ตั้งแต่ {since} ถึง {until}"
    return f"ปี พ.ศ. {wanted.year}" if wanted.year else "ทุกปี"


def _after(day: date) -> datetime:
    """The moment at which a day in Bangkok is over."""
    return datetime(day.year, day.month, day.day, tzinfo=era.BANGKOK) + timedelta(days=1)
