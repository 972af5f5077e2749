"""Whom a wrong password or code slows down: whoever gave it, and nobody else (5.1)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ledger.attempts import ACCOUNT, STRICT, WINDOW, Attempts, Rate
from ledger.errors import SarabanError, TooManyAttempts, Unavailable
from ledger.letters import token_hash

_NOT_TRIED = (TooManyAttempts, Unavailable)  # refused before anything was looked at


@dataclass(frozen=True, slots=True)
class Knock:
    """Somebody at the door."""

    login: str
    network: str
    known: str = ""  # the device that has signed in before, or the open sign-in; "" for a stranger

    @property
    def pair(self) -> str:
        """The login from this network, by hash: keys of one size, and no login stays in memory."""
        return token_hash(f"{self.network} {self.login}")


class Tries:
    """Failures with one kind of secret.

    A device that has signed in before, and an open sign-in, answer for themselves alone: whatever others try, they get
    in. Strangers are counted by login and network together; all strangers at a login have a wide cap a day; and a
    network may try so many logins in a window, each of which counts once, so that one forgetful person does not shut
    out the school behind the same address. No counter asks whether the login exists.
    """

    def __init__(self, networks: Attempts) -> None:
        """`networks`, shared with whatever else strangers may guess."""
        self._networks = networks
        self._known, self._pairs, self._logins = Attempts(STRICT), Attempts(STRICT), Attempts(ACCOUNT)
        self._charged = Attempts(Rate(1, WINDOW))  # pairs for which their network was counted

    @contextmanager
    def trying(self, knock: Knock, now: float) -> Iterator[None]:
        """A try, which counts as a failure while it lasts, and for good when the block ends with one of our errors.

        Errors: `TooManyAttempts`.
        """
        held = self._begin(knock, now)
        try:
            yield
        except BaseException as fault:  # whatever ends a try early, it was none
            if not isinstance(fault, SarabanError) or isinstance(fault, _NOT_TRIED):
                _give_back(held)
            raise
        self._forgive(knock)

    def _own(self, knock: Knock) -> list[tuple[Attempts, str]]:
        if knock.known:
            return [(self._known, knock.known)]
        return [(self._pairs, knock.pair), (self._logins, token_hash(knock.login))]

    def _begin(self, knock: Knock, now: float) -> list[tuple[Attempts, str]]:
        held: list[tuple[Attempts, str]] = []
        try:
            for attempts, key in self._own(knock):
                refuse(attempts.begin(key, now))
                held.append((attempts, key))
            if not knock.known and not self._charged.begin(knock.pair, now):
                held.append((self._charged, knock.pair))
                refuse(self._networks.begin(knock.network, now))
                held.append((self._networks, knock.network))
        except TooManyAttempts:
            _give_back(held)
            raise
        return held

    def _forgive(self, knock: Knock) -> None:
        for attempts, key in self._own(knock):
            attempts.forgive(key, all_of_them=attempts is not self._logins)
        if not knock.known and self._charged.forgive(knock.pair, all_of_them=True):
            self._networks.forgive(knock.network, all_of_them=False)


def refuse(seconds: float) -> None:
    """Errors: `TooManyAttempts`, unless there is nothing to wait for."""
    if seconds:
        raise TooManyAttempts(minutes=math.ceil(seconds / 60))


def _give_back(held: list[tuple[Attempts, str]]) -> None:
    for attempts, key in held:
        attempts.forgive(key, all_of_them=False)
