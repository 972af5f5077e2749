"""YAML that people write: line numbers, nothing guessed, nothing that a reader must decipher."""

from __future__ import annotations

import pytest

from ledger import outline
from ledger.errors import RulesWrong
from ledger.outline import Outline


def test_the_fault_of_a_broken_text_names_its_line_and_a_tab_by_name() -> None:
    with pytest.raises(RulesWrong) as broken:
        Outline("a:\n  b: [1,\nc: 2\n", RulesWrong)
    with pytest.raises(RulesWrong) as tab:
        Outline("a:\n\tb: 1\n", RulesWrong)
    assert broken.value.faults[0].line == 2
    assert tab.value.faults[0].line == 2
    assert "แท็บ" in tab.value.sentence("th")


def test_a_field_given_twice_is_a_fault() -> None:
    page = Outline("name: ก\nname: ข\n", RulesWrong)
    assert page.text(page.fields(page.root, "", ("name",))["name"], "") == "ก"
    with pytest.raises(RulesWrong, match="given twice"):
        page.finish()


def test_faults_come_in_the_order_of_their_lines() -> None:
    page = Outline("a: 1\nb: 2\n", RulesWrong)
    fields = page.fields(page.root, "", ("a", "b"))
    page.fault(fields["b"], "", "สอง", "two")
    page.fault(fields["a"], "", "หนึ่ง", "one")
    with pytest.raises(RulesWrong) as wrong:
        page.finish()
    assert [fault.th for fault in wrong.value.faults] == ["หนึ่ง", "สอง"]


def test_nothing_is_guessed_from_how_a_value_looks() -> None:
    page = Outline("a: 04022\nb: ~\nc: no\nd: 2026-11-23\n", RulesWrong)
    fields = page.fields(page.root, "", ("a", "b", "c", "d"))
    assert [page.text(node, "") for node in fields.values()] == ["04022", "", "no", "2026-11-23"]


def test_a_text_longer_than_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(RulesWrong):
        Outline("#" * (outline.LIMIT + 1), RulesWrong)


def test_what_is_written_has_comments_and_no_marks_of_the_machine() -> None:
    same = ("ก", "ข")
    text = outline.write("หัวเรื่อง\n\nคำอธิบาย", {"one": {"x": same}, "two": {"x": same}}, "จบ")
    assert text.splitlines()[:3] == ["# หัวเรื่อง", "#", "# คำอธิบาย"]
    assert text.endswith("# จบ\n")
    assert "&" not in text
    assert "!!" not in text
    assert text.count("[ก, ข]") == 2


@pytest.mark.parametrize(("word", "said"), [("subjet", "Did you mean “subject”?"), ("zzz", "Known: subject, sender.")])
def test_what_was_probably_meant_is_named_else_all_that_is_known(word: str, said: str) -> None:
    assert outline.meant(word, ["subject", "sender"])[1] == said
    assert outline.meant(word, []) == ("", "")
