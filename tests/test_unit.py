"""The service unit of the README is as closed as it claims, also where it opens port 25."""

from __future__ import annotations

import re
import stat
import subprocess
from pathlib import Path

import pytest

from tests.unit_file import README, unit

MOST = 1.5  # of 10, as `systemd-analyze security` counts exposure
BIND = "CAP_NET_BIND_SERVICE"
PORT_25 = {
    r"(?m)^PrivateUsers=yes$": "PrivateUsers=no",
    r"(?m)^CapabilityBoundingSet=$": f"CapabilityBoundingSet={BIND}\nAmbientCapabilities={BIND}",
}


def exposure(folder: Path, text: str) -> float:
    """What systemd thinks of a unit."""
    path = folder / "saraban.service"
    path.write_text(text, "utf-8")
    asked = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(path)]
    told = subprocess.run(asked, capture_output=True, text=True, check=False)
    found = re.search(r"Overall exposure level for saraban.service: ([\d.]+)", told.stdout)
    assert found, told.stderr
    return float(found[1])


def test_the_unit_is_closed(tmp_path: Path) -> None:
    assert exposure(tmp_path, unit()) <= MOST


def test_the_unit_is_closed_with_port_25_as_the_readme_opens_it(tmp_path: Path) -> None:
    text = unit()
    for line, other in PORT_25.items():
        assert re.search(line, text)
        text = re.sub(line, other, text)
    assert exposure(tmp_path, text) <= MOST


def test_the_unit_lets_us_write_wherever_the_readme_puts_something() -> None:
    text = README.read_text("utf-8")
    put = re.findall(r'\b(?:path|key_file) = "([^"]+)"', text)
    assert {Path(place).name for place in put} >= {"lmtp", "totp.key"}
    found = dict(re.findall(r"(?m)^(ReadWritePaths|RuntimeDirectory)=(.+)$", unit()))
    ours = [Path(place.removeprefix("-")) for place in found["ReadWritePaths"].split()]
    ours.append(Path("/run", found["RuntimeDirectory"]))
    assert [place for place in put if not any(Path(place).is_relative_to(folder) for folder in ours)] == []


def test_the_folder_of_the_socket_gives_it_the_group_that_the_unit_hides() -> None:
    text = README.read_text("utf-8")
    socket = re.search(r'(?m)^ +path = "(.+)/lmtp"\n +group = "(\w+)"$', text)
    made = re.search(r"`install -d -o saraban -g (\w+) -m (\d+) (\S+)`", text)
    assert socket
    assert made
    assert "PrivateUsers=yes" in unit()
    assert (made[3], made[1]) == socket.groups()
    assert int(made[2], 8) == stat.S_ISGID | 0o750


@pytest.mark.parametrize("line", ["CapabilityBoundingSet=", "ProtectSystem=strict", "SystemCallFilter=@system-service"])
def test_the_measure_feels_each_line(tmp_path: Path, line: str) -> None:
    assert exposure(tmp_path, unit().replace(f"{line}\n", "")) > exposure(tmp_path, unit())


def test_the_unit_gives_the_end_more_time_than_the_end_takes() -> None:
    from gateway.health import sentinel

    given = re.search(r"(?m)^TimeoutStopSec=(\d+)$", unit())
    assert given
    assert float(given[1]) > sentinel.LAST_RESORT > sentinel.GRACE
