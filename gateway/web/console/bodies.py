"""Reading what a console's form posts, within bounds: fields, lists of fields, and files streamed to the disk (5.1)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from gateway.web.forms import Form, clean
from ledger.errors import Refused

FIELDS = 2_000  # a bulk form names each line that it marks
FORM_BYTES = 1024 * 1024
FILE_BYTES = 20 * 1000 * 1024  # 20,000 KB a file, as the form promises (C6)
SECONDS, UPLOAD_SECONDS = 30, 900
DRAINED, DRAIN_SECONDS = 200 * 1000 * 1000, 60
TABLES = frozenset({"names", "d.names"})  # fields into which a table is pasted, and its draft: their tabs are columns


@dataclass(frozen=True, slots=True)
class Body:
    """A posted form."""

    form: Form = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    files: tuple[tuple[str, UploadFile], ...] = ()


@asynccontextmanager
async def read(request: Request, uploads: int) -> AsyncIterator[Body]:
    """The form of a request; its files are closed at the end.

    Raises HTTPException 408 and 400 for too slow or broken; `Refused` for more than fits.
    """
    largest = FORM_BYTES + uploads * FILE_BYTES
    if int(request.headers.get("content-length") or 0) > largest:
        raise _too_large(uploads)
    bounded = Request(request.scope, _Bounded(request, largest, uploads).receive)
    try:
        async with asyncio.timeout(UPLOAD_SECONDS if uploads else SECONDS):
            posted = await bounded.form(max_files=max(uploads, 0), max_fields=FIELDS, max_part_size=FORM_BYTES)
    except TimeoutError:
        raise HTTPException(408) from None
    except HTTPException as fault:
        raise (_too_many(uploads) if "Too many files" in str(fault.detail) else fault) from None
    except (ValueError, ClientDisconnect):
        raise HTTPException(400) from None
    try:
        yield _body(posted)
    finally:
        await posted.close()


def _body(posted: FormData) -> Body:
    lists: dict[str, list[str]] = {}
    files = []
    for name, value in posted.multi_items():
        if isinstance(value, UploadFile):
            if value.filename or value.size:
                files.append((name, value))
        else:
            lists.setdefault(name, []).append(clean(value, "\n\t" if name in TABLES else "\n"))
    return Body({name: values[0] for name, values in lists.items()}, lists, tuple(files))


class Incoming:
    """A request's receive channel that knows whether something is still to come."""

    def __init__(self, request: Request) -> None:
        self._receive, self._more = request.receive, True

    async def receive(self) -> Message:
        """The next message."""
        message = await self._receive()
        self._more = bool(message.get("more_body"))
        return message

    async def drain(self) -> None:
        """Take the rest and forget it: a browser that is still sending may miss an answer that comes before its end."""
        left = DRAINED
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while self._more and left > 0:
                    left -= len((await self.receive()).get("body", b""))


class _Bounded:
    """A receive channel that ends when more arrives than a form may have."""

    def __init__(self, request: Request, largest: int, uploads: int) -> None:
        self._receive, self._left, self._uploads = request.receive, largest, uploads

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise _too_large(self._uploads)
        return message


def _too_large(uploads: int) -> Refused:
    if uploads:
        return Refused(reason="ไฟล์ที่แนบรวมกันใหญ่เกินกำหนด จึงยังไม่ได้บันทึก แต่ละไฟล์ต้องไม่เกิน 20,000 KB")
    return Refused(reason="ข้อความที่ส่งมายาวเกินกำหนด จึงยังไม่ได้บันทึก")


def _too_many(uploads: int) -> Refused:
    if uploads:
        return Refused(reason="แนบไฟล์ได้ไม่เกิน 5 ไฟล์ต่อครั้ง จึงยังไม่ได้บันทึก")
    return Refused(reason="หน้านี้ไม่รับไฟล์แนบ จึงยังไม่ได้บันทึก")
