"""Whether a file is complete, by its own bytes."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest

from tests.watchers.folder.office import PDF
from watchers.folder.whole import Wholeness, wholeness

WHOLE, TORN, UNKNOWN = Wholeness.WHOLE, Wholeness.TORN, Wholeness.UNKNOWN


def linear_pdf() -> bytes:
    """Its first %%EOF stands near the start, as in every PDF made for the web."""
    first = (
        b"%PDF-1.4\n1 0 obj<</Linearized 1/L 0000000400/H[ 1 2]>>endobj\nxref\n0 1\ntrailer<<>>\nstartxref\n0\n%%EOF\n"
    )
    rest = b"2 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n%d\n%%%%EOF\n" % first.index(b"xref")
    return first + b"%".ljust(399 - len(first) - len(rest), b" ") + b"\n" + rest


def archive(*inner: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for number, content in enumerate(inner):
            file.writestr(f"{number}.bin", content)
    return made.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png() -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def jpeg() -> bytes:
    """With a preview in its header, whose end mark is not the picture's, and two scans."""
    preview = b"\xff\xe1" + struct.pack(">H", 8) + b"ab\xff\xd9cd"
    scan = b"\xff\xda\x00\x04\x01\x02" + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + preview + scan + b"\xff\xc4\x00\x03\x00" + scan + b"\xff\xff\xd9"


def gif() -> bytes:
    """With the byte of its trailer among its colours and its pixels."""
    screen = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\x3b" * 6
    comment = b"\x21\xfe\x02\x3b\x3b\x00"
    picture = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x3b\x01\x00"
    return screen + comment + picture + b"\x3b"


KINDS = {
    "letter.pdf": PDF,
    "web.pdf": linear_pdf(),
    "letter.docx": archive(b"a", b"b"),
    "nested.zip": archive(archive(b"inner"), b"outer"),
    "empty.zip": archive(),
    "scan.png": png(),
    "scan.jpg": jpeg(),
    "SCAN.GIF": gif(),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_complete_file_is_whole_whatever_its_name(name: str) -> None:
    assert wholeness(KINDS[name], name) is WHOLE
    assert wholeness(KINDS[name]) is WHOLE


@pytest.mark.parametrize("name", KINDS)
def test_a_file_cut_anywhere_is_torn(name: str) -> None:
    whole = KINDS[name]
    end = len(whole.rstrip(b"\n"))  # a PDF may lack its last line break
    assert {wholeness(whole[:cut], name) for cut in range(end)} == {TORN}


@pytest.mark.parametrize("name", KINDS)
def test_a_file_whose_space_was_reserved_first_is_torn_until_its_end_is_written(name: str) -> None:
    whole = KINDS[name]
    for cut in range(0, len(whole) - 30, 7):
        assert wholeness(whole[:cut].ljust(len(whole) + 2000, b"\0"), name) is TORN


@pytest.mark.parametrize("name", ["scan.png", "scan.jpg", "SCAN.GIF", "letter.docx", "letter.pdf"])
def test_bytes_after_the_end_mark_leave_it_open(name: str) -> None:
    assert wholeness(KINDS[name] + b"motion picture", name) is UNKNOWN


def test_a_pdf_whose_pointer_was_shifted_is_whole_as_it_is_for_its_readers() -> None:
    assert wholeness(PDF.replace(b"startxref\n27", b"startxref\n99")) is WHOLE
    assert wholeness(b"%PDF-1.4\ntrailer<<>>\n%%EOF") is WHOLE


def test_a_pdf_may_begin_after_other_bytes() -> None:
    assert wholeness(b"HTTP junk\r\n" + PDF) is WHOLE


@pytest.mark.parametrize("content", [b"", b"\0", b"\0" * 5000])
def test_a_placeholder_is_torn(content: bytes) -> None:
    assert wholeness(content, "scan.tif") is TORN


@pytest.mark.parametrize("content", [b"hello", b"\xd0\xcf\x11\xe0 old Word", b"\xff\xd8", b"<html>"])
def test_what_has_no_end_mark_is_unknown(content: bytes) -> None:
    assert wholeness(content, "letter.doc") is UNKNOWN


def test_a_page_that_calls_itself_pdf_is_not_waited_for() -> None:
    assert wholeness(b"<html>not found</html>", "letter.pdf") is UNKNOWN


MAIL = b'Content-Type: multipart/mixed; boundary="a b"\r\nSubject: x\r\n\r\n--a b\r\n\r\nhello\r\n'


def test_a_mail_is_whole_with_its_closing_boundary_and_open_without() -> None:
    assert wholeness(MAIL + b"--a b--\r\n", "x.eml") is WHOLE
    assert wholeness(MAIL, "x.eml") is UNKNOWN
    assert wholeness(b"Subject: x\r\n\r\nhello", "x.EML") is UNKNOWN


def test_damaged_structures_are_judged_without_raising() -> None:
    for whole in KINDS.values():
        for at in range(0, len(whole), 3):
            for byte in (b"\0", b"\xff"):
                assert wholeness(whole[:at] + byte + whole[at + 1 :]) in Wholeness
