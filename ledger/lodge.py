"""What the parts of the door share: database, clock, passwords, and the count of failures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ledger import sign_ins
from ledger.access import Duty
from ledger.attempts import ACCOUNT, NETWORK, Attempts
from ledger.database import Database
from ledger.errors import ConfirmFirst, SarabanError, SignedOut, TooManyAttempts
from ledger.letters import token_hash
from ledger.passwords import Passwords
from ledger.sign_ins import SignIn


class Lodge:
    """The doorkeeper's room. Arguments: as for `ledger.door.Door`."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        passwords: Passwords,
        second_for: frozenset[Duty | None],
        issuer: str,
    ) -> None:
        self.database, self.clock, self.passwords = database, clock, passwords
        self.second_for, self.issuer = second_for, issuer
        self.networks = Attempts(NETWORK)
        self.accounts = Attempts(ACCOUNT)  # by login, known or not
        self.seconds = Attempts(ACCOUNT)  # second factors: a right password must not forgive wrong codes

    def find(self, session: Session, token: str) -> SignIn | None:
        """What the token opens now, also half-way."""
        return sign_ins.find(session, token, self.clock(), self.second_for)

    def must_find(self, session: Session, token: str) -> SignIn:
        """What the token opens now, also half-way. Errors: `SignedOut`."""
        return sign_ins.must_find(session, token, self.clock(), self.second_for)

    def must_have_proven(self, session: Session, token: str, within: timedelta | None = None) -> SignIn:
        """Who gave every factor that the account has; one may still have to be set up.

        Arguments: `within` asks that the password was given so lately. Errors: `SignedOut`, `ConfirmFirst`.
        """
        here = self.must_find(session, token)
        if not here.proven:
            raise SignedOut
        if within is not None and not here.confirmed(self.clock(), within):
            raise ConfirmFirst
        return here

    def must_match(self, login: str, kept: str, password: str, network: str, failed: SarabanError) -> None:
        """Check a password against its hash; "" for a login that cannot sign in, which takes as long.

        Errors: `failed`, `TooManyAttempts`, `Unavailable`.
        """
        self.must_wait(self.accounts, login, network)
        with self.passwords.turn() as turn, self.trying(self.accounts, login, network):
            if not turn.matches(kept, password):
                raise failed

    def must_wait(self, attempts: Attempts, key: str, network: str) -> None:
        """Refuse early, before anything costs time. Errors: `TooManyAttempts`."""
        now = self.clock().timestamp()
        # By hash: keys of one size, and no login stays in memory.
        refuse(max(attempts.wait(token_hash(key), now), self.networks.wait(network, now)))

    @contextmanager
    def trying(self, attempts: Attempts, key: str, network: str) -> Iterator[None]:
        """A try, which counts as a failure when the block ends with one of our errors.

        Errors: `TooManyAttempts`.
        """
        with self.trying_from(network), self._counted(attempts, token_hash(key), all_of_them=True):
            yield

    @contextmanager
    def trying_from(self, network: str) -> Iterator[None]:
        """The same, where there is no account that could be meant."""
        with self._counted(self.networks, network, all_of_them=False):
            yield

    @contextmanager
    def _counted(self, attempts: Attempts, key: str, *, all_of_them: bool) -> Iterator[None]:
        refuse(attempts.begin(key, self.clock().timestamp()))
        try:
            yield
        except TooManyAttempts:
            attempts.forgive(key, all_of_them=False)
            raise
        except SarabanError:
            raise
        except BaseException:
            attempts.forgive(key, all_of_them=False)
            raise
        attempts.forgive(key, all_of_them=all_of_them)


def refuse(seconds: float) -> None:
    """Errors: `TooManyAttempts`, unless there is nothing to wait for."""
    if seconds:
        raise TooManyAttempts(minutes=math.ceil(seconds / 60))
