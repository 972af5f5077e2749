"""How many files lie in failed/ and wait for somebody to look at them."""

from __future__ import annotations

import os

from watchers.folder import names, safely


def count(watched: int) -> int:
    """The files in failed/ of the open folder `watched`, without the notes beside them. Errors: OSError.

    A secret file left the share, so its note stands for it.
    """
    try:
        failed = safely.standing(watched, names.FAILED)
    except (FileNotFoundError, NotADirectoryError):
        return 0
    try:
        files = safely.listing(failed, names.ignored).files
    finally:
        os.close(failed)
    return sum(not (name.endswith(".txt") and name.removesuffix(".txt") in files) for name in files)
