"""Sarabun: from letters to glyphs in their places, so that marks stand where Thai readers expect them.

HarfBuzz shapes; each glyph then gets back the letters that it stands for, in the order in which they were written, so
that text taken from the page is the text that was put on it. It splits ำ into a ring and an aa, and joins the ring to a
tone: น้ำ is set as น, ring with tone, aa, and read as น, tone, ำ. A ring alone stands for nothing. Where a mark is moved
aside, as in ปั้น, the letter that carries it stands for both.
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
UNSEEN = 20  # thousandths of the size: a twentieth of a millimetre

_FEATURES = {"liga": False, "clig": False, "dlig": False}


class Glyph(NamedTuple):
    """One glyph of a line. `x`, `rise`: in thousandths of the size, from the text's beginning and from its ground.

    `moved`: it does not stand where the pen is. `text`: the letters that it stands for; a glyph for none is a figure.
    """

    number: int
    text: str
    x: int
    rise: int
    moved: bool


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
        groups: dict[int, list[Glyph]] = {}
        widths, pen = [0] * len(text), 0
        for glyph, place in zip(buffer.glyph_infos, buffer.glyph_positions or (), strict=True):
            right = place.x_offset if abs(place.x_offset) > UNSEEN else 0
            moved = bool(right or place.y_offset)
            shaped = Glyph(glyph.codepoint, text[glyph.cluster], pen + right, place.y_offset, moved)
            groups.setdefault(glyph.cluster, []).append(shaped)
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


def _read(text: str, groups: dict[int, list[Glyph]]) -> tuple[list[Glyph], list[int]]:
    """Gives every glyph its letters. A letter without a glyph was joined to the one before it, or to what follows.

    A mark that was moved gives its letters away: programs that read pages would take it for a word of its own.
    """
    glyphs: list[Glyph] = []
    places: list[int] = []
    owed = ""
    for place, letter in enumerate(text):
        group = groups.get(place, [])
        if len(group) < 2 and owed and _give(glyphs, owed):
            owed = ""
        owed += letter
        for glyph in _shared(group, owed) if group else ():
            silent = glyph.moved and _give(glyphs, glyph.text)
            glyphs.append(glyph._replace(text="") if silent else glyph)
            places.append(place)
            owed = ""
    _give(glyphs, owed)
    return glyphs, places


def _give(glyphs: list[Glyph], letters: str) -> bool:
    """Adds letters to the last glyph that stands for any; tells whether there is one."""
    for at in range(len(glyphs) - 1, -1, -1):
        if glyphs[at].text:
            glyphs[at] = glyphs[at]._replace(text=glyphs[at].text + letters)
            return True
    return False


def _shared(group: list[Glyph], letters: str) -> list[Glyph]:
    """The glyphs of one letter: the last ones stand for a letter each, the ones before for nothing."""
    if len(group) == len(letters) == 1:
        return group
    silent = len(group) - len(letters)
    texts = ["" if at < silent else letters[at - max(silent, 0)] for at in range(len(group))]
    if silent < 0:
        texts[-1] = letters[len(group) - 1 :]
    return [glyph._replace(text=text) for glyph, text in zip(group, texts, strict=True)]
