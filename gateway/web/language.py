"""Thai first, English second: which language a visitor gets, and how a Thai text is said in it.

The Thai text itself is the message id; the files `templates/locale/en/LC_MESSAGES/*.po` hold the English. They are read
as they are, so that there is no build step between a correction and the page.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from babel.messages.pofile import read_po

Language = Literal["th", "en"]
Say = Callable[..., str]
CATALOGUES = Path("locale/en/LC_MESSAGES")


class Catalogue:
    """The English of every Thai text."""

    def __init__(self, templates: Path) -> None:
        """Read the catalogues below `templates`. Raises OSError or babel's PoFileError."""
        self._english: dict[str, str] = {}
        for path in sorted((templates / CATALOGUES).glob("*.po")):
            with path.open("rb") as file:
                catalogue = read_po(file, abort_invalid=True)
            self._english |= {str(line.id): str(line.string) for line in catalogue if line.id and line.string}

    def speaker(self, language: Language) -> Say:
        """A function that says a Thai text in `language`, filling `{names}` with keyword arguments."""

        def say(thai: str, **values: object) -> str:
            text = self._english.get(thai, thai) if language == "en" else thai
            return text.format(**values) if values else text

        return say


def choose(asked: str | None, accepted: str, default: Language = "th") -> Language:
    """The visitor's language: `asked` in the address, else the best of Accept-Language (RFC 9110), else `default`."""
    if asked in ("th", "en"):
        return "en" if asked == "en" else "th"
    weights = {"th": 0.0, "en": 0.0}
    for one in accepted[:500].split(","):
        tag, _, parameters = one.strip().partition(";")
        primary = tag.strip().lower().partition("-")[0]
        if primary in weights:
            weights[primary] = max(weights[primary], _weight(parameters))
    if weights["en"] == weights["th"]:
        return default
    return "en" if weights["en"] > weights["th"] else "th"


def _weight(parameters: str) -> float:
    name, _, value = parameters.replace(" ", "").partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
