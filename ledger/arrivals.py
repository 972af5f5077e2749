"""Enters what arrived: number, letter, deliveries, the answer to the sender, and the one outcome of the intake.

The pipeline enters by rule, a clerk from the tray; both by this function, so that nothing can differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from sqlalchemy.orm import Session

from ledger import answering, custody, directory, intakes, letters, registers
from ledger.answering import Answering
from ledger.content import OF_LETTER
from ledger.directory import OrganisationRow
from ledger.history import Act
from ledger.intakes import IntakeRow
from ledger.letters import Holder, LetterRow, LinkLife
from ledger.values import Outcome, OutcomeKind, Reading, RegisterKind

SUMMARY_LENGTH = 4000


class Ways(Protocol):
    """How what follows a number leaves the house."""

    @property
    def life(self) -> LinkLife:
        """Of receipt links."""

    @property
    def sender_of(self) -> Callable[[OrganisationRow], str]:
        """From which address an organisation writes."""

    @property
    def answering(self) -> Answering:
        """Who is told the number."""


def enter(
    act: Act,
    owner: OrganisationRow,
    intake: IntakeRow,
    reading: Reading,
    columns: dict[str, Any],
    holders: Sequence[Holder],
    ways: Ways,
    *,
    circular: bool = False,
) -> Outcome:
    """Take a number for the intake and send its letter to the holders; its documents lie in the store already.

    Arguments: `columns` are those of `EntryRow`; what of them a letter has too goes into both. Errors: those of the
    register, such as `RegisterOff`.
    """
    incoming = intake.register is RegisterKind.INCOMING
    letter = letters.write(
        act,
        [document for document in reading.documents if not document.inline],
        organisation_id=owner.id,
        intake_id=intake.id,
        outgoing=not incoming,
        summary=reading.text.strip()[:SUMMARY_LENGTH],
        **{name: columns[name] for name in OF_LETTER if name in columns},
    )
    line = {"action": _names(holder for holder in holders if holder.group_id is not None), **columns}
    entry = registers.enter(act, owner, intake.register, circular=circular, letter_id=letter.id, **line)
    if intake.register is RegisterKind.OUTGOING:
        act.alter(LetterRow, letter.id, letter_number=entry.text)
    for holder in holders:
        custody.send_to(act, letter, holder, ways.life, ways.sender_of)
    if incoming:
        answering.answer(act, owner, intake, reading, letter.id, ways)
    return intakes.conclude(
        act,
        intake.id,
        OutcomeKind.REGISTERED,
        columns["reason"],
        entry=entry,
        secrecy=letter.secrecy,
        letter_id=letter.id,
        holders=[holder.name for holder in holders],
    )


def holders(session: Session, owner: OrganisationRow, groups: Iterable[str], *, registry: bool) -> list[Holder]:
    """The groups (by code) that exist and can be reached; without any, or when asked for, the central registry."""
    known = [directory.group(session, owner.id, code) for code in groups]
    found = [letters.group_holder(group) for group in known if group is not None and group.mailbox]
    return found if found and not registry else [*found, letters.registry_of(owner)]


def _names(holders: Iterable[Holder]) -> str:
    return ", ".join(holder.name for holder in holders)
