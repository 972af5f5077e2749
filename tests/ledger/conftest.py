"""The small world of `ledger_world` as a fixture."""

from ledger_world import world

__all__ = ["world"]
