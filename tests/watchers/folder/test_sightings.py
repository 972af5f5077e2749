"""When a file was still for long enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from watchers.folder import Folder
from watchers.folder.safely import Fingerprint
from watchers.folder.sightings import Sightings
from watchers.folder.whole import Wholeness

NOBODY: frozenset[str] = frozenset()
FOREVER = float("inf")


def state(size: int = 1, inode: int = 1) -> Fingerprint:
    return Fingerprint(1, inode, size, 0, 0)


@pytest.fixture
def sightings() -> Sightings:
    return Sightings(Folder(Path("/drop"), Path("/closed"), quiet=10, quiet_whole=1, patience=600))


def test_a_file_is_due_when_it_was_still_for_the_quiet_time(sightings: Sightings) -> None:
    sightings.look({"a": state()}, NOBODY, 100)
    assert sightings.due(100, NOBODY) == ([], 110)
    assert sightings.due(110, NOBODY) == (["a"], FOREVER)


def test_every_change_begins_the_quiet_time_again(sightings: Sightings) -> None:
    for now, seen in ((100, state(1)), (109, state(2)), (118, state(2, inode=7))):
        sightings.look({"a": seen}, NOBODY, now)
    assert sightings.due(127, NOBODY) == ([], 128)


def test_a_closed_file_is_read_soon(sightings: Sightings) -> None:
    sightings.look({"a": state()}, {"a"}, 100)
    assert sightings.due(101, NOBODY) == (["a"], FOREVER)


def test_news_of_the_closing_may_come_after_the_file_was_seen(sightings: Sightings) -> None:
    sightings.look({"a": state()}, NOBODY, 100)
    sightings.look({"a": state()}, {"a"}, 100.5)
    assert sightings.due(101, NOBODY)[0] == ["a"]


def test_a_closed_file_that_is_written_again_is_not_closed_any_more(sightings: Sightings) -> None:
    sightings.look({"a": state(1)}, {"a"}, 100)
    sightings.look({"a": state(2)}, NOBODY, 100.5)
    assert sightings.due(102, NOBODY) == ([], 110.5)


@pytest.mark.parametrize(("verdict", "due"), [(Wholeness.WHOLE, 101), (Wholeness.UNKNOWN, 110), (Wholeness.TORN, 700)])
def test_what_its_bytes_say_decides_how_long_a_closed_file_waits(
    sightings: Sightings, verdict: Wholeness, due: float
) -> None:
    sightings.look({"a": state()}, {"a"}, 100)
    sightings["a"].verdict = verdict
    assert sightings.due_at("a") == due


def test_a_whole_file_whose_closing_nobody_saw_waits_like_any_other(sightings: Sightings) -> None:
    sightings.look({"a": state()}, NOBODY, 100)
    sightings["a"].verdict = Wholeness.WHOLE
    assert sightings.due_at("a") == 110


def test_a_changed_file_is_judged_afresh(sightings: Sightings) -> None:
    sightings.look({"a": state(1)}, NOBODY, 100)
    sightings["a"].verdict = Wholeness.TORN
    sightings.look({"a": state(2)}, NOBODY, 105)
    assert sightings["a"].verdict is None


def test_the_longest_still_goes_first_then_the_oldest_then_by_name(sightings: Sightings) -> None:
    young = Fingerprint(1, 1, 1, 99, 0)
    sightings.look({"z": state()}, NOBODY, 100)
    sightings.look({"z": state(), "a": young, "c": state(), "b": state()}, NOBODY, 101)
    assert sightings.due(200, NOBODY)[0] == ["z", "b", "c", "a"]


def test_what_is_on_its_way_is_not_due(sightings: Sightings) -> None:
    sightings.look({"a": state(), "b": state()}, NOBODY, 100)
    assert sightings.due(110, {"a"}) == (["b"], FOREVER)


def test_an_empty_listing_is_believed_the_third_time(sightings: Sightings) -> None:
    sightings.look({"a": state()}, NOBODY, 100)
    sightings.look({}, NOBODY, 101)
    sightings.look({}, NOBODY, 102)
    assert len(sightings) == 1
    sightings.look({}, NOBODY, 103)
    assert len(sightings) == 0


def test_a_listing_without_one_of_several_files_is_believed_at_once(sightings: Sightings) -> None:
    sightings.look({"a": state(), "b": state()}, NOBODY, 100)
    sightings.look({"b": state()}, NOBODY, 101)
    assert len(sightings) == 1


def test_a_failure_is_tried_again_after_growing_pauses(sightings: Sightings) -> None:
    sightings.look({"a": state()}, NOBODY, 100)
    pauses = [sightings.put_off("a", 200) - 200 for _ in range(7)]
    assert pauses == [5, 10, 20, 40, 60, 60, 60]
    assert sightings.due_at("a") == 260
