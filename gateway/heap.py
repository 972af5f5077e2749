"""The garbage collector's part in a daemon that runs for months."""

from __future__ import annotations

import gc

_YOUNG = 10_000  # objects more than before until the young are looked at; 700 is meant for short scripts


def calm() -> None:
    """Call once when all is loaded: what is there then stays, and is not walked again (a twentieth of dispatch)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)
