"""Readings are made once for a page and all that it shows, and never fill the memory."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.web.console.readings import Readings
from ledger.errors import OriginalMissing, Unavailable
from ledger.intakes import IntakeRow
from ledger.originals import Originals, digest
from ledger.values import Channel, Reading, RegisterKind
from tests.gateway.web.console.offers import mail, pdf
from watchers.reading import read
from watchers.reading.reader import Reader


class Counting(Reader):
    """Reads here and counts; `gate` holds every reading until it is opened."""

    def __init__(self) -> None:
        self.asked: list[str | None] = []
        self.gate = threading.Event()
        self.gate.set()
        self.fault: Exception | None = None

    def read(self, content: bytes, *, name: str = "", sender: str | None = None) -> Reading:
        self.asked.append(sender)
        assert self.gate.wait(20)
        if self.fault is not None:
            raise self.fault
        return read(content, name=name, sender=sender)


class Ticking:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def intake(key: int, given: bytes, **other: object) -> IntakeRow:
    columns: dict[str, object] = {
        "channel": Channel.SMTP,
        "sender": "clerk@obec.example",
        "name": "",
        "content": given,
        "defects": "",
        "register": RegisterKind.INCOMING,
        "taken_at": datetime(2026, 11, 27, tzinfo=UTC),
    }
    return IntakeRow(id=key, size=len(given), sha256=digest(given), **(columns | other))


@pytest.fixture
def originals(tmp_path: Path) -> Originals:
    return Originals(tmp_path / "originals")


def test_what_was_read_a_moment_ago_is_not_read_again(originals: Originals) -> None:
    reader, clock = Counting(), Ticking()
    readings = Readings(originals, reader, seconds=300, clock=clock)
    letter = intake(1, mail("เรื่องหนึ่ง"))
    first = readings.of(letter)
    clock.now = 299
    assert readings.of(letter) is first
    clock.now = 301
    assert readings.of(letter) == first
    assert len(reader.asked) == 2


def test_all_who_ask_at_once_wait_for_one_reading(originals: Originals) -> None:
    reader = Counting()
    reader.gate.clear()
    readings, letter = Readings(originals, reader), intake(1, mail("เรื่องหนึ่ง"))
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(readings.of, letter) for _ in range(8)]
        reader.gate.set()
        assert {one.result(20).subject for one in asked} == {"เรื่องหนึ่ง"}
    assert len(reader.asked) == 1


def test_few_are_kept_and_they_hold_few_bytes(originals: Originals) -> None:
    reader = Counting()
    readings = Readings(originals, reader, most=3, size=60_000)
    letters = [intake(n, mail(f"เรื่องที่ {n}")) for n in range(5)]
    for letter in letters:
        readings.of(letter)
    assert list(readings._kept) == [2, 3, 4]
    large = intake(9, mail("ใหญ่", files={"ก.bin": b"x" * 70_000}))
    readings.of(large)
    assert list(readings._kept) == [9]
    readings.of(letters[0])
    assert list(readings._kept) == [0]


def test_a_fault_is_told_and_not_kept(originals: Originals) -> None:
    reader, letter = Counting(), intake(1, mail("เรื่องหนึ่ง"))
    readings = Readings(originals, reader)
    reader.fault = Unavailable()
    with pytest.raises(Unavailable):
        readings.of(letter)
    reader.fault = None
    assert readings.of(letter).subject == "เรื่องหนึ่ง"
    lost = intake(2, b"x", content=None)
    with pytest.raises(OriginalMissing):
        readings.of(lost)


def test_what_stopped_a_reader_once_is_not_given_to_another(originals: Originals) -> None:
    reader, content = Counting(), mail("หยุดตัวอ่าน")
    found = Readings(originals, reader).of(intake(3, content, defects="charset: x\nunreadable: memory"))
    assert reader.asked == []
    assert found.defects == ("unreadable: memory",)
    assert [document.content for document in found.documents] == [content]
    assert found.documents[0].stored_name == "ต้นฉบับ-3.eml"
    assert not found.documents[0].withheld


def test_a_file_has_no_envelope_and_a_mail_may_have_an_empty_one(originals: Originals) -> None:
    reader = Counting()
    readings = Readings(originals, reader)
    readings.of(intake(1, pdf(), channel=Channel.FOLDER, name="ก.pdf", sender=""))
    readings.of(intake(2, mail(), sender=""))
    assert reader.asked == [None, ""]


def test_mails_are_told_from_files(originals: Originals) -> None:
    readings = Readings(originals, Counting())
    assert readings.is_mail(intake(1, b"anything"))
    assert readings.is_mail(intake(2, mail(), channel=Channel.FOLDER, name="จดหมาย.eml"))
    assert not readings.is_mail(intake(3, pdf(), channel=Channel.FOLDER, name="ก.pdf"))
