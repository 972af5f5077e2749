"""Pictures of what a letter's files show: PDF pages and scans, so that nobody opens an unknown file to see it (5.1).

Runs in a child process (`picture_child`): what is drawn here was written by strangers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pypdfium2
from PIL import Image, ImageOps

from watchers.reading import sniff
from watchers.reading.sheets import MOST, Sheet

WIDTH, HEIGHT = 1240, 1754  # pixels that a picture has at most: A4 at 150 dots an inch
LARGEST = 1 << 20  # bytes of a picture that keeps all its colours

_FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
_PAGED = "TIFF"  # the moving pictures of others are shown by their first frame
_PIXELS = 60_000_000  # twice as many are refused before anything is decoded
_TURNED = frozenset({5, 6, 7, 8})  # orientations in which width and height change places
_ORIENTATION = 0x0112


def sheets(content: bytes) -> list[Sheet]:
    """The pages of a file, as far as they are shown; none of one without pictures. Raises what the parsers raise."""
    if not has_picture(content):
        return []
    if _is_pdf(content):
        with _document(content) as pdf:
            return [_sheet(*pdf.get_page_size(page)) for page in range(min(len(pdf), MOST))]
    with _picture(content) as picture:
        return [_sheet(*_upright(picture)) for _ in _frames(picture)]


def draw(content: bytes, page: int) -> bytes:
    """The picture of a page (from 1) as PNG. Raises LookupError for a page that there is not, and as `sheets`."""
    if not (has_picture(content) and 1 <= page <= MOST):
        raise LookupError(page)
    return _png(_pdf_page(content, page) if _is_pdf(content) else _frame(content, page))


def has_picture(content: bytes) -> bool:
    """Whether the bytes are of a kind that is drawn here."""
    kind = sniff.media_type_of(content)
    return kind == sniff.PDF or (kind.startswith("image/") and kind != sniff.SVG)


def _is_pdf(content: bytes) -> bool:
    return sniff.media_type_of(content) == sniff.PDF


@contextmanager
def _document(content: bytes) -> Iterator[Any]:
    pdf = pypdfium2.PdfDocument(content)
    try:
        yield pdf
    finally:
        pdf.close()


def _pdf_page(content: bytes, number: int) -> Image.Image:
    with _document(content) as pdf:
        if number > len(pdf):
            raise LookupError(number)
        page = pdf[number - 1]
        picture: Image.Image = page.render(scale=_scale(*page.get_size()), rev_byteorder=True).to_pil()
        return picture.convert("RGB")


def _frame(content: bytes, number: int) -> Image.Image:
    with _picture(content) as picture:
        for at, _ in enumerate(_frames(picture), 1):
            if at == number:
                picture.draft(None, (WIDTH, HEIGHT))  # a JPEG is decoded at no more than the size that is needed
                return _on_white(ImageOps.exif_transpose(picture))
    raise LookupError(number)


def _picture(content: bytes) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = _PIXELS
    return Image.open(BytesIO(content), formats=_FORMATS)


def _frames(picture: Image.Image) -> Iterator[None]:
    """Comes to rest on each frame."""
    yield None
    for number in range(1, MOST if picture.format == _PAGED else 1):
        try:
            picture.seek(number)
        except EOFError:
            return
        yield None


def _upright(picture: Image.Image) -> tuple[int, int]:
    width, height = picture.size
    return (height, width) if picture.getexif().get(_ORIENTATION) in _TURNED else (width, height)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture.thumbnail((WIDTH, HEIGHT))
        paper = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(paper, picture).convert("RGB")
    picture = picture.convert("L" if picture.mode in ("1", "L") else "RGB")  # a fax turns grey, not ragged
    picture.thumbnail((WIDTH, HEIGHT))
    return picture


def _scale(width: float, height: float) -> float:
    """Pixels for each unit of a page; a page of no size cannot be drawn."""
    if not (0 < width < float("inf") and 0 < height < float("inf")):
        raise ValueError("a page of no size")
    return min(WIDTH / width, HEIGHT / height)


def _sheet(width: float, height: float) -> Sheet:
    scale = _scale(width, height)
    return Sheet(max(1, round(width * scale)), max(1, round(height * scale)))


def _png(picture: Image.Image) -> bytes:
    """Few colours take few bytes: a page of text by itself, a photograph only once its colours are reduced."""
    written = _written(picture)
    return written if len(written) <= LARGEST else _written(picture.quantize(256, dither=Image.Dither.NONE))


def _written(picture: Image.Image) -> bytes:
    target = BytesIO()
    picture.save(target, "PNG", compress_level=3)
    return target.getvalue()
