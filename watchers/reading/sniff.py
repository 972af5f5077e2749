"""What a file really is, by its bytes: a table of what offices send and attackers hide, then puremagic."""

from __future__ import annotations

import re

import puremagic

from watchers.reading.filename import extension

PDF = "application/pdf"
ZIP = "application/zip"
TNEF = "application/ms-tnef"
OLE = "application/x-ole-storage"
PROGRAM = "application/x-executable"
SCRIPT = "text/x-script"
HTML = "text/html"
SVG = "image/svg+xml"
MACRO = "application/vnd.ms-office.macroenabled"

_OPEN = "application/vnd.openxmlformats-officedocument."
_STARTS = (
    (b"%PDF-", PDF),
    (b"PK\x03\x04", ZIP),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"PK\x05\x06", ZIP),
    (b"{\\rtf", "text/rtf"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"\x78\x9f\x3e\x22", TNEF),
    (b"MSCF", "application/vnd.ms-cab-compressed"),
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"\xce\xfa\xed\xfe", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"L\x00\x00\x00\x01\x14\x02\x00", PROGRAM),  # a Windows shortcut
    (b"ITSF", PROGRAM),  # compiled help runs scripts
    (b"#!", SCRIPT),
    (b"@echo off", SCRIPT),
)
_MARKUP = re.compile(
    rb"\s*(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|body|script|iframe|meta)\b", re.I | re.S
)
_XML = re.compile(rb"\s*<(?:\?xml|svg|!doctype\s+svg)", re.I)
_ROOT = re.compile(rb"<(?:\w+:)?(svg|html)[\s>]", re.I)
_ZIPPED = (  # a name in the central directory, and what it makes of the archive
    (b"vbaProject.bin", MACRO),
    (b"word/document.xml", _OPEN + "wordprocessingml.document"),
    (b"xl/workbook.", _OPEN + "spreadsheetml.sheet"),
    (b"ppt/presentation.xml", _OPEN + "presentationml.presentation"),
    (b"META-INF/MANIFEST.MF", PROGRAM),  # a Java archive
)
STREAMS = (
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("__nameid_version1.0", "application/vnd.ms-outlook"),
)
_MIMETYPE = re.compile(rb"application/[\w.+-]{1,80}")
_DIRECTORY = 64 * 1024  # bytes at the end of a ZIP that hold the names of any office file
_BEGINNING = 1_024
_TEXT_BYTES = bytes({7, 8, 9, 10, 12, 13, 27, *range(32, 256)} - {127})

_MAIL_HEADER = re.compile(
    rb"^(?:from|to|subject|date|received|return-path|delivered-to|message-id|mime-version|content-type):", re.I | re.M
)
_MAIL_NAMES = frozenset({"eml", "", "mail", "msg", "txt"})


def media_type_of(content: bytes) -> str:
    """The media type that the bytes show, or "" when they show none."""
    found = by_start(content)
    if found == ZIP:
        return _zipped(content)
    if found == OLE:
        return next((kind for name, kind in STREAMS if name.encode("utf-16-le") in content), OLE)
    head = content[:_BEGINNING]
    return found or (PDF if b"%PDF-" in head else "") or _container(head) or _text(head) or _magic(content)


def by_start(content: bytes) -> str:
    """The media type that the first bytes alone show, or ""; an archive is one, whatever is in it."""
    return next((kind for start, kind in _STARTS if content.startswith(start)), "")


def is_mail(content: bytes, name: str) -> bool:
    """Whether to read `content` as a mail: what came by mail always is, a file by its name and beginning."""
    if not name:
        return True
    suffix = extension(name)
    if suffix == "eml" and media_type_of(content) in ("", "text/plain"):
        return True
    return suffix in _MAIL_NAMES and begins_as_mail(content, 2)


def begins_as_mail(content: bytes, headers: int = 3) -> bool:
    """Whether so many headers of mails stand at its beginning."""
    head = content[:4096].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return len(set(_MAIL_HEADER.findall(head))) >= headers


def _zipped(content: bytes) -> str:
    if content[30:38] == b"mimetype":  # OpenDocument: stored first and uncompressed, its length in the header
        declared = _MIMETYPE.fullmatch(content, 38, 38 + int.from_bytes(content[22:26], "little"))
        return declared[0].decode() if declared else ZIP
    names = content[-_DIRECTORY:]
    return next((kind for name, kind in _ZIPPED if name in names), ZIP)


def _container(head: bytes) -> str:
    if head.startswith(b"RIFF"):
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:12] in (b"heic", b"heix", b"mif1") else "video/mp4"
    return ""


def _text(head: bytes) -> str:
    head = head.removeprefix(b"\xef\xbb\xbf")
    if not head or head.translate(None, _TEXT_BYTES):
        return ""
    if _MARKUP.match(head):
        return HTML
    if _XML.match(head):
        root = _ROOT.search(head)
        return "text/xml" if not root else SVG if root[1].lower() == b"svg" else HTML
    return "text/plain"


def _magic(content: bytes) -> str:
    try:
        return str(puremagic.from_string(content, mime=True))
    except (puremagic.PureError, ValueError):
        return ""
