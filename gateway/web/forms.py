"""Reading a posted form within bounds, and making its fields fit to be kept as evidence."""

from __future__ import annotations

import asyncio
import unicodedata
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

LARGEST = 64 * 1024
SECONDS = 30
FIELDS = 100

Form = dict[str, str]


async def read(request: Request) -> Form:
    """The fields of an urlencoded form, cleaned; of a repeated field the first.

    Raises HTTPException: 403 from another site, 415 for another type, 413, 400 and 408 for too much, broken, too slow.
    No Origin is asked for: under `no-referrer` browsers send `null` (5.2).
    """
    if request.headers.get("sec-fetch-site") == "cross-site":
        raise HTTPException(403)
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    try:
        async with asyncio.timeout(SECONDS):
            body = await _body(request)
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS, errors="strict")
    except TimeoutError:
        raise HTTPException(408) from None
    except (ValueError, ClientDisconnect):
        raise HTTPException(400) from None
    return {name: clean(value) for name, value in reversed(pairs)}


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise HTTPException(413)
    return body


def clean(text: str, kept: str = "\n") -> str:
    """`text` in NFC, without control and format characters but line feeds, without blanks around it (attack 34).

    Arguments: `kept`, the controls that stay; where a table is pasted, tabs too, which are blanks otherwise.
    """
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    plain = plain if "\t" in kept else plain.replace("\t", " ")
    return "".join(
        c for c in plain if c in kept or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
    ).strip()


def one_line(text: str) -> str:
    """`text` with every run of blanks and line feeds as one blank."""
    return " ".join(text.split())


def digits(text: str) -> str:
    """The decimal digits of `text` as 0 to 9, Thai ones too; everything else is left out."""
    return "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())
