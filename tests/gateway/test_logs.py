"""The log for machines: JSON whoever writes it, priorities where a journal reads it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
WRITES = """
import logging, threading, warnings
import structlog
from gateway.logs import set_up
set_up("info", "{form}")
logging.getLogger("saraban.smtp").info("taken intake=%d peer=%s size=%d", 7, "192.0.2.1", 500)
logging.getLogger("some.library").warning("two\\nlines %s", "ก")
structlog.get_logger("web").error("web.fault", path="/r/***", trace="line 1\\nline 2")
warnings.warn("an old way", stacklevel=1)
def ends():
    raise RuntimeError("in a thread")
one = threading.Thread(target=ends, name="settler"); one.start(); one.join()
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("saraban").exception("failed")
raise ValueError("nobody catches it")
"""


def written(form: str, **environ: str) -> list[str]:
    """What a process with this log says on standard error, as a pipe; `JOURNAL_STREAM=pipe` names that pipe."""
    reads, writes = os.pipe()
    status = os.fstat(writes)
    if environ.get("JOURNAL_STREAM") == "pipe":
        environ["JOURNAL_STREAM"] = f"{status.st_dev}:{status.st_ino}"
    with os.fdopen(reads, "rb") as reading:
        code = [sys.executable, "-c", WRITES.format(form=form)]
        process = subprocess.Popen(code, stderr=writes, cwd=ROOT, env={**os.environ, **environ})
        os.close(writes)
        said = reading.read().decode()
    assert process.wait() == 1
    return said.splitlines()


def test_as_json_every_line_is_an_object_with_time_level_and_who_says_it() -> None:
    lines: list[dict[str, Any]] = [json.loads(line) for line in written("json")]
    assert len(lines) == 7
    assert all({"event", "level", "timestamp", "logger"} <= line.keys() for line in lines)
    taken, library, fault, warning, thread, failed, end = lines
    assert (taken["event"], taken["intake"], taken["peer"], taken["size"]) == ("taken", 7, "192.0.2.1", 500)
    assert (library["event"], library["level"]) == ("two\\nlines ก", "warning")
    assert (fault["event"], fault["path"]) == ("web.fault", "/r/***")
    assert "an old way" in warning["event"]
    assert (thread["event"], thread["thread"], thread["level"]) == ("a thread ended", "settler", "critical")
    assert "RuntimeError: in a thread" in thread["exception"]
    assert "ZeroDivisionError" in failed["exception"]
    assert "ValueError: nobody catches it" in end["exception"]


def test_as_text_in_a_journal_every_line_has_its_priority() -> None:
    lines = written("text", JOURNAL_STREAM="pipe")
    assert {line[:3] for line in lines} == {"<6>", "<4>", "<3>", "<2>"}
    assert [line[:3] for line in lines if "taken intake=7" in line] == ["<6>"]
    assert [line[:3] for line in lines if "ValueError: nobody catches it" in line] == ["<2>"]
    assert sum(line.startswith("<2>") for line in lines) > 4  # those of a trace, too


def test_as_text_elsewhere_no_line_has_one() -> None:
    for environ in ({}, {"JOURNAL_STREAM": "8:12345"}):
        assert not [line for line in written("text", **environ) if line.startswith("<")]


def test_a_ledger_that_is_made_anew_leaves_none_of_its_tools_lines(tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from gateway.logs import set_up; set_up('info', 'text')\n"
    program += "from ledger.database import open_database; open_database(Path(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "data"], capture_output=True, text=True, check=True
    )
    assert "alembic" not in done.stderr
    assert "autogenerate" not in done.stderr
