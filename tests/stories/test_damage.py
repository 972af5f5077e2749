"""Somebody meddles with the records.

A byte of an original rots on the disk; a line of the register is changed behind our back, taken out or slipped in; a
page is torn from the history. `verify` tells of each, by name, and leaves with an error.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.stories.house import House
from tests.stories.post import letter, paper, post

pytestmark = pytest.mark.story

MEDDLING = {
    "DELETE FROM entries WHERE number = 3": "entries 3 ",
    "UPDATE entries SET number = 30 WHERE number = 3": "entries 3 ",
    "DELETE FROM outcomes WHERE intake_id = 2": "outcomes 2 ",
    "UPDATE deliveries SET holder = 'คนอื่น' WHERE id = 4": "deliveries 4 ",
    "UPDATE history SET who = 'คนอื่น' WHERE id = 4": "history line 4 ",
    "DELETE FROM history WHERE id = 4": "history line 4 ",
    "DELETE FROM history WHERE id = (SELECT max(id) FROM history)": "entries 6 ",
}
KEYS = {"id", "register_id", "number"}  # their change makes another entry, which is told in other words


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house that lies still, with five incoming letters and an outgoing one in its books."""
    folder = tmp_path_factory.mktemp("archive")
    house = House(folder / "office").start()
    post(house, *(letter(f"หนังสือ {n}", files=[f"สิ่งที่ส่งมาด้วย {n}.pdf"]) for n in range(5)))
    house.settled()
    assert house.stop() == 0
    file = folder / "หนังสือ.pdf"
    file.write_bytes(paper("หนังสือ"))
    house.run("send", file, "--to", "finance", "--subject", "หนังสือส่ง")
    house.sound()
    return house


@pytest.fixture
def archive(written: House, tmp_path: Path) -> House:
    """A copy of it, to be damaged."""
    return House(Path(shutil.copytree(written.folder, tmp_path / "office")))


def faults(house: House) -> list[str]:
    """What `verify` finds."""
    told = house.row("verify", code=os.EX_DATAERR)
    assert not told["ok"]
    assert told["first_fault"] == told["faults"][0]
    found: list[str] = told["faults"]
    return found


def meddle(house: House, *statements: str) -> None:
    """Change the database as somebody would who has the file."""
    with closing(sqlite3.connect(house.data / "saraban.db")) as database, database:
        for statement in statements:
            assert database.execute(statement).rowcount == 1, statement


def flip(file: Path, chance: random.Random) -> None:
    """Turn one bit of one byte."""
    content = bytearray(file.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    file.write_bytes(content)


def test_one_byte_in_any_original_is_found_and_the_original_named(archive: House) -> None:
    originals = sorted(archive.data.glob("originals/??/*"))
    assert len(originals) == 11
    chance = random.Random(2569)
    right = originals[0].read_bytes()
    flip(originals[0], chance)
    (fault,) = faults(archive)
    assert originals[0].name in fault
    originals[0].write_bytes(right)
    archive.sound()

    for file in originals:
        flip(file, chance)
    told = faults(archive)
    assert len(told) == len(originals)
    assert all(any(file.name in fault for fault in told) for file in originals)


def test_an_original_that_is_cut_short_or_gone_is_named(archive: House) -> None:
    short, gone, *_ = sorted(archive.data.glob("originals/??/*"))
    os.truncate(short, short.stat().st_size - 1)
    gone.unlink()
    told = faults(archive)
    assert len(told) == 2
    assert all(any(file.name in fault for fault in told) for file in (short, gone))


def test_any_field_of_any_entry_changed_by_sql_is_named(archive: House) -> None:
    entries = [row.id for row in archive.ask("SELECT id FROM entries ORDER BY id")]
    names = columns(archive)
    assert len(names) > 15
    assert len(entries) == 6
    for start in range(0, len(names), len(entries)):
        changed = dict(zip(entries, names[start:], strict=False))
        right = (archive.data / "saraban.db").read_bytes()
        meddle(archive, *(f"UPDATE entries SET {name} = {other(name)} WHERE id = {n}" for n, name in changed.items()))
        told = faults(archive)
        for entry, column in changed.items():
            (named,) = [fault for fault in told if fault.startswith(f"entries {entry} ")]
            assert f": {column})" in named
        (archive.data / "saraban.db").write_bytes(right)
    archive.sound()


def columns(house: House) -> list[str]:
    """The fields of an entry whose change leaves it the same entry."""
    return [row.name for row in house.ask("SELECT name FROM pragma_table_info('entries')") if row.name not in KEYS]


def other(column: str) -> str:
    """Another value of its kind."""
    if column.endswith("_id"):
        return f"coalesce({column}, 0) % 6 + 1"
    return {
        "letter_date": "'2026-01-06'",
        "reserved_until": "'2026-01-06'",
        "filled_at": "'2026-01-06T00:00:00.000000+00:00'",
        "registered_at": f"replace({column}, '+00:00', '+01:00')",
        "voided_at": "'2026-01-06T00:00:00.000000+00:00'",
        "urgency": "'most_urgent'",
        "secrecy": "'secret'",
    }.get(column, f"coalesce({column}, '') || 'ๆ'")


def test_what_is_taken_out_moved_or_torn_is_named(archive: House) -> None:
    right = (archive.data / "saraban.db").read_bytes()
    for statement, named in MEDDLING.items():
        meddle(archive, statement)
        assert any(named in fault for fault in faults(archive)), statement
        (archive.data / "saraban.db").write_bytes(right)
    archive.sound()
