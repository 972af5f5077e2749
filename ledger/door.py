"""The door: signing in and out, one's own sessions and password; second factor and invitations hang on it (5.1).

Each method is one transaction, beside the reading and hashing that comes before it: a hash takes too long to make
everybody else's writing wait. What was read is looked at again before anything is written.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import accounts, sign_ins
from ledger.access import Duty, Viewer
from ledger.accounts import AccountRow
from ledger.database import Database, table_of
from ledger.errors import FieldsWrong, NotAllowed, SignedOut, SignInFailed
from ledger.history import Act
from ledger.invitations import Invitations
from ledger.lodge import Lodge
from ledger.passwords import Passwords
from ledger.second_factor import PASSWORD_WRONG, SecondFactor
from ledger.sign_ins import OpenSignIn, SignedIn, SignIn
from ledger.totp import TotpKey
from ledger.values import Visit
from ledger.weak_passwords import weaknesses


class Door:
    """Made once, shared by all threads.

    Arguments: `second_for` names duties whose holders must have a second factor, None for whoever has none, beside the
    accounts of which an administrator requires it; `issuer` is what an authenticator app shows; `secret`, the
    installation's own, lets devices be known after a restart; `key` opens the secrets of second factors, and is needed
    where somebody signs in.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        *,
        passwords: Passwords | None = None,
        second_for: frozenset[Duty | None] = frozenset(),
        issuer: str = "Saraban Gateway",
        secret: bytes = b"",
        key: TotpKey | None = None,
    ) -> None:
        secret = secret or secrets.token_bytes(32)
        self._lodge = Lodge(database, clock, passwords or Passwords(), second_for, issuer, secret, key)
        self._database, self._clock, self._second_for = database, clock, second_for
        self.second = SecondFactor(self._lodge)
        self.invitations = Invitations(self._lodge)

    def sign_in(self, login: str, password: str, visit: Visit, device: str = "") -> SignedIn:
        """Open the door. What is unknown, wrong or at rest gets the same answer after the same work.

        Arguments: `device`, what `remember` gave this browser before. Errors: `SignInFailed`, `TooManyAttempts`,
        `Unavailable` when too many wait for their turn.
        """
        login = accounts.normal_login(login)
        with self._database.read() as session:
            account = accounts.of_login(session, login)
            people = accounts.people_of(session, account.id if account is not None else 0)
        kept = account.password_hash if account is not None and account.active and people else ""
        knock = self._lodge.knock(login, account, visit.network, device)
        self._lodge.must_match(knock, kept, password, SignInFailed())
        assert account is not None
        fresh = self._lodge.passwords.hashed(password) if self._lodge.passwords.outdated(kept) else kept
        with self._database.write() as session:
            if not _swap_hash(session, account.id, kept, fresh):
                raise SignInFailed  # changed while we looked
            return sign_ins.open_for(session, account.id, visit, self._clock(), self._second_for)

    def remember(self, token: str, device: str) -> str:
        """What the browser keeps, so that nobody else's failures shut it out; as it was for half a sign-in.

        Arguments: `device`, what it kept until now.
        """
        here = self.looked(token, touch=False)
        if here is None or not here.proven:
            return device
        return self._lodge.devices.remember(device, here.account_id, here.password_at)

    def look(self, token: str, *, touch: bool = True) -> Viewer | None:
        """Who is signed in, asked for every request. None also half-way through signing in."""
        found = self.looked(token, touch=touch)
        return found.viewer if found is not None and found.full else None

    def looked(self, token: str, *, touch: bool = True) -> SignIn | None:
        """The same with what the own account's pages need; also half-way.

        Arguments: `touch` False for what asks by itself, which must not keep a session alive.
        """
        now = self._clock()
        with self._database.read() as session:
            found = self._lodge.find(session, token)
        if touch and found is not None and now - found.seen_at >= sign_ins.SEEN_EVERY:
            # A disk that takes nothing more must not sign anybody out.
            with suppress(sa.exc.OperationalError), self._database.write() as session:
                sign_ins.seen(session, found, now)
        return found

    def end(self, token: str) -> None:
        """Sign out. What is not open any more is fine."""
        with self._database.write() as session:
            if (found := self._lodge.find(session, token)) is not None:
                sign_ins.end(session, found.id, self._clock())

    def end_everywhere(self, token: str) -> str:
        """End every other sign-in of the account. Returns the new token. Errors: `SignedOut`."""
        with self._database.write() as session:
            here = self._lodge.must_have_proven(session, token)
            accounts.end_all(session, here.account_id, self._clock(), except_id=here.id)
            return sign_ins.renew(session, here)

    def own(self, token: str) -> list[OpenSignIn]:
        """The open sign-ins of the account, the newest first. Errors: `SignedOut`."""
        with self._database.read() as session:
            return sign_ins.own(session, self._lodge.must_have_proven(session, token), self._clock())

    def end_one(self, token: str, sign_in_id: int) -> bool:
        """End one of the own account's; False when there is none such. Errors: `SignedOut`."""
        with self._database.write() as session:
            here = self._lodge.must_have_proven(session, token)
            theirs = {one.id for one in sign_ins.own(session, here, self._clock())}
            return sign_in_id in theirs and sign_ins.end(session, sign_in_id, self._clock())

    def choices(self, account_id: int) -> list[Viewer]:
        """The people for whom the account may act (C2)."""
        with self._database.read() as session:
            return sign_ins.choices(session, account_id)

    def act_for(self, token: str, person_id: int) -> SignedIn:
        """Go on as another person of the same account (C2), who may have to set up a second factor first.

        Errors: `SignedOut`; `NotAllowed` for anybody else's person, and for one at rest.
        """
        with self._database.write() as session:
            here = self._lodge.must_have_proven(session, token)
            if person_id not in {one.person_id for one in sign_ins.choices(session, here.account_id)}:
                raise NotAllowed
            return sign_ins.renewed(session, here, self._second_for, person_id=person_id)

    def confirm(self, token: str, password: str) -> str:
        """Ask the password again before a grave action. Returns the new token.

        Errors: `SignedOut`, `FieldsWrong` (password), `TooManyAttempts`.
        """
        kept, _, _ = self._matched(token, password, "password")
        with self._database.write() as session:
            here = self._lodge.must_have_proven(session, token)
            if not _swap_hash(session, here.account_id, kept, kept):
                raise SignedOut
            return sign_ins.renew(session, here, confirmed_at=self._clock())

    def change_password(self, token: str, old: str, new: str) -> str:
        """Choose another password. Every other sign-in ends, mailed links become void. Returns the new token.

        Errors: `SignedOut`, `FieldsWrong` (old, new), `TooManyAttempts`.
        """
        kept, here, about = self._matched(token, old, "old")
        if fault := weaknesses(new, second_factor=here.has_second, about=about):
            raise FieldsWrong(new=fault)
        fresh, now = self._lodge.passwords.hashed(new), self._clock()
        with self._database.write() as session:
            here = self._lodge.must_have_proven(session, token)
            if not _swap_hash(session, here.account_id, kept, fresh):
                raise SignedOut
            with Act(session, here.viewer.name, "password changed", now, f"account {here.account_id}") as act:
                accounts.set_password(act, here.account_id, fresh)
            accounts.end_all(session, here.account_id, now, except_id=here.id)
            return sign_ins.renew(session, here, confirmed_at=now)

    def check_second(self, token: str, code: str, device: str = "") -> str:
        """The second half of signing in; see `SecondFactor.check`."""
        return self.second.check(token, code, device)

    def _matched(self, token: str, password: str, field: str) -> tuple[str, SignIn, list[str]]:
        """The hash that the password was checked against, whose it is, and what a guesser knows of them."""
        with self._database.read() as session:
            here = self._lodge.must_have_proven(session, token)
            account = session.get_one(AccountRow, here.account_id)
            about = accounts.names_of(session, account)
        failed = FieldsWrong(**{field: PASSWORD_WRONG})
        self._lodge.must_match(here.knock, account.password_hash, password, failed)
        return account.password_hash, here, about


def _swap_hash(session: Session, account_id: int, kept: str, fresh: str) -> bool:
    """Whether the hash is still the one that was checked; then it becomes `fresh`, as when parameters have risen."""
    table = table_of(AccountRow)
    same = sa.update(table).where(table.c.id == account_id, table.c.password_hash == kept)
    return bool(session.connection().execute(same.values(password_hash=fresh)).rowcount)
