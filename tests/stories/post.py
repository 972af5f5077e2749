"""The mails and papers of the stories: letters that come in, and notices that went out."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path

from gateway.demo import papers
from ledger.originals import digest
from tests.stories.house import House

SCHOOL = "donkaew@schools.example"
_LINK = re.compile(r"https?://[^\s\"<]+/r/[\w-]+")


def letter(subject: str, *, text: str = "เรียน ผู้อำนวยการ", sender: str = SCHOOL, files: Sequence[str] = ()) -> bytes:
    """A mail with PDF files of these names; the same arguments give the same bytes."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"โรงเรียนบ้านดอนแก้ว <{sender}>"
    mail["To"] = House.mailbox
    mail["Subject"] = subject
    mail["Date"] = "Mon, 05 Jan 2026 09:00:00 +0700"
    mail["Message-ID"] = f"<{digest((subject + text).encode())[:32]}@schools.example>"
    mail.set_content(text)
    for name in files:
        mail.add_attachment(paper(name), "application", "pdf", filename=name)
    if files:
        mail.set_boundary("=_a_boundary_of_the_stories")
    return mail.as_bytes()


def paper(title: str, pages: int = 1) -> bytes:
    """A PDF that no other title has."""
    return papers.pdf(title, (title.encode("ascii", "backslashreplace").decode(),) * pages)


def post(house: House, *contents: bytes, sender: str = SCHOOL, to: Sequence[str] = (House.mailbox,)) -> None:
    """Deliver mails in one connection; each is accepted, or this raises."""
    with smtplib.SMTP("127.0.0.1", house.smtp_port, timeout=60) as client:
        for content in contents:
            client.sendmail(sender, to, content)


@dataclass(frozen=True)
class Sent:
    """One mail that went out."""

    file: Path
    to: str
    message_id: str
    subject: str
    text: str  # all of its text and HTML, decoded

    @property
    def link(self) -> str:
        """Its receipt link, or ""."""
        found = _LINK.search(self.text)
        return found[0] if found else ""

    @property
    def token(self) -> str:
        """The secret part of the link."""
        return self.link.rpartition("/")[2]


def outgoing(house: House, to: str = "") -> list[Sent]:
    """What lies in the outbox, oldest first; only what went `to` that address, where one is named."""
    found = [_sent(file) for file in house.outbox.glob("*.eml") if f"-{to}" in file.name]
    return sorted(found, key=lambda sent: int(sent.file.name.split("-")[2]))


def _sent(file: Path) -> Sent:
    mail = message_from_bytes(file.read_bytes(), policy=default)
    return Sent(file, mail["Delivered-To"], mail["Message-ID"], mail["Subject"], "\n".join(_texts(mail)))


def _texts(mail: EmailMessage) -> Iterator[str]:
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            yield part.get_content()
