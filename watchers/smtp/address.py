"""What stands behind MAIL FROM: and RCPT TO:, with every address in one normal form (attack 9)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from unicodedata import category, normalize

from watchers.smtp import replies
from watchers.smtp.replies import Fault

_LONGEST = 320  # octets; a path has 256 (RFC 5321 4.5.3.1.3)
_PARAMETER = re.compile(r"([A-Z0-9][A-Z0-9-]*)(?:=([!-<>-~]+))?")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+"
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[(?:[Ii][Pp][Vv]6:)?[0-9A-Fa-f.:]+\])"
_PLAIN = re.compile(rf"{_ATOM}@{_DOMAIN}")
_QUOTED = re.compile(rf'"({_ATOM})"')


@dataclass(frozen=True, slots=True)
class Sender:
    """What MAIL says. The null sender's address is ""; `size` is announced, in bytes, 0 if it was not."""

    address: str
    utf8: bool
    size: int


def sender(argument: str) -> Sender:
    """Read MAIL's argument. Raises `Fault` for bad syntax, address, or a parameter that was not offered."""
    address, parameters = _split(argument, "FROM:", replies.MAIL_SYNTAX)
    utf8 = "SMTPUTF8" in parameters
    size = parameters.get("SIZE", "0")
    wrong = (
        parameters.keys() - {"SIZE", "BODY", "SMTPUTF8"}
        or parameters.get("BODY", "7BIT") not in ("7BIT", "8BITMIME")
        or parameters.get("SMTPUTF8")
        or not re.fullmatch("[0-9]{1,20}", size)
    )
    if wrong:
        raise Fault(replies.UNKNOWN_PARAMETER)
    return Sender(normal(address, utf8=utf8) if address else "", utf8, int(size))


def recipient(argument: str, *, utf8: bool) -> str:
    """Read RCPT's argument. `utf8`: MAIL said SMTPUTF8. Raises `Fault` as `sender` does."""
    address, parameters = _split(argument, "TO:", replies.RCPT_SYNTAX)
    if not address:
        raise Fault(replies.RCPT_SYNTAX)
    if parameters:
        raise Fault(replies.UNKNOWN_PARAMETER)
    # The one mailbox that needs no domain (RFC 5321 4.5.1).
    return "postmaster" if address.lower() == "postmaster" else normal(address, utf8=utf8)


def normal(address: str, *, utf8: bool) -> str:
    """The one form of `address`: domain in small ASCII letters (IDNA), local part in NFC, no needless quotes.

    Raises `Fault` for controls, spaces, missing parts, and for letters beyond ASCII unless `utf8` was agreed.
    """
    local, _, domain = address.rpartition("@")
    if address.isascii():
        if quoted := _QUOTED.fullmatch(local):
            local = quoted[1]
        found = f"{local}@{domain.lower()}"
    elif utf8:
        found = f"{_international(local)}@{_ascii_domain(domain)}"
    else:
        raise Fault(replies.ADDRESS_NOT_ASCII)
    if len(found) > _LONGEST or (found.isascii() and not _PLAIN.fullmatch(found)):
        raise Fault(replies.BAD_ADDRESS)
    return found


def _split(argument: str, keyword: str, syntax: bytes) -> tuple[str, dict[str, str]]:
    """Part `FROM:<address> KEY=value …`. Scanners may leave out the brackets and add a space: so be it."""
    written = argument[len(keyword) :].lstrip()
    path, closed, rest = written[1:].partition(">")
    bare = not written.startswith("<")
    if bare:
        path, *words = written.split(None, 1) or [""]
        closed, rest = path, " ".join(["", *words])
    if argument[: len(keyword)].upper() != keyword or not closed or {"<", ">"} & set(path) or rest[:1].strip():
        raise Fault(syntax)
    if len(path.encode()) > _LONGEST:
        raise Fault(replies.BAD_ADDRESS)
    return path if bare else _without_route(path.strip()), _parameters(rest.upper().split())


def _without_route(path: str) -> str:
    """`@one.example,@two.example:a@b.example` names relays that nobody uses any more (RFC 5321 appendix C)."""
    route, colon, address = path.partition(":")
    return address if colon and route.startswith("@") else path


def _parameters(words: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in words:
        match = _PARAMETER.fullmatch(word)
        if match is None or match[1] in found:
            raise Fault(replies.UNKNOWN_PARAMETER)
        found[match[1]] = match[2] or ""
    return found


def _international(local: str) -> str:
    """RFC 6532's atoms: ASCII as ever, and whatever else can be seen."""
    ascii_part = "".join(c for c in local if c.isascii())
    if not local or (ascii_part and not re.fullmatch(_ATOM, ascii_part)):
        raise Fault(replies.BAD_ADDRESS)
    if any(category(c)[0] in "CZ" for c in local):
        raise Fault(replies.BAD_ADDRESS)
    return normalize("NFC", local)


def _ascii_domain(domain: str) -> str:
    try:
        ascii_form = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise Fault(replies.BAD_ADDRESS) from None
    if not re.fullmatch(_DOMAIN, ascii_form):
        raise Fault(replies.BAD_ADDRESS)
    return ascii_form
