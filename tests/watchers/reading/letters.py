"""Letters that the reading tests send: written here, in the manner of many mailers."""

from __future__ import annotations

import base64
import quopri
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formataddr

SUBJECT = "ขอเชิญประชุมผู้บริหารสถานศึกษา ครั้งที่ ๓/๒๕๖๙"
TEXT = "เรียน ผู้อำนวยการโรงเรียน\n\nด้วยสำนักงานเขตพื้นที่การศึกษาจะจัดประชุม “ผู้บริหารสถานศึกษา” จึงขอเชิญท่านเข้าร่วม\n"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 20 + b"\n%%EOF\n"


def letter(
    subject: str = SUBJECT, text: str = TEXT, files: dict[str, tuple[str, bytes]] | None = None, **headers: str
) -> bytes:
    """A letter as Python's own library writes it; `files` are names with media type and bytes."""
    mail = MIMEMultipart()
    mail["From"] = formataddr(("สำนักงานเขต", "office@example.test"))
    mail["To"] = "registry@example.test"
    mail["Subject"] = Header(subject, "utf-8")
    mail["Date"] = "Mon, 02 Mar 2026 09:15:00 +0700"
    mail["Message-ID"] = "<letter-1@example.test>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.attach(MIMEText(text, "plain", "utf-8"))
    for name, (media_type, content) in (files or {}).items():
        part = MIMEBase(*media_type.split("/"))
        part.set_payload(content)
        encode_base64(part)
        part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
        mail.attach(part)
    return mail.as_bytes()


def single(label: str, content: bytes, encoding: str = "8bit", subject: bytes = b"x") -> bytes:
    """A mail of one text part, with bytes and label as given."""
    coded = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(encoding, bytes)(content)
    kind = f"text/plain; charset={label}" if label else "text/plain"
    return b"Subject: %b\r\nContent-Type: %b\r\nContent-Transfer-Encoding: %b\r\n\r\n%b" % (
        subject,
        kind.encode(),
        encoding.encode(),
        coded,
    )


def multipart(*parts: bytes, subtype: str = "mixed", boundary: bytes = b"=-frontier") -> bytes:
    """A multipart mail of parts that bring their own headers."""
    body = b"".join(b"--%b\r\n%b\r\n" % (boundary, part) for part in parts)
    return b'MIME-Version: 1.0\r\nContent-Type: multipart/%b; boundary="%b"\r\n\r\n%b--%b--\r\n' % (
        subtype.encode(),
        boundary,
        body,
        boundary,
    )


def attached(disposition: bytes, content: bytes = PDF, media_type: bytes = b"application/pdf") -> bytes:
    """One part whose Content-Disposition is written as given."""
    return b"Content-Type: %b\r\nContent-Disposition: %b\r\nContent-Transfer-Encoding: base64\r\n\r\n%b" % (
        media_type,
        disposition,
        base64.encodebytes(content),
    )
