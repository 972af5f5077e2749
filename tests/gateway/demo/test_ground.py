"""The demo's folder: its settings are its owner's, and a new port changes a port alone."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from gateway import lock
from gateway.demo import ground
from gateway.settings import load
from ledger.errors import AlreadyRunning, SettingsWrong
from tests.mailers.servers import free_port
from watchers.folder.whole import Wholeness, wholeness

ADDED = """
# ตู้รับของเรา / what we added
[[folders]]
path = "scans/finance"   # ส่งเข้ากลุ่มการเงิน
group = "finance"

[intake]
policy = 'known'

# อีกตู้หนึ่ง / after another table
[[folders]]
path = "scans/personnel"   # บุคคล

# ท้ายไฟล์
"""


def ports(folder: Path) -> tuple[int, int]:
    settings = load(folder / "saraban.toml", {})
    return settings.smtp.port, settings.http.port


def numbered(text: str, old: tuple[int, int], new: tuple[int, int]) -> str:
    """The text with these numbers for those."""
    for one, other in zip(old, new, strict=True):
        assert text.count(str(one)) == 1
        text = text.replace(str(one), str(other))
    return text


@pytest.fixture
def given() -> tuple[int, int]:
    return free_port(), free_port()


def test_a_new_folder_gets_the_ports_that_are_given(tmp_path: Path, given: tuple[int, int]) -> None:
    settings = ground.prepare(tmp_path / "demo", *given)
    assert (settings.smtp.port, settings.http.port) == given == ports(tmp_path / "demo")


def test_what_the_readme_drops_and_sends_is_there_and_stays_as_somebody_made_it(
    tmp_path: Path, given: tuple[int, int]
) -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
    assert f"cp demo/{ground.PAPER} demo/{ground.DROP}/" in readme
    assert f"saraban send demo/{ground.PAPER} " in readme
    ground.prepare(tmp_path, *given)
    assert wholeness((tmp_path / ground.PAPER).read_bytes(), ground.PAPER) is Wholeness.WHOLE
    (tmp_path / ground.PAPER).write_bytes(b"mine")
    ground.prepare(tmp_path, *given)
    assert (tmp_path / ground.PAPER).read_bytes() == b"mine"


def test_other_ports_leave_what_was_added_as_it_was_written(tmp_path: Path, given: tuple[int, int]) -> None:
    ground.prepare(tmp_path, *given)
    file = tmp_path / "saraban.toml"
    file.write_text(file.read_text("utf-8") + ADDED, "utf-8")
    mine, others = file.read_text("utf-8"), (free_port(), free_port())
    settings = ground.prepare(tmp_path, *others)
    assert file.read_text("utf-8") == numbered(mine, given, others)
    assert (settings.smtp.port, settings.http.port) == others
    assert [folder.path.name for folder in settings.folders] == ["incoming", "finance", "personnel"]


def test_a_port_that_somebody_has_is_left_to_them(tmp_path: Path, given: tuple[int, int]) -> None:
    ground.prepare(tmp_path, *given)
    file = tmp_path / "saraban.toml"
    mine = file.read_text("utf-8") + ADDED
    file.write_text(mine, "utf-8")
    with socket.create_server(("127.0.0.1", given[0])):
        settings = ground.prepare(tmp_path, None, None)
    assert settings.smtp.port not in (0, given[0])
    assert file.read_text("utf-8") == numbered(mine, given, (settings.smtp.port, given[1]))


@pytest.mark.parametrize(
    "written",
    [
        "smtp.port = {}  # ของเรา\n[http]\nport={} # เว็บ\nvisits_per_hour=9\n",
        'smtp = {{ port = {}, hostname = "a.example" }} # c\n[http]\nport = {}\n# ท้ายไฟล์',
        "\ufeff[smtp]\r\nport = {} # x\r\n\r\n[http]\r\nport = {}\r\n# จบ",
        '[smtp]\n# ของเรา\n"port" = {}\n[[folders]]\npath = "a"\n[http]\nport = {}\n[[folders]]\npath = "b" # ข\n',
    ],
    ids=["dotted", "inline", "notepad", "out of order"],
)
def test_however_the_ports_are_written_nothing_else_changes(
    tmp_path: Path, given: tuple[int, int], written: str
) -> None:
    file, others = tmp_path / "saraban.toml", (free_port(), free_port())
    file.write_bytes(written.format(*given).encode())
    ground.prepare(tmp_path, *others)
    assert file.read_bytes() == written.format(*others).encode()


@pytest.mark.parametrize(
    ("written", "now"),
    [
        ("[smtp] # x\nhostname = 'a'\n[http]\n", "[smtp] # x\nport = {}\nhostname = 'a'\n[http]\nport = {}\n"),
        ("smtp.max_line = '1MiB'\nhttp = {{ }}", "smtp.max_line = '1MiB'\nsmtp.port = {}\nhttp = {{ port = {}}}"),
        ("[smtp]\r\n[http]\r\n# จบ", "[smtp]\r\nport = {}\r\n[http]\r\nport = {}\r\n# จบ"),
        ("[smtp]\r\n[intake]", "[smtp]\r\nport = {}\r\n[intake]\r\n\r\n[http]\r\nport = {}\r\n"),
    ],
    ids=["tables", "dotted and inline", "notepad", "one table"],
)
def test_ports_that_are_not_written_stand_in_their_table(
    tmp_path: Path, given: tuple[int, int], written: str, now: str
) -> None:
    file = tmp_path / "saraban.toml"
    file.write_bytes(written.format().encode())
    ground.prepare(tmp_path, *given)
    assert file.read_bytes() == now.format(*given).encode()


def test_ports_that_are_not_written_are_added(tmp_path: Path, given: tuple[int, int]) -> None:
    mine = '# ของเรา\n[intake]\npolicy = "clerk" # ดูก่อน\n\n[[folders]]\npath = "incoming"\n'
    (tmp_path / "saraban.toml").write_text(mine, "utf-8")
    ground.prepare(tmp_path, *given)
    assert (tmp_path / "saraban.toml").read_text("utf-8").startswith(mine)
    assert ports(tmp_path) == given
    assert load(tmp_path / "saraban.toml", {}).intake.policy == "clerk"


def test_the_same_ports_leave_the_file_alone(tmp_path: Path, given: tuple[int, int]) -> None:
    ground.prepare(tmp_path, *given)
    before = (tmp_path / "saraban.toml").stat()
    ground.prepare(tmp_path, *given)
    ground.prepare(tmp_path, None, None)
    after = (tmp_path / "saraban.toml").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_the_file_stays_where_it_is_and_as_readable_as_it_was(tmp_path: Path, given: tuple[int, int]) -> None:
    kept, folder = tmp_path / "etc" / "demo.toml", tmp_path / "demo"
    kept.parent.mkdir()
    ground.prepare(folder, *given)
    os.rename(folder / "saraban.toml", kept)
    kept.chmod(0o640)
    (folder / "saraban.toml").symlink_to(kept)
    ground.prepare(folder, free_port(), free_port())
    assert (folder / "saraban.toml").is_symlink()
    assert kept.stat().st_mode & 0o777 == 0o640
    assert ports(folder) != given


def test_a_running_demo_keeps_its_ports(tmp_path: Path, given: tuple[int, int]) -> None:
    settings = ground.prepare(tmp_path, *given)
    settings.data.mkdir(exist_ok=True)
    with lock.only_one(settings.data), pytest.raises(AlreadyRunning):
        ground.prepare(tmp_path, free_port(), free_port())
    assert ports(tmp_path) == given


def test_wrong_settings_stay_as_they_are(tmp_path: Path, given: tuple[int, int]) -> None:
    file = tmp_path / "saraban.toml"
    file.write_text("[smtp]\nprot = 1\n", "utf-8")
    with pytest.raises(SettingsWrong):
        ground.prepare(tmp_path, *given)
    assert file.read_text("utf-8") == "[smtp]\nprot = 1\n"
