"""Which parts are the letter's own words, and which are its enclosures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from watchers.reading import limits
from watchers.reading.html import text_of
from watchers.reading.parsed import Part

WORDS = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext"})


def choose(parts: Sequence[Part]) -> tuple[str, str]:
    """The text that a person reads, and the HTML where there is one.

    Of alternatives the plain text is taken, unless it is blank; parts that follow each other are joined.
    """
    groups: dict[int, list[Part]] = {}
    for index in own_words(parts):
        groups.setdefault(_alternatives(parts, index), []).append(parts[index])
    texts: list[str] = []
    for group in groups.values():
        plain = [part for part in group if part.media_type == "text/plain" and part.text.strip()]
        texts += [part.text for part in plain] or [text_of(part.text) for part in group]
    html = "\n".join(part.text for group in groups.values() for part in group if part.media_type == "text/html")
    return "\n".join(texts).strip("\n")[: limits.TEXT], html[: limits.TEXT]


def own_words(parts: Sequence[Part]) -> Iterator[int]:
    """The parts that are text of the mail itself: not of an enclosed mail, and no file."""
    foreign: set[int] = set()
    for index, part in enumerate(parts):
        if part.parent in foreign or part.media_type.startswith("message/"):
            foreign.add(index)
        elif part.media_type in WORDS and part.disposition != "attachment" and not (part.filename and index):
            yield index


def _alternatives(parts: Sequence[Part], index: int) -> int:
    """The nearest multipart/alternative around a part, or the part itself: one says what the other says."""
    at = parts[index].parent
    while at >= 0:
        if parts[at].media_type == "multipart/alternative":
            return at
        at = parts[at].parent
    return index
