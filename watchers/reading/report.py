"""A reading as one JSON object, for `saraban parse` and for people who compare parsers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from ledger.values import Address, Document, Reading, ReadingKind


def as_json(reading: Reading) -> dict[str, Any]:
    """`reading` in plain JSON values; dates in ISO 8601, documents without their bytes."""
    return {
        "kind": reading.kind.value,
        "from": [mailbox.address for mailbox in reading.senders],
        "to": [mailbox.address for mailbox in _directly(reading)],
        "cc": [mailbox.address for mailbox in reading.copies],
        "subject": reading.subject,
        "date": reading.date.isoformat() if reading.date else "",
        "text": reading.text,
        "attachments": [_document(document) for document in reading.documents],
        "letter_number": reading.letter_number,
        "letter_date": reading.letter_date.isoformat() if reading.letter_date else "",
        "urgency": reading.urgency.value,
        "secrecy": reading.secrecy.value,
        "is_bounce": reading.kind is ReadingKind.BOUNCE,
        "bounce": [
            {
                "recipient": one.recipient,
                "status": one.status,
                "action": one.action,
                "diagnostic": one.diagnostic,
            }
            for one in reading.bounces
        ],
        "is_auto_reply": reading.kind is ReadingKind.AUTO_REPLY,
        "defects": list(reading.defects),
        "charset_problems": list(reading.charset_problems),
    }


def parse_files(paths: Iterable[str], read: Callable[..., Reading]) -> Iterator[str]:
    """One line of JSON for each path; `read` is `reading.read` or a `Reader`'s.

    A path that cannot be opened gives an object with the same keys and the defect "unreadable: file".
    """
    for path in paths:
        try:
            reading = read(Path(path).read_bytes(), name=Path(path).name)
        except (OSError, ValueError) as error:
            reading = Reading(defects=(f"unreadable: file: {error}",))
        yield json.dumps(as_json(reading), ensure_ascii=False)


def _directly(reading: Reading) -> tuple[Address, ...]:
    return reading.recipients[: len(reading.recipients) - len(reading.copies)]


def _document(document: Document) -> dict[str, Any]:
    return {
        "filename": document.name,
        "stored_name": document.stored_name,
        "media_type": document.media_type,
        "sniffed_type": document.sniffed_type,
        "size": document.size,
        "sha256": document.sha256,
        "inline": document.inline,
        "withheld": document.withheld,
    }
