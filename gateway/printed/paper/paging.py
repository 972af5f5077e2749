"""Blocks put on pages, one below the other: heading and column heads above, totals and page number below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.printed.paper.blocks import LEFT, RIGHT, ROOM, Band, Piece, Row, aligned, ground
from gateway.printed.paper.page import HEIGHT, WIDTH, Document, Page
from gateway.printed.paper.setting import Setter, Style
from gateway.printed.values import Sheet
from gateway.printed.wording import printed_line, words
from ledger.era import to_thai_digits

TOP, BOTTOM = 30.0, 28.0  # margins
FOOT = 18.0  # height of the line below the table

TITLE = Style(16, 21, bold=True)
OFFICE = Style(11, 15)
BODY = Style(9.2, 13)
HEAD = Style(9.2, 13, bold=True)
SMALL = Style(8, 11.5)

Block = Row | Band


@dataclass(slots=True)
class Tally:
    """Entries counted."""

    entries: int = 0
    voids: int = 0

    def count(self, block: Block) -> None:
        """Adds what a block tells."""
        self.entries += block.entries
        self.voids += block.voids

    def said(self) -> list[str]:
        """Entries and voids as cells."""
        return [str(self.entries), str(self.voids)]


class Paging:
    """The pages of one register. `say`: gives a text in the digits of the sheet."""

    def __init__(self, sheet: Sheet, document: Document) -> None:
        self._sheet, self._document = sheet, document
        self.setter: Setter = document.setter
        self.heads: Row | None = None
        self.again: Callable[[], Band | None] = lambda: None  # what a page begins with in the middle of a day
        self.all = Tally()
        self.counting = True  # while entries come, also those that fill more than a page
        self._here = Tally()
        self._page: Page | None = None
        self._y = 0.0

    def say(self, text: str) -> str:
        """`text` in the digits of the sheet."""
        return to_thai_digits(text).replace("SHA-๒๕๖", "SHA-256") if self._sheet.digits == "thai" else text

    def pieces(self, text: str, style: Style, width: float = ROOM) -> list[Piece]:
        """A text as the lines of a cell."""
        return [Piece(line, style) for line in self.setter.fit(self.say(text), style, width)]

    def put(self, blocks: Sequence[Block], *, fresh: bool = False) -> None:
        """Puts blocks on one page, the next one if they do not fit; only what is taller than a page is cut.

        `fresh`: they begin a day themselves, so a new page need not say which day goes on.
        """
        if self._page is None or sum(block.height for block in blocks) > self._left():
            self._turn(fresh=fresh)
        for block in blocks:
            self._put(block)

    def finish(self) -> None:
        """Ends the last page, and the document."""
        if self._page is None:
            self._turn(fresh=True)
        self._end()
        total, text = Page(), self.say(words(self._sheet).pages.format(n=self._document.count))
        total.text(self.setter.one(text, SMALL), 0, HEIGHT, SMALL, gray=0.25)
        self._document.finish(
            total,
            title=f"{self._sheet.title} {self._sheet.period}".strip(),
            author=self._sheet.organisation,
            at=self._sheet.printed_at,
            language=self._sheet.language,
        )

    def _put(self, block: Block) -> None:
        while block.height > self._left():
            if isinstance(block, Band) or self._left() < 3 * BODY.leading:
                if self._bare():
                    break  # a band higher than a page: what is too much runs over the margin
                self._turn()
                continue
            upper, block = block.split(self._left())
            self._draw(upper)
        self._draw(block)

    def _draw(self, block: Block) -> None:
        assert self._page is not None
        block.draw(self._page, self._y)
        self._y += block.height
        self._here.count(block)
        self.all.count(block)

    def _left(self) -> float:
        return HEIGHT - BOTTOM - FOOT - self._y

    def _bare(self) -> bool:
        return self._y <= self._begin + 1

    def _turn(self, *, fresh: bool = False) -> None:
        """Ends this page, and begins the next one."""
        if self._page is not None:
            self._end()
        self._page, self._here = Page(), Tally()
        self._y = _heading(self._page, self._sheet, self)
        if self.heads:
            self._draw(self.heads)
        if not fresh and (band := self.again()):
            self._draw(band)
        self._begin = self._y

    def _end(self) -> None:
        assert self._page is not None
        self._foot(self._page)
        self._document.add(self._page)
        self._page = None

    def _foot(self, page: Page) -> None:
        said, stand = words(self._sheet), ground(HEIGHT - BOTTOM - FOOT + 4, SMALL)
        counts = {"here": self._here.entries, "void": self._here.voids, "all": self.all.entries}
        totals = said.totals.format(**counts) if self.counting or self._here.entries else ""
        page.text(self.setter.one(self.say(totals), SMALL), LEFT, stand, SMALL, gray=0)
        count = self.setter.one(self.say(said.page.format(n=self._document.count + 1)) + " ", SMALL)
        page.text(count, WIDTH / 2 - count.width, stand, SMALL, gray=0.25)
        page.total(WIDTH / 2, stand)
        who = self.setter.fit(self.say(printed_line(self._sheet)), SMALL, ROOM * 0.38)[0]
        page.text(who, WIDTH - RIGHT - who.width, stand, SMALL, gray=0.25)


def _heading(page: Page, sheet: Sheet, paging: Paging) -> float:
    """Title and organisation in the middle, form and period at the right, as on forms 13 and 14; returns its end."""
    y = TOP
    for text, style, width in ((sheet.title, TITLE, ROOM * 0.7), (sheet.organisation, OFFICE, ROOM * 0.6)):
        for piece in paging.pieces(text, style, width):
            page.text(piece.line, aligned(piece.line, "center", LEFT, ROOM), ground(y, style), style)
            y += style.leading
    for text, top in ((sheet.form, TOP + 4), (sheet.period, TOP + TITLE.leading)):
        for piece in paging.pieces(text, OFFICE, ROOM * 0.19)[:2]:
            page.text(piece.line, WIDTH - RIGHT - piece.line.width, ground(top, OFFICE), OFFICE)
            top += OFFICE.leading
    return y + 6
