"""Where a line of Thai may end: between words that we know, else between syllables, never inside a cluster.

Thai writes no blanks between words. Letters alone tell some borders: a vowel that is written first begins a syllable,
ะ and ำ end one, ั and ื want a letter after them, a silenced letter (์) belongs to what stands before it.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from gateway.printed.paper.terms import KNOWN, LEANING, LENGTHS, SHORT

NEVER, CLUSTER, SYLLABLE, WORD, BLANK = range(5)  # how good a place is

_LEADING = "เแโใไ"
_CLOSING = ")]}”’»›,.;:!?ฯๆ%"
_OPENING = "([{“‘«‹"
_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
# One cluster: a first vowel, a letter with its marks, what must follow; a run of marks that lost their letter.
_CLUSTERS = re.compile(
    f"[{_OPENING}]*"
    f"(?:[{_LEADING}]*[ก-ฮ][{_MARKS}]*[ะาำๅ]*(?:[ก-ฮ][\u0e34\u0e38]?\u0e4c)*"
    r"|[0-9๐-๙]+(?:[.,:][0-9๐-๙]+)*|[^\W\d_ก-๛]+|[^\s])"
    f"[{_MARKS}ะาำๅ]*[{re.escape(_CLOSING)}]*"
    r"(?P<blank>\s*)"
)
_ENDS = re.compile(f"[ะำฯๆ\u0e4c][\u0e48-\u0e4b]?[{re.escape(_CLOSING)}]*$")
# These vowels want a letter after them: ขับ, เจ็บ, มือ, เดิน, เจียว; only ก็ does not.
_OPEN = re.compile("(?:[\u0e31\u0e37]|(?<!ก)\u0e47|^เ[ก-ฮ]{1,2}[\u0e34\u0e35\u0e47])[\u0e48-\u0e4b]?$")
_ORDINAL = re.compile(r"ที่\s?[0-9๐-๙]")  # ภาคเรียนที่ 1, ชั้นปีที่ 3
_THAI = re.compile("[ก-๎]")


class Place(NamedTuple):
    """A line may hold the letters before `end`, and the next one begins with `start`; blanks between are left out."""

    end: int
    start: int
    goodness: int


def places(text: str) -> list[Place]:
    """Every place inside `text` where a line may end, in order; the last one is the end of the text."""
    clusters = list(_CLUSTERS.finditer(text))
    words = _words(text, clusters)
    found = []
    for cluster, following in pairwise(clusters):
        end, start = cluster.start("blank"), cluster.end()
        goodness = _blank(text[start]) if start > end else _goodness(text, cluster, following, words)
        found.append(Place(end, start, goodness))
    return [*found, Place(len(text.rstrip()), len(text), BLANK)]


def _blank(following: str) -> int:
    """A number stays with what it counts: เขต 5, ครั้งที่ 1/2569."""
    return SYLLABLE if following.isdecimal() else BLANK


def _words(text: str, clusters: list[re.Match[str]]) -> dict[int, int]:
    """How good it is to break at each letter of a known word: at its borders, or inside."""
    borders = {place for match in clusters for place in (match.start(), match.start("blank"))}
    found: dict[int, int] = {}
    free, leaning = 0, False
    for start in (match.start() for match in clusters):
        if start >= free and (end := _word(text, start, borders)):
            # A short word may be a part of a longer one that we do not know, unless it meets a known one.
            border = WORD if end - start > SHORT else SYLLABLE
            found |= dict.fromkeys(range(start + 1, end), CLUSTER)
            found[start] = (SYLLABLE if leaning else WORD) if start == free else border
            leaning = text[start:end] in LEANING
            found[end] = SYLLABLE if leaning else border
            free = end
    return found


def _word(text: str, start: int, borders: set[int]) -> int:
    """The end of the longest known word from `start`; 0 for none."""
    for length in LENGTHS.get(text[start : start + 2], ()):
        end = start + length
        if end in borders and text[start:end] in KNOWN:
            return end
    return 0


def _goodness(text: str, cluster: re.Match[str], following: re.Match[str], words: dict[int, int]) -> int:
    end = cluster.end()
    if _OPEN.search(cluster[0]) or _alone(text, following):
        return NEVER
    if _ORDINAL.match(text, end):
        return CLUSTER
    if end in words:
        return words[end]
    before, after = text[end - 1], text[end]
    if before == ".":
        return CLUSTER if following[0].endswith(".") else SYLLABLE  # ส.ค., but สพป.-อุบลราชธานี
    if bool(_THAI.match(before)) != bool(_THAI.match(after)) or before in "/-–":
        return _between(before, after)
    return SYLLABLE if after in _LEADING or _ENDS.search(cluster[0]) else CLUSTER


def _alone(text: str, cluster: re.Match[str]) -> bool:
    """Is this a last letter without a vowel, which belongs to what stands before it?"""
    last = cluster.end("blank") > cluster.start("blank") or cluster.end() == len(text)
    return last and len(cluster[0].strip()) == 1 and bool(_THAI.match(cluster[0]))


def _between(before: str, after: str) -> int:
    """Between scripts; but a slash or a hyphen stays with what stands before it, and ว with its number."""
    if after in "/-–_@" or (before in "ว/-–" and after.isdecimal()):
        return CLUSTER
    return SYLLABLE if before in "/-–" else WORD
