"""Keeping passwords: argon2id, at most two at once, NFKC first so that SARA AM is one letter however it was typed."""

from __future__ import annotations

import base64
import secrets
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import argon2

from ledger.errors import PasswordsWait

AT_ONCE = 2  # one takes 64 MiB and about 0.3 s on two cores (reliability 5.1)
QUEUE = 8  # more would wait longer than people do
STRANGERS = 6  # inside or waiting; the other places are for who is known
OF_ONE = 3  # of one network, one device or one sign-in
_LONGEST = 1024  # characters that are looked at; longer ones cannot have been chosen


class Passwords:
    """Hashes and checks.

    Arguments: `hasher` brings the parameters, the shipped ones are argon2-cffi's; `queue`, how many may wait.
    """

    def __init__(self, hasher: argon2.PasswordHasher | None = None, queue: int = QUEUE) -> None:
        self._hasher = hasher or argon2.PasswordHasher()
        self._room = AT_ONCE + queue
        self._changed = threading.Condition()
        self._inside = 0
        self._here: Counter[tuple[str, bool]] = Counter()  # inside or waiting: whose, and whether they are known
        self._waiting: Counter[bool] = Counter()  # by whether they are known
        self._nobody = _unmatched(self._hasher)

    @contextmanager
    def turn(self, whose: str = "", *, known: bool = True) -> Iterator[Turn]:
        """One of the few turns at hashing, which whoever is known gets before strangers.

        Arguments: `whose`, the network, device or sign-in that asks; "" for what is asked once. Errors:
        `PasswordsWait` when too many wait, or too many of these.
        """
        self._enter(whose, known)
        try:
            yield Turn(self._hasher, self._nobody)
        finally:
            self._leave(whose, known)

    def here(self) -> int:
        """How many are inside or wait."""
        return self._here.total()

    def _enter(self, whose: str, known: bool) -> None:
        with self._changed:
            strangers = sum(count for (_, one), count in self._here.items() if not one)
            full = self.here() >= self._room or (not known and strangers >= STRANGERS)
            if full or (whose and self._here[whose, known] >= OF_ONE):
                raise PasswordsWait
            self._here[whose, known] += 1
            self._waiting[known] += 1
            self._changed.wait_for(lambda: self._inside < AT_ONCE and (known or not self._waiting[True]))
            self._waiting[known] -= 1
            self._inside += 1
            self._changed.notify_all()

    def _leave(self, whose: str, known: bool) -> None:
        with self._changed:
            self._inside -= 1
            self._here[whose, known] -= 1
            self._here += Counter()  # nothing is kept of who has left
            self._changed.notify_all()

    def hashed(self, password: str) -> str:
        """What is kept of a password. Errors: `PasswordsWait`."""
        with self.turn() as turn:
            return turn.hashed(password)

    def outdated(self, kept: str) -> bool:
        """Whether the parameters have risen since."""
        return self._hasher.check_needs_rehash(kept)


class Turn:
    """What may be done while it lasts."""

    def __init__(self, hasher: argon2.PasswordHasher, nobody: str) -> None:
        self._hasher, self._nobody = hasher, nobody

    def hashed(self, password: str) -> str:
        """What is kept of a password."""
        return self._hasher.hash(_bytes(password))

    def matches(self, kept: str, password: str) -> bool:
        """Whether it is the one. An empty `kept` (no such login) costs the same time."""
        try:
            return self._hasher.verify(kept or self._nobody, _bytes(password)) and bool(kept)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password[:_LONGEST]).encode("utf-8", "surrogatepass")


def _unmatched(hasher: argon2.PasswordHasher) -> str:
    """A hash in today's parameters that no password has."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (hasher.salt_len, hasher.hash_len)
    )
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"
