"""Moving a file to where it comes to rest."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.errors import FileTooLarge, Refused
from watchers.folder.places import Places
from watchers.folder.safely import Changed


def yes(handle: int) -> bool:
    return True


def tree(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def test_a_file_moves_into_folders_that_are_made_on_the_way(path: Path) -> None:
    (path / "a.pdf").write_bytes(b"a")
    (path / "b.pdf").write_bytes(b"b")
    with Places(path) as places:
        assert places.move("a.pdf", yes, ("done", "2569"), "1-2569 a.pdf") == "1-2569 a.pdf"
        places.move("b.pdf", yes, ("held",), "b.pdf")
    assert tree(path) == {"done/2569/1-2569 a.pdf": b"a", "held/b.pdf": b"b"}


def test_nothing_is_overwritten(path: Path) -> None:
    (path / "done").mkdir()
    (path / "done" / "x.pdf").write_bytes(b"old")
    (path / "done" / "x (2).pdf").symlink_to("x.pdf")
    (path / "a.pdf").write_bytes(b"new")
    with Places(path) as places:
        assert places.move("a.pdf", yes, ("done",), "x.pdf") == "x (3).pdf"
    assert (path / "done" / "x.pdf").read_bytes() == b"old"


def test_the_claim_of_a_mover_that_was_killed_is_used_up(path: Path) -> None:
    (path / "done").mkdir()
    (path / "done" / "x.pdf").touch()
    (path / "a.pdf").write_bytes(b"a")
    with Places(path) as places:
        places.move("a.pdf", yes, ("done",), "x.pdf")
    assert tree(path) == {"done/x.pdf": b"a"}


def test_a_refusal_is_explained_beside_the_file_in_thai_then_english(path: Path) -> None:
    (path / "a.pdf").write_bytes(b"a")
    with Places(path) as places:
        places.move("a.pdf", yes, ("failed",), "a.pdf", FileTooLarge(limit=100))
    note = tree(path)["failed/a.pdf.txt"]
    assert note.startswith("\ufeffไฟล์นี้ไม่ได้ลงทะเบียน\r\nไฟล์มีขนาดเกิน 100 MB".encode())
    text = note.decode("utf-8-sig")
    assert text.index("โปรดแก้ไข") < text.index("This file was not registered.\r\nThe file is larger than 100 MB.")
    assert text.count("\n") == text.count("\r\n") == 7


def test_a_reason_in_thai_alone_is_said_once(path: Path) -> None:
    (path / "a.pdf").write_bytes(b"a")
    with Places(path) as places:
        places.move("a.pdf", yes, ("failed",), "a.pdf", Refused(reason="หนังสือลับที่สุดรับไม่ได้"))
    assert tree(path)["failed/a.pdf.txt"].decode().count("หนังสือลับที่สุดรับไม่ได้") == 1


def test_a_note_does_not_overwrite_a_file_that_has_its_name(path: Path) -> None:
    (path / "failed").mkdir()
    (path / "failed" / "a.pdf.txt").write_bytes(b"theirs")
    (path / "a.pdf").write_bytes(b"a")
    with Places(path) as places:
        places.move("a.pdf", yes, ("failed",), "a.pdf", Refused(reason="x"))
    assert tree(path)["failed/a.pdf.txt"] == b"theirs"
    assert "failed/a.pdf (2).txt" in tree(path)


def test_a_file_that_is_not_the_same_any_more_stays(path: Path) -> None:
    (path / "a.pdf").write_bytes(b"new")
    with Places(path) as places, pytest.raises(Changed):
        places.move("a.pdf", lambda handle: os.read(handle, 9) == b"old", ("done",), "x.pdf")
    assert tree(path) == {"a.pdf": b"new"}


def rewrite(path: Path) -> None:
    (path / "a.pdf").write_bytes(b"longer than before")


def replace(path: Path) -> None:
    (path / "new").write_bytes(b"other")
    (path / "new").rename(path / "a.pdf")


def link(path: Path) -> None:
    (path / "a.pdf").unlink()
    (path / "a.pdf").symlink_to("/etc/passwd")


@pytest.mark.parametrize("change", [rewrite, replace, link])
def test_a_file_that_changes_in_the_very_moment_of_the_move_comes_back(
    path: Path, change: Callable[[Path], None]
) -> None:
    (path / "a.pdf").write_bytes(b"old")

    def check_then_change(handle: int) -> bool:
        change(path)
        return True

    with Places(path) as places, pytest.raises(Changed):
        places.move("a.pdf", check_then_change, ("done",), "x.pdf")
    assert os.listdir(path / "done") == []
    expected = path.parent / "expected"
    expected.mkdir()
    (expected / "a.pdf").write_bytes(b"old")
    change(expected)
    assert os.readlink(path / "a.pdf") if change is link else tree(path) == tree(expected)


def test_a_file_that_is_gone_leaves_nothing_behind(path: Path) -> None:
    with Places(path) as places, pytest.raises(FileNotFoundError):
        places.move("a.pdf", yes, ("done",), "x.pdf")
    assert tree(path) == {}


def test_a_move_that_fails_leaves_neither_claim_nor_note(path: Path) -> None:
    (path / "a.pdf").write_bytes(b"a")

    def vanish(handle: int) -> bool:
        (path / "a.pdf").unlink()
        return True

    with Places(path) as places, pytest.raises(FileNotFoundError):
        places.move("a.pdf", vanish, ("failed",), "a.pdf", Refused(reason="x"))
    assert tree(path) == {}


def test_a_done_folder_that_leads_elsewhere_is_not_followed(path: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (path / "done").symlink_to(elsewhere)
    (path / "a.pdf").write_bytes(b"a")
    with Places(path) as places, pytest.raises(OSError, match=r"Not a directory|Too many levels"):
        places.move("a.pdf", yes, ("done", "2569"), "x.pdf")
    assert tree(path) == {"a.pdf": b"a"}
    assert os.listdir(elsewhere) == []


def test_an_attacker_who_swaps_names_in_failed_gets_no_note_written_through_them(path: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (path / "failed").mkdir()
    (path / "failed" / "a.pdf").symlink_to(victim)
    os.link(victim, path / "failed" / "a (2).pdf.txt")
    (path / "a.pdf").write_bytes(b"a")
    with Places(path) as places:
        assert places.move("a.pdf", yes, ("failed",), "a.pdf", Refused(reason="x")) == "a (2).pdf"
    assert victim.read_bytes() == b"precious"
