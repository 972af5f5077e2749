"""A folder of .eml files as a mailbox to look into: newest first, by recipient, by words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses
from pathlib import Path

LARGEST = 40 * 1024 * 1024
PREVIEW = 240


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of the folder."""

    id: str  # the file's name without its ending
    at: datetime  # when the file was written
    sender: str
    recipients: tuple[str, ...]  # addresses
    subject: str
    text: str
    html: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    attachments: tuple[str, ...]
    content: bytes = field(repr=False)

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
        self._read: dict[str, Letter] = {}

    def letters(self, to: str = "", words: str = "") -> list[Letter]:
        """The mails to `to` (all for "") that speak of `words`, newest first."""
        self._scan()
        found = (one for one in self._read.values() if (not to or to in one.recipients) and one.speaks_of(words))
        return sorted(found, key=lambda one: (one.at, one.id), reverse=True)

    def mailboxes(self) -> list[tuple[str, int]]:
        """Every address that got mail, with how many, by name."""
        self._scan()
        return sorted(Counter(address for one in self._read.values() for address in one.recipients).items())

    def letter(self, id_: str) -> Letter | None:
        """The mail of that name. Names are looked up, never made into paths."""
        self._scan()
        return self._read.get(id_)

    def _scan(self) -> None:
        here = {_whole(path.stem): path for path in self._folder.glob("*.eml")}
        self._read = {
            name: letter for name, path in here.items() if (letter := self._read.get(name) or _open(name, path))
        }


def _open(name: str, path: Path) -> Letter | None:
    try:
        facts = path.stat()
        content = path.read_bytes() if facts.st_size <= LARGEST else b""
    except OSError:  # taken away since it was listed
        return None
    at = datetime.fromtimestamp(facts.st_mtime, UTC)
    try:
        return _letter(name, at, content)
    except Exception:  # the standard parser raises on some hostile headers; the bytes can still be looked at
        raw = content[:100_000].decode("utf-8", "replace")
        return Letter(name, at, "", (), name, raw, "", (), (), content)


def _letter(name: str, at: datetime, content: bytes) -> Letter:
    mail = BytesParser(policy=policy.default).parsebytes(content)
    assert isinstance(mail, EmailMessage)
    raw = [(key, _whole(str(value))) for key, value in mail.raw_items()]
    addressed = [value for key, value in raw if key.lower() in ("to", "cc")]
    headers = tuple((key, _decoded(value)) for key, value in raw)
    first = {key.lower(): value for key, value in reversed(headers)}
    return Letter(
        id=name,
        at=at,
        sender=first.get("from", ""),
        recipients=tuple(dict.fromkeys(address.lower() for _, address in getaddresses(addressed) if address)),
        subject=first.get("subject", ""),
        text=_body(mail, "plain"),
        html=_body(mail, "html"),
        headers=headers,
        attachments=tuple(_whole(part.get_filename("") or part.get_content_type()) for part in mail.iter_attachments()),
        content=content,
    )


def _whole(text: str) -> str:
    """`text` with the bytes that the parser could not place read as UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _decoded(value: str) -> str:
    """A header as people read it. The parser of `policy.default` puts blanks between encoded words of a name."""
    return str(make_header(decode_header("".join(value.splitlines()))))


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
