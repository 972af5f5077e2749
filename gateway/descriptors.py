"""How many files and connections the daemon may have open: as many as all its limits together need."""

from __future__ import annotations

import resource
from contextlib import suppress

ENOUGH = 4096  # two mail doors and the pages with all their connections, files and children


def allow() -> None:
    """Raise the soft limit, which is 1,024 by old custom, to what is needed, as far as the hard one lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(ENOUGH, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError):  # a sandbox that forbids it; the doors then refuse some, as when they are full
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
