"""What is not a letter yet, and what a letter is called afterwards."""

from __future__ import annotations

import os
import unicodedata
from datetime import UTC, datetime
from itertools import islice

import pytest

from ledger.errors import FileIncomplete
from ledger.values import Outcome, OutcomeKind
from watchers.folder import names

NEW_YEAR = datetime(2026, 12, 31, 18, tzinfo=UTC)  # already 2570 in Bangkok
LONG = "ขอเชิญประชุมผู้บริหารสถานศึกษาในสังกัดเพื่อรับฟังการชี้แจงน้ำใจ" * 5


def outcome(kind: OutcomeKind, number: int | None = 12, *, secret: bool = False) -> Outcome:
    return Outcome(1, kind, "เหตุผล", number=number, year=2569 if number else None, secret=secret)


@pytest.mark.parametrize(
    "name",
    [
        "~$จดหมาย.docx",
        ".~lock.a.odt#",
        "scan.PDF.part",
        "a.crdownload",
        "x.tmp",
        ".DS_Store",
        "Thumbs.db",
        "Desktop.ini",
        "a.filepart",
        ".a.pdf.Xy12",
        "a.pdf~",
        "done",
        "Failed",
        "held",
        "b.opdownload",
        "._a.pdf",
    ],
)
def test_names_of_programs_at_work_and_our_own_folders_are_ignored(name: str) -> None:
    assert names.ignored(name)


@pytest.mark.parametrize("name", ["หนังสือ.pdf", "part.pdf", "tmp", "done.pdf", "a~b.doc", "เอกสาร"])
def test_names_of_letters_are_not_ignored(name: str) -> None:
    assert not names.ignored(name)


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        (outcome(OutcomeKind.REGISTERED), ("done/2569", "12-2569 เชิญ.pdf")),
        (outcome(OutcomeKind.REGISTERED, secret=True), ("done/2569", "12-2569 ลับ.pdf")),
        (outcome(OutcomeKind.JOINED), ("done/2569", "12-2569 ซ้ำ เชิญ.pdf")),
        (outcome(OutcomeKind.JOINED, None), ("done/2570", "ซ้ำ เชิญ.pdf")),
        (outcome(OutcomeKind.BOUNCE, None), ("done/2570", "เชิญ.pdf")),
        (outcome(OutcomeKind.HELD, None), ("held", "เชิญ.pdf")),
        (outcome(OutcomeKind.HELD, None, secret=True), ("held", "ลับ.pdf")),
        (outcome(OutcomeKind.REFUSED, None), ("failed", "เชิญ.pdf")),
        (FileIncomplete(), ("failed", "เชิญ.pdf")),
    ],
)
def test_the_outcome_says_place_and_name(ending: Outcome, expected: tuple[str, str]) -> None:
    to, name = names.place(ending, "เชิญ.pdf", NEW_YEAR)
    assert ("/".join(to), name) == expected


def test_a_name_in_the_old_thai_code_page_becomes_readable() -> None:
    assert names.shown(os.fsdecode("หนังสือ.doc".encode("cp874"))) == "หนังสือ.doc"


def test_direction_marks_and_controls_become_visible_and_letters_composed() -> None:
    name = unicodedata.normalize("NFD", "résumé ") + "a\u202efdp\n.exe"
    assert names.place(FileIncomplete(), name, NEW_YEAR)[1] == "résumé a_fdp_.exe"


def test_a_taken_name_is_counted_on_before_its_extension() -> None:
    assert list(islice(names.numbered("12-2569 ก.ข.pdf"), 3)) == [
        "12-2569 ก.ข.pdf",
        "12-2569 ก.ข (2).pdf",
        "12-2569 ก.ข (3).pdf",
    ]


@pytest.mark.parametrize("start", range(12))
def test_a_long_thai_name_is_cut_between_letters_and_keeps_its_extension(start: int) -> None:
    name = "x" * start + LONG + ".pdf"
    for free in islice(names.numbered(name), 2):
        assert 225 < len(free.encode()) <= names.LONGEST
        assert free.endswith(".pdf")
        kept = free.removesuffix(".pdf").removesuffix(" (2)")
        following = name[len(kept)]
        assert name.startswith(kept)
        assert not unicodedata.category(following).startswith("M")
        assert following != "ำ"
        assert kept[-1] not in "เแโใไ"


def test_a_sentence_after_the_last_dot_is_no_extension() -> None:
    free = next(names.numbered("ที่ ศธ 04022.ว 12 " + LONG))
    assert len(free.encode()) <= names.LONGEST
    assert free.startswith("ที่ ศธ 04022.ว 12 ขอเชิญ")
