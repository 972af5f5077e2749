"""A reading without our own links: the one door through which everything goes that was read (P-21)."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace

from ledger.masks import Mask
from ledger.values import Address, Bounce, Document, Reading
from watchers.reading import copies, limits
from watchers.reading.filename import stored_name


def hidden(reading: Reading, known: Collection[str] = ()) -> Reading:
    """`reading` with a mark in place of each link of ours, and what was found in it and in its files.

    Arguments: `known`, hashes of doubtful runs that are tokens. The files keep their bytes: they are evidence, and are
    masked when they are handed out (`copies`).
    """
    mask = Mask(known)
    shown = replace(
        reading,
        senders=_addresses(reading.senders, mask),
        recipients=_addresses(reading.recipients, mask),
        copies=_addresses(reading.copies, mask),
        subject=mask.text(reading.subject),
        text=mask.text(reading.text),
        html=mask.text(reading.html),
        letter_number=mask.text(reading.letter_number),
        documents=tuple(_document(document, mask) for document in reading.documents),
        bounces=tuple(_bounce(bounce, mask) for bounce in reading.bounces),
    )
    return replace(shown, links=tuple(sorted(mask.links)), doubtful=tuple(sorted(mask.doubtful)))


def _addresses(mailboxes: Collection[Address], mask: Mask) -> tuple[Address, ...]:
    return tuple(Address(mailbox.address, mask.text(mailbox.name)) for mailbox in mailboxes)


def _bounce(bounce: Bounce, mask: Mask) -> Bounce:
    return replace(bounce, diagnostic=mask.text(bounce.diagnostic))


def _document(document: Document, mask: Mask) -> Document:
    if document.size <= limits.TEXT:
        with suppress(ValueError):  # too deep to be handed out, so nobody finds a link in it
            copies.copy(document.content, document.name, mask)
    name = mask.text(document.name)
    if name != document.name:
        stored = stored_name(name, document.sniffed_type or document.media_type)
        return replace(document, name=name, stored_name=stored)
    return replace(document, stored_name=mask.text(document.stored_name))
