"""The log: one line for each event, controls escaped, no letter's content, no token (P-34).

As text it is for people, and for a journal that wants priorities; as JSON every line is one object, whoever wrote it:
our parts, libraries, warnings, and exceptions that nobody caught.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType

import structlog
from structlog.typing import EventDict

_LINE = 2048
_PLACE = re.compile(r" ?\b([a-z_]+)=%[a-z]")
_PRIORITIES = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}

log = logging.getLogger("saraban")


def set_up(level: str, form: str) -> None:
    """Send the log to standard error. `level` and `form` as in [log] of the settings."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = _json() if form == "json" else _text()
    handler.setFormatter(_Prioritised(formatter) if form == "text" and _is_journal() else formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for quiet in ("mail.log", "watchdog", "uvicorn", "asyncio", "alembic"):
        logging.getLogger(quiet).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*_STAMPS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


_STAMPS: tuple[structlog.typing.Processor, ...] = (
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso"),
)


def let_go() -> None:
    """Forget what standard output and error could not write, as on a full disk: it must not spoil the exit code."""
    for name in ("stdout", "stderr"):
        try:
            getattr(sys, name).flush()
        except OSError:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 (as long as the process)


def ready_line(form: str, places: Mapping[str, str | list[str]]) -> str:
    """What standard output says once everything serves. `form` as in [log]; `places`: by name, where to reach what."""
    if form == "json":
        told = {"event": "ready", "level": "info", "timestamp": datetime.now(UTC).isoformat(), **places}
        return json.dumps(told, ensure_ascii=False)
    each = ((name, [at] if isinstance(at, str) else at) for name, at in places.items())
    return " ".join(["ready", *(f"{name}={place}" for name, found in each for place in found)])


def _text() -> logging.Formatter:
    # Traces without local variables: those of a fault in mid-letter are the letter.
    shown = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_STAMPS[0], _STAMPS[2]],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _one_line, shown],
    )


def _json() -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_STAMPS, _fields],
        pass_foreign_args=True,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _one_line,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def _fields(_logger: object, _name: str, event: EventDict) -> EventDict:
    """`peer=%s size=%d` in what is logged are fields, each under its name."""
    values, form = event.pop("positional_args", ()), str(event["_record"].msg)
    names = _PLACE.findall(form)
    if names and isinstance(values, tuple) and len(names) == len(values) == len(re.findall(r"%[a-z]", form)):
        event["event"] = _PLACE.sub("", form).strip()
        for name, value in zip(names, values, strict=True):
            event[name if name not in event else f"{name}_"] = value
    return event


def _one_line(_logger: object, _name: str, event: EventDict) -> EventDict:
    text = str(event.get("event", ""))
    event["event"] = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)[:_LINE]
    return event


class _Prioritised(logging.Formatter):
    """Each line begins with its priority, as journald reads it (sd-daemon(3)); those of a trace, too."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """The lines of one event."""
        mark = f"<{_PRIORITIES.get(record.levelno, 5)}>"
        return "\n".join(mark + line for line in self._inner.format(record).splitlines())


def _is_journal() -> bool:
    """Whether standard error is the journal itself, not something that we were redirected to (systemd.exec(5))."""
    try:
        status = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def _uncaught(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    log.critical("an exception that nobody caught", exc_info=(kind, fault, trace))


def _uncaught_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_type is SystemExit or told.exc_value is None:
        return
    name = told.thread.name if told.thread is not None else ""
    log.critical("a thread ended thread=%s", name, exc_info=(told.exc_type, told.exc_value, told.exc_traceback))
