"""The story is told through the front door; a door that closes meanwhile is no fault of the one who closed it."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Any, cast

import pytest

from gateway.daemon import Running
from gateway.demo.play import Play


def test_a_story_that_is_broken_off_says_so_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    nowhere = Running(house=cast(Any, None), http="", smtp=f"127.0.0.1:{port}", lmtp="")
    Play(nowhere, tmp_path, threading.Event()).tell()
    told = capsys.readouterr().err
    assert "เล่าไม่จบ" in told
    assert "Traceback" not in told
