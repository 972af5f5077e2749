"""A folder of .eml files as a mailbox to look into: newest first, by recipient, by words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ledger.values import Address
from watchers.reading import own

PREVIEW = 240


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of the folder."""

    id: str  # the file's name without its ending
    path: Path
    at: datetime  # when the file was written
    sender: str
    recipients: tuple[str, ...]  # addresses
    subject: str
    text: str
    html: str = field(repr=False)
    head: str = field(repr=False)  # the header lines as they are
    attachments: tuple[str, ...]

    @property
    def preview(self) -> str:
        """The beginning of the text, in one line."""
        return " ".join(self.text.split())[:PREVIEW]

    def speaks_of(self, words: str) -> bool:
        """Whether every word stands somewhere in it."""
        everything = " ".join((self.sender, *self.recipients, self.subject, self.text)).casefold()
        return all(word in everything for word in words.casefold().split())


class MailboxView:
    """Reads each file once: a file of the outbox never changes after it is there."""

    def __init__(self, folder: Path) -> None:
        """`folder` may come into being later."""
        self._folder = folder
        self._letters: dict[str, Letter] = {}

    def letters(self, to: str = "", words: str = "") -> list[Letter]:
        """The mails to `to` (all for "") that speak of `words`, newest first."""
        found = (one for one in self._scan().values() if to in ("", *one.recipients) and one.speaks_of(words))
        return sorted(found, key=lambda one: (one.at, one.id), reverse=True)

    def mailboxes(self) -> list[tuple[str, int]]:
        """Every address that got mail, with how many, by name."""
        return sorted(Counter(address for one in self._scan().values() for address in one.recipients).items())

    def letter(self, id_: str) -> Letter | None:
        """The mail of that name. Names are looked up, never made into paths."""
        return self._scan().get(id_)

    def _scan(self) -> dict[str, Letter]:
        names = ((path.stem, path) for path in self._folder.glob("*.eml"))
        read_once = ((name, self._letters.get(name) or _open(name, path)) for name, path in names)
        self._letters = {name: letter for name, letter in read_once if letter is not None}
        return self._letters


def _open(name: str, path: Path) -> Letter | None:
    try:
        at, content = datetime.fromtimestamp(path.stat().st_mtime, UTC), path.read_bytes()
    except OSError:  # taken away since it was listed
        return None
    reading = own(content, name=path.name)
    return Letter(
        id=name,
        path=path,
        at=at,
        sender=", ".join(_in_full(one) for one in reading.senders),
        recipients=tuple(dict.fromkeys(one.address.lower() for one in reading.recipients)),
        subject=reading.subject,
        text=reading.text,
        html=reading.html,
        head=content.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("utf-8", "replace"),
        attachments=tuple(document.name for document in reading.documents),
    )


def _in_full(address: Address) -> str:
    return f"{address.name} <{address.address}>" if address.name else address.address
