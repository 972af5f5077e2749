"""Who may sign in: accounts and what administrators do to them (reliability 5.1). Passwords are kept as hashes only.

History seals when a password or a second factor was set, never what it is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger.access import Duty
from ledger.database import Moment, Row, table_of
from ledger.directory import DutyRow, OrganisationRow, PersonRow
from ledger.errors import FieldsWrong, NotFound, Refused
from ledger.history import Act

LOGIN_LENGTH = 254

NO_ADDRESS = "โปรดใส่ที่อยู่อีเมลให้ครบถ้วน เช่น somsri@school.ac.th"
CITIZEN_ID = "ห้ามใช้เลขประจำตัวประชาชน 13 หลักเป็นชื่อผู้ใช้ โปรดใช้ที่อยู่อีเมล"
LOGIN_TAKEN = "มีบัญชีที่ใช้ชื่อนี้อยู่แล้ว"
LAST_ADMINISTRATOR = "ปิดบัญชีนี้ไม่ได้ เพราะเป็นผู้ดูแลระบบคนสุดท้าย โปรดแต่งตั้งผู้ดูแลระบบคนอื่นก่อน"
SENTENCES = (NO_ADDRESS, CITIZEN_ID, LOGIN_TAKEN, LAST_ADMINISTRATOR)


class AccountRow(Row):
    """A login. One account may belong to a person at several organisations (C2)."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)  # an e-mail address in small letters; never a citizen id (R39)
    password_hash: Mapped[str] = mapped_column(default="")  # argon2id
    totp_secret: Mapped[str] = mapped_column(default="")  # sealed (`ledger.totp`); "" until it is set up
    totp_step: Mapped[int] = mapped_column(default=0)  # the newest step that was used; each is good once
    second_factor: Mapped[bool] = mapped_column(default=False)  # an administrator requires one
    active: Mapped[bool] = mapped_column(default=True)
    made_at: Mapped[datetime] = mapped_column(Moment)
    password_at: Mapped[datetime | None] = mapped_column(Moment)  # when the password was chosen
    second_at: Mapped[datetime | None] = mapped_column(Moment)  # since when there is a second factor

    loose = frozenset({"password_hash", "totp_secret", "totp_step"})


class SignInRow(Row):
    """One session of an account, acting for one person of it."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    confirmed_at: Mapped[datetime] = mapped_column(Moment)  # when the password was last given
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    network: Mapped[str]
    agent: Mapped[str]
    full: Mapped[bool] = mapped_column(default=False)  # False while the second factor is still asked for

    loose = frozenset({"*"})


class InvitationRow(Row):
    """A mailed link, or a code printed on the server, that lets somebody choose a password."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(sa.String(16))  # "person", "first"
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    mailbox: Mapped[str] = mapped_column(default="")  # where it was mailed: it proves this address and no other
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(Moment)
    made_by: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class RecoveryCodeRow(Row):
    """A code that stands in once for the second factor."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    used_at: Mapped[datetime | None] = mapped_column(Moment)

    loose = frozenset({"*"})


@dataclass(frozen=True, slots=True)
class AccountState:
    """What a list of people shows about signing in. Without an account: id 0 and an empty login."""

    account_id: int = 0
    login: str = ""
    active: bool = False
    required: bool = False  # an administrator requires a second factor
    has_second: bool = False
    seen_at: datetime | None = None
    invited_until: datetime | None = None


def normal_login(text: str) -> str:
    """The one spelling of a login."""
    text = text[: 4 * LOGIN_LENGTH].encode("utf-8", "replace").decode()  # half a character is none
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


def login_fault(text: str) -> str:
    """ "" when this may be a login, else the sentence that says why not (R39)."""
    login = normal_login(text)
    local, at, domain = login.rpartition("@")
    bare = (local or login).replace("-", "").replace(" ", "")
    if len(bare) == 13 and bare.isdecimal():
        return CITIZEN_ID
    whole = local and at and "." in domain.strip(".") and "@" not in local
    printable = login.isprintable() and not any(character.isspace() for character in login)
    return "" if whole and printable and len(login) <= LOGIN_LENGTH else NO_ADDRESS


def of_login(session: Session, login: str) -> AccountRow | None:
    """The account with this login, however it is written."""
    wanted = sa.select(AccountRow).where(AccountRow.login == normal_login(login))
    return session.execute(wanted).scalar_one_or_none()


def people_of(session: Session, account_id: int) -> list[tuple[PersonRow, OrganisationRow]]:
    """The people for whom the account may act, with their organisations; without what rests (C2)."""
    wanted = sa.select(PersonRow, OrganisationRow).join(
        OrganisationRow, OrganisationRow.id == PersonRow.organisation_id
    )
    wanted = wanted.where(PersonRow.account_id == account_id, PersonRow.active, OrganisationRow.active)
    return [(person, organisation) for person, organisation in session.execute(wanted.order_by(PersonRow.id))]


def names_of(session: Session, account: AccountRow) -> list[str]:
    """What a guesser knows of the account's owner."""
    found = people_of(session, account.id)
    return [account.login, *(name for person, organisation in found for name in (person.name, organisation.name))]


def add(act: Act, login: str, password_hash: str) -> int:
    """A new account; returns its id."""
    return act.add(AccountRow, login=login, password_hash=password_hash, made_at=act.at, password_at=act.at)


def set_password(act: Act, account_id: int, password_hash: str) -> None:
    """Another password; mailed links that could choose one become void."""
    act.alter(AccountRow, account_id, password_hash=password_hash, password_at=act.at)
    void_invitations(act, _everybody(act.session, account_id))


def end_all(session: Session, account_id: int, at: datetime, except_id: int = 0) -> int:
    """End the account's sign-ins; returns how many."""
    table = table_of(SignInRow)
    living = sa.update(table).where(table.c.account_id == account_id, table.c.ended_at.is_(None))
    return session.connection().execute(living.where(table.c.id != except_id).values(ended_at=at)).rowcount


def void_invitations(act: Act, person_ids: Iterable[int]) -> None:
    """Let the unused invitations of these people end now."""
    wanted = sa.select(InvitationRow.id).where(
        InvitationRow.person_id.in_(list(person_ids)),
        InvitationRow.used_at.is_(None),
        InvitationRow.expires_at > act.at,
    )
    for key in act.session.execute(wanted).scalars().all():
        act.alter(InvitationRow, key, expires_at=act.at)


def rest(act: Act, account_id: int, resting: bool = True) -> None:
    """Switch the account off, which ends its sign-ins and its mailed links, or on again.

    Errors: `Refused` for the last administrator; `NotFound`.
    """
    _must_exist(act.session, account_id)
    before = administrators(act.session)
    act.alter(AccountRow, account_id, active=not resting)
    if resting:
        if before and not administrators(act.session):
            raise Refused(reason=LAST_ADMINISTRATOR)
        end_all(act.session, account_id, act.at)
        void_invitations(act, _everybody(act.session, account_id))


def require_second(act: Act, account_id: int, required: bool) -> None:
    """Whether the account must have a second factor. Open sign-ins without one must set it up before anything else.

    Errors: `NotFound`.
    """
    _must_exist(act.session, account_id)
    act.alter(AccountRow, account_id, second_factor=required)


def drop_second(act: Act, account_id: int) -> None:
    """A lost phone: the second factor goes, and a new one must be set up at the next sign-in.

    It must, since the password may be too short to stand alone. Errors: `NotFound`.
    """
    _must_exist(act.session, account_id)
    act.alter(AccountRow, account_id, totp_secret="", second_at=None, second_factor=True)
    table = table_of(RecoveryCodeRow)
    act.session.connection().execute(sa.delete(table).where(table.c.account_id == account_id))
    end_all(act.session, account_id, act.at)


def drop_seconds(act: Act) -> int:
    """The key that opens them is lost: every second factor goes. Returns how many."""
    wanted = sa.select(AccountRow.id).where(AccountRow.totp_secret != "").order_by(AccountRow.id)
    keys = list(act.session.execute(wanted).scalars())
    for key in keys:
        drop_second(act, key)
    return len(keys)


def change_login(act: Act, account_id: int, login: str) -> None:
    """Give the account another login, as when its owner's address changes.

    Errors: `FieldsWrong` (login), `NotFound`.
    """
    _must_exist(act.session, account_id)
    if fault := login_fault(login):
        raise FieldsWrong(login=fault)
    if (found := of_login(act.session, login)) is not None and found.id != account_id:
        raise FieldsWrong(login=LOGIN_TAKEN)
    act.alter(AccountRow, account_id, login=normal_login(login))


def unlink(act: Act, person_id: int) -> None:
    """The account no longer acts for this person, as when somebody else takes the seat."""
    act.alter(PersonRow, person_id, account_id=None)
    table = table_of(SignInRow)
    acting_so = sa.update(table).where(table.c.person_id == person_id, table.c.ended_at.is_(None))
    act.session.connection().execute(acting_so.values(ended_at=act.at))
    void_invitations(act, [person_id])


def states(session: Session, person_ids: Iterable[int], now: datetime) -> dict[int, AccountState]:
    """What to show about signing in, for each of these people."""
    keys = list(person_ids)
    seen = sa.select(sa.func.max(sa.type_coerce(SignInRow.seen_at, sa.String)))
    seen_at = seen.where(SignInRow.account_id == AccountRow.id).scalar_subquery()
    wanted = sa.select(PersonRow.id, AccountRow, sa.type_coerce(seen_at, Moment))
    wanted = wanted.outerjoin(AccountRow, AccountRow.id == PersonRow.account_id).where(PersonRow.id.in_(keys))
    until = _invited(session, keys, now)
    return {
        person_id: AccountState(invited_until=until.get(person_id))
        if account is None
        else AccountState(
            account.id,
            account.login,
            account.active,
            account.second_factor,
            bool(account.totp_secret),
            last,
            until.get(person_id),
        )
        for person_id, account, last in session.execute(wanted)
    }


def administrators(session: Session) -> int:
    """How many can sign in as administrator of the office."""
    wanted = sa.select(sa.func.count(PersonRow.id)).join(DutyRow, DutyRow.person_id == PersonRow.id)
    wanted = wanted.join(AccountRow, AccountRow.id == PersonRow.account_id)
    wanted = wanted.join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
    able = (AccountRow.active, PersonRow.active, OrganisationRow.active, OrganisationRow.kind == "office")
    return session.execute(wanted.where(DutyRow.duty == Duty.ADMINISTRATOR, *able)).scalar_one()


def _everybody(session: Session, account_id: int) -> list[int]:
    """The account's people, also those at rest."""
    return list(session.execute(sa.select(PersonRow.id).where(PersonRow.account_id == account_id)).scalars())


def _invited(session: Session, keys: list[int], now: datetime) -> dict[int, datetime]:
    wanted = sa.select(InvitationRow.person_id, InvitationRow.expires_at).where(
        InvitationRow.person_id.in_(keys), InvitationRow.used_at.is_(None), InvitationRow.expires_at > now
    )
    return {person_id: until for person_id, until in session.execute(wanted) if person_id is not None}


def _must_exist(session: Session, account_id: int) -> None:
    if session.get(AccountRow, account_id) is None:
        raise NotFound(what="บัญชี", what_en="account", name=account_id, hint="")
