"""What can still be said of an arrival that nothing could read: enough for a clerk to find it (P-8)."""

from __future__ import annotations

import re
from collections.abc import Collection
from hashlib import sha256

from ledger.values import Address, Reading
from watchers.reading.filename import title
from watchers.reading.masking import hidden

_SUBJECT = re.compile(rb"^subject:([^\r\n]{0,1000})", re.I | re.M)
_FROM = re.compile(rb"^from:[^\r\n]{0,500}?([\w.+-]{1,64}@[\w.-]{1,255})", re.I | re.M)
_BEGINNING = 16 * 1024


def reading(content: bytes, name: str, reason: str, known: Collection[str] = ()) -> Reading:
    """A reading with the defect "unreadable: `reason`", and subject and sender as far as two plain scans show them."""
    head = content[:_BEGINNING]
    subject = _SUBJECT.search(head)
    sender = _FROM.search(head)
    shown = subject[1].decode("utf-8", "ignore").strip() if subject else ""
    found = Reading(
        subject="".join(filter(str.isprintable, shown)) or title(name),
        senders=(Address(sender[1].decode("ascii", "ignore")),) if sender else (),
        identity=sha256(content).hexdigest(),
        defects=(f"unreadable: {reason}",),
    )
    return hidden(found, known)
