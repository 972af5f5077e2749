"""Dropped files of any sort, and the lines of JSON that tell what was read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.values import Reading, ReadingKind, Secrecy, Urgency
from tests.watchers.reading.letters import PDF, SUBJECT, letter
from watchers.reading import read
from watchers.reading.report import as_json, parse_files
from watchers.reading.rescue import reading as rescued

KEYS = {
    "from", "to", "subject", "date", "text", "attachments", "is_bounce", "bounce", "is_auto_reply", "charset_problems",
    "kind", "letter_number", "letter_date", "urgency", "secrecy", "defects",
}  # fmt: skip


def test_a_scan_is_a_letter_named_by_its_file() -> None:
    found = read(PDF, name="ด่วนที่สุด_ขอเชิญประชุม.pdf")
    (document,) = found.documents
    assert (found.kind, found.subject) == (ReadingKind.LETTER, "ด่วนที่สุด ขอเชิญประชุม")
    assert found.urgency is Urgency.MOST_URGENT
    assert (document.content, document.sniffed_type, document.size) == (PDF, "application/pdf", len(PDF))


@pytest.mark.parametrize("name", ["letter.eml", "letter.EML", "letter", "letter.txt"])
def test_a_mail_saved_as_a_file_is_read_as_a_mail(name: str) -> None:
    assert read(letter(), name=name).subject == SUBJECT


@pytest.mark.parametrize(
    ("name", "content"),
    [("note.txt", b"hello"), ("letter.pdf", b"From: a@example.test\nTo: b@example.test\n\n"), ("letter.eml", PDF)],
)
def test_what_only_looks_like_a_mail_is_a_file(name: str, content: bytes) -> None:
    found = read(content, name=name)
    assert [document.content for document in found.documents] == [content]


def test_an_empty_file_is_a_defect() -> None:
    assert read(b"", name="a.pdf").defects == ("empty",)
    assert read(b"", name="a.eml").defects == ("empty",)


def test_a_file_name_in_the_bytes_of_an_old_disk_is_read() -> None:
    name = "หนังสือขอเชิญ.pdf".encode("cp874").decode("utf-8", "surrogateescape")
    assert read(PDF, name=name).subject == "หนังสือขอเชิญ"


@given(st.text(st.characters(), max_size=20) | st.sampled_from(["\ud800.pdf", "\udce0\udcb8.eml"]))
def test_no_name_stops_a_reading(name: str) -> None:
    found = read(PDF, name=name)
    assert not any(defect.startswith("unreadable") for defect in found.defects)
    assert found.subject == found.subject.encode("utf-8", "ignore").decode()


def test_what_nobody_could_read_still_tells_subject_and_sender() -> None:
    found = rescued(b"Subject: a\x07bc\r\nFrom: A <a@example.test>\r\n\r\n", "", "crash")
    assert (found.subject, found.senders[0].address) == ("abc", "a@example.test")
    assert found.defects == ("unreadable: crash",)
    assert rescued(b"\xff" * 10, "a_b.pdf", "time").subject == "a b"


def test_a_reading_is_told_in_plain_json() -> None:
    content = letter(subject="ด่วนที่สุด ลับ ขอเชิญประชุม", files={"a.pdf": ("application/pdf", PDF)}, Cc="c@example.test")
    told = json.loads(json.dumps(as_json(read(content))))
    assert told.keys() >= KEYS
    assert (told["from"], told["to"]) == (["office@example.test"], ["registry@example.test"])
    assert told["date"] == "2026-03-02T09:15:00+07:00"
    assert (told["kind"], told["urgency"], told["secrecy"]) == ("letter", Urgency.MOST_URGENT, Secrecy.SECRET)
    assert told["attachments"][0]["size"] == len(PDF)
    assert as_json(Reading())["date"] == ""


def test_every_path_gets_one_line_even_where_nothing_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(letter())
    paths = [str(tmp_path / "a.eml"), str(tmp_path / "none.eml"), str(tmp_path), "bad\0path"]
    told = [json.loads(line) for line in parse_files(paths, read)]
    assert [one["subject"] for one in told] == [SUBJECT, "", "", ""]
    assert all(one.keys() >= KEYS for one in told)
    assert all(one["defects"][0].startswith("unreadable: file") for one in told[1:])
