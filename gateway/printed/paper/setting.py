"""Texts set in lines that fit a column, as the operators of a page. What was set once is not set again soon."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from gateway.printed.paper.breaks import BLANK, CLUSTER, NEVER, SYLLABLE, WORD, Place, places
from gateway.printed.paper.embedding import Embedded
from gateway.printed.paper.file import PdfFile
from gateway.printed.paper.typeface import Glyph, Shaped, typeface

KEPT = 2_000  # texts whose lines are remembered: senders and groups come again and again

# How much of a line may stay empty for a better place to end it.
_COST = {BLANK: 0.0, WORD: 0.1, SYLLABLE: 0.4, CLUSTER: 0.7, NEVER: 9.0}


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set. `size` and `leading` in points."""

    size: float
    leading: float
    bold: bool = False


@dataclass(frozen=True, slots=True)
class SetLine:
    """One line. `shown`: operators inside a text object; `width` in points; `figures`: name, x and y in points."""

    shown: bytes
    width: float
    figures: tuple[tuple[str, float, float], ...] = ()


class Setter:
    """Sets the texts of one file."""

    def __init__(self, file: PdfFile) -> None:
        self.faces = {bold: Embedded(typeface(bold), file, "FB" if bold else "F") for bold in (False, True)}
        self.fit = lru_cache(KEPT)(self._fit)

    def one(self, text: str, style: Style) -> SetLine:
        """A text on one line, however long."""
        return self.fit(text, style, float("inf"))[0]

    def finish(self) -> tuple[dict[str, int], dict[str, int]]:
        """Writes the fonts; returns name and number of each font and of each figure."""
        figures: dict[str, int] = {}
        for face in self.faces.values():
            face.finish()
            figures |= face.figures()
        return {face.name: face.number for face in self.faces.values()}, figures

    def _fit(self, text: str, style: Style, width: float) -> tuple[SetLine, ...]:
        """The lines of a plain text in a column of so many points; an empty text has one empty line."""
        face = self.faces[style.bold]
        text = face.face.known(text)
        shaped = face.face.shape(text)
        room = width * 1000 / style.size
        if shaped.edges[-1] <= room:
            return (_line(face, shaped, 0, len(text), style.size),)
        return tuple(_line(face, shaped, start, end, style.size) for start, end in spans(text, shaped.edges, room))


def spans(text: str, edges: list[int], room: float) -> list[tuple[int, int]]:
    """Where each line begins and ends. `edges`: where each letter begins; `room`: the widest line, alike measured."""
    lines, start, ahead = [], 0, places(text)
    while ahead:
        place = _best(ahead, edges, start, room)
        lines.append((start, place.end))
        start = place.start
        ahead = [each for each in ahead if each.start > start]
    return lines


def _best(ahead: list[Place], edges: list[int], start: int, room: float) -> Place:
    """The last place that fits, or a better one before it; when none fits, the first that may not be worse."""
    best, worth = ahead[0], float("-inf")
    for place in ahead:
        taken = (edges[place.end] - edges[start]) / room
        if taken > 1:
            break
        if place is ahead[-1]:
            return place
        if (value := taken - _COST[place.goodness]) >= worth:
            best, worth = place, value
    return best


def _line(face: Embedded, shaped: Shaped, start: int, end: int, size: float) -> SetLine:
    """Operators for the letters from `start` to before `end`."""
    origin = shaped.edges[start]
    glyphs = shaped.between(start, end)
    scale = size / 1000
    figures = tuple(
        (face.figure(glyph.number), (glyph.x - origin) * scale, glyph.rise * scale)
        for glyph in glyphs
        if not glyph.text
    )
    shown = _shown(face, [glyph for glyph in glyphs if glyph.text], origin)
    return SetLine(shown.encode("ascii"), (shaped.edges[end] - origin) * scale, figures)


def _shown(face: Embedded, glyphs: list[Glyph], origin: int) -> str:
    """Each glyph in its place: the pen goes by the widths of the font, and is moved where the text says otherwise."""
    parts, pen = ["[<"], origin
    for glyph in glyphs:
        if glyph.x != pen:
            parts.append(f">{pen - glyph.x}<")
            pen = glyph.x
        parts.append(f"{face.code(glyph.number, glyph.text):04x}")
        pen += face.advance(glyph.number)
    return "".join([*parts, ">]TJ"]).replace("<>", "")
