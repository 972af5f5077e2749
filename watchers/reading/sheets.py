"""What parent and drawing child say to each other: which pages a file has, and the picture of one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from watchers.reading import frames

SHEETS = "sheets"  # asks for the pages; a number asks for the picture of that page
COPY = "copy"  # asks for the file as it may be handed out
MOST = 200  # pages that are shown of one file


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page, by the size of its picture in pixels."""

    width: int
    height: int


def answer(sheets: Iterable[Sheet] = (), *pictures: bytes) -> list[bytes]:
    """The pieces that tell pages or a picture."""
    facts = {"sheets": [asdict(sheet) for sheet in sheets], "documents": [{"size": len(one)} for one in pictures]}
    told = json.dumps(facts).encode()
    return [frames.ANSWER.pack(len(told)) + told, *pictures]


def sheets(facts: dict[str, Any], _pictures: list[bytes]) -> tuple[Sheet, ...]:
    """The pages that an answer tells."""
    return tuple(Sheet(int(one["width"]), int(one["height"])) for one in facts["sheets"])


def picture(_facts: dict[str, Any], pictures: list[bytes]) -> bytes | None:
    """The picture that came with an answer, or None."""
    return pictures[0] if pictures else None
