"""A person at the registers: register, reserve, and many certificates at once (F11, F16, F22, F29 to F36).

Every act is bound to the viewer's own organisation and asks `access` first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import access, era, letters, registers
from ledger.access import Right, Viewer
from ledger.content import CERTIFICATE, INCOMING, LONGEST, OF_LETTER, ORDER, OUTGOING, Content, Origin, checked
from ledger.directory import OrganisationRow
from ledger.errors import FieldsWrong, NotFound, Refused
from ledger.history import Act
from ledger.letters import LetterRow
from ledger.registers import Entered, EntryRow, RegisterRow
from ledger.values import Document, RegisterKind

MOST_AT_ONCE = 1000  # certificates in one act
MOST_RESERVED = 50  # numbers in one act
SPENT = "แบบฟอร์มนี้ออกเลขไปแล้ว แต่ข้อความต่างจากที่ลงทะเบียนไว้ หากเป็นอีกเรื่องหนึ่ง กดปุ่มอีกครั้งเพื่อออกเลขใหม่"


def register(
    act: Act,
    viewer: Viewer,
    kind: RegisterKind,
    content: Content,
    documents: Sequence[Document] = (),
    *,
    circular: bool = False,
    key: str = "",
) -> Entered:
    """Take the next number of the viewer's own register for what a form says; its documents lie in the store already.

    Arguments: `key` names the form, so that one that is sent twice takes one number. Errors: `NotAllowed`,
    `FieldsWrong`, for "form" when it has a number already and says something else now; `RegisterOff`, `RegisterClosed`.
    """
    viewer.must(Right.REGISTER)
    columns = checked(act, viewer, kind, content)
    if (twin := _twin(act.session, viewer, key)) is not None:
        _must_say(act.session, twin, kind, columns, dated=content.letter_date is not None)
        return twin
    owner = access.owner(act.session, viewer)
    letter = _letter(act, owner, kind, columns, documents) if _has_letter(kind, documents) else None
    origin = Origin.PAPER if kind is INCOMING else Origin.CONSOLE
    entered = registers.enter(
        act,
        owner,
        kind,
        circular=circular,
        letter_id=letter,
        origin=origin,
        registrant_id=viewer.person_id,
        form_key=_key(viewer, key),
        **columns,
    )
    if kind is OUTGOING and letter is not None:
        act.alter(LetterRow, letter, letter_number=entered.text)
    act.about = act.about or f"entry {entered.id}"
    return entered


def certificates(
    act: Act,
    viewer: Viewer,
    contents: Sequence[Content],
    *,
    order_id: int | None = None,
    key: str = "",
) -> list[Entered]:
    """Many certificates in one act and one contiguous range of numbers.

    Arguments: `order_id` is the line of the order that they belong to. Errors: as `register`; `Refused` for none or
    more than `MOST_AT_ONCE`; `NotFound` for an order of others (P-32).
    """
    viewer.must(Right.REGISTER)
    if not 0 < len(contents) <= MOST_AT_ONCE:
        raise Refused(reason="รายชื่อต้องมีอย่างน้อย 1 ชื่อ และไม่เกิน 1,000 ชื่อต่อครั้ง")
    if (twin := _twin(act.session, viewer, key)) is not None:
        return _range_of(act.session, twin)
    if order_id is not None:
        _must_be_own_order(act.session, viewer, order_id)
    owner = access.owner(act.session, viewer)
    entered = []
    for position, content in enumerate(contents):
        columns = checked(act, viewer, CERTIFICATE, content)
        entered.append(
            registers.enter(
                act,
                owner,
                CERTIFICATE,
                origin=Origin.CONSOLE,
                registrant_id=viewer.person_id,
                order_id=order_id,
                form_key=_key(viewer, key) if position == 0 else None,
                **columns,
            )
        )
    act.about = act.about or f"entries {entered[0].id}-{entered[-1].id}"
    return entered


def reserve(
    act: Act, viewer: Viewer, kind: RegisterKind, for_whom: str, until: date, count: int = 1, *, key: str = ""
) -> list[Entered]:
    """Hold numbers of the outgoing or order register for a person, without content, until they are filled or voided.

    Errors: `NotAllowed`; `FieldsWrong`; `RegisterOff`, `RegisterClosed`.
    """
    viewer.must(Right.REGISTER)
    today, problems = era.day_of(act.at), {}
    if kind not in (OUTGOING, ORDER):
        raise Refused(reason="จองเลขได้เฉพาะทะเบียนหนังสือส่งและทะเบียนคำสั่ง")
    if not for_whom.strip():
        problems["reserved_for"] = "โปรดใส่ชื่อผู้ขอจองเลข"
    if until < today:
        problems["reserved_until"] = "วันที่ต้องใช้เลขต้องไม่ก่อนวันนี้"
    if not 1 <= count <= MOST_RESERVED:
        problems["count"] = "จองได้ครั้งละ 1 ถึง 50 เลข"
    if problems:
        raise FieldsWrong(**problems)
    if (twin := _twin(act.session, viewer, key)) is not None:
        return _range_of(act.session, twin)
    owner = access.owner(act.session, viewer)
    held: dict[str, Any] = {"reserved_for": for_whom.strip()[:LONGEST], "reserved_until": until, "letter_date": today}
    entered = [
        registers.enter(
            act,
            owner,
            kind,
            origin=Origin.CONSOLE,
            registrant_id=viewer.person_id,
            form_key=_key(viewer, key) if position == 0 else None,
            **held,
        )
        for position in range(count)
    ]
    act.about = f"entry {entered[0].id}"
    return entered


def _has_letter(kind: RegisterKind, documents: Sequence[Document]) -> bool:
    """Correspondence is a letter from the start; orders and certificates only once they have files."""
    return kind in (INCOMING, OUTGOING) or bool(documents)


def _letter(
    act: Act, owner: OrganisationRow, kind: RegisterKind, columns: dict[str, Any], documents: Sequence[Document]
) -> int:
    told = {name: columns[name] for name in OF_LETTER if name in columns}
    written = letters.write(act, documents, organisation_id=owner.id, outgoing=kind is not INCOMING, **told)
    return written.id


def _key(viewer: Viewer, key: str) -> str | None:
    return hashlib.sha256(f"{viewer.person_id}:{key}".encode()).hexdigest() if key else None


def _twin(session: Session, viewer: Viewer, key: str) -> Entered | None:
    """The line that the same form has taken already."""
    if not key:
        return None
    wanted = sa.select(EntryRow, RegisterRow.year).join(RegisterRow, RegisterRow.id == EntryRow.register_id)
    found = session.execute(wanted.where(EntryRow.form_key == _key(viewer, key))).one_or_none()
    return _entered(*found) if found else None


def _range_of(session: Session, first: Entered) -> list[Entered]:
    """What one act entered, from its first line on."""
    entry = session.get_one(EntryRow, first.id)
    wanted = sa.select(EntryRow).where(EntryRow.register_id == entry.register_id, EntryRow.number >= entry.number)
    same = wanted.where(EntryRow.registrant_id == entry.registrant_id, EntryRow.registered_at == entry.registered_at)
    return [_entered(found, first.year) for found in session.execute(same.order_by(EntryRow.number)).scalars()]


def _must_say(session: Session, twin: Entered, kind: RegisterKind, columns: dict[str, Any], *, dated: bool) -> None:
    """A form that was changed after it took its number, as with a browser's way back, is no second sending of it."""
    entry = session.get_one(EntryRow, twin.id)
    same = session.get_one(RegisterRow, entry.register_id).kind is kind
    said = {name: value for name, value in columns.items() if dated or name != "letter_date"}
    if not same or any(getattr(entry, name) != value for name, value in said.items()):
        raise FieldsWrong(form=SPENT)


def _must_be_own_order(session: Session, viewer: Viewer, order_id: int) -> None:
    wanted = sa.select(EntryRow.id).join(RegisterRow, RegisterRow.id == EntryRow.register_id)
    wanted = wanted.where(RegisterRow.organisation_id == viewer.organisation_id, RegisterRow.kind == ORDER)
    if session.execute(wanted.where(EntryRow.id == order_id)).first() is None:
        raise NotFound(what="รายการทะเบียน", what_en="entry", name=order_id, hint="")


def _entered(entry: EntryRow, year: int) -> Entered:
    return Entered(entry.id, entry.number, year, entry.text, entry.letter_id, entry.registered_at)
