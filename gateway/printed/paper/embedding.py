"""Sarabun inside a PDF: only the glyphs that were used, each with the letters that it stands for.

A code of the text is a pair of glyph and letters, so that the aa of น้า and of น้ำ, one shape, are read as า and as ำ.
The ring of ำ stands for no letter, nor does a mark that was moved aside. They are drawn as figures, for a glyph without
letters would be read as something.
Source: ISO 32000-1, 9.7 (composite fonts) and 9.10 (reading text).
"""

from __future__ import annotations

import struct
from hashlib import sha256

import uharfbuzz as hb

from gateway.printed.paper.file import PdfFile
from gateway.printed.paper.typeface import Typeface

_CMAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{ranges}endcmap
CMapName currentdict /CMap defineresource pop
end
end"""
_TABLES = (b"GSUB", b"GPOS", b"GDEF", b"name", b"STAT", b"DSIG")  # what a PDF does not ask
_AT_ONCE = 100  # entries of one range, as the format wants


class Embedded:
    """One typeface in one file. `name`: by which pages call it; `number`: of its object."""

    def __init__(self, face: Typeface, file: PdfFile, name: str) -> None:
        self.face, self.name = face, name
        self.number = file.reserve()
        self._file = file
        self._codes: dict[tuple[int, str], int] = {}
        self._figures: dict[int, int] = {}  # by glyph: the number of its object

    def code(self, glyph: int, letters: str) -> int:
        """The code by which a page shows this glyph for these letters."""
        return self._codes.setdefault((glyph, letters), len(self._codes) + 1)

    def advance(self, glyph: int) -> int:
        """How far the glyph moves the pen, in thousandths."""
        return self.face.advance(glyph)

    def figure(self, glyph: int) -> str:
        """The name by which a page draws this glyph as a figure, in thousandths of the size."""
        if glyph not in self._figures:
            self._figures[glyph] = self._file.reserve()
        return f"{self.name}g{glyph}"

    def figures(self) -> dict[str, int]:
        """The figures that pages drew: name and number of the object."""
        return {f"{self.name}g{glyph}": number for glyph, number in self._figures.items()}

    def finish(self) -> None:
        """Writes the font, as far as it was used."""
        for glyph, number in self._figures.items():
            form = "/Type/XObject/Subtype/Form/BBox[-2000 -2000 4000 4000]"
            self._file.put_stream(_outline(self.face.font, glyph), form, number)
        name = f"{self._tag()}+{self.face.name}"
        letters = self._file.put_stream(self._letters())
        inner = self._file.put(
            f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/FontDescriptor {self._describe(name)} 0 R"
            "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 0"
            f"/W[1[{' '.join(str(self.advance(glyph)) for glyph, _ in self._codes)}]]"
            f"/CIDToGIDMap {self._file.put_stream(self._glyphs())} 0 R>>"
        )
        self._file.put(
            f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H"
            f"/DescendantFonts[{inner} 0 R]/ToUnicode {letters} 0 R>>",
            self.number,
        )

    def _tag(self) -> str:
        """Six capital letters, the same for the same glyphs."""
        return "".join(chr(ord("A") + byte % 26) for byte in sha256(repr(list(self._codes)).encode()).digest()[:6])

    def _glyphs(self) -> bytes:
        """The glyph of each code, from 0."""
        return b"".join(struct.pack(">H", glyph) for glyph in (0, *(glyph for glyph, _ in self._codes)))

    def _letters(self) -> bytes:
        """The letters of each code."""
        lines = [f"<{code:04x}> <{text.encode('utf-16-be').hex()}>" for (_, text), code in self._codes.items()]
        parts = [lines[at : at + _AT_ONCE] for at in range(0, len(lines), _AT_ONCE)]
        ranges = "".join(f"{len(part)} beginbfchar\n{chr(10).join(part)}\nendbfchar\n" for part in parts)
        return _CMAP.format(ranges=ranges).encode("ascii")

    def _describe(self, name: str) -> int:
        program = _subset(self.face.face, {glyph for glyph, _ in self._codes})
        file = self._file.put_stream(program, f"/Length1 {len(program)}")
        extents = self.face.font.get_font_extents("ltr")
        # Head table: four signed numbers from byte 36 are the box around all glyphs.
        box = struct.unpack_from(">4h", self.face.face.reference_table("head").data, 36)
        return self._file.put(
            f"<</Type/FontDescriptor/FontName/{name}/Flags 4/FontBBox[{' '.join(map(str, box))}]/ItalicAngle 0"
            f"/Ascent {extents.ascender}/Descent {extents.descender}/CapHeight 700/StemV 80/FontFile2 {file} 0 R>>"
        )


def _subset(face: hb.Face, glyphs: set[int]) -> bytes:
    """The font file with these glyphs, under the numbers that they had."""
    wanted = hb.SubsetInput()
    wanted.glyph_set.update(glyphs)
    wanted.flags = hb.SubsetFlags.RETAIN_GIDS | hb.SubsetFlags.NOTDEF_OUTLINE | hb.SubsetFlags.NO_LAYOUT_CLOSURE
    wanted.drop_table_tag_set.update(int.from_bytes(table) for table in _TABLES)
    return bytes(hb.subset(face, wanted).blob.data)


def _outline(font: hb.Font, glyph: int) -> bytes:
    """The glyph's outline as a filled path."""
    pen = _Pen()
    font.draw_glyph_with_pen(glyph, pen)
    return (" ".join(pen.path) + " f").encode("ascii")


class _Pen:
    """Writes what HarfBuzz draws as operators of a page."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self._at = (0.0, 0.0)

    def moveTo(self, to: tuple[float, float]) -> None:  # noqa: N802 HarfBuzz calls it so
        """Begins a stroke."""
        self._add("m", to)

    def lineTo(self, to: tuple[float, float]) -> None:  # noqa: N802
        """A straight line."""
        self._add("l", to)

    def qCurveTo(self, by: tuple[float, float], to: tuple[float, float]) -> None:  # noqa: N802
        """A curve of TrueType, raised to the one that a page knows."""
        first, second = (tuple(end[i] + (by[i] - end[i]) * 2 / 3 for i in (0, 1)) for end in (self._at, to))
        self._add("c", first, second, to)

    def curveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802
        """A curve of PostScript."""
        self._add("c", *points)

    def closePath(self) -> None:  # noqa: N802
        """Ends a stroke."""
        self.path.append("h")

    def _add(self, operator: str, *points: tuple[float, ...]) -> None:
        self.path += [f"{x:.6g} {y:.6g}" for x, y in points] + [operator]
        self._at = (points[-1][0], points[-1][1])
