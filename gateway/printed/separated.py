"""A register as CSV: for any spreadsheet, in the form that Excel opens with a double click."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable
from typing import BinaryIO

from gateway.printed.plain import plain, safe
from gateway.printed.values import EVERY, Line, Progress, Sheet, silent
from gateway.printed.wording import printed_line, void_words, words


def write_csv(sheet: Sheet, lines: Iterable[Line], out: BinaryIO, progress: Progress = silent) -> int:
    """Writes the lines to `out` as they come, and returns how many they were.

    UTF-8 with its mark, CRLF, every cell quoted, none that a spreadsheet runs (attack 27). The first row has the
    headings and one more, for what was voided; the last tells who made the file and when.
    """
    sheet, done = sheet.cleaned(), 0
    out.write(codecs.BOM_UTF8)
    letters = io.TextIOWrapper(out, "utf-8", newline="", write_through=False)
    try:
        writer = csv.writer(letters, quoting=csv.QUOTE_ALL)
        writer.writerow([safe(column.name) for column in sheet.columns] + [words(sheet).void])
        for done, line in enumerate(lines, 1):
            writer.writerow([safe(cell) for cell in (*sheet.cells(line), plain(void_words(sheet, line)))])
            if done % EVERY == 0:
                progress(done)
        writer.writerow([safe(printed_line(sheet))])
        letters.flush()
    finally:
        letters.detach()  # `out` stays open: it is the caller's
    progress(done)
    return done
