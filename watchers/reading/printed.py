"""What can be read or followed on the pages of a PDF: a printed mail has our link in both. Runs in a child process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from ctypes import byref, c_int, create_string_buffer
from typing import Any

import pypdfium2
from pypdfium2 import raw

from watchers.reading.sheets import MOST

_SECONDS = 3.0  # of the processor, of the six that a child has; what drawings take is no printed mail
_LINKS = 2_000  # of one page
_LONGEST = 4_096  # bytes of one address
_HYPHENS = str.maketrans({"\x02": "-", "\ufffe": "-"})  # one at the end of a line, as PDFium tells it


def texts(content: bytes) -> Iterator[str]:
    """The words and the addresses of each page, of at most `sheets.MOST`; none of a file that cannot be opened."""
    begun = time.process_time()
    try:
        pdf = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        return
    try:
        for number in range(min(len(pdf), MOST)):
            if time.process_time() - begun > _SECONDS:
                return
            yield from _of_page(pdf, number)
    finally:
        pdf.close()


def _of_page(pdf: Any, number: int) -> Iterator[str]:
    try:
        page = pdf[number]
        yield page.get_textpage().get_text_range().translate(_HYPHENS)
    except pypdfium2.PdfiumError:
        return
    yield from _addresses(pdf, page)


def _addresses(pdf: Any, page: Any) -> Iterator[str]:
    position, link = c_int(0), raw.FPDF_LINK()
    for _ in range(_LINKS):
        if not raw.FPDFLink_Enumerate(page.raw, byref(position), byref(link)):
            return
        if action := raw.FPDFLink_GetAction(link):
            told = create_string_buffer(_LONGEST)
            if 0 < raw.FPDFAction_GetURIPath(pdf.raw, action, told, _LONGEST) <= _LONGEST:
                yield told.value.decode("utf-8", "replace")
