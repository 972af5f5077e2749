"""Who hears the number of a letter that they sent (R9): known senders, one a day each, and so many in an hour (P-17).

What counts is the outbox, so that neither a restart nor another process begins anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import directory, outbox
from ledger.directory import OrganisationRow
from ledger.history import Act
from ledger.intakes import IntakeRow, OutcomeRow
from ledger.outbox import OutboxRow
from ledger.values import Channel, NoticeKind, OutcomeKind, Reading

Whom = Literal["known", "all", "off"]

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Answering:
    """What the office decided: whom it answers, and how many in an hour at most."""

    whom: Whom = "known"
    per_hour: int = 100


KNOWN = Answering()


class Answers(Protocol):
    """What answering asks of the ways out of the house."""

    @property
    def answering(self) -> Answering:
        """Whom, and how many."""

    def sender_of(self, organisation: OrganisationRow, /) -> str:
        """From which address an organisation writes."""


def answer(
    act: Act, owner: OrganisationRow, intake: IntakeRow, reading: Reading, letter_id: int, ways: Answers
) -> None:
    """Tell the sender that the letter is here, where that is allowed; never an automatic mail, never ourselves.

    The answer goes to the envelope's sender, so that is who must be known; it greets by the directory's name for them,
    never by one of their own.
    """
    if intake.channel is Channel.FOLDER or reading.automatic or not intake.sender or ways.answering.whom == "off":
        return
    bare, _ = directory.without_plus(intake.sender)
    name = _name_of(act.session, bare)
    if bare in directory.receiving(act.session) or (name is None and ways.answering.whom == "known"):
        return
    if outbox.answered_since(act.session, intake.sender, act.at - _DAY):
        return
    if outbox.answers_since(act.session, act.at - _HOUR, ways.answering.per_hour) >= ways.answering.per_hour:
        return
    outbox.add(
        act,
        owner,
        NoticeKind.ANSWER,
        intake.sender,
        sender=ways.sender_of(owner),
        recipient_name=name or "",
        letter_id=letter_id,
        in_reply_to=reading.message_id,
    )


class Heard(NamedTuple):
    """What the sender of an arrival heard of its number."""

    at: datetime | None = None  # when they were told
    told_before: datetime | None = None  # not told, for they heard of another letter on that day


def heard(session: Session, intake: IntakeRow) -> Heard:
    """Whether the sender was told, or was not because of the answer that they had that day."""
    wanted = sa.select(OutcomeRow).where(OutcomeRow.intake_id == intake.id, OutcomeRow.kind == OutcomeKind.REGISTERED)
    settled = session.execute(wanted).scalar_one_or_none()
    if settled is None or not intake.sender:
        return Heard()
    answers = sa.select(OutboxRow.made_at).where(OutboxRow.kind == NoticeKind.ANSWER)
    answers = answers.where(OutboxRow.recipient == intake.sender).order_by(OutboxRow.id.desc()).limit(1)
    at = session.execute(answers.where(OutboxRow.letter_id == settled.letter_id)).scalar()
    that_day = answers.where(OutboxRow.made_at > settled.at - _DAY, OutboxRow.made_at <= settled.at)
    return Heard(at, None if at else session.execute(that_day).scalar())


def _name_of(session: Session, bare: str) -> str | None:
    """What the directory calls this address: an organisation, a group, a person; None where it knows nobody."""
    if (known := directory.sender_organisation(session, bare)) is not None:
        return known.name
    return directory.name_of_mailbox(session, bare)
