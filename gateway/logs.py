"""The log: one line for each event, controls escaped, no letter's content, no token (P-34)."""

from __future__ import annotations

import logging
import sys

import structlog

_LINE = 2048


def set_up(level: str, form: str) -> None:
    """Send the log to standard error. `level` and `form` as in [log] of the settings."""
    # Traces without local variables: those of a fault in mid-letter are the letter.
    as_text = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    as_json = (structlog.processors.format_exc_info, structlog.processors.JSONRenderer())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.processors.TimeStamper(fmt="iso")],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _one_line,
                *((as_text,) if form == "text" else as_json),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for quiet in ("mail.log", "watchdog", "uvicorn", "asyncio"):
        logging.getLogger(quiet).setLevel(logging.WARNING)


def _one_line(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    text = str(event.get("event", ""))
    event["event"] = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)[:_LINE]
    return event
