"""`saraban parse` needs no office: it reads what it is given, in a folder without settings too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[3]
MAIL = b"From: a@b.example\nSubject: =?utf-8?b?4LiC4Lit4LmA4LiK4Li04LiN?=\n\ntext\n"


def saraban(folder: Path, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from gateway.cli import main; main()", *words]
    env = {**os.environ, "PYTHONPATH": str(HOUSE)}
    return subprocess.run(command, cwd=folder, env=env, input=given, capture_output=True, text=True, check=False)


def test_it_answers_each_path_in_a_folder_without_settings(tmp_path: Path) -> None:
    (tmp_path / "ก.eml").write_bytes(MAIL)
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.4 %%EOF")
    told = saraban(tmp_path, "parse", "--batch", "--json", given="ก.eml\nb.pdf\nmissing\n")
    letter, paper, missing = map(json.loads, told.stdout.splitlines())
    assert (letter["subject"], letter["from"]) == ("ขอเชิญ", ["a@b.example"])
    assert (paper["subject"], [one["size"] for one in paper["attachments"]]) == ("b", [14])
    assert (missing["defects"][0].startswith("unreadable"), told.returncode) == (True, 0)


def test_without_a_file_it_says_what_to_name(tmp_path: Path) -> None:
    told = saraban(tmp_path, "parse")
    assert ("--batch" in told.stderr, told.returncode) == (True, os.EX_DATAERR)


def test_settings_that_are_there_are_minded(tmp_path: Path) -> None:
    (tmp_path / "saraban.toml").write_text("[reading]\nproceses = 1\n")
    told = saraban(tmp_path, "parse", "x")
    assert ("proceses" in told.stderr, told.returncode) == (True, os.EX_CONFIG)
