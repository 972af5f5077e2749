"""The one guard that every header value and address passes, and its form on the wire (RFC 2047, 5322, 6854)."""

from __future__ import annotations

import binascii
import re
import unicodedata
from functools import lru_cache
from hashlib import sha256

LIMIT = 900  # bytes of UTF-8 in one value (attack 8)
NAME_LIMIT = 300
_FIRST = 48  # room on the first line, behind the longest of our field names
_WORD = 45  # bytes of text in one encoded word: 60 characters of base64, 72 with its frame
_FIRST_WORD = 27
_REFERENCES = 20

# Controls, line and paragraph separators, bidirectional overrides, halves of surrogate pairs, noncharacters.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef]+")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = rf"(?:{_LABEL}\.)*{_LABEL}|\[(?:IPv6:)?[0-9A-Fa-f:.]{{3,45}}\]"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = re.compile(rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_DOMAIN})")
_WIDE_LOCAL = re.compile(r"[^\s\"(),:;<>@\[\\\]]{1,64}")
_MESSAGE_ID = re.compile(r"[!-;=?A-~]{1,200}@[!-;=?A-~]{1,200}")
_LONGEST_ADDRESS = 254


def line(value: str, limit: int = LIMIT) -> str:
    """`value` as one harmless line: NFC, no control, separator or direction trick, at most `limit` bytes of UTF-8."""
    if not (value.isprintable() and unicodedata.is_normalized("NFC", value)):
        value = " ".join(_UNSAFE.sub(" ", unicodedata.normalize("NFC", value)).split())
    return value.strip() if len(value) * 4 <= limit else _cut(value.strip(), limit)


def _cut(value: str, limit: int) -> str:
    """At most `limit` bytes, never between a character and its vowel or tone mark."""
    raw = value.encode()
    if len(raw) <= limit:
        return value
    kept = len(raw[: limit - 3].decode(errors="ignore"))
    while kept and unicodedata.category(value[kept]) == "Mn":
        kept -= 1
    return value[:kept] + "…"


@lru_cache(maxsize=1024)
def address(value: str) -> str:
    """`value` as an envelope may carry it, its domain in ASCII (IDNA); "" when it is no address (attack 9).

    A local part beyond ASCII stays as it is and needs SMTPUTF8 (RFC 6531). Quoted local parts are refused.
    """
    if len(value) > _LONGEST_ADDRESS:
        return ""
    if _ADDRESS.fullmatch(value):
        return value
    local, _, domain = value.rpartition("@")
    try:
        plain = domain.encode("idna").decode()
    except UnicodeError:
        return ""
    # The domain is judged behind a local part that is certainly good.
    good = _ADDRESS.fullmatch(f"{local}@x") or (
        not local.isascii() and local.isprintable() and _WIDE_LOCAL.fullmatch(local)
    )
    fits = len(local.encode(errors="replace")) + 1 + len(plain) <= _LONGEST_ADDRESS
    return f"{local}@{plain}" if good and fits and _ADDRESS.fullmatch(f"x@{plain}") else ""


@lru_cache(maxsize=512)
def text(value: str) -> bytes:
    """Free text as a field's value, folded."""
    safe = line(value)
    return safe.encode() if len(safe) <= _FIRST and _plain(safe) else _encoded(safe)


@lru_cache(maxsize=512)
def mailbox(mail_address: str, name: str) -> bytes:
    """`name <address>` as a field's value.

    An address that is none, or that ASCII cannot spell, leaves an empty group in its place (RFC 6854): where a mail
    goes is the envelope's affair.
    """
    known, safe = address(mail_address), line(name, NAME_LIMIT)
    if not known.isascii() or not known:
        return _phrase(safe or "undisclosed") + b":;"
    return _phrase(safe) + b"\r\n <" + known.encode() + b">" if safe else known.encode()


def opaque(value: str) -> bytes:
    """A machine's value, never encoded or folded; what is not visible ASCII is dropped."""
    return re.sub("[^!-~]+", "", value[:LIMIT]).encode()


def message_id(value: str) -> str:
    """`value` if it can stand between angle brackets, else a stable substitute."""
    if _MESSAGE_ID.fullmatch(value):
        return value
    return f"{sha256(value.encode(errors='replace')).hexdigest()[:32]}@saraban.invalid"


def message_ids(values: tuple[str, ...]) -> bytes:
    """The well-formed ones of `values` in angle brackets, a line each; b"" when none is."""
    known = [f"<{value}>" for value in values if _MESSAGE_ID.fullmatch(value)]
    return "\r\n ".join(known[-_REFERENCES:]).encode()


def _plain(safe: str) -> bool:
    return safe.isascii() and "=?" not in safe


def _phrase(safe: str) -> bytes:
    if len(safe) * 2 <= _FIRST and _plain(safe):
        return b'"' + re.sub(r'(["\\])', r"\\\1", safe).encode() + b'"'
    return _encoded(safe)


def _encoded(safe: str) -> bytes:
    """Encoded words (RFC 2047), each of whole characters, one on a line."""
    words = []
    raw, begin, room = safe.encode(), 0, _FIRST_WORD
    while begin < len(raw):
        end = begin + room
        while end < len(raw) and raw[end] & 0xC0 == 0x80:
            end -= 1
        words.append(b"=?utf-8?b?" + binascii.b2a_base64(raw[begin:end], newline=False) + b"?=")
        begin, room = end, _WORD
    return b"\r\n ".join(words)
