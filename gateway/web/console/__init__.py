"""The console: all of the office's screens in the browser, rendered on the server; each page asks `ledger.access`."""
