"""How the house is, put together from its parts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.health import gauge, pulse
from gateway.health.pulse import Pulse
from gateway.health.told import to_the_office
from gateway.health.troubles import troubles
from gateway.health.values import Figures
from ledger.backlog import Backlog
from watchers.folder import FolderStatus

AT = datetime(2026, 8, 14, 3, 0, tzinfo=UTC)
LEAST = 1000


@dataclass
class Door:
    channel: str = "smtp"
    addresses: tuple[str, ...] = ("127.0.0.1:25",)
    age: float = 0.0
    refusing_since: datetime | None = None
    free_seen: int = 0

    @property
    def turned_at(self) -> float:
        return time.monotonic() - self.age


class House:
    """Parts in any state."""

    def __init__(self) -> None:
        self.at, self.free, self.storing, self.reader = AT, LEAST, None, ""
        self.unstored, self.fault = 0, ""
        self.part = SimpleNamespace(name="settler", alive=True)
        self.status = FolderStatus(Path("/srv/scans"), scanned_at=time.monotonic())
        self.folder: Any = SimpleNamespace(folder=SimpleNamespace(period=10.0), status=lambda: self.status)
        self.door = Door()
        self.hanging = threading.Event()
        self.measured = 0
        self.pulse = Pulse(
            lambda: self.at,
            [self.part],
            [self.folder],
            storing_since=lambda: self.storing,
            unstored=lambda: self.unstored,
            measure=self.measure,
            reader_fault=lambda: self.reader,
            free_threshold=LEAST,
        )

    def measure(self) -> Figures:
        while self.hanging.is_set():
            time.sleep(0.01)
        self.measured += 1
        return Figures(Backlog(taken=self.measured), self.free, self.fault)

    def keys(self) -> list[str]:
        return [trouble.key for trouble in troubles(self.pulse.look())]

    def measured_anew(self) -> None:
        """Twice: the first may have begun before what was changed."""
        seen = self.measured
        until(lambda: self.measured >= seen + 2)


def until(look: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not look():
        assert time.monotonic() < end
        time.sleep(0.01)


@contextmanager
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(pulse, "FIGURES_EVERY", 0.02)
    monkeypatch.setattr(pulse, "READER_EVERY", 0.02)
    house = House()
    house.pulse.start([house.door])
    try:
        yield house
    finally:
        house.hanging.clear()
        house.pulse.stop()


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with running(monkeypatch) as made:
        made.measured_anew()
        yield made


def test_before_the_doors_are_open_it_says_that_it_starts() -> None:
    assert House().keys() == ["starting"]


def test_a_house_that_is_well_has_no_trouble_and_tells_its_figures(house: House) -> None:
    assert house.keys() == []
    health = house.pulse.look()
    assert health.backlog.taken > 0
    assert (health.free_bytes, health.free_threshold) == (LEAST, LEAST)
    assert health.doors[0].turned_at <= AT


def test_files_that_are_not_whole_yet_are_told_and_are_no_trouble(house: House) -> None:
    house.status = replace(house.status, torn=2)
    told = to_the_office(house.pulse.look())
    assert (told["torn_files"], told["reasons"], told["state"]) == (2, [], "running")


def test_a_loop_that_stands_still_and_a_thread_that_ended_are_seen(house: House) -> None:
    house.part.alive = False
    house.door.age = 60.0
    house.pulse._begun -= 100  # it runs for long
    assert house.keys() == ["door smtp", "thread settler"]
    assert house.pulse.look().doors[0].age >= 60


def test_when_the_whole_process_stood_still_no_part_of_it_is_blamed(house: House) -> None:
    house.door.age, house.storing = 600.0, time.monotonic() - 600
    house.pulse._begun -= 1000
    assert house.keys() == ["door smtp", "storage"]
    house.pulse.went_on()
    assert house.keys() == []


def test_figures_that_do_not_come_are_told_and_wait_for_nobody(house: House) -> None:
    house.hanging.set()
    seen = house.pulse.look().backlog.taken
    house.pulse._begun -= 1000
    house.pulse._figures._last = (house.pulse._figures.last[0], time.monotonic() - gauge_limit())
    assert house.keys() == ["storage"]
    assert house.pulse.look().backlog.taken >= seen
    house.hanging.clear()
    until(lambda: house.keys() == [])


def gauge_limit() -> float:
    """Longer than figures may stay away."""
    return 16.0


def test_a_commit_that_takes_long_is_told(house: House) -> None:
    house.pulse._begun -= 100
    house.storing = time.monotonic() - 14
    assert house.keys() == []
    house.storing = time.monotonic() - 16
    assert house.keys() == ["storage"]


def test_too_little_space_is_told_since_it_was_seen_or_since_a_door_refused(house: House) -> None:
    house.free = LEAST - 1
    house.measured_anew()
    assert house.pulse.look().refusing_since == AT
    house.door.refusing_since = AT - timedelta(minutes=5)
    assert house.pulse.look().refusing_since == AT - timedelta(minutes=5)
    house.free, house.door.refusing_since = LEAST, None
    house.measured_anew()
    assert house.keys() == []


def test_what_a_door_refuses_by_and_what_is_told_are_one_measurement(house: House) -> None:
    house.door.refusing_since, house.door.free_seen = AT, LEAST // 2
    health = house.pulse.look()  # the figures still know of room
    assert (health.refusing_since, health.free_bytes) == (AT, LEAST // 2)
    house.door.free_seen = LEAST + 1  # a quota: a letter found no room although the disk has some
    (trouble,) = troubles(house.pulse.look())
    assert "less than" not in trouble.sentence("en")


def test_what_could_not_be_stored_is_told_until_something_can(house: House) -> None:
    house.unstored = 300_000
    assert house.keys() == ["storage"]
    house.unstored, house.fault = 0, "Disk quota exceeded"
    house.measured_anew()
    (trouble,) = troubles(house.pulse.look())
    assert (trouble.key, trouble.down, trouble.detail) == ("storage", True, "Disk quota exceeded")
    house.free = LEAST - 1
    house.measured_anew()
    assert house.keys() == ["space"]  # the cause, once
    house.fault, house.free = "", LEAST
    house.measured_anew()
    assert house.keys() == []


def test_what_the_reading_child_says_is_told(house: House) -> None:
    house.reader = "the reading process does not start: MemoryError"
    until(lambda: house.keys() == ["reader"])
    house.reader = ""
    until(lambda: house.keys() == [])


@pytest.mark.parametrize(
    ("listed", "failed", "told"),
    [
        (0, False, []),
        (5, True, []),  # a fault with one file, since the last listing
        (40, True, ["folder /srv/scans"]),
        (None, True, ["folder /srv/scans"]),
    ],
)
def test_a_folder_is_blamed_when_its_listing_fails_again_and_again(
    house: House, listed: int | None, failed: bool, told: list[str]
) -> None:
    error, now = ("FileNotFoundError: No such file", time.monotonic()) if failed else ("", None)
    scanned = None if listed is None else time.monotonic() - listed
    house.status = FolderStatus(Path("/srv/scans"), scanned_at=scanned, error=error, error_at=now)
    assert house.keys() == told


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(hours=1)])
def test_a_clock_that_is_set_neither_blames_a_folder_nor_hides_it(house: House, step: timedelta) -> None:
    house.pulse._begun -= 10_000
    house.status = FolderStatus(Path("/srv/scans"), scanned_at=time.monotonic())
    house.at += step
    assert house.keys() == []
    house.status = FolderStatus(Path("/srv/scans"), scanned_at=time.monotonic() - 600)
    assert house.keys() == ["folder /srv/scans"]


def test_a_gauge_that_fails_keeps_its_last_answer_and_its_age() -> None:
    answers: list[object] = [1, RuntimeError("gone"), RuntimeError("gone")]
    asked = threading.Event()

    def measure() -> int:
        if len(answers) == 1:
            asked.set()
            return 2
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return 1

    one = gauge.Gauge("test", 0.01, measure, 0)
    one.start()
    assert asked.wait(20)
    until(lambda: one.last[0] == 2)
    one.stop()


def test_a_gauge_that_hangs_delays_no_end_however_seldom_it_measures() -> None:
    begun, going_on = threading.Event(), threading.Event()

    def measure() -> int:
        begun.set()
        going_on.wait()
        return 1

    one = gauge.Gauge("test", 3600.0, measure, 0)
    one.start()
    assert begun.wait(20)
    ending = threading.Thread(target=one.stop, daemon=True)
    ending.start()
    ending.join(20)
    assert not ending.is_alive()
    going_on.set()
