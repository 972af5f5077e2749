"""What a mail or a page may say of a letter, and what it must hide (I8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import letters
from ledger.directory import OrganisationRow
from ledger.letters import DocumentRow, LetterRow
from ledger.registers import EntryRow, RegisterRow
from ledger.values import DocumentLine, LetterFacts, RegisterKind, Secrecy


def of_letters(session: Session, letter_ids: Sequence[int], *, unlocked: bool = False) -> dict[int, LetterFacts]:
    """The facts of each letter, in a few statements for all of them.

    Arguments: `unlocked` shows what a secret letter says; only a holder who proved it may have that.
    """
    files = enclosed(session, letter_ids)
    wanted = (
        sa.select(LetterRow, OrganisationRow, EntryRow)
        .join(OrganisationRow, LetterRow.organisation_id == OrganisationRow.id)
        .outerjoin(EntryRow, EntryRow.letter_id == LetterRow.id)
        .outerjoin(RegisterRow, EntryRow.register_id == RegisterRow.id)
        .where(LetterRow.id.in_(letter_ids))
        .where(sa.or_(EntryRow.id.is_(None), RegisterRow.organisation_id == LetterRow.organisation_id))
    )
    return {
        letter.id: _facts(letter, office, entry, files.get(letter.id, ()), unlocked)
        for letter, office, entry in session.execute(wanted)
    }


def enclosed(session: Session, letter_ids: Sequence[int]) -> dict[int, tuple[DocumentLine, ...]]:
    """The documents of each letter as pages and mails list them."""
    found: dict[int, list[DocumentLine]] = {}
    rows = letters.all_documents(session, letter_ids)
    for row, line in zip(rows, lines(session, rows), strict=True):
        if row.removed_at is None or line.removed_at is not None:
            found.setdefault(row.letter_id, []).append(line)
    return {letter: tuple(files) for letter, files in found.items()}


def lines(session: Session, rows: Sequence[DocumentRow]) -> list[DocumentLine]:
    """Documents as pages and mails list them, in the same order.

    What was added after the letter's first delivery bears when and by whom: its holder did not get it with the letter.
    So does what was taken off after it: its holder had it.
    """
    changed = {row.letter_id for row in rows if row.added_at is not None or row.removed_at is not None}
    since = letters.first_delivered(session, changed) if changed else {}
    return [_line(row, since.get(row.letter_id)) for row in rows]


def _line(row: DocumentRow, delivered: datetime | None) -> DocumentLine:
    told = DocumentLine(row.name, row.size, row.position, row.media_type, row.withheld, row.description)
    if delivered is None:
        return told
    if row.added_at is not None and row.added_at > delivered:
        told = replace(told, added_at=row.added_at, added_by=row.added_by)
    if row.removed_at is not None and row.removed_at >= delivered:
        why = row.removed_reason
        told = replace(told, removed_at=row.removed_at, removed_by=row.removed_by, removed_reason=why)
    return told


def _facts(
    letter: LetterRow,
    office: OrganisationRow,
    entry: EntryRow | None,
    files: tuple[DocumentLine, ...],
    unlocked: bool,
) -> LetterFacts:
    hidden = letter.secrecy is not Secrecy.ORDINARY and not unlocked
    return LetterFacts(
        organisation=office.name,
        number=entry.text if entry else letter.letter_number,
        register=RegisterKind.OUTGOING if letter.outgoing else RegisterKind.INCOMING,
        letter_number=letter.letter_number,
        letter_date=letter.letter_date,
        registered_at=entry.registered_at if entry else None,
        sender=letter.sender,
        recipient=letter.recipient,
        subject="" if hidden else letter.subject,
        summary="" if hidden else letter.summary,
        urgency=letter.urgency,
        secrecy=letter.secrecy,
        documents=() if hidden else files,
        phone=office.phone,
    )
