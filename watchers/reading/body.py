"""Which parts are the letter's own words, and which are its enclosures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from watchers.reading import limits
from watchers.reading.html import text_of
from watchers.reading.parsed import Part

WORDS = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext"})


def choose(parts: Sequence[Part], words: Iterator[int]) -> tuple[str, str]:
    """The text that a person reads in the parts `words`, and the HTML where there is one.

    Of alternatives the plain text is taken, unless it is blank; parts that follow each other are joined.
    """
    groups: dict[int, list[Part]] = {}
    for index in words:
        groups.setdefault(_alternatives(parts, index), []).append(parts[index])
    texts: list[str] = []
    for group in groups.values():
        plain = [part for part in group if part.media_type == "text/plain" and part.text.strip()]
        texts += [part.text for part in plain] or [text_of(part.text) for part in group]
    html = "\n".join(part.text for group in groups.values() for part in group if part.media_type == "text/html")
    return "\n".join(texts).strip("\n")[: limits.TEXT], html[: limits.TEXT]


def own(parts: Sequence[Part]) -> Iterator[int]:
    """The parts that are text of the mail itself: not of an enclosed mail, and no file."""
    return (index for index, mail in _words(parts) if mail == 0)


def enclosed(parts: Sequence[Part]) -> Iterator[int]:
    """The parts that are text of the first enclosed mail: letters are often passed on under a blank one."""
    found = [(index, mail) for index, mail in _words(parts) if mail]
    return (index for index, mail in found if mail == found[0][1])


def filed(parts: Sequence[Part]) -> Iterator[int]:
    """The first text file: some programs send even the text of a letter as one."""
    named = (index for index, part in enumerate(parts) if part.media_type == "text/plain" and part.text.strip())
    return islice(named, 1)


def _words(parts: Sequence[Part]) -> Iterator[tuple[int, int]]:
    """The parts that are text, each with the part that is the root of its mail."""
    roots: list[int] = []
    for index, part in enumerate(parts):
        is_root = part.parent < 0 or parts[part.parent].media_type.startswith("message/")
        roots.append(index if is_root else roots[part.parent])
        if part.media_type in WORDS and part.disposition != "attachment" and not (part.filename and not is_root):
            yield index, roots[index]


def _alternatives(parts: Sequence[Part], index: int) -> int:
    """The nearest multipart/alternative around a part, or the part itself: one says what the other says."""
    at = parts[index].parent
    while at >= 0 and not parts[at].media_type.startswith("message/"):
        if parts[at].media_type == "multipart/alternative":
            return at
        at = parts[at].parent
    return index
