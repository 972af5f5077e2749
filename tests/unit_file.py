"""The service unit of the README, exactly as an administrator copies it."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def unit() -> str:
    """Its text."""
    found = re.search(r"(?ms)^```ini\n(\[Unit\].*?)^```", README.read_text("utf-8"))
    assert found
    return found[1]
