"""`saraban intake show` in the reader's language and time, and why a sender was not told the number."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.cli.intakes import tell
from ledger.values import OutcomeKind

AT = datetime(2026, 12, 1, 0, 11, 30, 123456, tzinfo=UTC)
TOLD: dict[str, Any] = {
    "id": 9,
    "taken_at": AT,
    "from": "maelanna@schools.example",
    "outcome": OutcomeKind.REGISTERED,
    "text": "17/2569",
    "to": ["กลุ่มอำนวยการ", "กลุ่มนโยบายและแผน"],
    "name": "",
    "answered_at": None,
    "answered_before": None,
}


@pytest.mark.parametrize(
    ("language", "lines", "why"),
    [
        (
            "th",
            [
                "รับเมื่อ 1 ธ.ค. 2569 07:11 น.",
                "ผู้ส่ง maelanna@schools.example",
                "ผล ลงทะเบียนแล้ว",
                "เลขทะเบียน 17/2569",
                "ถึง กลุ่มอำนวยการ, กลุ่มนโยบายและแผน",
            ],
            "ไม่ได้แจ้งเลข เพราะ แจ้งผู้ส่งแต่ละรายไม่เกินหนึ่งฉบับใน 24 ชั่วโมง และได้แจ้งไปแล้วเมื่อ 1 ธ.ค. 2569 07:11 น.",
        ),
        (
            "en",
            [
                "Taken 1 Dec 2026 (B.E. 2569) 07:11",
                "From maelanna@schools.example",
                "Outcome registered",
                "Number 17/2569",
                "To กลุ่มอำนวยการ, กลุ่มนโยบายและแผน",
            ],
            "Sender not told, because each sender is told once in 24 hours, last 1 Dec 2026 (B.E. 2569) 07:11",
        ),
    ],
)
def test_it_is_told_in_words_and_in_bangkoks_time(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str, lines: list[str], why: str
) -> None:
    monkeypatch.setenv("SARABAN_LANGUAGE", language)
    for told, wanted in ((TOLD, lines), ({**TOLD, "answered_before": AT}, [*lines, why])):
        tell(told)
        said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines() if line.strip()]
        assert said[0] == "#9"
        assert said[2:] == wanted
