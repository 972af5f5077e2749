"""Keeping passwords: argon2id, at most two at once, NFKC first so that SARA AM is one letter however it was typed."""

from __future__ import annotations

import base64
import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

import argon2

from ledger.errors import PasswordsWait

AT_ONCE = 2  # one takes 64 MiB and about 0.3 s on two cores (reliability 5.1)
QUEUE = 8  # more would wait longer than people do
_LONGEST = 1024  # characters that are looked at; longer ones cannot have been chosen


class Passwords:
    """Hashes and checks.

    Arguments: `hasher` brings the parameters, the shipped ones are argon2-cffi's; `queue`, how many may wait.
    """

    def __init__(self, hasher: argon2.PasswordHasher | None = None, queue: int = QUEUE) -> None:
        self._hasher = hasher or argon2.PasswordHasher()
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._room = threading.BoundedSemaphore(AT_ONCE + queue)
        self._nobody = _unmatched(self._hasher)

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """One of the few turns at hashing, after those who came before. Errors: `PasswordsWait` when these are many."""
        if not self._room.acquire(blocking=False):
            raise PasswordsWait
        try:
            with self._turns:
                yield Turn(self._hasher, self._nobody)
        finally:
            self._room.release()

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
