"""The four registers of each organisation and year: entries, taking a number, amending, voiding (I2, R18, R22).

A number is taken from its register's row inside the transaction that writes the entry. There is one writing
transaction at a time, so numbers run start, start+1, … without gap or twin, whatever is killed when.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger import era
from ledger.database import Choice, Moment, Row, table_of
from ledger.directory import OrganisationRow
from ledger.errors import ClockBackwards, NotFound, Refused, RegisterClosed, RegisterOff
from ledger.history import Act
from ledger.prepared import Prepared
from ledger.values import RegisterKind, Secrecy, Urgency

TITLES = {
    RegisterKind.INCOMING: "หนังสือรับ",
    RegisterKind.OUTGOING: "หนังสือส่ง",
    RegisterKind.ORDER: "คำสั่ง",
    RegisterKind.CERTIFICATE: "เกียรติบัตร",
}

# A clock that stands further back than this is wrong, not merely adjusted (P-12).
_TOLERATED = timedelta(minutes=5)


class RegisterRow(Row):
    """One numbered book: organisation × kind × series × B.E. year."""

    __tablename__ = "registers"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "kind", "series", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    kind: Mapped[RegisterKind] = mapped_column(Choice(RegisterKind))
    series: Mapped[str] = mapped_column(sa.String(16), default="")  # "" or "circular" (R24)
    year: Mapped[int]  # B.E.
    start: Mapped[int] = mapped_column(default=1)  # 0: switched off
    last: Mapped[int | None]  # the newest number given
    last_at: Mapped[datetime | None] = mapped_column(Moment)
    closed: Mapped[bool] = mapped_column(default=False)  # switched off after it has given numbers

    later = MappingProxyType({"closed": False})
    loose = frozenset({"last", "last_at"})  # both follow from the entries; verify compares them


class EntryRow(Row):
    """One numbered line of a register: the columns of forms 13 and 14, and the time of registration (R18, R20, R22)."""

    __tablename__ = "entries"
    __table_args__ = (
        sa.UniqueConstraint("register_id", "number"),
        sa.Index("ix_entries_order_id", "order_id", sqlite_where=sa.text("order_id IS NOT NULL")),
        sa.Index("ix_entries_form_key", "form_key", unique=True, sqlite_where=sa.text("form_key IS NOT NULL")),
        sa.Index("ix_entries_reserved", "register_id", sqlite_where=sa.text("reserved_until IS NOT NULL")),
        # What lists are narrowed by can be read from these without the lines; the second is in order of registration.
        sa.Index(
            "ix_entries_secret",
            *("register_id", "secrecy", "registrant_id", "letter_id"),
            sqlite_where=sa.text("secrecy <> 'ordinary'"),
        ),
        sa.Index(
            "ix_entries_listed",
            *("register_id", "registered_at", "number", "secrecy", "urgency", "group_id", "voided_at", "letter_id"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[int] = mapped_column(sa.ForeignKey("registers.id"))
    number: Mapped[int]
    text: Mapped[str]  # the number as people write it
    letter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("letters.id"), index=True)
    letter_number: Mapped[str] = mapped_column(default="")  # ที่
    letter_date: Mapped[date | None]  # ลงวันที่
    sender: Mapped[str] = mapped_column(default="")  # จาก
    recipient: Mapped[str] = mapped_column(default="")  # ถึง
    subject: Mapped[str] = mapped_column(default="")  # เรื่อง
    action: Mapped[str] = mapped_column(default="")  # การปฏิบัติ
    remark: Mapped[str] = mapped_column(default="")  # หมายเหตุ
    urgency: Mapped[Urgency] = mapped_column(Choice(Urgency), default=Urgency.NORMAL)
    secrecy: Mapped[Secrecy] = mapped_column(Choice(Secrecy), default=Secrecy.ORDINARY)
    rule: Mapped[str] = mapped_column(default="")  # the rule that routed it
    reason: Mapped[str] = mapped_column(default="")  # why it matched
    registered_at: Mapped[datetime] = mapped_column(Moment)
    registered_by: Mapped[str]
    voided_at: Mapped[datetime | None] = mapped_column(Moment)
    voided_by: Mapped[str] = mapped_column(default="")
    void_reason: Mapped[str] = mapped_column(default="")
    origin: Mapped[str] = mapped_column(sa.String(16), default="")  # an Origin; "" for what no person registered
    registrant_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))  # who may change it soon after (C5)
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id"))  # กลุ่มปฏิบัติ
    order_id: Mapped[int | None] = mapped_column(sa.ForeignKey("entries.id"))  # a certificate's order
    reserved_for: Mapped[str] = mapped_column(default="")  # a number held without content, and for whom
    reserved_until: Mapped[date | None]
    filled_at: Mapped[datetime | None] = mapped_column(Moment)
    form_key: Mapped[str | None] = mapped_column(sa.String(64))  # a form that is sent twice takes one number

    later = MappingProxyType(
        {
            "origin": "",
            "registrant_id": None,
            "group_id": None,
            "order_id": None,
            "reserved_for": "",
            "reserved_until": None,
            "filled_at": None,
            "form_key": None,
        }
    )

    @property
    def reserved(self) -> bool:
        """Whether the number is held and still without content."""
        return self.reserved_until is not None and self.filled_at is None and self.voided_at is None


class WindowRow(Row):
    """How long after its day a registrant may change a line of one register (C5); default: `access.window`."""

    __tablename__ = "windows"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    kind: Mapped[RegisterKind] = mapped_column(Choice(RegisterKind))
    amend_days: Mapped[int]
    void_days: Mapped[int]


class Entered(NamedTuple):
    """The line that was just written, as far as its writer needs it."""

    id: int
    number: int
    year: int
    text: str
    letter_id: int | None
    registered_at: datetime


# Built once: every letter asks for its register and takes a number from it.
_REGISTER = sa.select(table_of(RegisterRow)).where(
    RegisterRow.organisation_id == sa.bindparam("owner"),
    RegisterRow.kind == sa.bindparam("kind"),
    RegisterRow.series == sa.bindparam("series"),
    RegisterRow.year == sa.bindparam("year"),
)
_TAKE = Prepared(
    sa.update(table_of(RegisterRow))
    .where(RegisterRow.id == sa.bindparam("row_id"))
    .values(last=sa.bindparam("number"), last_at=sa.bindparam("at"))
)


def enter(act: Act, owner: OrganisationRow, kind: RegisterKind, *, circular: bool = False, **columns: Any) -> Entered:
    """Take the next number of the owner's register and write its entry, in the act's transaction.

    Arguments: `columns` are those of `EntryRow` that forms 13 and 14 name; the year is that of the act's day in
    Bangkok (R36). Errors: `RegisterOff`, `ClockBackwards`.
    """
    register = _open(act, owner, kind, circular=circular)
    number, at = _take_number(act, register, owner)
    text = written(owner, kind, number, register.year, circular=circular)
    if kind is RegisterKind.OUTGOING:
        columns["letter_number"] = text
    key = act.add(
        EntryRow,
        register_id=register.id,
        number=number,
        text=text,
        registered_at=at,
        registered_by=act.who,
        **columns,
    )
    return Entered(key, number, register.year, text, columns.get("letter_id"), at)


def void(act: Act, entry: EntryRow, reason: str) -> None:
    """Strike an entry through; number and text stay (P-11).

    Errors: `Refused` when it is void already, or no reason is given.
    """
    if not reason.strip():
        raise Refused(reason="ต้องบอกเหตุผลที่ยกเลิกเลข (--reason) — a reason for voiding is needed")
    if entry.voided_at is not None:
        raise Refused(reason=f"เลข {entry.text} ถูกยกเลิกไว้ก่อนแล้ว — this number is void already")
    act.alter(EntryRow, entry.id, voided_at=act.at, voided_by=act.who, void_reason=reason.strip())


def set_start(act: Act, owner: OrganisationRow, kind: RegisterKind, year: int, start: int, *, series: str = "") -> None:
    """Set the start number of a register that is still empty; 0 switches it off (F38, C4).

    Errors: `Refused` when numbers were given already.
    """
    register = _find(act.session, owner, kind, series, year)
    if register is None:
        act.add(RegisterRow, organisation_id=owner.id, kind=kind, series=series, year=year, start=start)
    elif register.last is not None and start != register.start:
        raise Refused(reason=f"ทะเบียน{TITLES[kind]}ปี {year} ของ{owner.name}ออกเลขไปแล้ว จึงเปลี่ยนเลขเริ่มต้นไม่ได้")
    else:
        act.alter(RegisterRow, register.id, start=start)


def entry(session: Session, owner: OrganisationRow, kind: RegisterKind, number: int, year: int) -> EntryRow:
    """One entry by its number.

    Errors: `NotFound`.
    """
    wanted = (
        sa.select(EntryRow)
        .join(RegisterRow)
        .where(RegisterRow.organisation_id == owner.id, RegisterRow.kind == kind)
        .where(RegisterRow.year == year, EntryRow.number == number)
        .order_by(RegisterRow.series)
    )
    found = session.execute(wanted).scalars().first()
    if found is None:
        raise NotFound(what="เลขทะเบียน", what_en="entry", name=f"{number}/{year}", hint=owner.name)
    return found


def entries(
    session: Session, kind: RegisterKind, owner: OrganisationRow, year: int | None = None
) -> list[tuple[EntryRow, int]]:
    """The entries of a register in order of year and number, each with its year; all years unless one is given."""
    wanted = (
        sa.select(EntryRow, RegisterRow.year)
        .join(RegisterRow)
        .where(RegisterRow.organisation_id == owner.id, RegisterRow.kind == kind)
        .order_by(RegisterRow.year, EntryRow.number, EntryRow.id)
    )
    if year is not None:
        wanted = wanted.where(RegisterRow.year == year)
    return [(found[0], found[1]) for found in session.execute(wanted)]


def newest(session: Session, owner: OrganisationRow) -> list[tuple[RegisterKind, str]]:
    """The newest number of each of the owner's books that has one, as people write it."""
    last = sa.select(sa.func.max(EntryRow.id)).join(RegisterRow).where(RegisterRow.organisation_id == owner.id)
    wanted = sa.select(RegisterRow.kind, EntryRow.text).join(EntryRow, EntryRow.register_id == RegisterRow.id)
    wanted = wanted.where(EntryRow.id.in_(last.group_by(RegisterRow.kind))).order_by(RegisterRow.id)
    return [(kind, text) for kind, text in session.execute(wanted)]


def entry_of_letter(session: Session, letter_id: int, owner_id: int) -> EntryRow | None:
    """The line that a letter has in one organisation's books, if it has one."""
    wanted = sa.select(EntryRow).join(RegisterRow).order_by(EntryRow.id).limit(1)
    wanted = wanted.where(EntryRow.letter_id == letter_id, RegisterRow.organisation_id == owner_id)
    return session.execute(wanted).scalar_one_or_none()


def opening(before: Any) -> int:
    """Where a book begins that nobody has set: at 1, or off like the book of the year before."""
    return 0 if before is not None and (before.start == 0 or before.closed) else 1


def written(owner: OrganisationRow, kind: RegisterKind, number: int, year: int, *, circular: bool) -> str:
    """The number as people write it: prefix and number (R23), with ว for circulars (R24); number/year (F29, F33)."""
    if kind is RegisterKind.OUTGOING:
        return f"{owner.prefix}{'ว' if circular else ''}{number}"
    return f"{number}/{year}"


def _open(act: Act, owner: OrganisationRow, kind: RegisterKind, *, circular: bool) -> sa.Row[Any]:
    """The register of the act's year; a new year opens by itself."""
    own_series = circular and kind is RegisterKind.OUTGOING and owner.circular_series == "own"
    series, year = "circular" if own_series else "", era.be_year(act.at)
    if owner.year_in_use is not None and owner.year_in_use < year:
        raise RegisterClosed(organisation=owner.name, year=owner.year_in_use)
    found = _find(act.session, owner, kind, series, year)
    if found is None:
        start = opening(_find(act.session, owner, kind, series, year - 1))
        act.add(RegisterRow, organisation_id=owner.id, kind=kind, series=series, year=year, start=start)
        found = _find(act.session, owner, kind, series, year)
    assert found is not None
    return found


def _find(session: Session, owner: OrganisationRow, kind: RegisterKind, series: str, year: int) -> sa.Row[Any] | None:
    named = {"owner": owner.id, "kind": kind, "series": series, "year": year}
    return session.connection().execute(_REGISTER, named).one_or_none()


def _take_number(act: Act, register: sa.Row[Any], owner: OrganisationRow) -> tuple[int, datetime]:
    if register.start == 0 or register.closed:
        raise RegisterOff(register=TITLES[register.kind], organisation=owner.name, year=register.year)
    if register.last_at is not None and act.at < register.last_at - _TOLERATED:
        raise ClockBackwards(last=register.last_at)
    number = register.start if register.last is None else register.last + 1
    at = max(act.at, register.last_at or act.at)  # times never run backwards within a book
    _TAKE.run(act.connection, row_id=register.id, number=number, at=at)
    return number, at
