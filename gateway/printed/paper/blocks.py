"""What a register on paper is built of, from top to bottom: rows of cells, and bands over the whole width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from gateway.printed.paper.page import HAIR, WIDTH, Page
from gateway.printed.paper.setting import SetLine, Style

LEFT = RIGHT = 36.0  # margins; 12.7 mm
ROOM = WIDTH - LEFT - RIGHT
PADDING = 2.2  # above and below the letters of a block
ASIDE = 3.2  # beside them
STRIKE = 0.27  # height of the line through a voided text, by the size


class Frame:
    """Where the columns stand. `widths`: shares of the whole; `aligns`: left, center or right."""

    def __init__(self, widths: Sequence[float], aligns: Sequence[str]) -> None:
        whole = sum(widths) or 1
        self.widths = [ROOM * width / whole for width in widths]
        self.edges = [LEFT, *(LEFT + right for right in accumulate(self.widths))]
        self.aligns = list(aligns)
        self.widest = self.widths.index(max(self.widths))

    def inside(self, column: int) -> float:
        """Room for letters in one column."""
        return max(self.widths[column] - 2 * ASIDE, 1)


@dataclass(frozen=True, slots=True)
class Piece:
    """One line of a cell."""

    line: SetLine
    style: Style
    struck: bool = False


@dataclass(slots=True)
class Row:
    """Cells side by side between hairlines. `heads`: names of columns, in the middle of their cells."""

    frame: Frame
    cells: list[list[Piece]]
    gray: float = 1
    heads: bool = False
    entries: int = 0
    voids: int = 0
    height: float = field(init=False)

    def __post_init__(self) -> None:
        self.height = 2 * PADDING + max((_height(cell) for cell in self.cells), default=0)

    def split(self, room: float) -> tuple[Row, Row]:
        """The part that fits into `room`, at least one line of each cell, and the rest."""
        first, rest = [], []
        for cell in self.cells:
            fits = sum(below <= room - 2 * PADDING for below in accumulate(piece.style.leading for piece in cell))
            first.append(cell[: max(fits, 1)])
            rest.append(cell[max(fits, 1) :])
        upper = Row(self.frame, first, self.gray, self.heads, self.entries, self.voids)
        return upper, Row(self.frame, rest, self.gray, self.heads)

    def draw(self, page: Page, top: float) -> None:
        """Draws the row below `top`."""
        frame, bottom = self.frame, top + self.height
        if self.gray < 1:
            page.tint(LEFT, top, ROOM, self.height, self.gray)
        aligns = ["center"] * len(self.cells) if self.heads else frame.aligns
        for x, width, cell, align in zip(frame.edges, frame.widths, self.cells, aligns, strict=False):
            free = self.height - 2 * PADDING - _height(cell) if self.heads else 0
            _draw(page, cell, align, (x, width), top + PADDING + free / 2)
        for x in frame.edges:
            page.rule(x, top, x, bottom)
        page.rule(LEFT, bottom, LEFT + ROOM, bottom, HAIR * (1 + self.heads))
        if self.heads:
            page.rule(LEFT, top, LEFT + ROOM, top, HAIR * 2)


@dataclass(slots=True)
class Band:
    """Lines over the whole width. `ink`: gray of the letters; `gray`: of the ground; `box`: between hairlines."""

    pieces: list[Piece]
    align: str = "left"
    ink: float = 0
    gray: float = 1
    box: bool = True
    entries: int = 0
    voids: int = 0
    height: float = field(init=False)

    def __post_init__(self) -> None:
        self.height = 2 * PADDING + _height(self.pieces)

    def draw(self, page: Page, top: float) -> None:
        """Draws the band below `top`."""
        bottom = top + self.height
        if self.gray < 1:
            page.tint(LEFT, top, ROOM, self.height, self.gray)
        _draw(page, self.pieces, self.align, (LEFT, ROOM), top + PADDING, self.ink)
        if self.box:
            page.rule(LEFT, top, LEFT, bottom)
            page.rule(LEFT + ROOM, top, LEFT + ROOM, bottom)
            page.rule(LEFT, bottom, LEFT + ROOM, bottom)


def ground(top: float, style: Style) -> float:
    """Where the letters of a line stand, so that marks above and below have the same air."""
    return top + style.leading / 2 + style.size * 0.38


def aligned(line: SetLine, align: str, x: float, width: float) -> float:
    """Where a line begins between `x` and `x + width`."""
    free = width - line.width
    return x + {"left": ASIDE, "center": free / 2, "right": free - ASIDE}[align]


def _height(pieces: list[Piece]) -> float:
    return sum(piece.style.leading for piece in pieces)


def _draw(page: Page, pieces: list[Piece], align: str, across: tuple[float, float], top: float, ink: float = 0) -> None:
    for piece in pieces:
        stand, begin = ground(top, piece.style), aligned(piece.line, align, *across)
        page.text(piece.line, begin, stand, piece.style, ink)
        if piece.struck and piece.line.width:
            level = stand - piece.style.size * STRIKE
            page.rule(begin - 1, level, begin + piece.line.width + 1, level, width=HAIR * 1.6, gray=0)
        top += piece.style.leading
