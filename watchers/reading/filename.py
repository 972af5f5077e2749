"""Names of files, safe on every disk and screen (attack 23); the sender's own spelling stays beside them."""

from __future__ import annotations

import mimetypes
import re
import unicodedata

from watchers.reading import limits

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,100}\.[A-Za-z0-9]{1,10}")
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # marks that turn the reading order
_PATH = re.compile(r"^(?:[A-Za-z]:|\.{0,2}[/\\]|~/)|(?:^|[/\\])\.\.(?:[/\\]|$)|\\")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|clock\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.I)
_EXTENSION = re.compile(r"\.(?=[0-9]*[A-Za-z])[A-Za-z0-9]{1,10}$")  # not the end of "ศธ 04022.345"
_JOINING = "\u0e33\u0eb3\u200d"  # Thai and Lao AM and the joiner belong to the character before
_KNOWN = {
    "image/jpeg": ".jpg",
    "message/rfc822": ".eml",
    "text/plain": ".txt",
    "application/zip": ".zip",
    "application/vnd.rar": ".rar",
}


def stored_name(name: str, media_type: str = "", number: int = 1) -> str:
    """A name without path, control, direction mark or reserved word, at most 150 characters and 240 bytes.

    A missing name becomes "เอกสาร-<number>" with the usual extension of `media_type`.
    """
    if _SAFE.fullmatch(name) and not _RESERVED.match(name):
        return name
    text = unicodedata.normalize("NFC", name)
    text = re.split(r"[/\\]", text.rstrip("/\\. "))[-1] if _PATH.search(text) else text
    text = _TURNING.sub(lambda mark: f"⟦{ord(mark[0]):04X}⟧", text)
    text = "".join(map(_visible, _FORBIDDEN.sub("-", text)))
    text = " ".join(text.split()).strip(". ")
    if not text.strip("-_"):
        return f"เอกสาร-{number}{extension_of(media_type)}"
    return _cut("_" + text if _RESERVED.match(text) else text)


def extension_of(media_type: str) -> str:
    """The usual extension with its dot, or ""."""
    return _KNOWN.get(media_type) or mimetypes.guess_extension(media_type, strict=False) or ""


def extension(name: str) -> str:
    """The part after the last dot, as Windows sees it: lower case, trailing dots and spaces ignored."""
    found = _EXTENSION.search(name.rstrip(". \t\r\n"))
    return found[0][1:].lower() if found else ""


def title(name: str) -> str:
    """A file name as a subject: without path and extension, underscores as spaces."""
    shown = stored_name(name) if name else ""
    return " ".join(_EXTENSION.sub("", shown).replace("_", " ").split())


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Zs", "Zl", "Zp"):
        return " "
    return "" if category in ("Cf", "Cs", "Co", "Cn") or character == "\ufffd" else character


def _cut(name: str) -> str:
    """`name` within both limits, its extension kept, no character parted from its marks."""
    found = _EXTENSION.search(name)
    tail = found[0] if found and len(found[0].encode()) < limits.NAME_BYTES // 2 else ""
    stem = name[: len(name) - len(tail)]
    room = limits.NAME_CHARACTERS - len(tail)
    if len(stem) > room or len(name.encode()) > limits.NAME_BYTES:
        kept = stem[:room].encode()[: limits.NAME_BYTES - len(tail.encode())].decode("utf-8", "ignore")
        while kept and _continues(stem[len(kept) : len(kept) + 1]):
            kept = kept[:-1]
        stem = kept.rstrip(". ")
    return stem + tail


def _continues(following: str) -> bool:
    """Whether a cut before this character would part it from the one that it belongs to."""
    return bool(following) and (following in _JOINING or unicodedata.category(following).startswith("M"))
