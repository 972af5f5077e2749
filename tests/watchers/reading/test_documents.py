"""The files of a letter: found, named, sniffed, and withheld where they are dangerous."""

from __future__ import annotations

import io
import zipfile
from hashlib import sha256

import pytest

from tests.watchers.reading.letters import PDF, attached, multipart
from watchers.reading import guard, read
from watchers.reading.sniff import media_type_of

OPEN = "application/vnd.openxmlformats-officedocument."
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
JPEG = b"\xff\xd8\xff\xe0" + bytes(40)
PROGRAM = b"MZ\x90\x00" + bytes(60)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)


def archive(*names: str) -> bytes:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as one:
        for name in names:
            one.writestr(name, name)
    return stored.getvalue()


DOCX = archive("[Content_Types].xml", "word/document.xml")
OLD_WORD = OLE + "WordDocument".encode("utf-16-le")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (b"\n\n" + PDF, "application/pdf"),
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (b"GIF89a" + bytes(20), "image/gif"),
        (DOCX, OPEN + "wordprocessingml.document"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), OPEN + "spreadsheetml.sheet"),
        (archive("[Content_Types].xml", "ppt/presentation.xml"), OPEN + "presentationml.presentation"),
        (archive("letter.txt"), "application/zip"),
        (
            b"PK\x03\x04" + bytes(18) + b"\x27" + bytes(7) + b"mimetypeapplication/vnd.oasis.opendocument.textPK",
            "application/vnd.oasis.opendocument.text",
        ),
        (OLD_WORD, "application/msword"),
        (OLE + "Workbook".encode("utf-16-le"), "application/vnd.ms-excel"),
        (b"Rar!\x1a\x07\x00", "application/vnd.rar"),
        (b"{\\rtf1", "text/rtf"),
        ("เรียน".encode(), "text/plain"),
        (b" <!-- x --> <!DOCTYPE html><p>", "text/html"),
        (b"<?xml version='1.0'?><svg xmlns='x'>", "image/svg+xml"),
        (PROGRAM, "application/x-executable"),
        (b"", ""),
    ],
)
def test_bytes_tell_what_a_file_is(content: bytes, media_type: str) -> None:
    assert media_type_of(content) == media_type


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("letter.pdf", PDF, ""),
        ("letter.docx", DOCX, ""),
        ("letter.doc", OLD_WORD, ""),
        ("letter.doc", DOCX, ""),
        ("letter.doc", b"{\\rtf1", ""),
        ("scan.jpg", PNG, ""),
        ("letters.zip", archive("a.txt"), ""),
        ("note.txt", b"text", ""),
        ("letter.pdf", b"not a pdf", ""),
        ("letter.pdf.exe", PROGRAM, guard.PROGRAM),
        ("letter.pdf", PROGRAM, guard.PROGRAM),
        ("letter.pdf.js", b"alert(1)", guard.PROGRAM),
        ("letter.exe.", b"x", guard.PROGRAM),
        ("letter\u202efdp.scr", b"x", guard.PROGRAM),
        ("letter.pdf", b"#!/bin/sh\n", guard.PROGRAM),
        ("letter.html", b"<html>", guard.ACTIVE),
        ("letter.pdf", b"<html><script>", guard.ACTIVE),
        ("scan.svg", b"<svg>", guard.ACTIVE),
        ("letter.docm", DOCX, guard.MACRO),
        ("letter.docx", archive("word/document.xml", "word/vbaProject.bin"), guard.MACRO),
        ("letter.pdf", archive("a.txt"), guard.OTHER.format(real="application/zip", extension="pdf")),
        ("scan.jpg", PDF, guard.OTHER.format(real="application/pdf", extension="jpg")),
    ],
)
def test_a_dangerous_file_is_kept_withheld_and_loses_no_letter(name: str, content: bytes, why: str) -> None:
    disposition = f'attachment; filename="{name}"'.encode()
    found = read(b"Subject: s\r\n" + multipart(b"\r\ntext", attached(disposition, content)))
    (document,) = found.documents
    assert (found.subject, found.text) == ("s", "text")
    assert document.withheld == why
    assert document.content == content
    assert document.sha256 == sha256(content).hexdigest()


def test_a_picture_in_the_text_is_inline_and_a_scan_beside_it_is_not() -> None:
    html = b'Content-Type: text/html\r\n\r\n<img src="cid:one@example.test">'
    shown = b"Content-ID: <one@example.test>\r\n" + attached(b"inline", PNG, b"image/png")
    related = multipart(html, shown, attached(b"inline", PNG, b"image/png"), subtype="related", boundary=b"inner")
    found = read(multipart(related, attached(b"inline", PNG, b"image/png"), attached(b"attachment", PNG, b"image/png")))
    assert [document.inline for document in found.documents] == [True, True, False, False]
    assert [document.stored_name for document in found.documents][:2] == ["เอกสาร-1.png", "เอกสาร-2.png"]


def test_a_name_without_extension_gets_that_of_its_bytes() -> None:
    (document,) = read(attached(b"attachment; filename*=utf-8''%E0%B8%97%E0%B8%B5%E0%B9%88%2004022.345")).documents
    assert document.stored_name == "ที่ 04022.345.pdf"


def test_a_pdf_shown_inline_is_an_enclosure() -> None:
    (document,) = read(multipart(b"\r\ntext", attached(b"inline; filename=a.pdf"))).documents
    assert (document.inline, document.name) == (False, "a.pdf")


def test_a_mail_that_is_one_file_has_that_file() -> None:
    (document,) = read(b"Subject: s\r\n" + attached(b"attachment; filename=a.pdf")).documents
    assert document.content == PDF
