"""Secret files leave the share, at once or when their letter becomes secret later, and nothing else does (I8)."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.errors import FileTooLarge, Refused
from ledger.values import Intake, Outcome, OutcomeKind, Scan
from tests.watchers.folder.office import PDF, Drop, Office, letter
from watchers.folder import Folder, closing, names
from watchers.folder.places import Places
from watchers.folder.safely import Changed

BIG = 2**20


@pytest.fixture
def closed(path: Path) -> Path:
    return path.with_name("closed")


def tree(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def secret(kind: OutcomeKind = OutcomeKind.REGISTERED, number: int | None = 12) -> Outcome:
    text = f"{number}/2569" if number else ""
    return Outcome(1, kind, "เหตุผล", number=number, year=2569 if number else None, text=text, secret=True)


def close(
    path: Path, drop: Drop, name: str, ending: Outcome | Refused, same: Callable[[int], bool] | None = None
) -> None:
    with Places(path) as places:
        places.close(name, same or (lambda _: True), ending, drop.watch.folder.closed, drop.watch._clock())


@pytest.mark.parametrize(
    ("ending", "note", "kept", "words"),
    [
        (secret(), "done/2569/12-2569 ลับ.txt", "done/2569/12-2569 ลับ.pdf", ["เลขทะเบียน 12/2569", "number 12/2569"]),
        (secret(OutcomeKind.JOINED), "done/2569/12-2569 ซ้ำ ลับ.txt", "done/2569/12-2569 ซ้ำ ลับ.pdf", ["12/2569"]),
        (secret(OutcomeKind.HELD, None), "held/ลับ.txt", "held/ลับ.pdf", ["ถาดรอลงทะเบียน", "in the tray"]),
        (secret(OutcomeKind.REFUSED, None), "failed/ลับ.txt", "failed/ลับ.pdf", ["เหตุผล", "ติดต่อผู้ดูแลระบบ"]),
        (FileTooLarge(limit=100), "failed/ลับ.txt", "failed/ลับ.pdf", ["เกิน 100 MB", "larger than 100 MB"]),
    ],
)
def test_a_secret_file_leaves_a_note_that_tells_number_and_what_to_do(
    drop: Drop, path: Path, closed: Path, ending: Outcome | Refused, note: str, kept: str, words: list[str]
) -> None:
    (path / "[ลับ] สอบวินัย.pdf").write_bytes(PDF)
    close(path, drop, "[ลับ] สอบวินัย.pdf", ending)
    assert list(tree(path)) == [note]
    told = tree(path)[note].decode("utf-8-sig")
    assert [word for word in words if word not in told] == []
    assert "สอบวินัย" not in told
    assert tree(closed) == {kept: PDF}


def test_a_file_that_nobody_could_read_is_secret_when_its_name_says_so(
    office: Office, path: Path, closed: Path
) -> None:
    drop = Drop(office, Folder(path, closed, share=True, largest=BIG))
    for size, name in enumerate(("ลับมาก สอบวินัย.zip", "[ลับที่สุด] แผน.zip", "กลับบ้าน.zip"), BIG + 1):
        with (path / name).open("wb") as file:
            file.truncate(size)
        os.utime(path / name, (size, size))
    drop.after(0)
    drop.after(10)
    assert drop.names == {"failed/กลับบ้าน.zip", "failed/กลับบ้าน.zip.txt", "failed/ลับ.txt", "failed/ลับ (2).txt"}
    assert sorted(tree(closed)) == ["failed/ลับ (2).zip", "failed/ลับ.zip"]


@pytest.mark.parametrize("saved", [-(2**40), -1, 2**33, 2**40, 2**62])
def test_whatever_time_a_file_bears_it_leaves_the_share(drop: Drop, path: Path, closed: Path, saved: int) -> None:
    (path / "a.pdf").write_bytes(PDF)
    try:
        os.utime(path / "a.pdf", (saved, saved))
    except OverflowError:
        os.utime(path / "a.pdf", ns=(2**63 - 1, 2**63 - 1))
    close(path, drop, "a.pdf", secret())
    assert list(tree(path)) == ["done/2569/12-2569 ลับ.txt"]
    assert "1 มี.ค. 2569" in tree(path)["done/2569/12-2569 ลับ.txt"].decode()


def test_a_file_that_changed_stays_where_it_is_under_its_name(drop: Drop, path: Path, closed: Path) -> None:
    (path / "a.pdf").write_bytes(PDF)
    with pytest.raises(Changed):
        close(path, drop, "a.pdf", secret(), lambda _: False)
    assert tree(path) == {"a.pdf": PDF}
    assert not closed.exists()


def test_a_name_in_the_windows_code_page_keeps_no_secret_file_on_the_share(
    office: Office, path: Path, closed: Path
) -> None:
    """As old programs on a share write it: bytes that are no UTF-8."""
    office.decide = lambda intake, outcome: replace(outcome, secret=True)
    name = os.fsdecode("ลับ สอบวินัย.pdf".encode("cp874"))
    (path / name).write_bytes(PDF)
    drop = Drop(office, Folder(path, closed, share=True))
    drop.after(0)
    drop.after(10)
    assert drop.names == {"done/2569/1-2569 ลับ.txt"}
    assert tree(closed) == {"done/2569/1-2569 ลับ.pdf": PDF}


def test_such_a_name_comes_back_after_a_crash(path: Path) -> None:
    raw = os.fsdecode("ลับ.pdf".encode("cp874"))
    (path / names.aside(raw)).write_bytes(PDF)
    with Places(path) as places:
        places.put_back()
    assert os.listdir(path) == [raw]


def test_a_link_in_its_place_is_not_followed(drop: Drop, path: Path, closed: Path) -> None:
    path.with_name("elsewhere").write_bytes(b"theirs")
    (path / "a.pdf").symlink_to(path.with_name("elsewhere"))
    with pytest.raises(Changed):
        close(path, drop, "a.pdf", secret())
    assert (path / "a.pdf").is_symlink()
    assert path.with_name("elsewhere").read_bytes() == b"theirs"
    assert not closed.exists()


def test_what_is_written_to_while_it_is_copied_is_not_removed(
    drop: Drop, path: Path, closed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path / "a.pdf").write_bytes(PDF)
    put_away = closing.put_away

    def meanwhile(handle: int, folder: Path, wanted: str) -> None:
        put_away(handle, folder, wanted)
        with (path / names.aside("a.pdf")).open("ab") as file:
            file.write(b"more")

    monkeypatch.setattr(closing, "put_away", meanwhile)
    with pytest.raises(Changed):
        close(path, drop, "a.pdf", secret())
    assert tree(path) == {"a.pdf": PDF + b"more"}


def test_a_crash_at_any_step_loses_nothing_and_leaves_no_second_copy(
    office: Office, path: Path, closed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every call that changes a folder is in its turn the last one of a daemon's life."""

    class Killed(BaseException):
        pass

    office.decide = lambda intake, outcome: replace(outcome, secret=True)
    left = 0

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **named: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed
            return real(*args, **named)

        return call

    calls = ("rename", "link", "unlink", "mkdir", "fsync", "open")
    lives = 0
    for step in range(200):
        name = f"ลับ {step}.pdf"
        (path / name).write_bytes(letter(name))
        life = Drop(office, Folder(path, closed, share=True))
        life.watch.turn(1000)
        life.watch.turn(1010)
        for flight in life.watch._flights.flying:
            assert flight.future
            flight.future.result(10)
        life.watch.turn(1010)  # asks for the outcome
        for flight in life.watch._flights.flying:
            assert flight.future
            flight.future.result(10)
        left = step
        with monkeypatch.context() as patch:
            for one in calls:
                patch.setattr(os, one, counted(getattr(os, one)))
            try:
                life.watch.turn(1010)
                break
            except Killed:
                lives += 1
        next_life = Drop(office, Folder(path, closed, share=True))
        next_life.after(0)
        next_life.after(10)
        number = len(office.taken)
        assert tree(closed).get(f"done/2569/{number}-2569 ลับ.pdf") == letter(name)
    assert lives > 8
    assert len(office.taken) == lives + 1
    assert {text for text in drop_names(path) if not text.endswith(".txt")} == set()
    assert len([text for text in tree(closed) if text.endswith(".pdf")]) == lives + 1
    assert len(drop_names(path)) == lives + 1


def drop_names(path: Path) -> set[str]:
    return set(tree(path))


@pytest.mark.parametrize("later_on", [False, True])
def test_a_full_disk_leaves_no_secret_file_set_aside(
    office: Office, path: Path, closed: Path, monkeypatch: pytest.MonkeyPatch, later_on: bool
) -> None:
    """Neither can it be copied away then, nor can its name be claimed again."""
    amended = Amended()
    drop = later(office, path, closed, amended)
    office.decide = lambda intake, outcome: replace(outcome, secret=not later_on)
    real = os.open

    def full(file: str, flags: int, *more: int, **named: int) -> int:
        if flags & os.O_CREAT:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(file, flags, *more, **named)

    (path / "a.pdf").write_bytes(PDF)
    drop.after(0)
    if later_on:
        drop.after(10)
        amended.scans.append(scan(PDF))
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", full)
        drop.after(30)
        assert drop.names == {"done/2569/.1-2569 a.pdf.closing" if later_on else ".a.pdf.closing"}
        (path / "b.pdf").write_bytes(letter("b"))
        drop.after(30)
        drop.after(30)
        assert letter("b") in office.contents
    for _ in range(3):
        drop.after(30)
    assert PDF not in tree(path).values()
    assert PDF in tree(closed).values()
    assert amended.heard == amended.scans


class Amended:
    """An office whose letters may become secret after their files came to rest."""

    def __init__(self) -> None:
        self.scans: list[Scan] = []
        self.heard: list[Scan] = []

    def secrets(self) -> list[Scan]:
        return [scan for scan in self.scans if scan not in self.heard]


def later(office: Office, path: Path, closed: Path, amended: Amended) -> Drop:
    return Drop(office, Folder(path, closed, share=True), secrets=amended.secrets, closed=amended.heard.append)


def scan(content: bytes, kind: OutcomeKind = OutcomeKind.REGISTERED) -> Scan:
    return Scan(secret(kind), hashlib.sha256(content).hexdigest(), len(content))


@pytest.mark.parametrize(
    ("kind", "at"),
    [
        (OutcomeKind.REGISTERED, "done/2569"),
        (OutcomeKind.JOINED, "done/2569"),
        (OutcomeKind.HELD, "held"),
        (OutcomeKind.REFUSED, "failed"),
    ],
)
def test_a_letter_that_becomes_secret_takes_its_file_off_the_share(
    office: Office, path: Path, closed: Path, kind: OutcomeKind, at: str
) -> None:
    def decide(intake: Intake, outcome: Outcome) -> Outcome:
        return replace(outcome, kind=kind) if "วินัย" in intake.name else outcome

    office.decide = decide
    amended = Amended()
    drop = later(office, path, closed, amended)
    others = {"เชิญ.pdf": letter("b"), "เชิญอีก.pdf": letter("c")}  # as large as the secret one
    for name, content in {"สอบวินัย.pdf": letter("a"), **others}.items():
        (path / name).write_bytes(content)
    drop.after(0)
    drop.after(10)
    assert any("สอบวินัย" in name for name in drop.names)
    amended.scans.append(scan(letter("a")))  # registered by a clerk, or amended
    drop.after(30)
    assert not any("สอบวินัย" in name for name in drop.names)
    assert letter("a") not in tree(path).values()
    assert set(others.values()) <= set(tree(path).values())
    assert f"{at}/12-2569 ลับ.txt" in drop.names
    assert tree(closed) == {f"{at}/12-2569 ลับ.pdf": letter("a")}
    assert amended.heard == amended.scans


def test_the_share_is_looked_through_once_for_all_files_that_became_secret(
    office: Office, path: Path, closed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amended, looks = Amended(), 0
    drop = later(office, path, closed, amended)
    for text in "abcd":
        (path / f"{text}.pdf").write_bytes(letter(text))
    drop.after(0)
    drop.after(10)
    amended.scans += [scan(letter(text)) for text in "abcd"]
    resting = Places.resting

    def counted(places: Places) -> object:
        nonlocal looks
        looks += 1
        return resting(places)

    monkeypatch.setattr(Places, "resting", counted)
    drop.after(30)
    assert looks == 1
    assert amended.heard == amended.scans
    assert sorted(tree(closed).values()) == [letter(text) for text in "abcd"]


def test_while_the_share_is_away_it_is_not_called_closed(office: Office, path: Path, closed: Path) -> None:
    amended = Amended()
    drop = later(office, path, closed, amended)
    (path / "a.pdf").write_bytes(PDF)
    drop.after(0)
    drop.after(10)
    path.rename(path.with_name("away"))
    amended.scans.append(scan(PDF))
    drop.after(30)
    assert amended.heard == []
    path.with_name("away").rename(path)
    drop.after(30)
    assert amended.heard == amended.scans
    assert PDF not in tree(path).values()


def test_a_file_still_on_its_way_is_not_called_closed(office: Office, path: Path, closed: Path) -> None:
    amended = Amended()
    drop = later(office, path, closed, amended)
    (path / "a.pdf").write_bytes(PDF)
    office.open.clear()
    drop.watch.turn(1000)
    drop.watch.turn(1010)
    amended.scans.append(scan(PDF))
    drop.watch.turn(1040)
    assert amended.heard == []
    office.open.set()
    drop.after(100)
    drop.after(30)
    assert amended.heard == amended.scans
    assert PDF not in tree(path).values()


def test_a_ledger_that_cannot_be_asked_stops_no_other_file(office: Office, path: Path, closed: Path) -> None:
    def ill() -> list[Scan]:
        raise RuntimeError

    drop = Drop(office, Folder(path, closed, share=True), secrets=ill)
    (path / "a.pdf").write_bytes(PDF)
    drop.after(0)
    drop.after(10)
    assert drop.names == {"done/2569/1-2569 a.pdf"}
    assert drop.watch.status().error == "RuntimeError"
