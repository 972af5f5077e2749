"""`tests/provision` brings every program that a test starts, on a machine that has none of them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests import programs

STARTED = programs.started()


def test_every_program_that_a_test_starts_is_provided() -> None:
    words = {word for found in STARTED.values() for word in found - {programs.UNREAD}}
    words |= {word for found, _ in programs.FOLLOWED.values() for word in found}
    assert words - programs.EVERYWHERE - programs.OURS == programs.provided()


def test_what_cannot_be_read_from_the_source_is_listed_with_its_reason() -> None:
    assert {place for place, found in STARTED.items() if programs.UNREAD in found} == set(programs.FOLLOWED)


def test_strace_and_the_browser_are_among_them() -> None:
    assert {"strace", "chromium", "swaks", "postfix", "pdftotext"} <= programs.provided()


def test_a_program_that_nobody_provides_is_refused_when_it_is_started(tmp_path: Path) -> None:
    (tmp_path / "unheard-of").symlink_to("/bin/true")
    with pytest.raises(AssertionError, match="unheard-of is started by a test: tests/provision must know it"):
        subprocess.run([tmp_path / "unheard-of"], check=True)


def test_nobody_starts_a_program_by_a_name_of_its_own() -> None:
    """`from subprocess import run` would not be seen."""
    hidden = re.compile(r"(?m)^\s*(from (subprocess|os|asyncio|pty|shutil) import|import (subprocess|os|pty) as)")
    assert [path for path in programs.TESTS.rglob("*.py") if hidden.search(path.read_text("utf-8"))] == []
