"""Every field of every entry is changed by SQL, every original in one byte, one after the other; each is named."""

from __future__ import annotations

import random

import pytest

from tests.stories.house import House
from tests.stories.test_damage import archive, columns, faults, flip, meddle, other, written

__all__ = ["archive", "written"]


@pytest.mark.timeout(1800)
def test_every_field_of_every_entry(archive: House) -> None:
    right = (archive.data / "saraban.db").read_bytes()
    for entry in [row.id for row in archive.ask("SELECT id FROM entries")]:
        for column in columns(archive):
            meddle(archive, f"UPDATE entries SET {column} = {other(column)} WHERE id = {entry}")
            assert any(fault.startswith(f"entries {entry} ") and f": {column})" in fault for fault in faults(archive))
            (archive.data / "saraban.db").write_bytes(right)
    archive.sound()


@pytest.mark.timeout(1800)
def test_every_original(archive: House) -> None:
    chance = random.Random(2569)
    for original in sorted(archive.data.glob("originals/??/*")):
        right = original.read_bytes()
        flip(original, chance)
        (fault,) = faults(archive)
        assert original.name in fault
        original.write_bytes(right)
    archive.sound()
