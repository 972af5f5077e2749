"""What a mail or a page may say of a letter, and what it must hide (I8)."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger.directory import OrganisationRow
from ledger.letters import DocumentRow, LetterRow, documents
from ledger.registers import EntryRow, RegisterRow
from ledger.values import DocumentLine, LetterFacts, RegisterKind, Secrecy


def of_letters(session: Session, letter_ids: Sequence[int], *, unlocked: bool = False) -> dict[int, LetterFacts]:
    """The facts of each letter, in a few statements for all of them.

    Arguments: `unlocked` shows what a secret letter says; only a holder who proved it may have that.
    """
    enclosed: dict[int, list[DocumentRow]] = {}
    for row in documents(session, letter_ids):
        enclosed.setdefault(row.letter_id, []).append(row)
    wanted = (
        sa.select(LetterRow, OrganisationRow, EntryRow)
        .join(OrganisationRow, LetterRow.organisation_id == OrganisationRow.id)
        .outerjoin(EntryRow, EntryRow.letter_id == LetterRow.id)
        .outerjoin(RegisterRow, EntryRow.register_id == RegisterRow.id)
        .where(LetterRow.id.in_(letter_ids))
        .where(sa.or_(EntryRow.id.is_(None), RegisterRow.organisation_id == LetterRow.organisation_id))
    )
    return {
        letter.id: _facts(letter, office, entry, enclosed.get(letter.id, []), unlocked)
        for letter, office, entry in session.execute(wanted)
    }


def lines(rows: Sequence[DocumentRow]) -> tuple[DocumentLine, ...]:
    """Documents as pages and mails list them."""
    return tuple(DocumentLine(r.name, r.size, r.position, r.media_type, r.withheld) for r in rows)


def _facts(
    letter: LetterRow,
    office: OrganisationRow,
    entry: EntryRow | None,
    enclosed: Sequence[DocumentRow],
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
        documents=() if hidden else lines(enclosed),
        phone=office.phone,
    )
