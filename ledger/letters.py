"""Letters, their documents, and their deliveries: the chain of custody (F47 to F58, F84)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from secrets import token_urlsafe
from types import MappingProxyType
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger import originals
from ledger.database import Choice, Moment, Row
from ledger.directory import GroupRow, OrganisationRow, PersonRow
from ledger.history import Act
from ledger.values import Document, HolderKind, Secrecy, Urgency


class LetterRow(Row):
    """Correspondence passing through us. One letter may have a line in the books of several organisations."""

    __tablename__ = "letters"
    __table_args__ = (sa.Index("ix_letters_secret", "id", sqlite_where=sa.text("secrecy <> 'ordinary'")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))  # whose books hold it first
    intake_id: Mapped[int | None] = mapped_column(sa.ForeignKey("intakes.id"), index=True)
    outgoing: Mapped[bool] = mapped_column(default=False)
    letter_number: Mapped[str] = mapped_column(default="")
    letter_date: Mapped[date | None]
    sender: Mapped[str] = mapped_column(default="")
    recipient: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    summary: Mapped[str] = mapped_column(default="")
    urgency: Mapped[Urgency] = mapped_column(Choice(Urgency), default=Urgency.NORMAL)
    secrecy: Mapped[Secrecy] = mapped_column(Choice(Secrecy), default=Secrecy.ORDINARY)
    made_at: Mapped[datetime] = mapped_column(Moment)
    made_by: Mapped[str]


class DocumentRow(Row):
    """One file of a letter; its bytes lie in the originals under their hash."""

    __tablename__ = "documents"
    __table_args__ = (sa.UniqueConstraint("letter_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letters.id"))
    position: Mapped[int]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    withheld: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")  # what the form calls it (F16)
    added_by: Mapped[str] = mapped_column(default="")  # who added it later; "" for what came with the letter
    added_at: Mapped[datetime | None] = mapped_column(Moment)
    removed_at: Mapped[datetime | None] = mapped_column(Moment)  # taken off the letter; the original stays
    removed_by: Mapped[str] = mapped_column(default="")
    removed_reason: Mapped[str] = mapped_column(default="")

    later = MappingProxyType(
        {
            "description": "",
            "added_by": "",
            "added_at": None,
            "removed_at": None,
            "removed_by": "",
            "removed_reason": "",
        }
    )


class DeliveryRow(Row):
    """One letter on its way to one holder."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letters.id"), index=True)
    forwarded_from: Mapped[int | None] = mapped_column(sa.ForeignKey("deliveries.id"))
    holder_kind: Mapped[HolderKind] = mapped_column(Choice(HolderKind))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    holder: Mapped[str]  # the holder's name when it was sent
    made_at: Mapped[datetime] = mapped_column(Moment)
    made_by: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    opened_at: Mapped[datetime | None] = mapped_column(Moment)  # weak: maybe a machine (P-19)
    unlocked_at: Mapped[datetime | None] = mapped_column(Moment)  # last opened with the code of a secret letter

    later = MappingProxyType({"unlocked_at": None})


class LinkRow(Row):
    """A receipt link. Only the token's hash is kept (5.2)."""

    __tablename__ = "links"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(sa.ForeignKey("deliveries.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_by: Mapped[str | None]

    later = MappingProxyType({"revoked_by": None})


@dataclass(frozen=True, slots=True)
class Holder:
    """Who shall hold a letter, resolved from the directory."""

    kind: HolderKind
    organisation_id: int
    name: str
    mailbox: str
    group_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class LinkLife:
    """How long receipt links work (5.2)."""

    ordinary: timedelta = timedelta(days=180)
    secret: timedelta = timedelta(days=30)

    def of(self, secrecy: Secrecy) -> timedelta:
        """The life of a link to a letter of this class."""
        return self.ordinary if secrecy is Secrecy.ORDINARY else self.secret


def registry_of(organisation: OrganisationRow) -> Holder:
    """The central registry of an office, or a school as a whole."""
    kind = HolderKind.SCHOOL if organisation.kind == "school" else HolderKind.REGISTRY
    name = organisation.name if kind is HolderKind.SCHOOL else f"สารบรรณกลาง {organisation.name}"
    return Holder(kind, organisation.id, name, organisation.mailbox)


def group_holder(group: GroupRow) -> Holder:
    """A work group."""
    return Holder(HolderKind.GROUP, group.organisation_id, group.name, group.mailbox, group_id=group.id)


def person_holder(person: PersonRow) -> Holder:
    """A person of an organisation."""
    return Holder(
        HolderKind.PERSON,
        person.organisation_id,
        person.name,
        person.mailbox,
        group_id=person.group_id,
        person_id=person.id,
    )


class Written(NamedTuple):
    """A letter, as far as sending it on needs it."""

    id: int
    organisation_id: int
    secrecy: Secrecy


def write(act: Act, documents: Iterable[Document], **columns: Any) -> Written:
    """Add a letter and its documents; their bytes must lie in the originals already."""
    key = act.add(LetterRow, made_at=act.at, made_by=act.who, **columns)
    _enclose(act, key, documents, 1)
    return Written(key, columns["organisation_id"], columns.get("secrecy", Secrecy.ORDINARY))


def append(act: Act, letter_id: int, documents: Iterable[Document]) -> None:
    """Add documents to a letter that exists, such as the signed scan."""
    last = sa.select(sa.func.max(DocumentRow.position)).where(DocumentRow.letter_id == letter_id)
    first = (act.session.execute(last).scalar() or 0) + 1
    _enclose(act, letter_id, documents, first, added_by=act.who, added_at=act.at)


def _enclose(act: Act, letter_id: int, documents: Iterable[Document], first: int, **columns: Any) -> None:
    for position, document in enumerate(documents, first):
        act.add(
            DocumentRow,
            letter_id=letter_id,
            position=position,
            name=document.stored_name,
            media_type=document.sniffed_type or document.media_type,
            size=document.size,
            sha256=document.sha256,
            withheld=document.withheld,
            description=document.description,
            **columns,
        )


def deliver(
    act: Act,
    letter: Written | LetterRow,
    holder: Holder,
    life: LinkLife,
    *,
    forwarded_from: int | None = None,
    note: str = "",
) -> tuple[int, str]:
    """Put the letter on its way to a holder. Returns the delivery's id and the token of its link."""
    key = act.add(
        DeliveryRow,
        letter_id=letter.id,
        forwarded_from=forwarded_from,
        holder_kind=holder.kind,
        organisation_id=holder.organisation_id,
        group_id=holder.group_id,
        person_id=holder.person_id,
        holder=holder.name,
        made_at=act.at,
        made_by=act.who,
        note=note,
    )
    return key, link(act, key, life.of(letter.secrecy))


def link(act: Act, delivery_id: int, life: timedelta) -> str:
    """A link that opens a delivery for so long. Returns its token, which only its mail may have."""
    token = token_urlsafe(32)
    made = {"token_hash": token_hash(token), "made_at": act.at, "expires_at": act.at + life}
    act.add(LinkRow, delivery_id=delivery_id, **made)
    return token


def token_hash(token: str) -> str:
    """What is kept of a receipt token."""
    return originals.digest(token.encode("utf-8", "surrogatepass"))


def documents(session: Session, letter_ids: Sequence[int]) -> list[DocumentRow]:
    """The documents of these letters, in order; not those that were taken off."""
    return [row for row in all_documents(session, letter_ids) if row.removed_at is None]


def all_documents(session: Session, letter_ids: Sequence[int]) -> list[DocumentRow]:
    """The documents that these letters have and had, in order."""
    wanted = sa.select(DocumentRow).where(DocumentRow.letter_id.in_(letter_ids))
    return list(session.execute(wanted.order_by(DocumentRow.letter_id, DocumentRow.position)).scalars())


def first_delivered(session: Session, letter_ids: Iterable[int]) -> dict[int, datetime]:
    """When each of these letters was first put on its way; those that never were are left out."""
    wanted = sa.select(DeliveryRow.letter_id, sa.func.min(DeliveryRow.made_at)).group_by(DeliveryRow.letter_id)
    found = session.execute(wanted.where(DeliveryRow.letter_id.in_(letter_ids)))
    return {letter: at for letter, at in found if at is not None}


def deliveries(session: Session, letter_id: int) -> list[DeliveryRow]:
    """Every delivery of a letter, oldest first."""
    wanted = sa.select(DeliveryRow).where(DeliveryRow.letter_id == letter_id).order_by(DeliveryRow.id)
    return list(session.execute(wanted).scalars())
