"""A mail taken apart: its headers and parts, decoded, before anything is concluded from them.

No string here holds a lone surrogate or U+FFFD.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ledger.values import Address

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One MIME part; containers are parts too, and an enclosed mail follows its message/rfc822."""

    media_type: str  # as declared, lower case; what is missing is "text/plain"
    charset: str = ""  # label as declared, lower case
    params: tuple[tuple[str, str], ...] = ()  # of Content-Type, names in lower case
    disposition: str = ""  # "attachment", "inline", "" or whatever was declared, lower case
    filename: str = ""  # decoded, as the sender wrote it; not safe for a disk
    depth: int = 0  # 0 for the mail itself
    parent: int = -1  # index in `Parsed.parts`, -1 for the mail itself
    headers: Headers = ()  # decoded; for the root of an enclosed mail, the headers of that mail
    content: bytes = field(default=b"", repr=False)  # transfer encoding undone; empty for multipart/*
    text: str = field(default="", repr=False)  # of text/* and message/* parts, lines ending in \n

    def header(self, name: str) -> str:
        """The first header of that name, decoded and unfolded, or ""."""
        return first(self.headers, name)

    def param(self, name: str) -> str:
        """A parameter of Content-Type, or ""."""
        return first(self.params, name)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A mail. `parts` is flat, in document order; `parts[0]` is the mail itself."""

    headers: Headers  # decoded and unfolded, in order, names as written
    raw_headers: tuple[tuple[str, bytes], ...]  # as they came, still folded and encoded
    parts: tuple[Part, ...]
    text: str = ""  # what a person reads: the plain text, or the HTML as text
    html: str = field(default="", repr=False)
    subject: str = ""
    senders: tuple[Address, ...] = ()  # From
    recipients: tuple[Address, ...] = ()  # To, then Cc
    copies: tuple[Address, ...] = ()  # Cc
    date: datetime | None = None
    defects: tuple[str, ...] = ()
    charset_problems: tuple[str, ...] = ()
    _by_name: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name: dict[str, tuple[str, ...]] = {}
        for name, value in self.headers:
            lower = name.lower()
            by_name[lower] = (*by_name.get(lower, ()), value)
        object.__setattr__(self, "_by_name", by_name)

    def header(self, name: str) -> str:
        """The first header of that name (any case), or ""."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every header of that name (any case), in order."""
        return self._by_name.get(name.lower(), ())


def first(pairs: Headers, name: str) -> str:
    """The first value of `name` (any case) in `pairs`, or ""."""
    wanted = name.lower()
    return next((value for key, value in pairs if key.lower() == wanted), "")
