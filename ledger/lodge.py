"""What the parts of the door share: database, clock, passwords, and the count of failures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ledger import sign_ins
from ledger.access import Duty
from ledger.accounts import AccountRow
from ledger.attempts import NETWORK, Attempts
from ledger.database import Database
from ledger.devices import Devices
from ledger.errors import ConfirmFirst, SarabanError, SignedOut
from ledger.passwords import Passwords
from ledger.sign_ins import SignIn
from ledger.totp import TotpKey
from ledger.tries import Knock, Tries, refuse


class Lodge:
    """The doorkeeper's room. Arguments: as for `ledger.door.Door`."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        passwords: Passwords,
        second_for: frozenset[Duty | None],
        issuer: str,
        secret: bytes,
        key: TotpKey | None,
    ) -> None:
        self.database, self.clock, self.passwords = database, clock, passwords
        self.second_for, self.issuer, self._key = second_for, issuer, key
        self.devices = Devices(secret)
        self._networks = Attempts(NETWORK)
        self.tries = Tries(self._networks)  # passwords
        self.seconds = Tries(self._networks)  # second factors: a right password must not forgive wrong codes

    @property
    def key(self) -> TotpKey:
        """What opens the secrets of second factors; a door that only invites has none."""
        assert self._key is not None
        return self._key

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

    def knock(self, login: str, account: AccountRow | None, network: str, device: str) -> Knock:
        """Who knocks. Arguments: `device`, what the browser kept of it."""
        known = self.devices.known(device, account.id, account.password_at) if account is not None else ""
        return Knock(login, network, known)

    def must_match(self, knock: Knock, kept: str, password: str, failed: SarabanError) -> None:
        """Check a password against its hash; "" for a login that cannot sign in, which takes as long.

        It counts as a failure before it waits for its turn. Errors: `failed`, `TooManyAttempts`, `Unavailable`.
        """
        whose, known = knock.known or knock.network, bool(knock.known)
        with self.trying(self.tries, knock), self.passwords.turn(whose, known=known) as turn:
            if not turn.matches(kept, password):
                raise failed

    @contextmanager
    def trying(self, tries: Tries, knock: Knock) -> Iterator[None]:
        """A try, which counts as a failure when the block ends with one of our errors.

        Errors: `TooManyAttempts`.
        """
        with tries.trying(knock, self.clock().timestamp()):
            yield

    @contextmanager
    def trying_from(self, network: str) -> Iterator[None]:
        """The same, where there is no account that could be meant."""
        refuse(self._networks.begin(network, self.clock().timestamp()))
        try:
            yield
        except SarabanError:
            raise
        except BaseException:
            self._networks.forgive(network, all_of_them=False)
            raise
        self._networks.forgive(network, all_of_them=False)
