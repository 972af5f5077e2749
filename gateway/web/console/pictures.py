"""Letters as one sees them without opening a stranger's file: page pictures, and the mail's body in its frame (5.1)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.responses import Response

from gateway.web import headers
from gateway.web.console.cabinet import Cabinet
from gateway.web.forms import clean, one_line
from ledger.errors import Refused, Unavailable
from ledger.letters import DocumentRow
from ledger.values import Document
from watchers.reading import filename
from watchers.reading.sheets import Sheet

# Of a file that we drew ourselves; the browser's own way to show it large sets a style.
PICTURE = {**headers.FILE, "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'"}
KIND_LENGTH = 12
MOST_FILES = 20  # whose pages are counted for one page of the console


def of_document(cabinet: Cabinet, document: Document, page: int) -> Response:
    """The picture of one page of a file that lies in memory."""
    return _answer(cabinet.reader.painter.draw(document.sha256, lambda: document.content, page))


def of_original(cabinet: Cabinet, sha256: str, page: int) -> Response:
    """The picture of one page of a file in the store."""
    return _answer(cabinet.reader.painter.draw(sha256, lambda: cabinet.originals.get(sha256), page))


def sheets(cabinet: Cabinet, documents: Sequence[Document]) -> list[tuple[Sheet, ...]]:
    """The pages of each file; of those that cannot be drawn, or not now, none."""
    return [_sheets(cabinet, one) if n < MOST_FILES else () for n, one in enumerate(documents)]


def kind(document: Document) -> str:
    """What a file really is, by its bytes, as people call it: "PDF", "DOCX"; "" when they say nothing (attack 19)."""
    ending = filename.extension_of(document.sniffed_type) or document.sniffed_type.rpartition("/")[2]
    return ending.lstrip(".").upper()[:KIND_LENGTH]


def document_of(documents: Sequence[Document], number: int) -> Document:
    """A file by its place, from 1. Raises HTTPException 404."""
    if not 1 <= number <= len(documents):
        raise HTTPException(404)
    return documents[number - 1]


def download(cabinet: Cabinet, document: Document) -> Response:
    """A file to be saved, without links of ours. Errors: `Refused` for one that is kept but not served."""
    if document.withheld:
        raise Refused(reason=document.withheld)
    content = cabinet.reader.copy(document.content, document.name)
    return headers.download(content, document.stored_name, document.sniffed_type or document.media_type)


def download_original(cabinet: Cabinet, document: DocumentRow) -> Response:
    """A file of the store, to be saved and never shown inside the site (attack 19), without links of ours.

    Errors: `Refused`; `OriginalMissing`, `OriginalDamaged`.
    """
    if document.withheld:
        raise Refused(reason=document.withheld)
    content = cabinet.reader.copy(cabinet.originals.get(document.sha256), document.name)
    return headers.download(content, one_line(clean(document.name)), document.media_type)


def download_mail(cabinet: Cabinet, content: bytes, name: str) -> Response:
    """A mail as it came, to be saved, without links of ours: whoever reads it must not get another holder's."""
    return headers.download(cabinet.reader.copy(content, name), name, "message/rfc822")


def _sheets(cabinet: Cabinet, document: Document) -> tuple[Sheet, ...]:
    try:
        return cabinet.reader.painter.sheets(document.sha256, lambda: document.content)
    except Unavailable:
        return ()


def _answer(drawn: bytes | None) -> Response:
    if drawn is None:
        raise HTTPException(404)
    return Response(drawn, headers=PICTURE, media_type="image/png")
