"""Sarabun: from letters to glyphs in their places, so that marks stand where Thai readers expect them.

HarfBuzz shapes; each glyph then gets back the letters that it stands for, in the order in which they were written, so
that text taken from the page is the text that was put on it. It splits ำ into a ring and an aa, and joins the ring to a
tone: น้ำ is set as น, ring with tone, aa, and read as น, tone, ำ. A ring alone stands for nothing.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import fontpkg_sarabun
import uharfbuzz as hb

from ledger.thai import canonical

FILES = Path(fontpkg_sarabun.__file__).parent / "files"
UNKNOWN = "◊"  # for a letter that Sarabun does not have

_FEATURES = {"liga": False, "clig": False, "dlig": False}


class Glyph(NamedTuple):
    """One glyph of a line. `x`, `rise`: in thousandths of the size, from the text's beginning and from its ground."""

    number: int
    text: str
    x: int
    rise: int


class Shaped(NamedTuple):
    """A text as glyphs. `places`: for each glyph its letter; `edges`: for each letter where it begins, then the end."""

    glyphs: list[Glyph]
    places: list[int]
    edges: list[int]

    def between(self, start: int, end: int) -> list[Glyph]:
        """The glyphs of the letters from `start` to before `end`."""
        return self.glyphs[bisect_left(self.places, start) : bisect_left(self.places, end)]


class Typeface:
    """One style of Sarabun."""

    def __init__(self, path: Path) -> None:
        """Reads the font. Errors: OSError."""
        self.name = path.stem
        self.face = hb.Face(hb.Blob.from_file_path(str(path)))
        self.font = hb.Font(self.face)

    def shape(self, text: str) -> Shaped:
        """The glyphs of a plain text whose letters are all `known`."""
        buffer = hb.Buffer()
        buffer.add_str(text)
        # Thai also where Latin letters stand first: else ำ would not be taken apart.
        buffer.direction, buffer.script, buffer.language = "ltr", "Thai", "th"
        buffer.cluster_level = hb.BufferClusterLevel.CHARACTERS
        hb.shape(self.font, buffer, _FEATURES)
        groups: dict[int, list[tuple[int, int, int]]] = {}
        widths, pen = [0] * len(text), 0
        for glyph, place in zip(buffer.glyph_infos, buffer.glyph_positions or (), strict=True):
            groups.setdefault(glyph.cluster, []).append((glyph.codepoint, pen + place.x_offset, place.y_offset))
            widths[glyph.cluster] += place.x_advance
            pen += place.x_advance
        glyphs, places = _read(text, groups)
        return Shaped(glyphs, places, [0, *accumulate(widths)])

    def known(self, text: str) -> str:
        """`text` with letters of this face only: their plain twins, or `UNKNOWN`; marks without a twin vanish."""
        return "".join(map(self._known, text)) if any(map(self._missing, set(text))) else text

    def advance(self, glyph: int) -> int:
        """How far one glyph moves the pen, in thousandths."""
        return int(self.font.get_glyph_h_advance(glyph))

    @cache  # noqa: B019 a face lives as long as the process, and Unicode is finite
    def _missing(self, letter: str) -> bool:
        return not self.font.get_nominal_glyph(ord(letter))

    def _known(self, letter: str) -> str:
        for twin in (letter, unicodedata.normalize("NFKC", letter), canonical(letter)):
            if twin and not any(map(self._missing, twin)):
                return twin
        return "" if unicodedata.category(letter).startswith("M") else UNKNOWN


@cache
def typeface(bold: bool) -> Typeface:
    """Sarabun, regular or bold, read once."""
    return Typeface(FILES / f"Sarabun-{'Bold' if bold else 'Regular'}.ttf")


def _read(text: str, groups: dict[int, list[tuple[int, int, int]]]) -> tuple[list[Glyph], list[int]]:
    """Gives every glyph its letters. A letter without a glyph was joined to the one before it, or to what follows."""
    glyphs: list[Glyph] = []
    places: list[int] = []
    owed = ""
    for place, letter in enumerate(text):
        group = groups.get(place)
        if group is None:
            owed += letter
            continue
        if owed and glyphs and len(group) == 1:
            glyphs[-1] = glyphs[-1]._replace(text=glyphs[-1].text + owed)
            owed = ""
        glyphs += _shared(group, owed + letter)
        places += [place] * len(group)
        owed = ""
    if owed and glyphs:
        glyphs[-1] = glyphs[-1]._replace(text=glyphs[-1].text + owed)
    return glyphs, places


def _shared(group: list[tuple[int, int, int]], letters: str) -> list[Glyph]:
    """The glyphs of one letter: the last ones stand for a letter each, the ones before for nothing."""
    silent = len(group) - len(letters)
    texts = ["" if at < silent else letters[at - max(silent, 0)] for at in range(len(group))]
    if silent < 0:
        texts[-1] = letters[len(group) - 1 :]
    return [Glyph(number, text, x, rise) for (number, x, rise), text in zip(group, texts, strict=True)]
