"""HTML to text for reading and searching, in one pass; nothing here is ever shown as HTML."""

from __future__ import annotations

import re
from html import unescape

from watchers.reading import limits
from watchers.reading.charset import clean

_TAG = re.compile(r"""<(/?)([a-zA-Z][\w:-]{0,30})(?>(?:[^>"']|"[^"]{0,500}"|'[^']{0,500}')*)>""")
_UNSEEN = {name: re.compile(f"</{name}", re.I) for name in ("script", "style", "title", "template", "textarea")}
_LINE_NAMES = """
    address article blockquote br center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p
    pre section table tr ul
"""
_LINES = frozenset(_LINE_NAMES.split())
_CELLS = frozenset({"td", "th"})
_SPACES = re.compile(r"[ \t\r\n\f\xa0]+")
_TOKEN_BEFORE = re.compile(r"[\w-]{43}$", re.ASCII)
_MANY_BREAKS = re.compile(r"\n{3,}")


def text_of(html: str) -> str:
    """What a person would read of `html`: no tags, lines where blocks end."""
    html = html[: limits.HTML]
    pieces: list[str] = []
    at = 0
    while (tag := html.find("<", at)) >= 0:
        pieces.append(_SPACES.sub(" ", html[at:tag]))
        at, piece = _past(html, tag)
        pieces.append(piece or (" " if _ends_a_link(html, tag, pieces[-1]) else ""))
    pieces.append(_SPACES.sub(" ", html[at:]))
    lines = unescape("".join(pieces)).split("\n")
    text = "\n".join(_SPACES.sub(" ", line).strip() for line in lines)
    return clean(_MANY_BREAKS.sub("\n\n", text).strip())


def _ends_a_link(html: str, at: int, before: str) -> bool:
    """Whether the tag closes a link whose text is an address: the next word is no part of that."""
    return html[at : at + 3].lower() == "</a" and bool(_TOKEN_BEFORE.search(before[-43:]))


def _past(html: str, at: int) -> tuple[int, str]:
    """Where the text goes on after what begins at `at`, and what it leaves in the text."""
    if html.startswith("<!--", at):
        return _after(html, "-->", at + 4), ""
    tag = _TAG.match(html, at)
    if not tag:
        second = html[at + 1 : at + 2]
        return (_after(html, ">", at), "") if second.isalpha() or second in ("!", "?", "/") else (at + 1, "<")
    name = tag[2].lower()
    if not tag[1] and (closing := _UNSEEN.get(name)):
        end = closing.search(html, tag.end())
        return (end.start() if end else len(html)), ""
    return tag.end(), "\n" if name in _LINES else " " if name in _CELLS else ""


def _after(html: str, mark: str, at: int) -> int:
    found = html.find(mark, at)
    return len(html) if found < 0 else found + len(mark)
