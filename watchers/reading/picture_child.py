"""The child process that draws and copies: as `child`, for what is shown of files (`… picture_child BYTES`).

What cannot be drawn or copied is an answer without anything; what cannot be survived ends this process.
"""

from __future__ import annotations

import resource

from watchers.reading import child, copies, frames, picture, printed, sheets
from watchers.reading.packed import Opening

_OPEN_FILES = 32  # fonts of the system; nothing else needs to be opened here


def answered(asked: frames.Asked) -> list[bytes]:
    """The pieces that answer one question. Raises MemoryError only."""
    content, wanted, name, known = asked
    try:
        if wanted == sheets.SHEETS:
            return sheets.answer(picture.sheets(content))
        if wanted == sheets.COPY:
            return copies.answer(content, name or "", Opening(known, pages=printed.texts))
        return sheets.answer((), picture.draw(content, int(wanted)))
    except MemoryError:
        raise
    except Exception:  # whatever a parser says of a stranger's file: there is no picture
        return sheets.answer()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    child.run(answered)
