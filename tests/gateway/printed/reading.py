"""PDFs read back: text by two programs that know nothing of ours, and pictures."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pypdfium2
from PIL import Image


def pages(content: bytes) -> list[str]:
    """The text of each page, as browsers of the Chromium family read it."""
    with pypdfium2.PdfDocument(content) as document:
        return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]


def poppler(content: bytes, folder: Path, *options: str) -> str:
    """The text, as Linux desktops read it; nothing in the file may be strange to it."""
    path = folder / "read.pdf"
    path.write_bytes(content)
    answer = subprocess.run(["pdftotext", *options, path, "-"], capture_output=True, text=True, check=True)
    assert answer.stderr == ""
    return answer.stdout


def picture(content: bytes, page: int = 0, scale: float = 3) -> Image.Image:
    """One page as a picture in grays."""
    with pypdfium2.PdfDocument(content) as document:
        return document[page].render(scale=scale).to_pil().convert("L")


def squeezed(text: str) -> str:
    """Without blanks and line ends."""
    return "".join(text.split())
