"""Receipt links that came back in somebody else's mail: told to the sender, who may replace them (P-21).

The link stays good, for whoever quoted it had it. What came back is a line in the delivery's history; a replaced link
opens nothing any more, and its holder gets a mail with the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger import access, custody, letters, outbox, registers, tokens
from ledger.access import Viewer
from ledger.database import Moment, Row, table_of
from ledger.directory import OrganisationRow
from ledger.errors import NotAllowed, NotFound, Refused
from ledger.history import Act
from ledger.intakes import IntakeRow
from ledger.letters import DeliveryRow, LetterRow, LinkLife, LinkRow
from ledger.outbox import OutboxRow
from ledger.values import NoticeKind, Reading, ReadingKind

CAME_BACK = "link came back"  # what such a line of history tells
UNREACHABLE = "ผู้รับรายนี้ยังไม่มีอีเมลในระบบ จึงส่งลิงก์ใหม่ให้ไม่ได้ โปรดเพิ่มอีเมลก่อน แล้วเปลี่ยนลิงก์อีกครั้ง"
SHOWN = 5
_MOST = 200  # links of one arrival that are noted
_NOTICES = (NoticeKind.LETTER, NoticeKind.ARRIVAL)


class QuotedRow(Row):
    """One link in one arrival that its holder did not write."""

    __tablename__ = "quoted_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(sa.ForeignKey("deliveries.id"), index=True)
    link_id: Mapped[int] = mapped_column(sa.ForeignKey("links.id"))
    intake_id: Mapped[int] = mapped_column(sa.ForeignKey("intakes.id"))
    sender: Mapped[str]  # address; "" for what was dropped into a folder
    at: Mapped[datetime] = mapped_column(Moment)


class CameBack(NamedTuple):
    """One time that a link came back, as pages tell it."""

    id: int
    sender: str
    at: datetime
    replaced_at: datetime | None  # since when the link opens nothing
    replaced_by: str


def note(act: Act, intake: IntakeRow, reading: Reading) -> None:
    """Write into the history of each delivery whose link this arrival has, when it is of somebody else than its holder.

    A bounce is no mail of anybody: what it brings back reached nobody.
    """
    if not reading.links or reading.kind is ReadingKind.BOUNCE:
        return
    sender = reading.senders[0].address if reading.senders else intake.sender
    for link in _links(act.session, reading.links):
        delivery = act.session.get_one(DeliveryRow, link.delivery_id)
        if sender.casefold() != custody.mailbox_of(act.session, delivery).casefold():
            with Act(act.session, act.who, CAME_BACK, act.at, f"delivery {delivery.id}") as told:
                told.add(
                    QuotedRow,
                    delivery_id=delivery.id,
                    link_id=link.id,
                    intake_id=intake.id,
                    sender=sender,
                    at=act.at,
                )


def of_deliveries(session: Session, delivery_ids: Collection[int]) -> dict[int, tuple[CameBack, ...]]:
    """What came back of the links of these deliveries, of each the newest `SHOWN`, the newest first."""
    wanted = sa.select(QuotedRow, LinkRow.revoked_at, LinkRow.revoked_by).join(LinkRow, LinkRow.id == QuotedRow.link_id)
    wanted = wanted.where(QuotedRow.delivery_id.in_(delivery_ids)).order_by(QuotedRow.id.desc())
    found: dict[int, tuple[CameBack, ...]] = {}
    for row, replaced_at, replaced_by in session.execute(wanted):
        known = found.get(row.delivery_id, ())
        if len(known) < SHOWN:
            found[row.delivery_id] = (*known, CameBack(row.id, row.sender, row.at, replaced_at, replaced_by or ""))
    return found


def may_replace(session: Session, viewer: Viewer, letter: LetterRow) -> bool:
    """Whether the viewer answers for the letter at the organisation that sends it, and may read it."""
    entry = registers.entry_of_letter(session, letter.id, viewer.organisation_id)
    if letter.organisation_id != viewer.organisation_id or entry is None or not access.reads(session, viewer, entry):
        return False
    return access.answers_for(viewer, entry)


def replace(
    act: Act,
    viewer: Viewer,
    delivery_id: int,
    life: LinkLife,
    sender_of: Callable[[OrganisationRow], str],
    *,
    seen: int,
) -> LetterRow:
    """Put a new link in the place of the living ones of a delivery, and mail it to the holder. Returns the letter.

    Arguments: `seen`, the link that opened it when the viewer decided; when it is replaced already, a second press
    changes nothing. Errors: `NotFound`, alike for no delivery and for one of another sender (P-32);
    `NotAllowed`; `Refused` for a holder without a mailbox.
    """
    delivery = act.session.get(DeliveryRow, delivery_id)
    letter = act.session.get_one(LetterRow, delivery.letter_id) if delivery is not None else None
    if delivery is None or letter is None or letter.organisation_id != viewer.organisation_id:
        raise NotFound(what="หนังสือที่ส่ง", what_en="letter sent", name=delivery_id, hint="")
    if not may_replace(act.session, viewer, letter):
        raise NotAllowed
    mailbox = custody.mailbox_of(act.session, delivery)
    if not mailbox:
        raise Refused(reason=UNREACHABLE)
    if _opens(act.session, delivery_id, seen):
        act.about = f"delivery {delivery_id}"
        _mail(act, delivery, letter, mailbox, _renew(act, delivery, letter, life), sender_of)
    return letter


def _opens(session: Session, delivery_id: int, link_id: int) -> bool:
    """Whether that link opens the delivery still."""
    wanted = sa.select(LinkRow.id).where(LinkRow.id == link_id, LinkRow.delivery_id == delivery_id)
    return session.execute(wanted.where(LinkRow.revoked_at.is_(None))).first() is not None


def _links(session: Session, hashes: Collection[str]) -> list[LinkRow]:
    """Ours among them; a sender makes up as many others as they like."""
    wanted = sa.select(LinkRow).where(LinkRow.token_hash.in_(tokens.any_of(hashes))).order_by(LinkRow.id)
    return list(session.execute(wanted.limit(_MOST)).scalars())


def _renew(act: Act, delivery: DeliveryRow, letter: LetterRow, life: LinkLife) -> str:
    """End the links that open the delivery; returns the token of the new one."""
    living = sa.select(LinkRow.id).where(LinkRow.delivery_id == delivery.id, LinkRow.revoked_at.is_(None))
    for key in act.session.execute(living).scalars().all():
        act.alter(LinkRow, key, revoked_at=act.at, revoked_by=act.who)
    return letters.link(act, delivery.id, life.of(letter.secrecy))


def _mail(
    act: Act,
    delivery: DeliveryRow,
    letter: LetterRow,
    mailbox: str,
    token: str,
    sender_of: Callable[[OrganisationRow], str],
) -> None:
    """A mail that waits takes the new link with it; where none waits, one is written."""
    table, connection = table_of(OutboxRow), act.session.connection()
    ours = sa.and_(table.c.delivery_id == delivery.id, table.c.kind.in_(_NOTICES))
    unsent = sa.and_(ours, table.c.sent_at.is_(None), table.c.claimed_at.is_(None))
    connection.execute(sa.update(table).where(unsent).values(token=token))
    if connection.execute(sa.select(table.c.id).where(unsent, table.c.due.is_not(None))).first() is not None:
        return
    kind = connection.execute(sa.select(table.c.kind).where(ours).order_by(table.c.id)).scalar()
    writer = act.session.get_one(OrganisationRow, letter.organisation_id)
    outbox.add(
        act,
        writer,
        kind or NoticeKind.ARRIVAL,
        mailbox,
        sender=sender_of(writer),
        recipient_name=delivery.holder,
        letter_id=letter.id,
        delivery_id=delivery.id,
        token=token,
    )
