"""Organisations (office, schools, outside senders), groups, people, duties, school groups (F40 to F45)."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger.database import Row, once
from ledger.errors import NotFound


class OrganisationRow(Row):
    """The area office, a school, or an outside sender."""

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(sa.String(16))  # office, school, outside
    school_type: Mapped[str] = mapped_column(sa.String(16), default="")  # government, private
    address: Mapped[str] = mapped_column(default="")  # the official mailbox that we receive for (R3)
    mailbox: Mapped[str] = mapped_column(default="")  # where notices to its registry go
    prefix: Mapped[str] = mapped_column(default="")  # "ศธ 04022/" (R23)
    keeps_registers: Mapped[bool] = mapped_column(default=False)
    phone: Mapped[str] = mapped_column(default="")
    domains: Mapped[str] = mapped_column(default="")  # mail domains of its people, separated by spaces
    circular_series: Mapped[str] = mapped_column(sa.String(16), default="shared")  # shared, own (R24)
    active: Mapped[bool] = mapped_column(default=True)
    year_in_use: Mapped[int | None]  # B.E.; None: the calendar's (F37)

    later = MappingProxyType({"year_in_use": None})


class GroupRow(Row):
    """A work group of an office."""

    __tablename__ = "groups"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    code: Mapped[str]
    name: Mapped[str]
    mailbox: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)


class PersonRow(Row):
    """Somebody of an organisation."""

    __tablename__ = "people"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id"))
    code: Mapped[str]
    name: Mapped[str]
    position: Mapped[str] = mapped_column(default="")
    mailbox: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)  # signs in with it

    later = MappingProxyType({"account_id": None})


class DutyRow(Row):
    """What a person may do at the own organisation, or for the own group (C3)."""

    __tablename__ = "duties"
    __table_args__ = (sa.UniqueConstraint("person_id", "duty"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    duty: Mapped[str] = mapped_column(sa.String(24))


class SchoolGroupRow(Row):
    """A named set of schools to send to (F42)."""

    __tablename__ = "school_groups"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))  # the office that keeps it
    code: Mapped[str]
    name: Mapped[str]


class SchoolGroupMemberRow(Row):
    """A school in a school group (F43)."""

    __tablename__ = "school_group_members"
    __table_args__ = (sa.UniqueConstraint("school_group_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_group_id: Mapped[int] = mapped_column(sa.ForeignKey("school_groups.id"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))


def without_plus(address: str) -> tuple[str, str]:
    """`saraban+finance@office.example` as ("saraban@office.example", "finance"), in small letters."""
    local, at, domain = address.strip().casefold().rpartition("@")
    name, _, plus = local.partition("+")
    return name + at + domain, plus


def receiving(session: Session) -> dict[str, int]:
    """Every address that we receive for, with its organisation's id."""
    return once(session, "receiving", lambda: _receiving(session))


def organisation(session: Session, code: str) -> OrganisationRow:
    """The organisation with this code; an empty code means the office.

    Errors: `NotFound`.
    """
    wanted = sa.select(OrganisationRow).order_by(OrganisationRow.id).limit(1)
    wanted = wanted.where(OrganisationRow.code == code if code else OrganisationRow.kind == "office")
    found = session.execute(wanted).scalar_one_or_none()
    if found is None:
        raise NotFound(what="หน่วยงาน", what_en="organisation", name=code or "office", hint=_choices(session))
    return found


def group(session: Session, organisation_id: int, code: str) -> GroupRow | None:
    """The active group with this code in the organisation, or None."""
    known = once(session, ("groups", organisation_id), lambda: groups(session, organisation_id))
    return next((row for row in known if row.code == code), None)


def groups(session: Session, organisation_id: int) -> list[GroupRow]:
    """The active groups of an organisation, in the order in which they were entered."""
    wanted = sa.select(GroupRow).where(GroupRow.organisation_id == organisation_id, GroupRow.active)
    return list(session.execute(wanted.order_by(GroupRow.id)).scalars())


def people(session: Session, organisation_id: int, group_id: int | None = None) -> list[PersonRow]:
    """The active people of an organisation, or of one of its groups."""
    wanted = sa.select(PersonRow).where(PersonRow.organisation_id == organisation_id, PersonRow.active)
    if group_id is not None:
        wanted = wanted.where(PersonRow.group_id == group_id)
    return list(session.execute(wanted.order_by(PersonRow.id)).scalars())


def schools(session: Session, code: str, office_id: int) -> list[OrganisationRow]:
    """The active schools that `code` names: "all" (government schools only, C6), a school group, or one school."""
    wanted = sa.select(OrganisationRow).where(OrganisationRow.kind == "school", OrganisationRow.active)
    if code == "all":
        wanted = wanted.where(OrganisationRow.school_type == "government")
    elif group_id := _school_group(session, code, office_id):
        members = sa.select(SchoolGroupMemberRow.organisation_id).where(
            SchoolGroupMemberRow.school_group_id == group_id
        )
        wanted = wanted.where(OrganisationRow.id.in_(members))
    else:
        wanted = wanted.where(OrganisationRow.code == code)
    return list(session.execute(wanted.order_by(OrganisationRow.id)).scalars())


def sender_organisation(session: Session, address: str) -> OrganisationRow | None:
    """Whose mail this is: by the mailbox or address of an organisation, or by its mail domain."""
    bare, _ = without_plus(address)
    by_address = once(session, "senders", lambda: _senders(session))
    return by_address.get(bare) or by_address.get(bare.rpartition("@")[2])


def name_of_mailbox(session: Session, bare: str) -> str | None:
    """Whose mailbox this is, in small letters: an active group's or person's name, or None."""
    found = (
        sa.select(row.name).where(sa.func.lower(row.mailbox) == bare, row.active).limit(1)
        for row in (GroupRow, PersonRow)
    )
    return next((name for wanted in found if (name := session.execute(wanted).scalar())), None)


def rows(session: Session, of: type[Row]) -> Iterable[Any]:
    """All rows of one of this module's tables, in order of their ids."""
    return session.execute(sa.select(of).order_by(sa.text("id"))).scalars()


def _receiving(session: Session) -> dict[str, int]:
    wanted = sa.select(OrganisationRow.address, OrganisationRow.id)
    found = session.execute(wanted.where(OrganisationRow.address != "", OrganisationRow.active))
    return {address.casefold(): key for address, key in found}


def _senders(session: Session) -> dict[str, OrganisationRow]:
    """Organisations by their addresses and by their mail domains; the first that was entered wins."""
    found: dict[str, OrganisationRow] = {}
    wanted = sa.select(OrganisationRow).where(OrganisationRow.active).order_by(OrganisationRow.id)
    for row in session.execute(wanted).scalars():
        for name in (row.address.casefold(), row.mailbox.casefold(), *row.domains.split()):
            if name:
                found.setdefault(name, row)
    return found


def _school_group(session: Session, code: str, office_id: int) -> int | None:
    wanted = sa.select(SchoolGroupRow.id).where(
        SchoolGroupRow.organisation_id == office_id, SchoolGroupRow.code == code
    )
    return session.execute(wanted).scalar_one_or_none()


def _choices(session: Session) -> str:
    codes = session.execute(sa.select(OrganisationRow.code).order_by(OrganisationRow.id).limit(8)).scalars()
    found = ", ".join(codes)
    first = "ยังไม่มีทะเบียนหน่วยงาน ให้สั่ง saraban directory import ก่อน (import the directory first)"
    return f"({found}, …)" if found else first
