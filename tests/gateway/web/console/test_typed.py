"""From what people type to what the ledger takes: days in any spelling, choices from their lists, whole numbers."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.web.console import typed
from ledger.content import FIELDS
from ledger.errors import FieldsWrong
from ledger.values import RegisterKind, Secrecy, Urgency

TODAY = date(2026, 11, 27)
DAY = date(2026, 8, 14)


@pytest.mark.parametrize(
    "text",
    [
        "14 ส.ค. 2569",
        "14 สค 2569",
        "14 สิงหาคม 2569",
        "14 สิงหาคม พ.ศ. 2569",
        "๑๔ ส.ค. ๒๕๖๙",
        "14/8/2569",
        "14/08/69",
        "14-8-2569",
        "14.8.2569",
        "2026-08-14",
        "14/8/2026",
        "  14   ส.ค.\n2569 ",
        "14 Aug 2026",
    ],
)
def test_a_day_is_read_in_any_spelling(text: str) -> None:
    problems: dict[str, str] = {}
    assert typed.day(text, TODAY, problems, "letter_date") == DAY
    assert problems == {}


@pytest.mark.parametrize("text", ["วันนี้", " วันนี้ "])
def test_today_is_bangkoks(text: str) -> None:
    assert typed.day(text, TODAY, {}, "x") == TODAY


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_no_day_is_none_and_no_fault(text: str) -> None:
    problems: dict[str, str] = {}
    assert typed.day(text, TODAY, problems, "x") is None
    assert problems == {}


@pytest.mark.parametrize(
    "text", ["31 ก.พ. 2569", "32/1/2569", "14/13/2569", "29 ก.พ. 2570", "abc", "14", "0/0/0", "14 ส.ค. 9999", "9" * 500]
)
def test_what_is_no_day_is_a_fault_of_its_field(text: str) -> None:
    problems: dict[str, str] = {}
    assert typed.day(text, TODAY, problems, "letter_date") is None
    assert problems == {"letter_date": typed.UNREADABLE_DAY}


@pytest.mark.parametrize("kind", list(RegisterKind))
def test_a_form_gives_the_fields_of_its_register_and_no_others(kind: RegisterKind) -> None:
    form = {
        "subject": " ขอ\nเชิญ ", "letter_number": "ศธ 1", "letter_date": "14/8/69", "sender": "ก", "recipient": "ข",
        "action": "ค", "remark": "ง", "group_id": "7", "urgency": "urgent", "secrecy": "secret", "id": "9",
        "registered_by": "ผู้อื่น", "number": "1",
    }  # fmt: skip
    found = typed.content(form, kind, TODAY)
    assert found.subject == "ขอ เชิญ"
    full = {"letter_number": "ศธ 1", "letter_date": DAY, "sender": "ก", "recipient": "ข", "action": "ค", "remark": "ง"}
    full |= {"group_id": 7, "urgency": Urgency.URGENT, "secrecy": Secrecy.SECRET}
    empty = typed.content({}, kind, TODAY)
    for name, value in full.items():
        assert getattr(found, name) == (value if name in FIELDS[kind] else getattr(empty, name)), name


def test_secrecy_is_never_lost_by_a_word_that_is_not_known() -> None:
    for word in ("ลับ", "SECRET", "secret;", "x"):
        with pytest.raises(FieldsWrong) as wrong:
            typed.content({"secrecy": word}, RegisterKind.INCOMING, TODAY)
        assert set(wrong.value.problems) == {"secrecy"}
    assert typed.content({"secrecy": "top_secret"}, RegisterKind.INCOMING, TODAY).secrecy is Secrecy.TOP_SECRET


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(FieldsWrong) as wrong:
        typed.content({"secrecy": "x", "letter_date": "x"}, RegisterKind.OUTGOING, TODAY)
    assert set(wrong.value.problems) == {"secrecy", "letter_date"}


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "1 2", "๗", "9" * 30])
def test_what_is_no_group_is_none(text: str) -> None:
    assert typed.content({"group_id": text}, RegisterKind.INCOMING, TODAY).group_id is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("5", 5), ("๑๒", 12), (" 3 ", 3), ("", 1), ("  ", 1), ("0", 0)]
    + [(wrong, -1) for wrong in ("1.5", "-5", "1e3", "สาม", "1 2", "9" * 9, "²", "0x10")],
)
def test_a_whole_number_is_that_number_or_none_that_a_form_takes(text: str, number: int) -> None:
    assert typed.whole(text, 1) == number
