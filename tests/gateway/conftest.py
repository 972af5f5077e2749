"""The small world of `ledger_world` as a fixture, and mails to feed it."""

from ledger_world import world

__all__ = ["world"]
