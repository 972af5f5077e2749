"""One A4 page, lying, measured in points from its top left corner; and the document that holds its pages."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

from gateway.printed.paper.file import PdfFile, moment, number, text
from gateway.printed.paper.setting import SetLine, Setter, Style

WIDTH, HEIGHT = 841.89, 595.28
HAIR = 0.4  # points

_TOTAL = "N"  # the figure that shows the number of pages


class Page:
    """What stands on one page so far."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._tints: list[bytes] = []  # below everything

    def text(self, line: SetLine, x: float, ground: float, style: Style, gray: float = 0) -> None:
        """Shows a set line from `x` on, its letters standing on `ground`."""
        face = "FB" if style.bold else "F"
        at = f"{number(x)} {number(HEIGHT - ground)}"
        head = f"{number(gray)} g BT/{face} {number(style.size)} Tf 1 0 0 1 {at} Tm"
        self._parts.append(head.encode("ascii") + line.shown + b" ET")
        scale = f"{style.size / 1000:.5f}"
        for name, right, rise in line.figures:
            place = f"{number(x + right)} {number(HEIGHT - ground + rise)}"
            self._parts.append(f"q {scale} 0 0 {scale} {place} cm/{name} Do Q".encode("ascii"))

    def rule(self, x: float, y: float, to_x: float, to_y: float, width: float = HAIR, gray: float = 0.35) -> None:
        """A straight line."""
        ends = f"{number(x)} {number(HEIGHT - y)} m {number(to_x)} {number(HEIGHT - to_y)} l"
        self._parts.append(f"{number(gray)} G {number(width)} w {ends} S".encode("ascii"))

    def tint(self, x: float, y: float, width: float, height: float, gray: float) -> None:
        """A rectangle of one gray, without a border."""
        box = f"{number(x)} {number(HEIGHT - y - height)} {number(width)} {number(height)}"
        self._tints.append(f"{number(gray)} g {box} re f".encode("ascii"))

    def total(self, x: float, ground: float) -> None:
        """The number of pages, known when all are written."""
        self._parts.append(f"q 1 0 0 1 {number(x)} {number(HEIGHT - ground)} cm/{_TOTAL} Do Q".encode("ascii"))

    def content(self) -> bytes:
        """The operators."""
        return b"\n".join(self._tints + self._parts)


class Document:
    """A file of pages; a page that was added is on its way to the disk and out of memory."""

    def __init__(self, out: BinaryIO) -> None:
        self._file = PdfFile(out)
        self.setter = Setter(self._file)
        self._root, self._pages, self._means = (self._file.reserve() for _ in range(3))
        self._total = self._file.reserve()
        self._kids: list[int] = []

    @property
    def count(self) -> int:
        """How many pages there are so far."""
        return len(self._kids)

    def add(self, page: Page) -> None:
        """Writes one page."""
        content = self._file.put_stream(page.content())
        head = f"<</Type/Page/Parent {self._pages} 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]"
        self._kids.append(self._file.put(f"{head}/Resources {self._means} 0 R/Contents {content} 0 R>>"))

    def finish(self, total: Page, *, title: str, author: str, at: datetime, language: str) -> None:
        """Ends the file. `total`: what `Page.total` shows, drawn with its left end in the lower left corner."""
        form = f"/Type/XObject/Subtype/Form/BBox[-9 -9 {WIDTH} {HEIGHT}]/Resources {self._means} 0 R"
        self._file.put_stream(total.content(), form, self._total)
        fonts, figures = self.setter.finish()
        self._file.put(
            f"<</Font<<{_named(fonts)}>>/XObject<<{_named({**figures, _TOTAL: self._total})}>>>>", self._means
        )
        kids = " ".join(f"{kid} 0 R" for kid in self._kids)
        self._file.put(f"<</Type/Pages/Count {self.count}/Kids[{kids}]>>", self._pages)
        looks = f"/Lang({language})/ViewerPreferences<</DisplayDocTitle true>>"
        self._file.put(f"<</Type/Catalog/Pages {self._pages} 0 R{looks}>>", self._root)
        about = self._file.put(
            f"<</Title {text(title)}/Author {text(author)}/Creator(Saraban Gateway)/CreationDate {moment(at)}>>"
        )
        self._file.close(self._root, about, f"{title} {author} {at.isoformat()} {self.count}")


def _named(objects: dict[str, int]) -> str:
    return " ".join(f"/{name} {number} 0 R" for name, number in objects.items())
