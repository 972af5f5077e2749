"""Other users of the machine.

The house is started from a shell whose umask lets everybody read, takes mails and files, makes keys, a journal and
originals. Nothing in its folder can be read by anybody else, nor could anything that a process of it writes. A folder
that somebody opened stops the next start, with the command that mends it.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tests.stories.conftest import MakeHouse
from tests.stories.house import House, eventually
from tests.stories.post import letter, paper, post

pytestmark = pytest.mark.story


def umasks(house: House) -> dict[str, str]:
    """The umask of every process of the house, by its command."""
    assert house.process
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) == house.process.pid:
                status = dict(line.split(":\t", 1) for line in (folder / "status").read_text().splitlines())
                found[(folder / "cmdline").read_text()] = status["Umask"]
        except (OSError, ValueError):
            continue  # it has just ended
    return found


def test_nothing_that_the_house_keeps_can_be_read_by_others(make_house: MakeHouse) -> None:
    house = make_house().start()
    post(house, letter("ขอเชิญประชุมการเงิน", files=["ก.pdf"]))
    (house.drop / "การเงิน.pdf").write_bytes(paper("การเงิน"))
    eventually(lambda: house.count("outcomes") == 2, "both have their outcome")
    house.settled()
    found = umasks(house)
    assert any("watchers.reading" in command for command in found)
    assert set(found.values()) == {"0077"}
    open_to_others = {
        str(path): oct(path.lstat().st_mode)
        for path in [house.data, *house.data.rglob("*"), *house.outbox.rglob("*"), *house.folder.glob("*.txt")]
        if path.lstat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    }
    assert open_to_others == {}


def test_a_data_folder_that_somebody_opened_stops_the_start(make_house: MakeHouse) -> None:
    house = make_house().start()
    house.stop()
    house.data.chmod(0o750)
    process = house.begin(verb="run")
    assert process.wait(60) == os.EX_CONFIG
    (told,) = [line for line in house.log.splitlines() if "chmod" in line]
    assert told.endswith(f"chmod 700 {house.data}")
    house.data.chmod(0o700)
    house.stop()
    house.start(verb="run")
