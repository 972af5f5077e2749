"""How an organisation sets its registers: year, start numbers, prefix, circular series, windows (F37 to F39, C4, C5).

What is set holds for numbers to come; those that were given stay as they are. A form that was opened before somebody
else's change is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import access, era, registers
from ledger.access import Duty, Right, Viewer, Window
from ledger.database import table_of
from ledger.directory import DutyRow, OrganisationRow, PersonRow
from ledger.errors import ChangedMeanwhile, FieldsWrong, NotFound
from ledger.history import Act
from ledger.registers import EntryRow, RegisterRow, WindowRow
from ledger.values import RegisterKind

CIRCULAR = "circular"  # the series of circulars that are numbered apart (R24)
HIGHEST_START = 999_999
MOST_DAYS = 366
PREFIX_LENGTH = 60
DECEMBER = 12

NO_YEAR = "โปรดเลือกปีปัจจุบันหรือปีถัดไป"
BAD_START = "เลขเริ่มต้นต้องเป็นจำนวน 0 ถึง 999,999"
IN_USE = "ทะเบียนนี้ออกเลขไปแล้ว จึงเปลี่ยนเลขเริ่มต้นไม่ได้"
BAD_DAYS = "จำนวนวันต้องเป็น 0 ถึง 366"
BAD_PREFIX = "คำนำหน้าเลขต้องไม่ยาวเกิน 60 ตัวอักษร และต้องไม่ลงท้ายด้วยตัวเลขหรือ ว เช่น ศธ 04022/"
TWIN_CIRCULARS = "เลขเริ่มต้นของหนังสือเวียนต้องมากกว่าเลข ว ที่ออกไปแล้วในปีนี้ เพื่อไม่ให้เลขซ้ำ"
TWIN_SERIES = "หากเปลี่ยนชุดเลขหนังสือเวียนตอนนี้ เลขจะซ้ำกับที่ออกไปแล้วในปีนี้ ให้เปลี่ยนตั้งแต่ต้นปีหน้า"
SENTENCES = (NO_YEAR, BAD_START, IN_USE, BAD_DAYS, BAD_PREFIX, TWIN_CIRCULARS, TWIN_SERIES)

Key = tuple[RegisterKind, str]
KEYS: tuple[Key, ...] = (
    (RegisterKind.INCOMING, ""),
    (RegisterKind.OUTGOING, ""),
    (RegisterKind.OUTGOING, CIRCULAR),
    (RegisterKind.ORDER, ""),
    (RegisterKind.CERTIFICATE, ""),
)


@dataclass(frozen=True, slots=True)
class Book:
    """One numbered book of one year, whether a number was taken from it already or not."""

    kind: RegisterKind
    series: str  # "" or `CIRCULAR`
    start: int  # 0: off
    closed: bool = False  # switched off after it has given numbers
    last: int | None = None

    @property
    def off(self) -> bool:
        """Whether it gives no numbers."""
        return self.start == 0 or self.closed

    @property
    def next(self) -> int:
        """The number that it gives next, when it is not off."""
        return self.start if self.last is None else self.last + 1


@dataclass(frozen=True, slots=True)
class Shelf:
    """All that can be set of the registers of one organisation, as it stands in one year."""

    year: int  # B.E.; that of the books
    year_in_use: int | None  # None: the calendar's
    prefix: str
    circular_series: str  # "shared", "own"
    books: Mapping[Key, Book]
    windows: Mapping[RegisterKind, Window]
    circulars: int = 0  # the highest ว in the shared series of the year

    @property
    def version(self) -> str:
        """What tells a form whether anything was set since it was opened; numbers that are given do not count."""
        books = [[*key, book.start, book.closed] for key, book in self.books.items()]
        days = [[kind, window.amend_days, window.void_days] for kind, window in self.windows.items()]
        told = [self.year, self.year_in_use, self.prefix, self.circular_series, books, days]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()

    def next_text(self, owner: OrganisationRow, key: Key, *, circular: bool = False) -> str:
        """The next number of a book as people will write it; "" while it gives none."""
        book = self.books[key]
        if book.off or (self.year_in_use is not None and self.year_in_use < self.year):
            return ""
        return registers.written(owner, book.kind, book.next, self.year, circular=circular or key[1] == CIRCULAR)


def of(session: Session, viewer: Viewer, year: int) -> Shelf:
    """How the viewer's own registers are set in a B.E. year. Errors: `NotAllowed`."""
    viewer.must(Right.CONFIGURE)
    owner = access.owner(session, viewer)
    wanted = sa.select(RegisterRow).where(RegisterRow.organisation_id == owner.id)
    rows = session.execute(wanted.where(RegisterRow.year.in_((year - 1, year)))).scalars()
    known = {(row.kind, row.series, row.year): row for row in rows}
    windows = {kind: access.window(session, owner.id, owner.kind == "office", kind) for kind in RegisterKind}
    books = {key: _book(known, key, year) for key in KEYS}
    circulars = _highest_circular(session, owner, year)
    return Shelf(year, owner.year_in_use, owner.prefix, owner.circular_series, books, windows, circulars)


def change(act: Act, viewer: Viewer, wanted: Shelf, seen: str) -> None:
    """Set the registers as `wanted`; of a year to come only its start numbers.

    Arguments: `seen` is the `Shelf.version` that the form was made from. Errors: `NotAllowed`; `NotFound` for a year
    that is not this one or the next; `ChangedMeanwhile`; `FieldsWrong` (year_in_use, prefix, circular_series,
    start_<kind>, start_circular, amend_<kind>, void_<kind>).
    """
    this_year = era.be_year(act.at)
    if wanted.year not in (this_year, this_year + 1):
        raise NotFound(what="ปี", what_en="year", name=wanted.year, hint="")
    stands = of(act.session, viewer, wanted.year)
    if seen != stands.version:
        raise ChangedMeanwhile
    if wanted.year > this_year:
        wanted = replace(stands, books=wanted.books)
    if problems := _faults(stands, wanted):
        raise FieldsWrong(**problems)
    owner = access.owner(act.session, viewer)
    act.about = f"registers of organisation {owner.id}"
    act.alter(
        OrganisationRow,
        owner.id,
        year_in_use=wanted.year_in_use,
        prefix=wanted.prefix,
        circular_series=wanted.circular_series,
    )
    for key, book in wanted.books.items():
        _set_book(act, owner, wanted.year, stands.books[key], book)
    for kind, window in wanted.windows.items():
        if window != stands.windows[kind]:
            _set_window(act, owner, kind, window)


def year_state(year_in_use: int | None, today: date) -> str:
    """ "" while all is well, "ending" in the last month of a year that is set by hand, "over" after it (F37)."""
    this_year = era.be_year(today)
    if year_in_use is None or year_in_use > this_year:
        return ""
    if year_in_use < this_year:
        return "over"
    return "ending" if today.month == DECEMBER else ""


def officers(session: Session, viewer: Viewer) -> Sequence[tuple[str, Duty]]:
    """Who else may set the registers of the viewer's organisation, by duty."""
    office, school = access.TABLE[Right.CONFIGURE]
    duties = [str(duty) for duty in (office if viewer.kind == "office" else school) if duty is not None]
    wanted = sa.select(PersonRow.name, DutyRow.duty).join(DutyRow, DutyRow.person_id == PersonRow.id)
    wanted = wanted.where(PersonRow.organisation_id == viewer.organisation_id, PersonRow.active)
    found = session.execute(wanted.where(DutyRow.duty.in_(duties)).order_by(DutyRow.duty, PersonRow.id))
    return [(name, Duty(duty)) for name, duty in found]


def _book(known: Mapping[tuple[RegisterKind, str, int], RegisterRow], key: Key, year: int) -> Book:
    row = known.get((*key, year))
    if row is None:
        return Book(*key, start=registers.opening(known.get((*key, year - 1))))
    return Book(*key, start=row.start, closed=row.closed, last=row.last)


def _highest_circular(session: Session, owner: OrganisationRow, year: int) -> int:
    """Of the shared series; a prefix never ends in ว."""
    entry, register = table_of(EntryRow), table_of(RegisterRow)
    wanted = sa.select(entry.c.number).join(register, register.c.id == entry.c.register_id)
    wanted = wanted.where(register.c.organisation_id == owner.id, register.c.kind == RegisterKind.OUTGOING)
    wanted = wanted.where(register.c.series == "", register.c.year == year)
    wanted = wanted.where(entry.c.text.endswith(sa.literal("ว").concat(sa.cast(entry.c.number, sa.String))))
    return session.connection().execute(wanted.order_by(entry.c.number.desc()).limit(1)).scalar() or 0


def _faults(stands: Shelf, wanted: Shelf) -> dict[str, str]:
    """What cannot be, by field."""
    found = {
        "year_in_use": "" if _good_year(stands, wanted) else NO_YEAR,
        "prefix": "" if wanted.prefix == stands.prefix or _good_prefix(wanted.prefix) else BAD_PREFIX,
        **{f"start_{_field(key)}": _start_fault(stands.books[key], wanted.books[key]) for key in KEYS},
    }
    for kind, window in wanted.windows.items():
        for name, days in (("amend", window.amend_days), ("void", window.void_days)):
            found[f"{name}_{kind}"] = "" if 0 <= days <= MOST_DAYS else BAD_DAYS
    problems = {field: sentence for field, sentence in found.items() if sentence}
    return problems or _twins(stands, wanted)


def _good_year(stands: Shelf, wanted: Shelf) -> bool:
    return wanted.year_in_use in (None, stands.year_in_use, stands.year, stands.year + 1)


def _good_prefix(prefix: str) -> bool:
    return len(prefix) <= PREFIX_LENGTH and not prefix[-1:].isdecimal() and not prefix.endswith("ว")


def _start_fault(stands: Book, wanted: Book) -> str:
    if stands.last is not None:
        return IN_USE if wanted.start != stands.start else ""
    return "" if 0 <= wanted.start <= HIGHEST_START else BAD_START


def _twins(stands: Shelf, wanted: Shelf) -> dict[str, str]:
    """Two circulars of a year must not read alike when they are numbered apart from now on, or no longer."""
    shared, apart = (wanted.books[RegisterKind.OUTGOING, series] for series in ("", CIRCULAR))
    if wanted.circular_series == "own":
        if apart.off or apart.next > stands.circulars:
            return {}
        return {"start_circular": TWIN_CIRCULARS} if apart.last is None else {"circular_series": TWIN_SERIES}
    clash = apart.last is not None and not shared.off and apart.last >= shared.next
    return {"circular_series": TWIN_SERIES} if clash else {}


def _field(key: Key) -> str:
    return key[1] or str(key[0])


def _set_book(act: Act, owner: OrganisationRow, year: int, stands: Book, wanted: Book) -> None:
    if stands.last is None and wanted.start != stands.start:
        registers.set_start(act, owner, wanted.kind, year, wanted.start, series=wanted.series)
    elif stands.last is not None and wanted.closed != stands.closed:
        act.alter(RegisterRow, _id(act, owner, year, wanted), closed=wanted.closed)


def _id(act: Act, owner: OrganisationRow, year: int, book: Book) -> int:
    wanted = sa.select(RegisterRow.id).where(RegisterRow.organisation_id == owner.id, RegisterRow.year == year)
    wanted = wanted.where(RegisterRow.kind == book.kind, RegisterRow.series == book.series)
    return act.session.execute(wanted).scalar_one()


def _set_window(act: Act, owner: OrganisationRow, kind: RegisterKind, window: Window) -> None:
    days: dict[str, Any] = {"amend_days": window.amend_days, "void_days": window.void_days}
    wanted = sa.select(WindowRow.id).where(WindowRow.organisation_id == owner.id, WindowRow.kind == kind)
    key = act.session.execute(wanted).scalar_one_or_none()
    if key is None:
        act.add(WindowRow, organisation_id=owner.id, kind=kind, **days)
    else:
        act.alter(WindowRow, key, **days)
