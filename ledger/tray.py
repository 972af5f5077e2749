"""The tray: held intakes, and the one decision that a clerk takes about each (ถาดรอลงทะเบียน; I3, I4, I8).

A decision takes the old outcome away and writes the new one in a single act, so that an intake always has exactly one;
of two clerks who decide at once, the second changes nothing and uses no number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import access, amending, arrivals, copies, directory, intakes, letters
from ledger.access import Right, Viewer
from ledger.arrivals import Ways
from ledger.content import LONGEST, Content, checked
from ledger.errors import ChangedMeanwhile, DecidedMeanwhile, FieldsWrong, NotAllowed, NotFound
from ledger.history import Act
from ledger.intakes import IntakeRow, OutcomeRow
from ledger.registers import EntryRow
from ledger.values import Channel, Outcome, OutcomeKind, Reading, RegisterKind, Secrecy

MOST_AT_ONCE = 500  # intakes refused in one act
_LADDER = list(Secrecy)
_COPY = "มีฉบับเดียวกันลงทะเบียนไว้แล้ว โปรดดูรายการที่อาจซ้ำ หากต้องการออกเลขใหม่ ให้กดลงทะเบียนอีกครั้ง"


@dataclass(frozen=True, slots=True)
class Held:
    """One held intake as its viewer may see it. While `hidden`, everything that it says of itself is empty."""

    id: int
    channel: Channel
    source: str
    register: RegisterKind
    taken_at: datetime
    size: int  # bytes
    sender: str  # address
    organisation: str  # its name, where the directory knows the sender
    name: str  # of a dropped file
    subject: str
    reason: str  # why it waits
    secrecy: Secrecy
    hidden: bool


@dataclass(frozen=True, slots=True)
class Tray:
    """Some lines of the tray, oldest first, and how many it has."""

    lines: tuple[Held, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a clerk wants entered, and for whom."""

    content: Content
    groups: tuple[str, ...] = ()  # codes; none: the central registry, or the school
    registry: bool = False  # the central registry besides
    circular: bool = False
    seen: int | None = None  # the entry of a copy that the clerk was shown, and enters this one in spite of


def page(session: Session, viewer: Viewer, *, offset: int, limit: int) -> Tray:
    """`limit` held intakes of the viewer's organisation from the `offset`-th on. Errors: `NotAllowed`."""
    viewer.must(Right.TRAY)
    wanted = _held(viewer).order_by(OutcomeRow.intake_id).limit(limit).offset(max(offset, 0))
    lines = tuple(_line(session, viewer, *found) for found in session.execute(wanted))
    return Tray(lines, intakes.count_held(session, viewer.organisation_id))


def held(session: Session, viewer: Viewer, intake_id: int) -> tuple[IntakeRow, OutcomeRow]:
    """One held intake of the viewer's organisation, which the viewer may read.

    Errors: `NotFound`, alike for none and for another organisation's (P-32); `NotAllowed` for a secret one;
    `DecidedMeanwhile` for one that waits no more.
    """
    viewer.must(Right.TRAY)
    wanted = sa.select(IntakeRow, OutcomeRow).join(OutcomeRow, OutcomeRow.intake_id == IntakeRow.id)
    wanted = wanted.where(IntakeRow.id == intake_id, IntakeRow.organisation_id == viewer.organisation_id)
    found = session.execute(wanted).one_or_none()
    if found is None:
        raise NotFound(what="รายการในถาดรอลงทะเบียน", what_en="arrival in the tray", name=intake_id, hint="")
    must_read(viewer, found[1].secrecy)
    if found[1].kind is not OutcomeKind.HELD:
        raise _decided(session, found[1])
    return found[0], found[1]


def must_read(viewer: Viewer, secrecy: Secrecy) -> None:
    """Errors: `NotAllowed` where that class is not for this viewer (I8)."""
    if secrecy is not Secrecy.ORDINARY and not viewer.reads_secrets:
        raise NotAllowed


def beside(session: Session, viewer: Viewer, intake_id: int) -> tuple[int | None, int | None]:
    """The held intakes before and after one, among those that the viewer reads."""
    ids = _held(viewer, sa.func.max(IntakeRow.id)), _held(viewer, sa.func.min(IntakeRow.id))
    if not viewer.reads_secrets:
        ids = ids[0].where(OutcomeRow.secrecy == Secrecy.ORDINARY), ids[1].where(OutcomeRow.secrecy == Secrecy.ORDINARY)
    before, after = ids[0].where(IntakeRow.id < intake_id), ids[1].where(IntakeRow.id > intake_id)
    return session.execute(before).scalar(), session.execute(after).scalar()


def after(session: Session, viewer: Viewer, intake_id: int) -> int | None:
    """Where a clerk goes on once that one is decided: to the next, after the last to the oldest."""
    before, following = beside(session, viewer, intake_id)
    return following if following is not None else before and beside(session, viewer, 0)[1]


def told(session: Session, viewer: Viewer, intake_id: int) -> Outcome | None:
    """What became of an intake of the viewer's organisation."""
    intake = session.get(IntakeRow, intake_id)
    if intake is None or intake.organisation_id != viewer.organisation_id:
        return None
    return intakes.outcome(session, intake_id)


def registered_by(session: Session, viewer: Viewer, intake_id: int) -> Outcome | None:
    """What the viewer made of an intake already, if it is in the register."""
    entry = entry_of(session, viewer, intake_id)
    mine = entry is not None and entry.registrant_id == viewer.person_id
    outcome = told(session, viewer, intake_id) if mine else None
    return outcome if outcome is not None and outcome.kind is OutcomeKind.REGISTERED else None


def entry_of(session: Session, viewer: Viewer, intake_id: int) -> EntryRow | None:
    """The line of an intake of the viewer's organisation, registered or joined."""
    wanted = sa.select(EntryRow).join(OutcomeRow, OutcomeRow.entry_id == EntryRow.id)
    wanted = wanted.join(IntakeRow, IntakeRow.id == OutcomeRow.intake_id)
    wanted = wanted.where(IntakeRow.id == intake_id, IntakeRow.organisation_id == viewer.organisation_id)
    return session.execute(wanted).scalar_one_or_none()


def register(act: Act, viewer: Viewer, intake_id: int, reading: Reading, wanted: Wanted, ways: Ways) -> Outcome:
    """Enter a held intake as the pipeline would have; the same clerk's second press changes nothing.

    Its documents lie in the store already. Errors: those of `held`; `FieldsWrong`; those of the register, such as
    `RegisterOff`.
    """
    if (twin := registered_by(act.session, viewer, intake_id)) is not None:
        return twin
    intake, before = _taken_out(act, viewer, intake_id, reading)
    first = copies.first_of(act.session, intake, reading)
    if first is not None and first.entry_id != wanted.seen:
        raise FieldsWrong(form=_COPY)
    owner, incoming = access.owner(act.session, viewer), intake.register is RegisterKind.INCOMING
    holders = arrivals.holders(act.session, owner, wanted.groups, registry=wanted.registry) if incoming else []
    columns = _columns(act, viewer, intake, wanted)
    columns["reason"] = f"{viewer.name} ลงทะเบียนจากถาด (เดิมพักไว้: {before.reason})"
    act.what = "registered"
    return arrivals.enter(act, owner, intake, reading, columns, holders, ways, circular=wanted.circular)


def join(
    act: Act, viewer: Viewer, intake_id: int, reading: Reading, entry_id: int, *, with_files: bool = False
) -> Outcome:
    """Conclude that a held intake is a copy of what has a number already, in the same kind of register.

    Arguments: `with_files` adds its documents, which lie in the store already, to that line; those that it has are
    passed over. Errors: those of `held` and of `amending.own`; `FieldsWrong`.
    """
    intake, before = _taken_out(act, viewer, intake_id, reading)
    entry, kind = amending.own(act.session, viewer, entry_id)
    if kind is not intake.register or entry.voided_at is not None:
        raise FieldsWrong(entry="โปรดเลือกรายการที่ยังใช้อยู่ จากทะเบียนเดียวกัน")
    secrecy = higher(before.secrecy, reading.secrecy)
    letter_id = entry.letter_id
    if with_files:
        if _LADDER.index(secrecy) > _LADDER.index(entry.secrecy):
            raise FieldsWrong(files="ฉบับนี้มีชั้นความลับสูงกว่ารายการที่เลือก จึงเพิ่มไฟล์เข้าในรายการนั้นไม่ได้")
        letter_id = _add_files(act, viewer, entry, reading)
    act.what = "joined"
    return intakes.join(act, intake.id, entry.id, letter_id, f"{viewer.name} รวมกับเลข {entry.text} จากถาด", secrecy)


def refuse(act: Act, viewer: Viewer, intake_ids: Sequence[int], reason: str) -> list[int]:
    """Conclude that held intakes are not registered, with one reason. Returns those that were still held.

    Errors: `FieldsWrong`; those of `held`, except that what was decided meanwhile is passed over.
    """
    viewer.must(Right.TRAY)
    if not reason.strip():
        raise FieldsWrong(reason="โปรดระบุเหตุผลที่ไม่รับ")
    if not 0 < len(intake_ids) <= MOST_AT_ONCE:
        raise FieldsWrong(mark="โปรดทำเครื่องหมายหน้ารายการที่จะไม่รับก่อน")
    refused = []
    for intake_id in intake_ids:
        try:
            intake, before = held(act.session, viewer, intake_id)
        except ChangedMeanwhile:
            continue
        act.remove(OutcomeRow, before.id)
        because = f"{viewer.name} ไม่รับ: {reason.strip()[:LONGEST]}"
        intakes.conclude(act, intake.id, OutcomeKind.REFUSED, because, secrecy=before.secrecy)
        refused.append(intake.id)
    act.what, act.about = "refused", "intake " + ", ".join(map(str, refused))
    return refused


def higher(one: Secrecy, other: Secrecy) -> Secrecy:
    """The stricter of two classes."""
    return max(one, other, key=_LADDER.index)


def _taken_out(act: Act, viewer: Viewer, intake_id: int, reading: Reading) -> tuple[IntakeRow, OutcomeRow]:
    """The intake and the outcome that it no longer has; the act that asks writes the new one."""
    intake, before = held(act.session, viewer, intake_id)
    must_read(viewer, reading.secrecy)
    act.about = f"intake {intake.id}"
    act.remove(OutcomeRow, before.id)
    if reading.identity != intake.identity:  # nothing could be read when it was held
        act.alter(IntakeRow, intake.id, **intakes.learned(reading))
    return intake, before


def _columns(act: Act, viewer: Viewer, intake: IntakeRow, wanted: Wanted) -> dict[str, Any]:
    """The columns of the new line. A letter for one group belongs to that group."""
    content = wanted.content
    if len(wanted.groups) == 1 and not wanted.registry:
        group = directory.group(act.session, viewer.organisation_id, wanted.groups[0])
        content = replace(content, group_id=group.id if group is not None else None)
    columns = checked(act, viewer, intake.register, content)
    if not columns.get("action"):
        columns.pop("action", None)  # told by who holds it
    return {**columns, "registrant_id": viewer.person_id}


def _add_files(act: Act, viewer: Viewer, entry: EntryRow, reading: Reading) -> int | None:
    known = letters.documents(act.session, [entry.letter_id]) if entry.letter_id is not None else []
    hashes = {document.sha256 for document in known}
    new = [document for document in reading.documents if not document.inline and document.sha256 not in hashes]
    return amending.add_documents(act, viewer, entry.id, new) if new else entry.letter_id


def _held(viewer: Viewer, *columns: Any) -> sa.Select[Any]:
    wanted = sa.select(*(columns or (IntakeRow, OutcomeRow))).join(OutcomeRow, OutcomeRow.intake_id == IntakeRow.id)
    held = sa.text("outcomes.kind = 'held'")  # in the statement, so that SQLite takes the small index
    return wanted.where(held, IntakeRow.organisation_id == viewer.organisation_id)


def _line(session: Session, viewer: Viewer, intake: IntakeRow, outcome: OutcomeRow) -> Held:
    hidden = outcome.secrecy is not Secrecy.ORDINARY and not viewer.reads_secrets
    known = None if hidden else directory.sender_organisation(session, intake.sender)
    return Held(
        id=intake.id,
        channel=intake.channel,
        source=intake.source,
        register=intake.register,
        taken_at=intake.taken_at,
        size=intake.size,
        sender="" if hidden else intake.sender,
        organisation=known.name if known is not None else "",
        name="" if hidden else intake.name,
        subject="" if hidden else intake.subject,
        reason="" if hidden else outcome.reason,
        secrecy=outcome.secrecy,
        hidden=hidden,
    )


def _decided(session: Session, row: OutcomeRow) -> DecidedMeanwhile:
    """Told with the number, where it got one; why it was decided so stays among those who read it."""
    outcome = intakes.outcome(session, row.intake_id)
    return DecidedMeanwhile(number=outcome.text if outcome is not None else "")
