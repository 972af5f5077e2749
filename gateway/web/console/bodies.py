"""Reading what a console's form posts, within bounds: fields, lists of fields, and files streamed to the disk (5.1).

Before a form has shown its seal, its first field, no more of it is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from gateway.web import forms, line
from gateway.web.desk import Threads
from gateway.web.forms import Form, clean
from gateway.web.multipart import Multipart
from gateway.web.posted import (
    MULTIPART,
    URLENCODED,
    Bounds,
    Reader,
    TooLarge,
    TooManyFiles,
    TooMuchText,
    Urlencoded,
    kind_of,
    take,
)
from ledger.errors import Refused, TooLargeToTake

FIELDS = 2_000  # a bulk form names each line that it marks
FORM_BYTES = 1024 * 1024  # of text, files or not
FILE_BYTES = 20 * 1000 * 1024  # 20,000 KB a file, as the form promises (C6)
SECONDS, UPLOAD_SECONDS = 30, 900
TABLES = frozenset({"names", "d.names"})  # fields into which a table is pasted, and its draft: their tabs are columns

STRANGER = Bounds(forms.LARGEST, forms.FIELDS)  # for a page that asks for no sign-in


@dataclass(frozen=True, slots=True)
class Body:
    """A posted form."""

    form: Form = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    files: tuple[tuple[str, UploadFile], ...] = ()


def bounds(uploads: int) -> Bounds:
    """What the form of somebody who is signed in may bring, with so many files."""
    return Bounds(FORM_BYTES, FIELDS, uploads, uploads * FILE_BYTES)


@asynccontextmanager
async def read(
    request: Request, most: Bounds, threads: Threads, look: Callable[[tuple[str, str]], None]
) -> AsyncIterator[Body]:
    """The form of a request; its files are closed at the end.

    Arguments: `look` sees the first field, and may raise, before more is read. Raises HTTPException 408 and 400 for
    too slow or broken; `Refused` for more than fits.
    """
    reader = _reader(request, most)
    if reader is None:
        look(("", ""))
        yield Body()
        return
    try:
        await _take(request, reader, most, threads, look)
        yield await threads.run(_body, reader)
    finally:
        reader.close()


async def _take(
    request: Request, reader: Reader, most: Bounds, threads: Threads, look: Callable[[tuple[str, str]], None]
) -> None:
    try:
        async with asyncio.timeout(SECONDS) as deadline:

            def looked(first: tuple[str, str]) -> None:
                look(first)
                if most.files:
                    line.of(request.scope).body_within(UPLOAD_SECONDS)
                    deadline.reschedule(asyncio.get_running_loop().time() + UPLOAD_SECONDS)

            await take(request, reader, threads, looked)
    except TimeoutError:
        raise HTTPException(408) from None
    except TooMuchText:
        raise TooLargeToTake(reason=TOO_LONG) from None
    except TooLarge:
        raise TooLargeToTake(reason=FILES_TOO_LARGE) from None
    except TooManyFiles:
        raise Refused(reason=TOO_MANY_FILES if most.files else NO_FILES) from None
    except (ValueError, ClientDisconnect):
        raise HTTPException(400) from None


def _reader(request: Request, most: Bounds) -> Reader | None:
    """None for what is no form."""
    kind = kind_of(request)
    if kind not in (URLENCODED, MULTIPART):
        return None
    told = int(request.headers.get("content-length") or 0)
    if told > most.text + (most.file_bytes if kind == MULTIPART else 0):
        raise TooLargeToTake(reason=FILES_TOO_LARGE if most.files and kind == MULTIPART else TOO_LONG)
    if kind == URLENCODED:
        return Urlencoded(most)
    try:
        return Multipart(request.headers["content-type"], most)
    except ValueError:
        raise HTTPException(400) from None


def _body(reader: Reader) -> Body:
    lists: dict[str, list[str]] = {}
    for name, value in reader.texts:
        lists.setdefault(name, []).append(clean(value, "\n\t" if name in TABLES else "\n"))
    files = tuple((name, file) for name, file in reader.files if file.filename or file.size)
    return Body({name: values[0] for name, values in lists.items()}, lists, files)


TOO_LONG = "ข้อความที่ส่งมายาวเกินกำหนด จึงยังไม่ได้บันทึก"
FILES_TOO_LARGE = "ไฟล์ที่แนบรวมกันใหญ่เกินกำหนด จึงยังไม่ได้บันทึก แต่ละไฟล์ต้องไม่เกิน 20,000 KB"
TOO_MANY_FILES = "แนบไฟล์ได้ไม่เกิน 5 ไฟล์ต่อครั้ง จึงยังไม่ได้บันทึก"
NO_FILES = "หน้านี้ไม่รับไฟล์แนบ จึงยังไม่ได้บันทึก"
