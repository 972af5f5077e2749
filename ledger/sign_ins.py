"""Sessions: what a token opens, for how long, and how it gets a new one (reliability 5.1).

A token is 256 random bits of which the SHA-256 is kept. It is replaced whenever it comes to mean more than before, so
that nobody who knew the old one gets in.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger.access import Duty, Viewer, viewer
from ledger.accounts import AccountRow, SignInRow, people_of
from ledger.database import table_of
from ledger.directory import DutyRow, OrganisationRow, PersonRow
from ledger.errors import SignedOut, SignInFailed
from ledger.letters import token_hash
from ledger.tries import Knock
from ledger.values import Visit

IDLE = timedelta(minutes=30)
LIFE = timedelta(hours=12)
HALF_LIFE = timedelta(minutes=30)  # of a sign-in that never gave its second factor
CONFIRMED = timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=1)
KEPT = timedelta(days=90)  # traffic data, as long as the law wants it
AGENT_LENGTH = 300
TOKEN_LENGTH = 43

_DUTIES = frozenset(map(str, Duty))


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A door that just opened. `token` goes into the cookie; the one before is dead."""

    token: str
    full: bool  # False: a second factor is still asked for, or must be set up first
    needs_setup: bool  # it must be set up first
    viewer: Viewer


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a living token opens."""

    id: int
    account_id: int
    login: str
    viewer: Viewer
    proven: bool  # everything that the account has was asked for and given
    has_second: bool
    required: bool  # of this account, or of this person's duties
    made_at: datetime
    seen_at: datetime
    confirmed_at: datetime
    network: str
    password_at: datetime | None = None

    @property
    def knock(self) -> Knock:
        """Who gives the password once more: this sign-in, for itself."""
        return Knock(self.login, self.network, f"sign-in {self.id}")

    @property
    def needs_setup(self) -> bool:
        """Whether a second factor must be set up before anything else."""
        return self.required and not self.has_second

    @property
    def full(self) -> bool:
        """Whether the viewer may go on to the pages."""
        return self.proven and not self.needs_setup

    def confirmed(self, now: datetime, within: timedelta = CONFIRMED) -> bool:
        """Whether the password was given a short time ago."""
        return now - self.confirmed_at < within


@dataclass(frozen=True, slots=True)
class OpenSignIn:
    """A line in the list of one's own sessions."""

    id: int
    made_at: datetime
    seen_at: datetime
    network: str
    agent: str
    person: str
    organisation: str
    here: bool


def confirmed(sign_in: SignIn, now: datetime) -> bool:
    """Whether a grave action may go on without asking the password again."""
    return sign_in.confirmed(now)


def open_for(
    session: Session,
    account_id: int,
    visit: Visit,
    now: datetime,
    second_for: frozenset[Duty | None],
    person_id: int | None = None,
) -> SignedIn:
    """A new sign-in, for this person of the account or the one whom it acted for last.

    Errors: `SignInFailed` when the account or everybody of it is at rest.
    """
    account = session.get(AccountRow, account_id, populate_existing=True)
    people = [person.id for person, _ in people_of(session, account_id)]
    if account is None or not account.active or not people:
        raise SignInFailed
    wanted = person_id if person_id is not None else _last_person(session, account_id)
    token, key = _insert(session, account, wanted if wanted in people else people[0], visit, now)
    return _signed_in(session, key, token, second_for)


def find(session: Session, token: str, now: datetime, second_for: frozenset[Duty | None]) -> SignIn | None:
    """What the token opens: one statement. None for what is unknown, ended, too old, or at rest."""
    if len(token) != TOKEN_LENGTH:
        return None
    found = _read(session, SignInRow.token_hash, token_hash(token), second_for)
    return found if found is not None and _lives(found, now) else None


def must_find(session: Session, token: str, now: datetime, second_for: frozenset[Duty | None]) -> SignIn:
    """The same. Errors: `SignedOut`."""
    found = find(session, token, now, second_for)
    if found is None:
        raise SignedOut
    return found


def seen(session: Session, sign_in: SignIn, now: datetime) -> None:
    """Remember that it is in use."""
    table = table_of(SignInRow)
    older = sa.update(table).where(table.c.id == sign_in.id, table.c.seen_at < now)
    session.connection().execute(older.values(seen_at=now))


def renew(session: Session, sign_in: SignIn, **changes: object) -> str:
    """Give the sign-in a new token, which it needs whenever it comes to mean more; its age stays."""
    token = secrets.token_urlsafe(32)
    table = table_of(SignInRow)
    changed = sa.update(table).where(table.c.id == sign_in.id, table.c.ended_at.is_(None))
    session.connection().execute(changed.values(token_hash=token_hash(token), **changes))
    return token


def renewed(session: Session, sign_in: SignIn, second_for: frozenset[Duty | None], **changes: object) -> SignedIn:
    """The same, told whole."""
    return _signed_in(session, sign_in.id, renew(session, sign_in, **changes), second_for)


def end(session: Session, sign_in_id: int, now: datetime) -> bool:
    """End one; False when it had ended."""
    table = table_of(SignInRow)
    living = sa.update(table).where(table.c.id == sign_in_id, table.c.ended_at.is_(None))
    return bool(session.connection().execute(living.values(ended_at=now)).rowcount)


def own(session: Session, here: SignIn, now: datetime) -> list[OpenSignIn]:
    """The living sign-ins of the account, the newest first."""
    wanted = sa.select(SignInRow, PersonRow.name, OrganisationRow.name).join(
        PersonRow, PersonRow.id == SignInRow.person_id
    )
    wanted = wanted.join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
    wanted = wanted.where(
        SignInRow.account_id == here.account_id,
        SignInRow.ended_at.is_(None),
        SignInRow.made_at > now - LIFE,
        SignInRow.seen_at > now - IDLE,
    )
    return [
        OpenSignIn(row.id, row.made_at, row.seen_at, row.network, row.agent, person, organisation, row.id == here.id)
        for row, person, organisation in session.execute(wanted.order_by(SignInRow.id.desc()))
    ]


def tidy(session: Session, now: datetime) -> int:
    """Forget what ended or ran out long ago; returns how many."""
    table = table_of(SignInRow)
    return session.connection().execute(sa.delete(table).where(table.c.made_at < now - LIFE - KEPT)).rowcount


def _lives(found: SignIn, now: datetime) -> bool:
    life = LIFE if found.proven else HALF_LIFE
    return now - found.made_at < life and now - found.seen_at < IDLE


def _last_person(session: Session, account_id: int) -> int | None:
    wanted = sa.select(SignInRow.person_id).where(SignInRow.account_id == account_id)
    return session.execute(wanted.order_by(SignInRow.id.desc()).limit(1)).scalar_one_or_none()


def _insert(session: Session, account: AccountRow, person_id: int, visit: Visit, now: datetime) -> tuple[str, int]:
    token = secrets.token_urlsafe(32)
    added = session.connection().execute(
        sa.insert(table_of(SignInRow)).values(
            token_hash=token_hash(token),
            account_id=account.id,
            person_id=person_id,
            made_at=now,
            seen_at=now,
            confirmed_at=now,
            network=visit.network,
            agent=visit.agent[:AGENT_LENGTH],
            full=not account.totp_secret,
        )
    )
    return token, int(added.lastrowid)


def _signed_in(session: Session, key: int, token: str, second_for: frozenset[Duty | None]) -> SignedIn:
    found = _read(session, SignInRow.id, key, second_for)
    if found is None:
        raise SignedOut
    return SignedIn(token, found.full, found.needs_setup, found.viewer)


def _read(session: Session, by: Any, value: object, second_for: frozenset[Duty | None]) -> SignIn | None:
    found = session.connection().execute(_wanted(by.key), {"value": value}).mappings().one_or_none()
    return _sign_in(found, second_for) if found is not None else None


@cache
def _wanted(by: str) -> sa.Select[Any]:
    """One join over everything that must not be at rest."""
    sign_ins, accounts, people, owners, duties = map(
        table_of, (SignInRow, AccountRow, PersonRow, OrganisationRow, DutyRow)
    )
    held = sa.select(sa.func.group_concat(duties.c.duty)).where(duties.c.person_id == people.c.id).scalar_subquery()
    joined = (
        sign_ins.join(accounts, accounts.c.id == sign_ins.c.account_id)
        .join(people, sa.and_(people.c.id == sign_ins.c.person_id, people.c.account_id == accounts.c.id))
        .join(owners, owners.c.id == people.c.organisation_id)
    )
    moments = ("made_at", "seen_at", "confirmed_at")
    return (
        sa.select(
            *(sign_ins.c[name] for name in ("id", "account_id", "full", "network", *moments)),
            *(accounts.c[name] for name in ("login", "second_factor", "password_at")),
            (accounts.c.totp_secret != "").label("has_second"),
            *(people.c[name].label(f"person_{name}") for name in ("id", "name", "group_id")),
            *(owners.c[name].label(f"owner_{name}") for name in ("id", "name", "kind")),
            held.label("duties"),
        )
        .select_from(joined)
        .where(sign_ins.c[by] == sa.bindparam("value"), sign_ins.c.ended_at.is_(None))
        .where(accounts.c.active, people.c.active, owners.c.active)
    )


def _sign_in(found: Mapping[Any, Any], second_for: frozenset[Duty | None]) -> SignIn:
    duties = frozenset(Duty(duty) for duty in (found["duties"] or "").split(",") if duty in _DUTIES)
    return SignIn(
        id=found["id"],
        account_id=found["account_id"],
        login=found["login"],
        viewer=Viewer(
            person_id=found["person_id"],
            name=found["person_name"],
            organisation_id=found["owner_id"],
            organisation=found["owner_name"],
            kind=found["owner_kind"],
            group_id=found["person_group_id"],
            duties=duties,
            account_id=found["account_id"],
            sign_in_id=found["id"],
        ),
        proven=found["full"],
        has_second=bool(found["has_second"]),
        required=found["second_factor"] or bool((duties or {None}) & second_for),
        made_at=found["made_at"],
        seen_at=found["seen_at"],
        confirmed_at=found["confirmed_at"],
        network=found["network"],
        password_at=found["password_at"],
    )


def choices(session: Session, account_id: int) -> list[Viewer]:
    """The people for whom the account may act (C2)."""
    found = (viewer(session, person.id, account_id) for person, _ in people_of(session, account_id))
    return [one for one in found if one is not None]
