"""PDFs and pictures made to stop who draws them: bombs, loops, lies about sizes."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from PIL import Image

PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<%b>>>>"
CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"


def pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1, the first of them its catalogue."""
    body, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return (
        body
        + head
        + table
        + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (
            len(objects) + 1,
            len(body),
        )
    )


def stream(content: bytes, head: bytes = b"") -> bytes:
    return b"<</Length %d%b>>\nstream\n%b\nendstream" % (len(content), head, content)


def one_page(content: bytes, *more: bytes, resources: bytes = b"") -> bytes:
    """A PDF of one page with this content; `more` are objects from 5 on."""
    return pdf(CATALOG, PAGES, PAGE % resources, stream(content), *more)


def packed(size: int, byte: bytes = b"q ") -> bytes:
    """A long stream in few bytes, packed twice."""
    return zlib.compress(zlib.compress(byte * (size // len(byte)), 9), 9)


def picture(kind: str, size: tuple[int, int] = (400, 300), mode: str = "RGB", **saved: object) -> bytes:
    """A picture with a black corner above on the left."""
    image = Image.new(mode, size, "white")
    image.paste("black", (0, 0, size[0] // 4, size[1] // 4))
    target = BytesIO()
    image.save(target, kind, **saved)  # type: ignore[arg-type]
    return target.getvalue()


def promised_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is large."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


_ITSELF = b"/XObject<</A 5 0 R>>"
_SHADING = (
    b"<</ShadingType 1/ColorSpace/DeviceRGB/Domain[0 1e9 0 1e9]/Function"
    b"<</FunctionType 4/Domain[0 1e9 0 1e9]/Range[0 1 0 1 0 1]/Length 0>>>>"
)
_FONT = (
    b"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]/Encoding<</Differences[65/A]>>"
    b"/CharProcs<</A 6 0 R>>/FirstChar 65/LastChar 65/Widths[9]/Resources<</Font<</F 5 0 R>>>>>>"
)

HOSTILE: dict[str, bytes] = {
    "a page tree that bites its tail": pdf(CATALOG, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 1000000000>>"),
    "a billion pages that are not there": pdf(CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 1000000000>>", PAGE % b""),
    "a page as large as a country": pdf(
        CATALOG, PAGES, b"<</Type/Page/Parent 2 0 R/UserUnit 1e30/MediaBox[0 0 1e30 1e30]/Contents 4 0 R>>", stream(b"")
    ),
    "a page of no size": pdf(CATALOG, PAGES, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 0 0]>>"),
    "a page thin as a hair": pdf(CATALOG, PAGES, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 0.0001 100000]>>"),
    "a form that draws itself": one_page(
        b"/A Do",
        stream(b"/A Do " * 50, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</A 5 0 R>>>>"),
        resources=_ITSELF,
    ),
    "ten forms, each drawing the next ten times": one_page(
        b"/A Do",
        *(
            stream(
                b"/A Do " * 10, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</A %d 0 R>>>>" % (n + 1)
            )
            for n in range(5, 15)
        ),
        stream(b"0 0 9 9 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]"),
        resources=_ITSELF,
    ),
    "a gigabyte of drawing in a few bytes": pdf(
        CATALOG, PAGES, PAGE % b"", stream(packed(1 << 30, b"0 0 9 9 re f "), b"/Filter[/FlateDecode/FlateDecode]")
    ),
    "a hundred million saved states": pdf(
        CATALOG, PAGES, PAGE % b"", stream(packed(200 << 20), b"/Filter[/FlateDecode/FlateDecode]")
    ),
    "a million curves": one_page(b"0 0 m " + b"9 9 500 800 0 0 c " * 1_000_000 + b"S"),
    "dashes without end": one_page(b"[0.00001] 0 d 1 w 0 0 m 1000000 1000000 l S"),
    "a letter drawn by itself": one_page(
        b"BT /F 9 Tf (AAAA) Tj ET", _FONT, stream(b"BT /F 9 Tf (AAAA) Tj ET"), resources=b"/Font<</F 5 0 R>>"
    ),
    "an image that promises much": one_page(
        b"/A Do",
        stream(
            packed(1 << 20, b"\0"),
            b"/Type/XObject/Subtype/Image/Width 100000/Height 100000/BitsPerComponent 8/ColorSpace/DeviceRGB"
            b"/Filter[/FlateDecode/FlateDecode]",
        ),
        resources=_ITSELF,
    ),
    "a shading over a continent": one_page(b"/S sh", _SHADING, resources=b"/Shading<</S 5 0 R>>"),
    "brackets that never close": one_page(b"[" * 2_000_000),
    "a dictionary in a dictionary": b"%PDF-1.7\n1 0 obj\n" + b"<</A" * 500_000,
    "a PDF that is cut off": one_page(b"0 0 9 9 re f")[:150],
    "nothing but the mark of a PDF": b"%PDF-1.7\n",
    "a locked PDF": pdf(CATALOG, PAGES, PAGE % b"", stream(b"")).replace(
        b"/Root 1 0 R", b"/Root 1 0 R/Encrypt<</Filter/Standard/V 4/R 4/O(x)/U(x)/P -1>>/ID[(a)(b)]"
    ),
    "a picture of many gigabytes": promised_png(60_000, 60_000),
    "a picture that lacks its lines": promised_png(4_000, 4_000),
    "a TIFF whose pages turn in a circle": b"II*\0\x08\0\0\0" + struct.pack("<H", 0) + struct.pack("<I", 8),
    "a cut JPEG": picture("JPEG")[:200],
    "a GIF of no size": b"GIF89a\0\0\0\0\0\0\0;",
    "a drawing that is a program": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\n",
    "every high byte": bytes(range(128, 256)) * 1000,
    "nothing": b"",
}
