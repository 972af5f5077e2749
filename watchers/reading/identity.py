"""Who a mail is, whatever way it came: a digest without the traces of its journey (reliability 3.4).

Parts count by their decoded bytes, so that line endings, folding and a relay's change of transfer encoding
make no difference, while any change of content does.
"""

from __future__ import annotations

import re
from hashlib import sha256

from watchers.reading.parsed import Parsed

_TRACE = re.compile(
    r"received|return-path|delivered-to|envelope-to|delivery-date|authentication-results|received-spf"
    r"|dkim-signature|domainkey-signature|status|lines|content-length|mime-version|content-transfer-encoding"
    r"|(?:arc|x|resent)-.*",
    re.I,
)
_UNREAD = frozenset({"too_many_parts", "too_deep"})
_ID = re.compile(r"<([^<>\s]{1,998})>")


def of_mail(message: Parsed, content: bytes) -> str:
    """The digest of a mail, in hex. `content` is all of it, and counts where parts of it were left unread."""
    digest = sha256()
    lines = sorted(
        name.lower().encode() + b":" + b" ".join(value.split())
        for name, value in message.raw_headers
        if not _TRACE.fullmatch(name)
    )
    digest.update(b"\n".join(lines))
    for part in message.parts:
        said = part.content.replace(b"\r\n", b"\n") if part.text else part.content
        digest.update(f"\n{part.depth} {part.media_type} {part.filename!r} {len(said)}\n".encode())
        digest.update(said)
    if _UNREAD & set(message.defects):
        digest.update(content.replace(b"\r\n", b"\n").partition(b"\n\n")[2])
    return digest.hexdigest()


def ids(value: str) -> tuple[str, ...]:
    """The message ids of a Message-ID, In-Reply-To or References header, without brackets."""
    return tuple(_ID.findall(value))
