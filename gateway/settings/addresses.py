"""Web addresses as people and browsers write them, and the one spelling in which they are compared."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

import idna

DEFAULT_PORTS = {"http": 80, "https": 443}
_PLAIN = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")
_LONGEST = 253  # octets of a name in the DNS


def host(written: str) -> str:
    """A host name in small ASCII letters (IDNA 2008 by UTS 46, as browsers do), or a number; IPv6 in brackets.

    Raises ValueError for what is neither.
    """
    name = written.removesuffix(".")
    if name.startswith("["):
        if not name.endswith("]"):
            raise ValueError(written)
        return f"[{ip_address(name[1:-1]).compressed}]"
    if len(name) > _LONGEST:
        raise ValueError(written)
    name = name.lower() if name.isascii() else idna.encode(name, uts46=True).decode("ascii")
    if not _PLAIN.fullmatch(name):
        raise ValueError(written)
    return name


def origin(written: str) -> str:
    """Scheme, host and port of a web address, the port only where it is not the scheme's own.

    Raises ValueError for what has none of them, or anything else but a slash at its end.
    """
    parts = urlsplit(written)
    own = DEFAULT_PORTS.get(parts.scheme)
    other = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc or set(written) & set(" ?#\\")
    if own is None or not parts.netloc or other:
        raise ValueError(written)
    name, port = split(parts.netloc)
    return f"{parts.scheme}://{host(name)}" + (f":{port}" if port not in (None, own) else "")


def split(netloc: str) -> tuple[str, int | None]:
    """Host and port of "name:port". Raises ValueError for a port that is none."""
    found = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::(\d{0,5}))?", netloc)
    if found is None or int(found[2] or 0) > 65535:
        raise ValueError(netloc)
    return found[1], int(found[2]) if found[2] else None
