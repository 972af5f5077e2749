"""What a printed or exported register is made of: columns, lines, and the sheet around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from gateway.printed.plain import plain
from ledger.era import Digits, Language

Progress = Callable[[int], None]  # hears how many lines are done
EVERY = 200  # lines between two such reports


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `width`: in letters of a workbook; on paper its share of all widths. `align`: left, center, right.

    `number`: its cells are running numbers, which a workbook may hold as numbers and sort.
    """

    name: str
    width: float
    align: str = "left"
    number: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as it is shown. `day`: of its registration, in Bangkok. `void_note`: when and why it was voided."""

    cells: tuple[str, ...]
    day: date
    void: bool = False
    void_note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands around the lines. `form`: "แบบที่ 13", or empty; `printed_at`: an aware moment."""

    organisation: str
    title: str
    form: str
    period: str
    columns: tuple[Column, ...]
    printed_by: str
    printed_at: datetime
    digits: Digits = "arabic"
    language: Language = "th"

    def cells(self, line: Line) -> list[str]:
        """The cells of `line` in plain letters, exactly one for each column."""
        cells = [plain(cell) for cell in line.cells[: len(self.columns)]]
        return cells + [""] * (len(self.columns) - len(cells))

    def cleaned(self) -> Sheet:
        """The same in plain letters."""
        return replace(
            self,
            organisation=plain(self.organisation),
            title=plain(self.title),
            form=plain(self.form),
            period=plain(self.period),
            printed_by=plain(self.printed_by),
            columns=tuple(replace(column, name=plain(column.name)) for column in self.columns),
        )


def silent(_lines: int) -> None:
    """Hears of the progress and says nothing."""
