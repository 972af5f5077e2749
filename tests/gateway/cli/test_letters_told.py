"""`saraban letter show` tells what became of the links and of the files of a letter, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.cli.letters_told import tell
from ledger.values import Secrecy

AT = datetime(2026, 12, 1, 0, 19, tzinfo=UTC)
LINKS = [
    {"at": AT, "what": "came_back", "by": "s2@schools.example"},
    {"at": AT, "what": "came_back", "by": ""},
    {"at": AT, "what": "silenced", "until": AT + timedelta(minutes=15)},
    {"at": AT, "what": "replaced", "by": "นางมาลี"},
    {"at": AT, "what": "replaced", "by": ""},
]
KEPT = {"name": "ก.pdf", "added_at": None, "added_by": "", "removed_at": None}
GONE = {**KEPT, "name": "ข.pdf", "removed_at": AT, "removed_by": "นางมาลี", "removed_reason": "แนบผิดฉบับ"}


def letter(secrecy: Secrecy, links: list[Any], documents: list[Any]) -> dict[str, Any]:
    delivery = {
        "to": "โรงเรียนบ้านนา",
        "sent_at": AT,
        "opened_at": None,
        "acknowledged_at": None,
        "acknowledged_by": None,
    }
    told = {"number": "ศธ 04022/5", "subject": "เรื่อง", "secrecy": secrecy, "documents": documents}
    return {**told, "deliveries": [{**delivery, "links": links}]}


def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str, told: Any) -> list[str]:
    monkeypatch.setenv("SARABAN_LANGUAGE", language)
    tell(told)
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines() if line.strip()]


def test_a_letter_of_which_nothing_happened_is_one_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = said(capsys, monkeypatch, "th", letter(Secrecy.ORDINARY, [], []))
    assert lines[1] == "ถึง ส่งเมื่อ เปิดเมื่อ รับเมื่อ ผู้รับ"
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("language", "head", "events", "gone"),
    [
        (
            "th",
            "ถึง ส่งเมื่อ เปิดด้วยรหัสล่าสุดเมื่อ รับเมื่อ ผู้รับ",
            [
                "ย้อนกลับมาในอีเมลของ s2@schools.example",
                "ย้อนกลับมาในไฟล์ที่วางในโฟลเดอร์",
                "มีผู้ใส่รหัสผิดหลายครั้ง หยุดรับรหัสถึง 1 ธ.ค. 2569 07:34 น.",
                "เปลี่ยนลิงก์แล้ว โดย นางมาลี",
                "เปลี่ยนลิงก์แล้ว",
            ],
            "ข.pdf 1 ธ.ค. 2569 07:19 น. นางมาลี แนบผิดฉบับ",
        ),
        (
            "en",
            "To Sent Last opened with code Acknowledged By",
            [
                "came back in a mail of s2@schools.example",
                "came back in a file in a folder",
                "wrong codes, none is taken until 1 Dec 2026 (B.E. 2569) 07:34",
                "replaced by นางมาลี",
                "replaced",
            ],
            "ข.pdf 1 Dec 2026 (B.E. 2569) 07:19 นางมาลี แนบผิดฉบับ",
        ),
    ],
)
def test_what_became_of_links_and_files_stands_below(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    head: str,
    events: list[str],
    gone: str,
) -> None:
    lines = said(capsys, monkeypatch, language, letter(Secrecy.SECRET, LINKS, [KEPT, GONE]))
    assert head in lines
    links = [line for line in lines if line.startswith("โรงเรียนบ้านนา")][1:]
    assert len(links) == len(events)
    assert all(line.endswith(event) for line, event in zip(links, events, strict=True))
    assert gone in lines
    assert "ก.pdf" in lines
