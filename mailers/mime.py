"""A mail as bytes: header block, plain text and its HTML twin; written by hand because there are thousands of them."""

from __future__ import annotations

import binascii
import re
import struct
from collections.abc import Sequence
from email import message_from_bytes, policy

from ledger.errors import MailDamaged
from mailers import headers

_COLUMNS = 76
# Visible ASCII, no line blank or longer than 998 (RFC 5322 section 2.1.1).
_BLOCK = re.compile(rb"(?:(?=[^\r]{1,998}\r)(?: (?! *\r)|[!-9;-~]+:)[ -~]*\r\n)+")
_NAME = re.compile(rb"^([!-9;-~]+):", re.MULTILINE)

Field = tuple[str, bytes]


def compose(fields: Sequence[Field], text: bytes, html: bytes, boundary: str) -> bytes:
    """One multipart/alternative mail: CRLF lines, 7-bit.

    Arguments: `fields` without those of MIME; `text` and `html` as `wire` makes them; `boundary` must hold a "_",
    which base64 never contains. Errors: MailDamaged when the header block does not read back as it was meant.
    """
    mark = boundary.encode()
    head = block(
        [
            *fields,
            ("MIME-Version", b"1.0"),
            ("Content-Type", b'multipart/alternative;\r\n boundary="' + mark + b'"'),
        ]
    )
    return b"".join((head, b"\r\n", _part(mark, b"plain", text), _part(mark, b"html", html), b"--", mark, b"--\r\n"))


def wire(content: str) -> bytes:
    """A text with "\n" at its line ends as it travels: CRLF, UTF-8."""
    return content.replace("\n", "\r\n").encode()


def block(fields: Sequence[Field]) -> bytes:
    """The header block, read back before it leaves (attack 8)."""
    written = b"".join([b"%b: %b\r\n" % (name.encode(), value) for name, value in fields])
    found = names(written)
    if found != [name for name, _ in fields]:
        raise MailDamaged(problem=f"header block holds {found}")
    return written


def names(written: bytes) -> list[str]:
    """The field names of a header block. Errors: MailDamaged for a line that is no field and continues none."""
    if not _BLOCK.fullmatch(written):
        raise MailDamaged(problem="bad line in header block")
    return [name.decode() for name in _NAME.findall(written)]


def self_test() -> None:
    """Write the values that broke other programs and read them with the standard library (finding 11).

    Errors: MailDamaged when this platform's encoders or parser change what was meant.
    """
    nasty = 'ขอเชิญประชุม\r\nBcc: x@evil.example "ก, ข" =?utf-8?q?=0ABcc=3A?=' + "ยาว" * 40
    fields = [
        ("From", headers.mailbox("saraban@office.example", nasty)),
        ("To", headers.mailbox("school@school.example", nasty)),
        ("Subject", headers.text(nasty)),
    ]
    wanted = headers.line(nasty)
    message = message_from_bytes(
        compose(fields, wire(wanted), wire(f"<p>{wanted}</p>\n"), "=_test"), policy=policy.default
    )
    plain, html = (part.get_content() for part in message.iter_parts())
    right = (
        message.keys() == ["From", "To", "Subject", "MIME-Version", "Content-Type"]
        and message["Subject"] == wanted
        and [a.addr_spec for a in message["To"].addresses] == ["school@school.example"]
        and (plain, html) == (wanted, f"<p>{wanted}</p>\r\n")
    )
    if not right:
        raise MailDamaged(problem="the mail that was written reads differently")


def _part(mark: bytes, subtype: bytes, raw: bytes) -> bytes:
    return b"".join(
        (
            b"--",
            mark,
            b"\r\nContent-Type: text/",
            subtype,
            b"; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
            _base64(raw),
        )
    )


def _base64(raw: bytes) -> bytes:
    """In lines of 76 characters, cut in one go: this is most of the work on a mail."""
    coded = binascii.b2a_base64(raw, newline=False)
    full = (len(coded) - 1) // _COLUMNS
    return b"\r\n".join((*struct.unpack_from(f"{_COLUMNS}s" * full, coded), coded[full * _COLUMNS :], b""))
