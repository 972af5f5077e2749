"""Whom a rule means by an address: one mailbox, its plus part, a whole domain, or all below it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"[^\s@+*,;<>]*(?:\+[^\s@*,;<>]+)?@?(?:\*\.)?[^\s@+*,;<>]*")
_DOMAIN = re.compile(r"[^.]+(?:\.[^.]+)*")


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """A set of mailboxes; what is empty may be anything."""

    name: str = ""
    plus: str = ""
    domain: str = ""
    below: bool = False  # every domain below `domain`, not itself

    @classmethod
    def of(cls, address: str) -> Mailboxes:
        """The set that is written as `a@b.th`, `a+plus@b.th`, `@b.th`, `b.th`, `*.go.th` or `+plus`."""
        local, at, domain = address.strip().casefold().rpartition("@")
        if not at and domain.startswith("+"):
            local, domain = domain, ""
        name, _, plus = local.partition("+")
        return cls(name, plus, domain.removeprefix("*."), domain.startswith("*."))

    def covers(self, other: Mailboxes) -> bool:
        """Whether every mailbox of `other` is one of these. A mailbox includes all its plus parts."""
        return (
            self.name in ("", other.name)
            and self.plus in ("", other.plus)
            and (not self.domain or self._covers_domain(other))
        )

    def _covers_domain(self, other: Mailboxes) -> bool:
        if self.below:
            return other.domain.endswith(f".{self.domain}") or (other.below and other.domain == self.domain)
        return other.domain == self.domain and not other.below


def well_written(address: str) -> bool:
    """Whether a rule may name this: a domain with a dot or after an @, or a plus part alone."""
    meant = Mailboxes.of(address)
    if not _WRITTEN.fullmatch(address.strip()):
        return False
    if not meant.domain:
        return bool(meant.plus) and "@" not in address
    return bool(_DOMAIN.fullmatch(meant.domain)) and (meant.below or "@" in address or "." in meant.domain)
