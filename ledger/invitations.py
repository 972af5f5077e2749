"""Mailed links that let somebody choose a password: a new account, a person more for an old one, a lost password.

A link proves one mailbox, the one it was mailed to. So it makes an account with that address as its login, or sets the
password of the account that has it; and it brings a person to an account that exists only with that account's
password. A person whose account has another login cannot be used to get at that account: whoever keeps the directory
of one school would otherwise hold the keys of everybody who also works elsewhere (C2).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import accounts, sign_ins
from ledger.accounts import AccountRow, InvitationRow, normal_login
from ledger.attempts import WINDOW, Attempts, Rate
from ledger.beginning import Beginning
from ledger.directory import OrganisationRow, PersonRow
from ledger.errors import (
    ChangedMeanwhile,
    FieldsWrong,
    NoSuchInvitation,
    NotFound,
    SignInFailed,
)
from ledger.history import Act
from ledger.letters import token_hash
from ledger.lodge import Lodge
from ledger.sign_ins import SignedIn
from ledger.tries import refuse
from ledger.values import Visit
from ledger.weak_passwords import weaknesses

LIFE = timedelta(days=7)
FORGOT_LIFE = timedelta(hours=24)
FORGOT_NETWORK = Rate(20, WINDOW)
FORGOT_ACCOUNT = Rate(3, 4 * WINDOW)

OTHER_ACCOUNT = "บุคลากรนี้เข้าสู่ระบบด้วยบัญชีที่ใช้อีเมลอื่นอยู่แล้ว ให้ผู้ดูแลระบบเปลี่ยนชื่อบัญชีหรือยกเลิกการผูกบัญชีก่อน"
SENTENCES = (OTHER_ACCOUNT,)


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom a link is for, and what it does."""

    person_id: int
    name: str
    organisation: str
    login: str
    purpose: str  # "new": choose a password; "reset": choose another; "join": the password of the account that exists


@dataclass(frozen=True, slots=True)
class Mailing:
    """A link that should be mailed, and to whom. Nobody else may see it."""

    token: str
    person_id: int
    mailbox: str
    name: str
    organisation_id: int


@dataclass(frozen=True, slots=True)
class _Found:
    """A living invitation with everything that it leads to."""

    id: int
    person: PersonRow
    organisation: OrganisationRow
    login: str
    account: AccountRow | None

    @property
    def purpose(self) -> str:
        if self.account is None:
            return "new"
        return "reset" if self.person.account_id == self.account.id else "join"

    @property
    def kept(self) -> str:
        return self.account.password_hash if self.account is not None else ""


class Invitations(Beginning):
    """Inviting, and taking up an invitation. Each method without an act is one transaction."""

    def __init__(self, lodge: Lodge) -> None:
        super().__init__(lodge)
        self._networks, self._accounts = Attempts(FORGOT_NETWORK), Attempts(FORGOT_ACCOUNT)

    def invite(self, act: Act, person_id: int) -> str:
        """The token for a link that only ever goes to the person's mailbox; earlier unused ones become void.

        Errors: `NotFound` for nobody, or somebody at rest; `FieldsWrong` (mailbox).
        """
        person = act.session.get(PersonRow, person_id)
        if person is None or not person.active:
            raise NotFound(what="บุคลากร", what_en="person", name=person_id, hint="")
        if fault := accounts.login_fault(person.mailbox):
            raise FieldsWrong(mailbox=fault)
        account = act.session.get(AccountRow, person.account_id) if person.account_id is not None else None
        if account is not None and account.login != normal_login(person.mailbox):
            raise FieldsWrong(mailbox=OTHER_ACCOUNT)
        accounts.void_invitations(act, [person_id])
        return _make(act, person, LIFE)

    def must_not_hurry(self, network: str) -> None:
        """Count somebody who says that a password was forgotten. Errors: `TooManyAttempts`, by network alone."""
        refuse(self._networks.begin(network, self._lodge.clock().timestamp()))

    def forgot(self, act: Act, login: str) -> Mailing | None:
        """A link to choose another password, when there is such an account; None otherwise, and when it is asked too
        often. Whoever asked must not learn which, also not from the time that it takes. Earlier links stay good, so
        that nobody can void those of others.
        """
        login = normal_login(login)
        account = accounts.of_login(act.session, login)
        if account is None or not account.active:
            return None
        owned = (person for person, _ in accounts.people_of(act.session, account.id))
        person = next((one for one in owned if normal_login(one.mailbox) == login), None)
        if person is None or self._accounts.begin(token_hash(login), act.at.timestamp()):
            return None
        token = _make(act, person, FORGOT_LIFE)
        return Mailing(token, person.id, login, person.name, person.organisation_id)

    def look(self, token: str) -> Invited:
        """Whom the link is for, and what it does. Errors: `NoSuchInvitation`."""
        with self._lodge.database.read() as session:
            found = _living_link(session, token, self._lodge.clock())
            return Invited(found.person.id, found.person.name, found.organisation.name, found.login, found.purpose)

    def accept(self, token: str, password: str, visit: Visit, device: str = "") -> SignedIn:
        """Take up the invitation once, and be signed in; another password ends all other sign-ins of the account.

        Arguments: `device`, as for `Door.sign_in`. Errors: `NoSuchInvitation`; `FieldsWrong` (password) for one that is
        easily guessed; `SignInFailed` and `TooManyAttempts` when a wrong password was given for the account that
        exists; `ChangedMeanwhile`.
        """
        with self._lodge.database.read() as session:
            found = _living_link(session, token, self._lodge.clock())
        kept = self._checked(found, password, visit, device)
        now = self._lodge.clock()
        with self._lodge.database.write() as session:
            again = _living_link(session, token, now)
            if (again.purpose, again.login, again.kept) != (found.purpose, found.login, found.kept):
                raise ChangedMeanwhile
            with Act(session, again.person.name, "joined", now, f"person {again.person.id}") as act:
                account_id = _take_up(act, again, kept)
            return sign_ins.open_for(session, account_id, visit, now, self._lodge.second_for, again.person.id)

    def _checked(self, found: _Found, password: str, visit: Visit, device: str) -> str:
        """The hash that the account will have."""
        if found.purpose == "join":
            knock = self._lodge.knock(found.login, found.account, visit.network, device)
            self._lodge.must_match(knock, found.kept, password, SignInFailed())
            return found.kept
        about = [found.login, found.person.name, found.organisation.name]
        has_second = found.account is not None and bool(found.account.totp_secret)
        if fault := weaknesses(password, second_factor=has_second, about=about):
            raise FieldsWrong(password=fault)
        return self._lodge.passwords.hashed(password)


def _make(act: Act, person: PersonRow, life: timedelta) -> str:
    token = secrets.token_urlsafe(32)
    act.add(
        InvitationRow,
        purpose="person",
        person_id=person.id,
        mailbox=normal_login(person.mailbox),
        token_hash=token_hash(token),
        made_at=act.at,
        made_by=act.who,
        expires_at=act.at + life,
    )
    return token


def _living_link(session: Session, token: str, now: datetime) -> _Found:
    """Errors: `NoSuchInvitation`, alike for everything that is not as it was when the link was mailed."""
    wanted = sa.select(InvitationRow, PersonRow, OrganisationRow).join(
        PersonRow, PersonRow.id == InvitationRow.person_id
    )
    wanted = wanted.join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
    wanted = wanted.where(InvitationRow.token_hash == token_hash(token), InvitationRow.purpose == "person")
    wanted = wanted.where(InvitationRow.used_at.is_(None), InvitationRow.expires_at > now)
    found = session.execute(wanted.where(PersonRow.active, OrganisationRow.active)).one_or_none()
    if found is None:
        raise NoSuchInvitation
    invitation, person, organisation = found
    account = accounts.of_login(session, invitation.mailbox)
    moved = normal_login(person.mailbox) != invitation.mailbox
    elsewhere = person.account_id is not None and (account is None or person.account_id != account.id)
    if moved or elsewhere or (account is not None and not account.active):
        raise NoSuchInvitation
    return _Found(invitation.id, person, organisation, invitation.mailbox, account)


def _take_up(act: Act, found: _Found, kept: str) -> int:
    """Returns the account's id."""
    act.alter(InvitationRow, found.id, used_at=act.at)
    account_id = accounts.add(act, found.login, kept) if found.account is None else found.account.id
    if found.purpose == "reset":
        accounts.set_password(act, account_id, kept)
        accounts.end_all(act.session, account_id, act.at)
    else:
        act.alter(PersonRow, found.person.id, account_id=account_id)
    return account_id
