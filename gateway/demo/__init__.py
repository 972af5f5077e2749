"""The demo: a believable office, and a short story that comes in through its own front doors."""
