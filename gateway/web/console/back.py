"""Where somebody is led back to, after signing in or a confirmation: always to a path of this site."""

from __future__ import annotations

from urllib.parse import SplitResult, quote, urlsplit

from starlette.requests import Request

SAFE = ("GET", "HEAD")


def shown_before(request: Request) -> str:
    """Path and query of this page, or for a form the page that its browser names as shown before."""
    shown = request.url if request.method in SAFE else _split(request.headers.get("referer", ""))
    if shown.netloc != request.url.netloc:
        return quote("/home", safe="")
    return quote(shown.path + (f"?{shown.query}" if shown.query else ""), safe="")


def _split(address: str) -> SplitResult:
    """The parts of an address that a visitor wrote; of what is none, nothing."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def inside(address: str, otherwise: str = "/home") -> str:
    """`address` when it is a path of this site, so that a link cannot lead elsewhere after sign-in."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return otherwise
    own = address.startswith("/") and not address.startswith("//") and not parts.scheme and not parts.netloc
    return address if own and "\\" not in address and address.isprintable() else otherwise
