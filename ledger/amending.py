"""Changing a line of a register: amend within the window or with a reason, void, add and take off files (C5, P-11).

Number, day and registrant stay. A form that was opened before somebody else's change is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import access, letters, registers
from ledger.access import Right, Viewer
from ledger.content import LONGEST, OF_LETTER, Content, checked
from ledger.database import plain, table_of
from ledger.errors import ChangedMeanwhile, FieldsWrong, NotAllowed, NotFound, Refused
from ledger.history import Act
from ledger.letters import DocumentRow, LetterRow
from ledger.registers import EntryRow, RegisterRow
from ledger.values import Document, RegisterKind

NOT_OURS = "ไฟล์ของหนังสือที่ส่งถึงผู้รับแล้ว หรือที่รับมาจากหน่วยงานอื่น เปลี่ยนแปลงไม่ได้"


def amend(
    act: Act,
    viewer: Viewer,
    entry_id: int,
    content: Content,
    seen: str,
    reason: str = "",
    documents: Sequence[Document] = (),
) -> EntryRow:
    """Change what a line says; a held number is filled by it. Number, day and registrant stay.

    Arguments: `seen` is the `version` that the form was made from. Errors: `NotFound`, `NotAllowed`, `FieldsWrong`,
    `ChangedMeanwhile`.
    """
    entry, kind = own(act.session, viewer, entry_id)
    may = access.changing(act.session, viewer, entry, kind, act.at)
    if not may.amend:
        raise NotAllowed
    if may.reason and not reason.strip():
        raise FieldsWrong(reason="ท่านไม่ใช่ผู้ลงทะเบียนรายการนี้ หรือพ้นกำหนดแก้ไขแล้ว โปรดระบุเหตุผลที่แก้ไข")
    if seen != version(entry):
        raise ChangedMeanwhile
    columns = checked(act, viewer, kind, content, entry.registered_at)
    act.what = "filled" if entry.reserved else "amended"
    act.about = _about(entry, reason)
    filled = {"filled_at": act.at} if entry.reserved else {}
    act.alter(EntryRow, entry.id, **columns, **filled)
    act.session.refresh(entry)  # a letter that its files make must say what the line says now
    if entry.letter_id is not None and _letter_is_open(act.session, viewer, entry.letter_id):
        shared = {name: columns[name] for name in OF_LETTER if name in columns}
        act.alter(LetterRow, entry.letter_id, **shared)
    if documents:
        add_documents(act, viewer, entry_id, documents)
    return entry


def void(act: Act, viewer: Viewer, entry_id: int, reason: str, seen: str) -> EntryRow:
    """Strike a line through: number and text stay, with who, when and why.

    Errors: as `amend`; `FieldsWrong` without a reason.
    """
    entry, kind = own(act.session, viewer, entry_id)
    if not access.changing(act.session, viewer, entry, kind, act.at).void:
        raise NotAllowed
    if not reason.strip():
        raise FieldsWrong(reason="โปรดระบุเหตุผลที่ยกเลิกเลข")
    if seen != version(entry):
        raise ChangedMeanwhile
    act.what, act.about = "voided", f"entry {entry.id}"
    registers.void(act, entry, reason[:LONGEST])
    return entry


def add_documents(act: Act, viewer: Viewer, entry_id: int, documents: Sequence[Document]) -> int:
    """Add files to a line at any time until it is sent, such as the signed scan. Returns the letter's id.

    What came in and goes round the house takes further files from those alone who answer for it; its holders see them
    apart (`DocumentLine.added_at`). Errors: `NotFound`, `NotAllowed` also for a secret line of others; `Refused` for a
    void one, and for a letter that other organisations hold or sent.
    """
    viewer.must(Right.REGISTER)
    entry, kind = own(act.session, viewer, entry_id)
    if entry.voided_at is not None:
        raise Refused(reason="เลขนี้ถูกยกเลิกแล้ว จึงแนบไฟล์เพิ่มไม่ได้")
    letter = entry.letter_id
    if letter is not None and not _letter_is_open(act.session, viewer, letter):
        raise Refused(reason=NOT_OURS)
    if not may_add(act.session, viewer, entry):
        raise NotAllowed
    if letter is None:
        columns = {name: getattr(entry, name) for name in OF_LETTER}
        letter = letters.write(
            act, (), organisation_id=viewer.organisation_id, outgoing=kind is not RegisterKind.INCOMING, **columns
        ).id
        act.alter(EntryRow, entry.id, letter_id=letter)
    letters.append(act, letter, documents)
    return letter


def may_add(session: Session, viewer: Viewer, entry: EntryRow) -> bool:
    """Whether this viewer may add files to that line of the own organisation, which the viewer reads."""
    letter = entry.letter_id
    if entry.voided_at is not None or (letter is not None and not _letter_is_open(session, viewer, letter)):
        return False
    return letter is None or not _held(session, letter) or access.answers_for(viewer, entry)


def remove_document(act: Act, viewer: Viewer, entry_id: int, position: int, reason: str = "") -> None:
    """Take a file off a line; the original stays in the store.

    Of a letter that somebody holds the file's name stays, struck through with when, by whom and why
    (`DocumentLine.removed_at`). Errors: `NotFound`, `NotAllowed`; `FieldsWrong` without a reason where amending needs
    one or somebody holds it; `Refused` for a letter that other organisations hold or sent.
    """
    entry, kind = own(act.session, viewer, entry_id)
    may = access.changing(act.session, viewer, entry, kind, act.at)
    if not may.amend:
        raise NotAllowed
    document = document_of(act.session, entry, position)
    if not _letter_is_open(act.session, viewer, document.letter_id):
        raise Refused(reason=NOT_OURS)
    if may.reason and not reason.strip():
        raise FieldsWrong(reason="ท่านไม่ใช่ผู้ลงทะเบียนรายการนี้ หรือพ้นกำหนดแก้ไขแล้ว โปรดระบุเหตุผลที่เอาไฟล์ออก")
    if not reason.strip() and _held(act.session, document.letter_id):
        raise FieldsWrong(reason="มีผู้รับหนังสือนี้ไปแล้ว โปรดระบุเหตุผลที่เอาไฟล์ออก ผู้รับจะเห็นเหตุผลนี้")
    act.what, act.about = "file removed", _about(entry, reason)
    gone = {"removed_at": act.at, "removed_by": act.who, "removed_reason": reason.strip()[:LONGEST]}
    act.alter(DocumentRow, document.id, **gone)


def own(session: Session, viewer: Viewer, entry_id: int) -> tuple[EntryRow, RegisterKind]:
    """A line of the viewer's own organisation that the viewer may read.

    Errors: `NotFound`, alike for no line and for another organisation's (P-32); `NotAllowed` for a secret one.
    """
    wanted = sa.select(EntryRow, RegisterRow.kind).join(RegisterRow, RegisterRow.id == EntryRow.register_id)
    wanted = wanted.where(EntryRow.id == entry_id, RegisterRow.organisation_id == viewer.organisation_id)
    found = session.execute(wanted).one_or_none()
    if found is None:
        raise NotFound(what="รายการทะเบียน", what_en="entry", name=entry_id, hint="")
    if not access.reads(session, viewer, found[0]):
        raise NotAllowed
    return found[0], found[1]


def document_of(session: Session, entry: EntryRow, position: int) -> letters.DocumentRow:
    """One document of a line. Errors: `NotFound`."""
    found = letters.documents(session, [entry.letter_id]) if entry.letter_id is not None else []
    for document in found:
        if document.position == position:
            return document
    raise NotFound(what="ไฟล์ลำดับที่", what_en="file", name=position, hint="")


def version(entry: EntryRow) -> str:
    """What tells a form whether the line changed since it was opened."""
    columns = {column.name: plain(getattr(entry, column.name)) for column in table_of(EntryRow).columns}
    columns.pop("letter_id")  # a file that somebody adds is no other text
    return hashlib.sha256(json.dumps(columns, ensure_ascii=False).encode()).hexdigest()


def _about(entry: EntryRow, reason: str) -> str:
    """What history says that an act was about, with the reason that was given."""
    return f"entry {entry.id}" + (f": {reason.strip()[:LONGEST]}" if reason.strip() else "")


def _held(session: Session, letter_id: int) -> bool:
    """Whether the letter was put on its way to anybody."""
    return letter_id in letters.first_delivered(session, [letter_id])


def _letter_is_own(session: Session, viewer: Viewer, letter_id: int) -> bool:
    """Whether the letter is this organisation's; of one that came from another, only the line is."""
    return session.get_one(LetterRow, letter_id).organisation_id == viewer.organisation_id


def _letter_is_open(session: Session, viewer: Viewer, letter_id: int) -> bool:
    """Whether the letter may still change: what was sent stays as its holders got it (C5)."""
    sent = session.get_one(LetterRow, letter_id).outgoing and letters.deliveries(session, letter_id)
    return _letter_is_own(session, viewer, letter_id) and not sent
