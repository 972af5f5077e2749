"""The small world of `ledger_world`, and its door, as fixtures."""

from door_world import hall
from ledger_world import world

__all__ = ["hall", "world"]
