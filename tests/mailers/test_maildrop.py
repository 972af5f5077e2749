"""Mails as files."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger.values import AnswerKind
from mailers.maildrop import Maildrop
from mailers.notices import Writer
from tests.mailers.letters import ARRIVAL, LETTER, TEMPLATES
from tests.mailers.sinks import Answers, mail

NOW = datetime(2026, 8, 14, 4, 0, tzinfo=UTC)
WRITER = Writer(TEMPLATES)


def drop(folder: Path, *mails: object) -> Answers:
    answers = Answers()
    Maildrop(folder, clock=lambda: NOW).deliver(mails, answers)  # type: ignore[arg-type]
    return answers


def test_a_mail_becomes_a_file_named_by_time_number_and_recipient(tmp_path: Path) -> None:
    answers = drop(tmp_path / "outbox", WRITER.write(LETTER))
    (file,) = (tmp_path / "outbox").iterdir()
    assert file.name == "20260814-105230-71-saraban@nayia.example.ac.th.eml"
    assert answers.kinds == {71: AnswerKind.SENT}
    assert answers.all[0].at == NOW
    start = b"Return-Path: <saraban@office.example.go.th>\r\nDelivered-To: saraban@nayia.example.ac.th\r\n"
    assert file.read_bytes() == start + WRITER.write(LETTER).content


def test_the_null_sender_stays_null(tmp_path: Path) -> None:
    drop(tmp_path, WRITER.write(ARRIVAL))
    (file,) = tmp_path.iterdir()
    assert file.read_bytes().startswith(b"Return-Path: <>\r\n")


def test_the_same_mail_again_is_the_same_file(tmp_path: Path) -> None:
    for _ in range(3):
        assert drop(tmp_path, WRITER.write(LETTER)).kinds == {71: AnswerKind.SENT}
    assert len(list(tmp_path.iterdir())) == 1


def test_links_in_dropped_mails_are_for_our_eyes_only(tmp_path: Path) -> None:
    drop(tmp_path / "new", WRITER.write(LETTER))
    (file,) = (tmp_path / "new").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "recipient", ["../../etc/cron.d/x", "a@b\r\nBcc: x@y", "/abs@x", "a/b@c.example", "x" * 300 + "@y"]
)
def test_no_address_leads_out_of_the_folder(tmp_path: Path, recipient: str) -> None:
    drop(tmp_path / "outbox", mail(1, recipient=recipient), mail(2))
    assert {file.parent for file in tmp_path.rglob("*.eml")} == {tmp_path / "outbox"}
    assert not any(b"Bcc" in file.read_bytes() for file in tmp_path.rglob("*.eml"))


def test_what_is_no_address_is_said_to_be_none(tmp_path: Path) -> None:
    assert drop(tmp_path, mail(1, recipient="nobody"), mail(2)).kinds == {
        1: AnswerKind.PERMANENT,
        2: AnswerKind.SENT,
    }


def test_a_folder_that_cannot_be_written_leaves_the_mail_for_later(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file where the folder should be")
    answers = drop(tmp_path / "outbox", mail(1))
    assert answers.kinds == {1: AnswerKind.TEMPORARY}
    assert str(tmp_path) not in answers.all[0].text
