"""The Date header, as mailers really write it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ledger.era import BANGKOK

_BUDDHIST_YEAR = re.compile(r"\b(2[45]\d\d)\b")
_LONGEST = 100  # characters of a date that anybody means


def read(header: str) -> datetime | None:
    """The moment, aware; without a zone it is UTC (RFC 5322 "-0000"). A B.E. year counts as what it means."""
    text = _BUDDHIST_YEAR.sub(lambda year: str(int(year[1]) - 543), header[:_LONGEST])
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        moment.astimezone(BANGKOK)  # an offset may lead out of the calendar
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment
