"""Puts the house together: settings, take and settle, dispatch, the daemon, pages, the command line, the demo.

A letter's walk: `watchers` → `taker` → `settler` → `pipeline` → `dispatch` → `mailers`; `wiring` knows all parts.
"""
