"""What a page may tell the connection on which it is asked for: the server's part is `gateway.web.serve`."""

from __future__ import annotations

from typing import Protocol

from starlette.types import Scope

NAME = "line"  # in the state of a request's scope


class Line(Protocol):
    """One connection."""

    def signed_in(self, account: int) -> None:
        """Whoever asks is known: it counts among the many of an address, no longer among the few."""

    def not_signed_in(self) -> None:
        """What its cookie names is not open, or no more."""

    def may_have_ended(self, account: int | None) -> None:
        """Sign-ins of this account, or of anybody, may have ended by what was asked here."""

    def body_within(self, seconds: float) -> None:
        """From now, the rest of the body may take so long."""

    def has_left(self) -> bool:
        """Whether nobody waits for the answer any more."""

    def followed(self) -> bool:
        """Whether another request waits for the end of this answer; until then it is not seen who leaves."""


class Nobody:
    """Where the server is another one, as in a test of one part."""

    def signed_in(self, account: int) -> None:
        """Counts nothing."""

    def not_signed_in(self) -> None:
        """Counts nothing."""

    def may_have_ended(self, account: int | None) -> None:
        """Counts nothing."""

    def body_within(self, seconds: float) -> None:
        """Waits for ever."""

    def has_left(self) -> bool:
        """Stays."""
        return False

    def followed(self) -> bool:
        """Comes alone."""
        return False


def of(scope: Scope) -> Line:
    """The connection of a request."""
    found: Line | None = scope.get("state", {}).get(NAME)
    return found or Nobody()
