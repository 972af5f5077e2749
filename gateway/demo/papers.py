"""Small true documents for the story: one PDF page, a Word letter, a sheet of numbers."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from html import escape

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_FORMATS = "http://schemas.openxmlformats.org"
_OFFICE = f"{_FORMATS}/officeDocument/2006/relationships"


def pdf(title: str, lines: Sequence[str]) -> bytes:
    """One A4 page of Latin `lines` (no font is embedded), with `title` in any script as its name."""
    shown = b"".join(b"(%s) Tj T* " % _pdf_text(line) for line in lines)
    page = b"BT /F1 14 Tf 24 TL 72 760 Td %sET" % shown
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R /ViewerPreferences << /DisplayDocTitle true >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Title <FEFF%s> >>" % title.encode("utf-16-be").hex().upper().encode(),
    )
    out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size, start = len(objects) + 1, len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(out)


def docx(paragraphs: Sequence[str]) -> bytes:
    """A Word document of plain paragraphs."""
    namespace = f"{_FORMATS}/wordprocessingml/2006/main"
    body = "".join(f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>' for text in paragraphs)
    main = f'{_XML}<w:document xmlns:w="{namespace}"><w:body>{body}</w:body></w:document>'
    return _package("word/document.xml", f"{DOCX}.main+xml", {"word/document.xml": main})


def xlsx(rows: Sequence[Sequence[str | int]]) -> bytes:
    """A workbook of one sheet; texts are texts, never formulas."""
    namespace = f"{_FORMATS}/spreadsheetml/2006/main"
    lines = "".join(f"<row>{''.join(map(_xlsx_cell, row))}</row>" for row in rows)
    parts = {
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{namespace}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'{_XML}<worksheet xmlns="{namespace}"><sheetData>{lines}</sheetData></worksheet>',
    }
    sheet = {"xl/worksheets/sheet1.xml": XLSX.replace(".sheet", ".worksheet+xml")}
    return _package("xl/workbook.xml", f"{XLSX}.main+xml", parts, sheet)


def _pdf_text(line: str) -> bytes:
    return line.encode("latin-1").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _xlsx_cell(value: str | int) -> str:
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def _package(main: str, kind: str, parts: Mapping[str, str], others: Mapping[str, str] | None = None) -> bytes:
    """A zip of parts in the way of Office Open XML (ECMA-376, part 2), the same bytes each time."""
    types = {main: kind, **(others or {})}
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{each}"/>' for name, each in types.items())
    files = {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_FORMATS}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": _relations("officeDocument", main),
        **parts,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _relations(kind: str, target: str) -> str:
    relation = f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/>'
    return f'{_XML}<Relationships xmlns="{_FORMATS}/package/2006/relationships">{relation}</Relationships>'
