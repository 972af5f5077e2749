"""From bytes to a `Reading`: pure functions that never raise; what cannot be read becomes a defect."""

from __future__ import annotations

from watchers.reading.assembly import own, read

__all__ = ["own", "read"]
