"""The child process that draws: as `child`, for pictures (`python -m watchers.reading.picture_child BYTES`).

What cannot be drawn is an answer without pages or picture; what cannot be survived ends this process.
"""

from __future__ import annotations

import resource

from watchers.reading import child, picture, sheets

_OPEN_FILES = 32  # fonts of the system; nothing else needs to be opened here


def answered(content: bytes, wanted: str, _sender: str | None) -> list[bytes]:
    """The pieces that answer one question. Raises MemoryError only."""
    try:
        if wanted == sheets.SHEETS:
            return sheets.answer(picture.sheets(content))
        return sheets.answer((), picture.draw(content, int(wanted)))
    except MemoryError:
        raise
    except Exception:  # whatever a parser says of a stranger's file: there is no picture
        return sheets.answer()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    child.run(answered)
