"""Reading a posted form within bounds, and making its fields fit to be kept as evidence."""

from __future__ import annotations

import asyncio
import unicodedata

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from gateway.web.desk import Threads
from gateway.web.posted import URLENCODED, Bounds, TooMuchText, Urlencoded, kind_of, take
from ledger.thai import composed

LARGEST = 64 * 1024
SECONDS = 30
FIELDS = 100
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

Form = dict[str, str]


async def read(request: Request, threads: Threads) -> Form:
    """The fields of an urlencoded form, cleaned; of a repeated field the first.

    Raises HTTPException: 403 from another site, 415 for another type, 413, 400 and 408 for too much, broken, too slow.
    No Origin is asked for: under `no-referrer` browsers send `null` (5.2).
    """
    if request.headers.get("sec-fetch-site") == "cross-site":
        raise HTTPException(403)
    if kind_of(request) != URLENCODED:
        raise HTTPException(415)
    reader = Urlencoded(Bounds(LARGEST, FIELDS))
    try:
        async with asyncio.timeout(SECONDS):
            await take(request, reader, threads)
    except TimeoutError:
        raise HTTPException(408) from None
    except TooMuchText:
        raise HTTPException(413) from None
    except (ValueError, ClientDisconnect):
        raise HTTPException(400) from None
    return await threads.run(_cleaned, reader.texts)


def _cleaned(texts: list[tuple[str, str]]) -> Form:
    return {name: clean(value) for name, value in reversed(texts)}


def clean(text: str, kept: str = "\n") -> str:
    """`text` in NFC, without control and format characters but line feeds, without blanks around it (attack 34).

    Arguments: `kept`, the controls that stay; where a table is pasted, tabs too, which are blanks otherwise.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = plain if "\t" in kept else plain.replace("\t", " ")
    # Asked of each character once, however often it stands there.
    unseen = {ord(c): None for c in set(plain) - set(kept) if unicodedata.category(c) in _UNSEEN}
    return composed(plain.translate(unseen) if unseen else plain).strip()


def one_line(text: str) -> str:
    """`text` with every run of blanks and line feeds as one blank."""
    return " ".join(text.split())


def digits(text: str) -> str:
    """The decimal digits of `text` as 0 to 9, Thai ones too; everything else is left out."""
    return "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())
