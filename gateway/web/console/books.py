"""The four registers: their lists, the form of a new line, and held numbers (F10 to F16, F21 to F24, F29 to F36)."""

from __future__ import annotations

from datetime import date, timedelta
from secrets import token_urlsafe
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import Response

from gateway.web.console import typed, uploads
from gateway.web.console.asked import Asked
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.columns import ACTS, COLUMNS, TITLES
from gateway.web.console.fresh import freshen
from gateway.web.console.guard import Page
from gateway.web.console.view import View, to
from ledger import access, directory, drafts, era, listing, registering, sending
from ledger.access import Right
from ledger.content import FIELDS
from ledger.errors import ClockBackwards, FieldsWrong, RegisterClosed, RegisterOff, SarabanError
from ledger.history import acting
from ledger.listing import Filter
from ledger.values import RegisterKind, Urgency

ON_A_PAGE = 20
HELD = timedelta(days=7)  # for how long a number is held unless somebody says otherwise


class Books:
    """Lists and new lines."""

    def __init__(self, cabinet: Cabinet, view: View) -> None:
        self._cabinet, self._view = cabinet, view

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        return [
            Page("/registers/{kind}", self.list, Right.READ),
            Page("/registers/{kind}/new", self.form, Right.REGISTER),
            Page("/registers/{kind}/new", self.register, Right.REGISTER, ("POST",), uploads=uploads.MOST + 1),
            Page("/registers/{kind}/reserve", self.reserve_form, Right.REGISTER),
            Page("/registers/{kind}/reserve", self.reserve, Right.REGISTER, ("POST",)),
        ]

    def list(self, asked: Asked) -> Response:
        """The register, newest first, narrowed by what the address says."""
        kind, today, now = kind_of(asked), self._cabinet.today(), self._cabinet.clock()
        viewer, wanted = asked.viewer, filter_of(asked, kind, today)
        number = max(asked.number("page", 1), 1)
        if wanted.words or wanted.sender or wanted.recipient:
            freshen(self._cabinet.database)
        with self._cabinet.database.read() as session:
            found = listing.page(session, viewer, wanted, offset=(number - 1) * ON_A_PAGE, limit=ON_A_PAGE, today=today)
            days = access.window(session, viewer.organisation_id, viewer.kind == "office", kind)
            years = listing.years(session, viewer.organisation_id, kind)
            groups = directory.groups(session, viewer.organisation_id)
            letters = [line.letter_id for line in found.lines if line.letter_id is not None]
            sent: set[int] = sending.sent(session, letters) if kind is RegisterKind.OUTGOING else set()
        return self._view.page(
            asked,
            "list.html",
            kind=kind,
            title=TITLES[kind],
            act=ACTS[kind],
            columns=COLUMNS[kind],
            found=found,
            sent=sent,
            changes={line.id: access.may_change(viewer, line, days, now) for line in found.lines},
            wanted=wanted,
            words=wanted.words,
            years=sorted({*years, era.be_year(today)}, reverse=True),
            groups=groups,
            urgencies=list(Urgency),
            page=number,
            last=max(1, -(-found.total // ON_A_PAGE)),
            query=query_without_page(asked),
            today=today,
        )

    def form(self, asked: Asked) -> Response:
        """An empty form, or what was being typed into it."""
        kind = kind_of(asked)
        with self._cabinet.database.read() as session:
            typed_before = drafts.of(session, asked.viewer.person_id, f"new {kind}")
        return self._show(asked, kind, typed_before)

    def register(self, asked: Asked) -> Response:
        """Take the number; a form that is sent twice takes one."""
        kind, viewer = kind_of(asked), asked.viewer
        try:
            content = typed.content(asked.form, kind, self._cabinet.today())
            documents = uploads.read(asked)
            self._cabinet.originals.put(document.content for document in documents)
            with acting(self._cabinet.database, viewer.name, "registered", self._cabinet.clock()) as act:
                circular, key = bool(asked.form.get("circular")), asked.form.get("key", "")[:64]
                entered = registering.register(act, viewer, kind, content, documents, circular=circular, key=key)
                drafts.drop(act.session, viewer.person_id, f"new {kind}")
        except (FieldsWrong, RegisterOff, RegisterClosed, ClockBackwards) as fault:
            return self._show(asked, kind, _with_key(asked.form, fault), fault)
        return to(f"/entries/{entered.id}", told="registered")

    def _show(
        self, asked: Asked, kind: RegisterKind, values: dict[str, str], fault: SarabanError | None = None
    ) -> Response:
        with self._cabinet.database.read() as session:
            owner = access.owner(session, asked.viewer)
            groups = [(group.id, group.name) for group in directory.groups(session, owner.id)]
        day = era.format_date(self._cabinet.today())
        return self._view.page(
            asked,
            "entry_form.html",
            422 if fault else 200,
            problems=self._view.problems(asked, fault) if fault else {},
            kind=kind,
            title=ACTS[kind],
            fields=FIELDS[kind],
            values={**_defaults(kind, asked, day, owner.name), **values},
            draft=f"new {kind}",
            restored=bool(values) and fault is None,
            key=values.get("key") or fresh_key(),
            prefix=owner.prefix,
            groups=groups,
            accept=uploads.ACCEPT,
            most=uploads.MOST,
        )

    def reserve_form(self, asked: Asked) -> Response:
        """Ask for whom and until when."""
        until = era.format_date(self._cabinet.today() + HELD)
        return self._reserving(asked, {"reserved_for": asked.viewer.name, "reserved_until": until, "count": "1"})

    def reserve(self, asked: Asked) -> Response:
        """Hold one or several numbers."""
        kind, viewer, form = kind_of(asked), asked.viewer, asked.form
        today = self._cabinet.today()
        problems: dict[str, str] = {}
        until = typed.day(form.get("reserved_until", ""), today, problems, "reserved_until")
        try:
            if problems:
                raise FieldsWrong(**problems)
            with acting(self._cabinet.database, viewer.name, "reserved", self._cabinet.clock()) as act:
                held = registering.reserve(
                    act,
                    viewer,
                    kind,
                    form.get("reserved_for", ""),
                    until or today + HELD,
                    typed.whole(form.get("count", ""), 1),
                    key=form.get("key", "")[:64],
                )
        except (FieldsWrong, RegisterOff, RegisterClosed, ClockBackwards) as fault:
            return self._reserving(asked, form, fault)
        if len(held) == 1:
            return to(f"/entries/{held[0].id}", told="reserved")
        return to(f"/registers/{kind}", reserved="yes", told="reserved")

    def _reserving(self, asked: Asked, values: dict[str, str], fault: SarabanError | None = None) -> Response:
        kind = kind_of(asked)
        if kind not in (RegisterKind.OUTGOING, RegisterKind.ORDER):
            raise HTTPException(404)
        return self._view.page(
            asked,
            "reserve.html",
            422 if fault else 200,
            problems=self._view.problems(asked, fault) if fault else {},
            kind=kind,
            title=TITLES[kind],
            values=values,
            key=values.get("key") or fresh_key(),
        )


def kind_of(asked: Asked) -> RegisterKind:
    """The register that the address names."""
    try:
        return RegisterKind(asked.request.path_params["kind"])
    except ValueError:
        raise HTTPException(404) from None


def filter_of(asked: Asked, kind: RegisterKind | None, today: date, *, every_year: bool = False) -> Filter:
    """What the address narrows a list to: the list, its export and its print read the same words.

    Arguments: without a year in the address the present one is meant, or `every_year`.
    """
    year = asked.query("year")
    return Filter(
        kind=kind,
        year=None if year == "all" or (every_year and not year) else asked.number("year", era.be_year(today)),
        words=asked.query("words"),
        field=asked.query("field"),
        since=_day(asked, "since", today),
        until=_day(asked, "until", today),
        sender=asked.query("sender"),
        recipient=asked.query("recipient"),
        group_id=asked.number("group") or None,
        urgency=typed.choice(asked.query("urgency"), Urgency.NORMAL) if asked.query("urgency") else None,
        files=_flag(asked, "files"),
        void=_flag(asked, "void"),
        reserved=_flag(asked, "reserved"),
        overdue=_flag(asked, "overdue"),
    )


def fresh_key() -> str:
    """The name of one form, so that it takes one number however often it is sent."""
    return token_urlsafe(18)


def _with_key(form: dict[str, str], fault: SarabanError) -> dict[str, str]:
    """What was typed; a form whose key has taken its number gets another if it is sent once more."""
    spent = isinstance(fault, FieldsWrong) and fault.problems.get("form") == registering.SPENT
    return {**form, "key": ""} if spent else form


def _defaults(kind: RegisterKind, asked: Asked, day: str, office: str) -> dict[str, str]:
    """What a new form says already (C6)."""
    empty = dict.fromkeys(("circular", *FIELDS[kind]), "")
    common = {**empty, "letter_date": day, "urgency": "normal", "secrecy": "ordinary"}
    if kind is RegisterKind.INCOMING:
        return {**common, "letter_date": "", "recipient": office, "remark": "เอกสารกระดาษ"}
    if kind is RegisterKind.OUTGOING:
        return {**common, "sender": office, "group_id": str(asked.viewer.group_id or "")}
    return common


def query_without_page(asked: Asked) -> str:
    """The address's words without the page and what it told, for links to other pages."""
    kept = [(name, value) for name, value in asked.request.query_params.multi_items() if name not in ("page", "told")]
    return urlencode(kept)


def _flag(asked: Asked, name: str) -> bool | None:
    return {"yes": True, "no": False}.get(asked.query(name))


def _day(asked: Asked, name: str, today: date) -> date | None:
    return typed.day(asked.query(name), today, {}, name)
