"""The watch of a folder, turned by hand: real files, no thread, time as the test says."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.errors import Refused, Unavailable
from ledger.values import Channel, Intake, Outcome, OutcomeKind, RegisterKind
from tests.watchers.folder.office import PDF, Drop, Office, letter
from watchers.folder import Folder


def test_a_still_file_is_taken_settled_and_moved(drop: Drop, office: Office, path: Path) -> None:
    (path / "ขอเชิญประชุม.pdf").write_bytes(PDF)
    drop.after(0)
    drop.after(9.9)
    assert office.taken == []
    drop.after(0.1)
    assert drop.names == {"done/2569/1-2569 ขอเชิญประชุม.pdf"}
    assert (path / "done/2569/1-2569 ขอเชิญประชุม.pdf").read_bytes() == PDF


def test_the_intake_says_where_it_came_from_and_what_its_folder_is_bound_to(office: Office, path: Path) -> None:
    closed = path.with_name("closed")
    drop = Drop(office, Folder(path, closed, "obec", RegisterKind.OUTGOING, group="finance", share=True))
    (path / "a.pdf").write_bytes(PDF)
    status = (path / "a.pdf").stat()
    drop.after(0)
    drop.after(10)
    [intake] = office.taken
    digest = hashlib.sha256(PDF).hexdigest()
    assert intake.key == f"folder:{path}:{status.st_ino}:{status.st_mtime_ns}:{len(PDF)}:{digest}"
    assert (intake.channel, intake.source, intake.name, intake.content) == (Channel.FOLDER, str(path), "a.pdf", PDF)
    assert (intake.organisation, intake.register, intake.group) == ("obec", RegisterKind.OUTGOING, "finance")


def test_every_outcome_has_its_place(drop: Drop, office: Office, path: Path) -> None:
    kinds = list(OutcomeKind)
    for number, kind in enumerate(kinds):
        (path / f"{number}.pdf").write_bytes(letter(kind))
    numbered = {OutcomeKind.REGISTERED, OutcomeKind.JOINED}

    def decide(intake: Intake, outcome: Outcome) -> Outcome:
        kind = kinds[int(intake.name[0])]
        return replace(outcome, kind=kind, number=7 if kind in numbered else None)

    office.decide = decide
    drop.after(0)
    drop.after(10)
    assert drop.names == {
        "done/2569/7-2569 0.pdf",
        "done/2569/7-2569 ซ้ำ 1.pdf",
        "done/2569/2.pdf",
        "done/2569/3.pdf",
        "done/2569/4.pdf",
        "held/5.pdf",
        "failed/6.pdf",
        "failed/6.pdf.txt",
    }


def test_a_secret_letter_leaves_the_folder_and_a_nameless_note_stays(drop: Drop, office: Office, path: Path) -> None:
    office.decide = lambda intake, outcome: replace(outcome, secret=True)
    (path / "ลับมาก สอบวินัย.pdf").write_bytes(PDF)
    drop.after(0)
    drop.after(10)
    assert drop.names == {"done/2569/1-2569 ลับ.txt"}
    assert (path.with_name("closed") / "done/2569/1-2569 ลับ.pdf").read_bytes() == PDF


def test_a_refusal_by_take_goes_to_failed_with_its_reason(drop: Drop, office: Office, path: Path) -> None:
    office.fault = lambda intake: Refused(reason="ไม่รับไฟล์ชนิดนี้")
    (path / "a.exe").write_bytes(b"MZ")
    drop.after(0)
    drop.after(10)
    assert drop.names == {"failed/a.exe", "failed/a.exe.txt"}
    assert "ไม่รับไฟล์ชนิดนี้" in (path / "failed/a.exe.txt").read_text("utf-8-sig")


@pytest.mark.parametrize("error", [Unavailable(), OSError(28, "No space left"), RuntimeError("bug")])
def test_our_own_fault_leaves_the_file_and_tries_again(
    drop: Drop, office: Office, path: Path, error: Exception
) -> None:
    office.fault = lambda intake: error
    (path / "a.pdf").write_bytes(PDF)
    drop.after(0)
    drop.after(10)
    assert drop.names == {"a.pdf"}
    assert drop.watch.status().error.startswith(type(error).__name__)
    office.fault = lambda intake: None
    drop.after(5)
    assert drop.names == {"done/2569/1-2569 a.pdf"}


def test_one_bad_file_stops_no_other(drop: Drop, office: Office, path: Path) -> None:
    office.fault = lambda intake: RuntimeError("bug") if intake.content == b"bad" else None
    (path / "bad.doc").write_bytes(b"bad")
    (path / "good.doc").write_bytes(b"good")
    for _ in range(3):
        drop.after(10)
    assert drop.names == {"bad.doc", "done/2569/1-2569 good.doc"}


def test_a_fault_of_settling_is_tried_again_and_the_letter_taken_once(drop: Drop, office: Office, path: Path) -> None:
    faults = [RuntimeError("died")]

    def decide(intake: Intake, outcome: Outcome) -> Outcome:
        if faults:
            raise faults.pop()
        return outcome

    office.decide = decide
    (path / "a.pdf").write_bytes(PDF)
    for _ in range(3):
        drop.after(10)
    assert drop.names == {"done/2569/1-2569 a.pdf"}
    assert (office.offers, len(office.taken)) == (2, 1)


def test_a_torn_pdf_waits_and_is_given_up_after_ten_minutes(drop: Drop, office: Office, path: Path) -> None:
    (path / "scan.pdf").write_bytes(PDF[:40])
    drop.after(0)
    drop.after(10)
    assert drop.watch.status().torn == 1
    drop.after(589)
    assert drop.names == {"scan.pdf"}
    drop.after(1)
    assert drop.watch.status().torn == 0
    assert drop.names == {"failed/scan.pdf", "failed/scan.pdf.txt"}
    assert "ไฟล์ไม่สมบูรณ์" in (path / "failed/scan.pdf.txt").read_text("utf-8-sig")
    assert office.taken == []


def test_that_a_file_waits_for_its_end_is_logged_once_without_its_name(
    drop: Drop, office: Office, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (path / "ลับ.pdf").write_bytes(PDF[:40])
    (path / "whole.pdf").write_bytes(PDF)
    drop.after(0)
    for _ in range(9):
        drop.after(10)
    told = f"{path}: files that are not whole yet: 1; each waits for its end, 600 s"
    assert [record.getMessage() for record in caplog.records] == [told]
    (path / "ลับ.pdf").write_bytes(letter("the rest"))
    drop.after(10)
    drop.after(10)
    assert drop.watch.status().torn == 0
    assert len(office.taken) == 2


def test_files_that_were_not_registered_are_told_once_without_their_names_while_they_lie_there(
    drop: Drop, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def told() -> list[str]:
        return [each.getMessage() for each in caplog.records if "failed/" in each.getMessage()]

    (path / "งบ.pdf").write_bytes(PDF[:40])
    for _ in range(65):
        drop.after(10)
    assert drop.names == {"failed/งบ.pdf", "failed/งบ.pdf.txt"}
    assert drop.watch.status().failed == 1
    assert told() == [f"{path}: files that were not registered lie in failed/: 1"]
    (path / "failed/งบ.pdf").unlink()
    (path / "failed/งบ.pdf.txt").rename(path / "failed/ลับ.txt")  # as of a secret file, which left the share
    drop.after(10)
    assert drop.watch.status().failed == 1
    (path / "failed/ลับ.txt").unlink()
    drop.after(10)
    assert drop.watch.status().failed == 0
    assert len(told()) == 1


def test_how_long_a_file_waits_for_its_end_is_a_setting(office: Office, path: Path) -> None:
    drop = Drop(office, Folder(path, path.with_name("closed"), share=True, patience=30))
    (path / "scan.pdf").write_bytes(PDF[:40])
    drop.after(0)
    drop.after(10)
    drop.after(19)
    assert drop.names == {"scan.pdf"}
    drop.after(1)
    assert drop.names == {"failed/scan.pdf", "failed/scan.pdf.txt"}


def test_an_empty_placeholder_waits_for_its_bytes(drop: Drop, office: Office, path: Path) -> None:
    (path / "scan.tif").touch()
    drop.after(0)
    drop.after(300)
    (path / "scan.tif").write_bytes(b"II*\0")
    drop.after(300)
    drop.after(10)
    assert office.contents == [b"II*\0"]


def test_a_file_over_the_limit_is_given_up_without_being_read(office: Office, path: Path) -> None:
    drop = Drop(office, Folder(path, path.with_name("closed"), share=True, largest=2**20))
    with (path / "big.zip").open("wb") as file:
        file.truncate(2**20 + 1)
    drop.after(0)
    drop.after(10)
    assert drop.names == {"failed/big.zip", "failed/big.zip.txt"}
    assert "1 MB" in (path / "failed/big.zip.txt").read_text("utf-8-sig")


def test_a_file_that_was_rewritten_after_the_take_is_a_new_letter(drop: Drop, office: Office, path: Path) -> None:
    office.open.clear()
    (path / "a.doc").write_bytes(b"first")
    drop.watch.turn(1000)
    drop.watch.turn(1010)
    (path / "a.doc").write_bytes(b"second")
    office.open.set()
    drop.after(20)
    assert drop.names == {"a.doc"}
    drop.after(10)
    drop.after(10)
    assert office.contents == [b"first", b"second"]
    assert (path / "done/2569/2-2569 a.doc").read_bytes() == b"second"


def test_a_file_that_was_only_touched_after_the_take_is_the_same_letter(drop: Drop, office: Office, path: Path) -> None:
    office.open.clear()
    (path / "a.doc").write_bytes(b"first")
    drop.watch.turn(1000)
    drop.watch.turn(1010)
    os.utime(path / "a.doc", (1, 1))
    office.open.set()
    drop.after(20)
    assert drop.names == {"done/2569/1-2569 a.doc"}


def test_a_file_that_a_clerk_removed_after_the_take_is_let_go(drop: Drop, office: Office, path: Path) -> None:
    office.open.clear()
    (path / "a.doc").write_bytes(b"first")
    drop.watch.turn(1000)
    drop.watch.turn(1010)
    (path / "a.doc").unlink()
    office.open.set()
    drop.after(20)
    assert drop.names == set()
    assert drop.watch.status().flying == 0


def test_a_crash_between_take_and_move_takes_nothing_twice(office: Office, path: Path) -> None:
    for number in range(20):
        (path / f"{number}.pdf").write_bytes(letter(str(number)))
    office.open.clear()
    killed = Drop(office, Folder(path, path.with_name("closed"), share=True))
    killed.watch.turn(1000)
    killed.watch.turn(1010)
    office.open.set()
    next_life = Drop(office, Folder(path, path.with_name("closed"), share=True))
    next_life.after(0)
    next_life.after(10)
    assert len(office.taken) == 20
    assert sorted(name.rsplit(" ")[0] for name in next_life.names) == sorted(
        f"done/2569/{number}-2569" for number in range(1, 21)
    )


def test_a_done_that_cannot_be_written_delays_only_the_move(drop: Drop, office: Office, path: Path) -> None:
    (path / "done").write_bytes(b"in the way")
    for name in ("a.doc", "b.doc"):
        (path / name).write_bytes(name.encode())
    drop.after(0)
    drop.after(10)
    assert drop.names == {"a.doc", "b.doc", "done"}
    assert drop.watch.status().error == "NotADirectoryError: Not a directory"
    (path / "done").unlink()
    drop.after(30)
    assert drop.names == {"done/2569/1-2569 a.doc", "done/2569/2-2569 b.doc"}
    assert office.offers == 2


def test_a_share_that_goes_away_and_comes_back_loses_and_doubles_nothing(
    drop: Drop, office: Office, path: Path
) -> None:
    away = path.with_name("away")
    (path / "a.doc").write_bytes(b"a")
    drop.after(0)
    drop.after(9)
    path.rename(away)
    drop.after(30)
    assert drop.watch.status().error.startswith("FileNotFoundError")
    path.mkdir()
    drop.after(30)
    path.rmdir()
    away.rename(path)
    drop.after(30)
    assert drop.names == {"done/2569/1-2569 a.doc"}
    assert len(office.taken) == 1


def test_a_share_that_goes_away_before_the_move_gets_its_file_moved_later(
    drop: Drop, office: Office, path: Path
) -> None:
    away = path.with_name("away")
    office.open.clear()
    (path / "a.doc").write_bytes(b"a")
    drop.watch.turn(1000)
    drop.watch.turn(1010)
    path.rename(away)
    office.open.set()
    drop.after(30)
    away.rename(path)
    drop.after(30)
    assert drop.names == {"done/2569/1-2569 a.doc"}
    assert office.offers == 1


def test_links_pipes_and_folders_are_left_alone_and_counted(
    drop: Drop, office: Office, path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "outside.pdf").write_bytes(PDF)
    (path / "link.pdf").symlink_to(tmp_path / "outside.pdf")
    os.link(tmp_path / "outside.pdf", path / "second.pdf")
    os.mkfifo(path / "pipe.pdf")
    (path / "sub").mkdir()
    (path / "sub" / "a.pdf").write_bytes(PDF)
    drop.after(0)
    for _ in range(4):
        drop.after(600)
    assert drop.names == {"link.pdf", "second.pdf", "pipe.pdf", "sub/a.pdf"}
    assert office.taken == []
    assert drop.watch.status().strange == 4
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_lock_files_of_office_programs_are_no_letters(drop: Drop, office: Office, path: Path) -> None:
    for name in ("~$a.docx", ".~lock.a.odt#", "a.docx.tmp", "Thumbs.db"):
        (path / name).write_bytes(b"lock")
    (path / "a.docx").write_bytes(b"old word")
    drop.after(0)
    drop.after(10)
    assert [intake.name for intake in office.taken] == ["a.docx"]
    assert drop.watch.status().pending == 0


def test_no_more_than_a_wave_is_on_its_way_at_once(drop: Drop, office: Office, path: Path) -> None:
    for number in range(200):
        (path / f"{number}.doc").write_bytes(str(number).encode())
    drop.after(0)
    drop.after(10)
    assert len(drop.names) == len(office.taken) == 200
    assert office.most_aloft == 64


def test_large_files_go_one_after_the_other(drop: Drop, office: Office, path: Path) -> None:
    for number in range(3):
        (path / f"{number}.doc").write_bytes(bytes([65 + number]) * 40 * 2**20)
    office.open.clear()
    drop.watch.turn(1000)
    drop.watch.turn(1010)
    assert office.aloft == 1
    office.open.set()
    drop.after(20)
    assert len(office.taken) == 3


def test_names_in_any_encoding_and_composition_are_moved(drop: Drop, office: Office, path: Path) -> None:
    (path / os.fsdecode("หนังสือ.doc".encode("cp874"))).write_bytes(b"1")
    (path / "re\u0301sume\u0301.doc").write_bytes(b"2")
    (path / ("น้ำใจ" * 16 + ".doc")).write_bytes(b"3")
    drop.after(0)
    drop.after(10)
    stems = {name.partition(" ")[2] for name in drop.names}
    assert stems >= {"หนังสือ.doc", "r\u00e9sum\u00e9.doc"}
    [long] = [name for name in drop.names if "น้ำใจ" in name]
    assert len(long.removeprefix("done/2569/").encode()) <= 240


def test_the_log_and_the_status_never_name_a_file(
    drop: Drop, office: Office, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    office.fault = lambda intake: OSError(5, "Input/output error", "ลับมาก.pdf")
    (path / "ลับมาก.pdf").write_bytes(PDF)
    (path / "ลับ").mkdir()
    drop.after(0)
    drop.after(10)
    assert caplog.text
    assert "ลับ" not in caplog.text + drop.watch.status().error
