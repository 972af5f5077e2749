"""A register as a PDF, in the manner of forms 13 and 14 of the regulation on correspondence (R18)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from gateway.printed.paper.blocks import Band, Frame, Piece, Row
from gateway.printed.paper.page import Document
from gateway.printed.paper.paging import BODY, HEAD, SMALL, Block, Paging, Tally
from gateway.printed.paper.setting import Style
from gateway.printed.plain import plain
from gateway.printed.values import EVERY, Line, Progress, Sheet, silent
from gateway.printed.wording import long_day, void_words, words

HEAD_GRAY, DAY_GRAY = 0.93, 0.965
SEAL_LETTERS = 16  # of the seal, below each day; the whole one is in the list at the end
TOGETHER = 20  # days of that list that stay on one page
HASH = Style(8.5, 12.5)
SEAL_WIDTHS, SEAL_ALIGNS = (22, 9, 9, 60), ("left", "center", "center", "left")


def write_pdf(
    sheet: Sheet,
    lines: Iterable[Line],
    out: BinaryIO,
    progress: Progress = silent,
    *,
    seal: Callable[[date], str],
) -> int:
    """Prints the lines to `out` in memory that does not grow with them, and returns how many they were.

    Arguments: `seal` gives the head of the chain of history at the end of a day, "" where there is none.
    """
    sheet = sheet.cleaned()
    register = _Register(sheet, Paging(sheet, Document(out)), seal)
    done = 0
    for done, (line, following) in enumerate(_with_next(lines), 1):
        register.add(line, last_of_day=following is None or following.day != line.day)
        if done % EVERY == 0:
            progress(done)
    register.finish()
    progress(done)
    return done


@dataclass(slots=True)
class _Day:
    """A day in the list of seals."""

    day: date
    seal: str
    tally: Tally


class _Register:
    """The register that is being printed."""

    def __init__(self, sheet: Sheet, paging: Paging, seal: Callable[[date], str]) -> None:
        self._sheet, self._paging, self._seal = sheet, paging, seal
        self._words = words(sheet)
        self._frame = Frame([column.width for column in sheet.columns], [column.align for column in sheet.columns])
        self._days: list[_Day] = []
        self._day: _Day | None = None
        paging.heads = self._heads(self._frame, [column.name for column in sheet.columns])
        paging.again = self._continued

    def add(self, line: Line, *, last_of_day: bool) -> None:
        """One more line; it stays together with the day above it and the seal below it."""
        begins = self._day is None
        if begins:
            self._day = _Day(line.day, self._seal(line.day), Tally())
        assert self._day is not None
        row = self._row(line)
        self._day.tally.count(row)
        blocks: list[Block] = [*([self._band(self._words.day)] if begins else []), row, *self._sealed(last_of_day)]
        self._paging.put(blocks, fresh=begins)
        if last_of_day:
            self._days.append(self._day)
            self._day = None

    def finish(self) -> None:
        """The list of seals, and the end."""
        if not self._days:
            self._paging.put([Band(self._paging.pieces(self._words.none, BODY), align="center")])
        sealed = [day for day in self._days if day.seal]
        if sealed:
            self._list(sealed)
        self._paging.finish()

    def _row(self, line: Line) -> Row:
        cells = [
            [Piece(piece.line, piece.style, line.void) for piece in self._pieces(cell, column)]
            for column, cell in enumerate(self._sheet.cells(line))
        ]
        if line.void:
            widest = self._frame.widest
            note = plain(void_words(self._sheet, line))
            cells[widest] += self._paging.pieces(note, SMALL, self._frame.inside(widest))
        return Row(self._frame, cells, entries=1, voids=int(line.void))

    def _pieces(self, cell: str, column: int) -> list[Piece]:
        return self._paging.pieces(cell, BODY, self._frame.inside(column)) if cell else []

    def _band(self, words: str) -> Band:
        assert self._day is not None
        text = words.format(day=long_day(self._sheet, self._day.day))
        return Band(self._paging.pieces(text, HEAD), gray=DAY_GRAY)

    def _continued(self) -> Band | None:
        return self._band(self._words.continued) if self._day else None

    def _sealed(self, last_of_day: bool) -> list[Band]:
        if not last_of_day or self._day is None or not self._day.seal:
            return []
        before, _, after = self._words.seal.partition("{seal}")
        # The seal keeps its own digits, whatever the sheet's are.
        text = self._paging.say(before) + plain(self._day.seal)[:SEAL_LETTERS] + self._paging.say(after)
        return [Band([Piece(self._paging.setter.one(text, SMALL), SMALL)], align="right", ink=0.3)]

    def _heads(self, frame: Frame, names: Iterable[str]) -> Row:
        cells = [self._paging.pieces(name, HEAD, frame.inside(column)) for column, name in enumerate(names)]
        return Row(frame, cells, HEAD_GRAY, heads=True)

    def _list(self, days: list[_Day]) -> None:
        paging, frame = self._paging, Frame(SEAL_WIDTHS, SEAL_ALIGNS)
        paging.heads, paging.again = None, lambda: None
        heads = self._heads(frame, self._words.seal_columns)
        rows = [self._seal_row(frame, [long_day(self._sheet, day.day), *day.tally.said()], day.seal) for day in days]
        rows.append(self._seal_row(frame, [self._words.all_totals, *paging.all.said()], ""))
        beginning: list[Block] = [
            Band(paging.pieces(" ", BODY), box=False),
            Band(paging.pieces(self._words.seals, HEAD), box=False),
            Band(paging.pieces(self._words.seals_note, SMALL), ink=0.25, box=False),
            heads,
        ]
        paging.put([*beginning, *rows[:TOGETHER]], fresh=True)
        paging.heads, paging.counting = heads, False
        for row in rows[TOGETHER:]:
            paging.put([row])

    def _seal_row(self, frame: Frame, said: list[str], seal: str) -> Row:
        cells = [self._paging.pieces(text, BODY, frame.inside(column)) for column, text in enumerate(said)]
        lines = self._paging.setter.fit(plain(seal), HASH, frame.inside(len(said)))
        return Row(frame, [*cells, [Piece(line, HASH) for line in lines]])


def _with_next(lines: Iterable[Line]) -> Iterator[tuple[Line, Line | None]]:
    """Each line with the one that follows it."""
    before: Line | None = None
    for line in lines:
        if before is not None:
            yield before, line
        before = line
    if before is not None:
        yield before, None
