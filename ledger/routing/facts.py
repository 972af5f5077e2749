"""What a letter shows to the rules, each text in the forms in which conditions compare it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ledger.routing.addresses import Mailboxes
from ledger.routing.patterns import TEXT_LIMIT
from ledger.thai import canonical
from ledger.values import Channel, Intake, Reading, Secrecy, Urgency

_SHOWN = 60  # characters of a text in an explanation


@dataclass(frozen=True, slots=True)
class Facts:
    """A letter as the rules see it: what arrived, not what other rules made of it."""

    sender: str = ""  # address
    recipients: tuple[str, ...] = ()  # addresses
    folder: str = ""  # path of the drop folder
    organisation_group: str = ""  # code of the group that the folder is bound to
    subject: str = ""
    text: str = ""
    letter_number: str = ""
    attachments: tuple[tuple[str, str], ...] = ()  # name and media type
    urgency: Urgency = Urgency.NORMAL
    secrecy: Secrecy = Secrecy.ORDINARY
    sender_organisation: str = ""  # code, where the directory knows the sender

    @classmethod
    def of(cls, intake: Intake, reading: Reading, sender_organisation: str = "") -> Facts:
        """The facts of an arrival.

        The sender is whom the letter names (From), the envelope's only where it names nobody; recipients are
        those of the envelope, since headers do not tell for whom a blind copy came.
        """
        return cls(
            sender=reading.senders[0].address if reading.senders else intake.sender,
            recipients=intake.recipients or tuple(each.address for each in reading.recipients),
            folder=intake.source if intake.channel is Channel.FOLDER else "",
            organisation_group=intake.group,
            subject=reading.subject,
            text=reading.text,
            letter_number=reading.letter_number,
            attachments=tuple(
                (each.name, each.sniffed_type or each.media_type) for each in reading.documents if not each.inline
            ),
            urgency=reading.urgency,
            secrecy=reading.secrecy,
            sender_organisation=sender_organisation,
        )


class Seen:
    """One text of a letter; each form of it is made once, when a condition first asks."""

    def __init__(self, text: str) -> None:
        self.text = text if 4 * len(text) <= TEXT_LIMIT else _cut(text)

    @cached_property
    def canonical(self) -> str:
        """In one spelling."""
        return canonical(self.text)

    @cached_property
    def plain(self) -> str:
        """In one spelling, small letters, single spaces: for words."""
        return " ".join(self.canonical.casefold().split())

    @cached_property
    def close(self) -> str:
        """The same without any space: for letter numbers."""
        return self.plain.replace(" ", "")

    @cached_property
    def encoded(self) -> bytes:
        """In one spelling: for patterns."""
        return self.canonical.encode("utf-8", "replace")[:TEXT_LIMIT]

    @cached_property
    def mailbox(self) -> Mailboxes:
        """As an address."""
        return Mailboxes.of(self.text)

    @cached_property
    def shown(self) -> str:
        """The beginning of the text on one line."""
        line = " ".join(self.text[: 4 * _SHOWN].split())
        return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


class Texts(tuple[Seen, ...]):
    """All that a letter shows to one kind of condition."""

    @cached_property
    def shown(self) -> str:
        """The beginnings of the first few, for an explanation."""
        return ", ".join(seen.shown for seen in self[:5])


def _cut(text: str) -> str:
    return text.encode("utf-8", "replace")[:TEXT_LIMIT].decode("utf-8", "ignore")
