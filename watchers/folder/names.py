"""Names of files: which are not letters yet, and what a letter is called after it has its outcome."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from itertools import count

from ledger.era import be_year
from ledger.errors import Refused
from ledger.values import Outcome, OutcomeKind, Secrecy
from watchers.reading import marks

DONE, FAILED, HELD = "done", "failed", "held"
_ASIDE = ".closing"
_OURS = frozenset({DONE, FAILED, HELD})
LONGEST = 240  # bytes of UTF-8; ext4 and Windows shares end at 255, and the note adds ".txt" (section 7)

_STARTS = (".", "~$")
_ENDS = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", ".opdownload", ".swp", "~")
_NEVER = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"})


def ignored(name: str) -> bool:
    """Whether `name` is one of our folders, or a program's at work (Office lock, half download, file manager)."""
    low = name.lower()
    return low in _OURS or low.startswith(_STARTS) or low.endswith(_ENDS) or low in _NEVER


def shown(name: str) -> str:
    """`name` as text: UTF-8, else the Thai Windows code page that old programs write."""
    raw = os.fsencode(name)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp874", "replace")


def place(ending: Outcome | Refused, name: str, at: datetime) -> tuple[tuple[str, ...], str]:
    """The sub-folders and the name under which the file called `name` comes to rest; `at` gives a missing year."""
    stem, extension = _split(_tame(shown(name)))
    if secret(ending, name):
        stem = "ลับ"
    if isinstance(ending, Refused) or ending.kind is OutcomeKind.REFUSED:
        return (FAILED,), stem + extension
    if ending.kind is OutcomeKind.HELD:
        return (HELD,), stem + extension
    year = ending.year or be_year(at)
    number = f"{ending.number}-{year} " if ending.number is not None else ""
    again = "ซ้ำ " if ending.kind is OutcomeKind.JOINED else ""
    return (DONE, str(year)), f"{number}{again}{stem}{extension}"


def secret(ending: Outcome | Refused, name: str) -> bool:
    """Whether the file called `name` may not stay on the share; of one that nobody could read its name tells."""
    if isinstance(ending, Outcome):
        return ending.secret
    return marks.read("", "", _split(shown(name))[0])[1] is not Secrecy.ORDINARY


def aside(name: str) -> str:
    """What `name` is called while it is being closed; it looks like no letter."""
    return f".{next(numbered(name))}{_ASIDE}"


def before(aside: str) -> str:
    """What was called `aside` by us while a crash came, or "" for any other name."""
    return aside[1 : -len(_ASIDE)] if aside.startswith(".") and aside.endswith(_ASIDE) else ""


def numbered(name: str) -> Iterator[str]:
    """`name`, then `name (2)`, `name (3)` …, each with its extension and at most LONGEST bytes."""
    stem, extension = _split(name)
    for turn in count(1):
        ending = extension if turn == 1 else f" ({turn}){extension}"
        yield _cut(stem, LONGEST - len(os.fsencode(ending))) + ending


def _tame(name: str) -> str:
    """Composed letters, and `_` for controls, direction marks and what no screen shows (attack 23)."""
    composed = unicodedata.normalize("NFC", name)
    return "".join("_" if unicodedata.category(letter).startswith("C") else letter for letter in composed)


def _split(name: str) -> tuple[str, str]:
    stem, extension = os.path.splitext(name)
    return (stem, extension) if len(os.fsencode(extension)) <= 16 and " " not in extension else (name, "")


def _cut(text: str, room: int) -> str:
    """As much of `text` as fits into `room` bytes without parting a letter from its vowels and tone marks."""
    end = len(text)
    while len(os.fsencode(text[:end])) > room:
        end -= 1
    if end == len(text):
        return text
    while end and (unicodedata.category(text[end]).startswith("M") or text[end] == "ำ"):
        end -= 1
    return text[:end].rstrip(" เแโใไ")
