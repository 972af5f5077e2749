"""Texts of strangers made fit for a file: one line, one spelling, nothing unseen, nothing that a spreadsheet runs."""

from __future__ import annotations

import re
import unicodedata

_UNUSUAL = re.compile("[^ -~\u0e01-\u0e3a\u0e3f-\u0e5b]")
_BLANK = re.compile(r"\s")
_NIKHAHIT_AA = re.compile("\u0e4d([\u0e48-\u0e4b]*)\u0e32")
_UNSEEN = ("Cc", "Cf", "Cs", "Cn")
_SELECTORS = re.compile("[\ufe00-\ufe0f\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5]")
_RUNS = "=+-−@'"  # a formula to a spreadsheet, or our own mark


def plain(text: str) -> str:
    """`text` in NFC as one line without controls, marks of direction and other unseen characters (attacks 23, 34).

    A nikhahit and an aa become ำ, which looks the same. Blanks stay as many as they were, but at the ends.
    """
    if _UNUSUAL.search(text):
        text = _UNUSUAL.sub(_seen, _SELECTORS.sub("", text.replace("\r\n", "\n")))
    return _NIKHAHIT_AA.sub("\\1\u0e33", unicodedata.normalize("NFC", text)).strip()


def safe(cell: str) -> str:
    """A plain cell that no spreadsheet runs: `'` before one that begins like a formula, also full-width (attack 27)."""
    first = unicodedata.normalize("NFKC", cell[:1])
    return f"'{cell}" if first and first[0] in _RUNS else cell


def _seen(match: re.Match[str]) -> str:
    character = match[0]
    if _BLANK.match(character):
        return " "
    return "" if unicodedata.category(character) in _UNSEEN else character
