"""Many certificates at once: what they would be numbered, one act for an order with its certificates, and a range read
back (F29, F33 to F35).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import access, era, registering
from ledger.access import Right, Viewer
from ledger.content import CERTIFICATE, ORDER, Content
from ledger.errors import NotFound, RegisterClosed, RegisterOff
from ledger.history import Act
from ledger.registering import MOST_AT_ONCE
from ledger.registers import TITLES, Entered, EntryRow, RegisterRow
from ledger.values import Document, RegisterKind


def expected(session: Session, viewer: Viewer, kind: RegisterKind, now: datetime) -> int:
    """The number that the next line would get if nobody else takes it first.

    Errors: `NotAllowed`, `RegisterOff`, `RegisterClosed`, as taking it would.
    """
    viewer.must(Right.REGISTER)
    owner, year = access.owner(session, viewer), era.be_year(now)
    if owner.year_in_use is not None and owner.year_in_use < year:
        raise RegisterClosed(organisation=owner.name, year=owner.year_in_use)
    now_open, before = (_book(session, viewer, kind, one) for one in (year, year - 1))
    off = now_open if now_open is not None else before
    if off is not None and (off.start == 0 or off.closed):
        raise RegisterOff(register=TITLES[kind], organisation=owner.name, year=year)
    if now_open is None:
        return 1
    return now_open.start if now_open.last is None else now_open.last + 1


def order_with_certificates(
    act: Act,
    viewer: Viewer,
    order: Content,
    certificates: Sequence[Content],
    documents: Sequence[Document] = (),
    *,
    key: str = "",
) -> tuple[Entered, list[Entered]]:
    """One order and the certificates that it grants, each register numbered in the same act.

    Arguments: `key` names the form, so that one that is sent twice takes its numbers once. Errors: as
    `registering.register` and `registering.certificates`; then no number is taken.
    """
    entered = registering.register(act, viewer, ORDER, order, documents, key=key)
    theirs = f"{key} certificates" if key else ""
    given = registering.certificates(act, viewer, certificates, order_id=entered.id, key=theirs)
    act.about = f"entry {entered.id}"
    return entered, given


def between(session: Session, viewer: Viewer, first_id: int, last_id: int) -> list[EntryRow]:
    """The certificates from one line to another of the same register of the viewer's organisation, in order.

    Errors: `NotFound`, alike for lines of another organisation (P-32) and for what is no such range.
    """
    viewer.must(Right.READ)
    ends = [_certificate(session, viewer, key) for key in (first_id, last_id)]
    first, last = ends
    if first is None or last is None or first.register_id != last.register_id:
        raise _no_range(first_id)
    if not 0 <= last.number - first.number < MOST_AT_ONCE:
        raise _no_range(first_id)
    wanted = sa.select(EntryRow).where(EntryRow.register_id == first.register_id, access.readable(viewer))
    numbered = wanted.where(EntryRow.number.between(first.number, last.number)).order_by(EntryRow.number)
    return list(session.execute(numbered).scalars())


def _book(session: Session, viewer: Viewer, kind: RegisterKind, year: int) -> RegisterRow | None:
    wanted = sa.select(RegisterRow).where(RegisterRow.organisation_id == viewer.organisation_id)
    book = wanted.where(RegisterRow.kind == kind, RegisterRow.series == "", RegisterRow.year == year)
    return session.execute(book).scalar_one_or_none()


def _certificate(session: Session, viewer: Viewer, entry_id: int) -> EntryRow | None:
    wanted = sa.select(EntryRow).join(RegisterRow, RegisterRow.id == EntryRow.register_id)
    own = wanted.where(RegisterRow.organisation_id == viewer.organisation_id, RegisterRow.kind == CERTIFICATE)
    return session.execute(own.where(EntryRow.id == entry_id)).scalar_one_or_none()


def _no_range(entry_id: int) -> NotFound:
    return NotFound(what="รายการทะเบียน", what_en="entry", name=entry_id, hint="")
