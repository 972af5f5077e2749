"""Rules as YAML: read back as written, faults named together with their lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import RulesWrong
from ledger.routing import Condition, Rule, RuleSet, parse
from ledger.routing.parse import RULE_LIMIT
from ledger.values import Secrecy, Urgency

FAULTY = """\
rules:
  - name: การเงิน
    when: {subjet: เงิน, urgency: เร็ว, sender: ไม่มีที่อยู่, text: "/(เปิด/"}
    then: {rout: finance, secrecy: ลับที่สุด, stop: อาจจะ}
  - when: {subject: [[ก]]}
    then: {refuse: ไม่รับ, route: finance}
  - name: ทะเบียนกลาง
    when: {text: }
  - name: สอง
    name: สาม
    when: {attachment_type: pfd, not: {subject: "/[\\\\W]/"}}
    then: {urgency: normal}
"""


def test_faults_are_reported_together_with_line_rule_and_what_was_meant() -> None:
    with pytest.raises(RulesWrong) as wrong:
        parse(FAULTY)
    faults = wrong.value.faults
    english = wrong.value.sentence("en")
    assert {fault.line for fault in faults} == {3, 4, 5, 6, 7, 8, 10, 11}
    assert {fault.where for fault in faults if fault.line in (3, 4)} == {"การเงิน"}
    for meant in ("“subject”", "“route”", "“pdf”"):
        assert f"Did you mean {meant}" in english
    assert len(english.splitlines()) == 1 + len(faults)
    assert f"{len(faults)} แห่ง" in str(wrong.value.sentence("th"))


@pytest.mark.parametrize(
    "text",
    [
        "rules: [",
        "rules:\n\t- name: x",
        "a: b",
        "[1]",
        "rules: {a: b}",
        "&a [*a]",
        "[" * 5000,
        "rules: [" + "[" * 3000,
        "\x00",
    ],
)
def test_a_text_that_is_no_rule_file_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(RulesWrong):
        parse(text)


def test_an_empty_file_leaves_everything_to_the_central_registry() -> None:
    assert parse("") == parse("rules:") == parse("# เปล่า\nrules: []\n") == RuleSet()


def test_scalars_are_taken_as_they_are_written() -> None:
    rules = parse("rules: [{name: 0123, when: {letter_number: 04022, subject: yes}, then: {route: no}}]")
    assert rules.rules[0].name == "0123"
    assert rules.rules[0].when == (Condition("letter_number", ("04022",)), Condition("subject", ("yes",)))
    assert rules.rules[0].groups == ("no",)
    assert parse(rules.to_yaml()) == rules


def test_the_numbers_of_rules_and_values_and_their_work_are_bounded() -> None:
    rule = "  - {name: ก%s, when: {%s}, then: {route: a}}\n"
    many = "rules:\n" + "".join(rule % (n, "subject: ก") for n in range(RULE_LIMIT + 1))
    wide = "rules:\n" + "".join(rule % (n, f"subject: [{', '.join('กขคง' * 21)}]") for n in range(100))
    heavy = "rules:\n" + "".join(rule % (n, rf"text: '/ก{{{900 - n}}}[ก-๙]+/'") for n in range(20))
    for text in (many, wide, heavy):
        with pytest.raises(RulesWrong):
            parse(text)


def test_a_rule_set_says_how_far_its_patterns_read() -> None:
    rules = parse("rules: [{name: ก, when: {text: '/งบ.{50}ประมาณ/', not: {subject: '/x/'}}, then: {route: a}}]")
    assert rules.weight > 300
    assert rules.weight * rules.reach <= 100_000_000


LINE = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=30).map(str.strip).filter(bool)
CODE = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True).filter(lambda code: code != "registry")
CONDITIONS = st.dictionaries(
    st.sampled_from(["sender_organisation", "folder"]), st.lists(LINE, min_size=1, max_size=3), min_size=1
).map(lambda wanted: tuple(Condition(key, tuple(values)) for key, values in wanted.items()))
RULES = st.builds(
    Rule,
    name=LINE.filter(lambda name: name != "ทะเบียนกลาง"),
    when=CONDITIONS,
    unless=CONDITIONS | st.just(()),
    groups=st.lists(CODE, unique=True, min_size=1, max_size=3).map(tuple),
    registry=st.booleans(),
    urgency=st.none() | st.sampled_from(Urgency),
    secrecy=st.none() | st.sampled_from([Secrecy.ORDINARY, Secrecy.SECRET, Secrecy.VERY_SECRET]),
    hold=LINE | st.just(""),
    stop=st.none() | st.booleans(),
)


@given(st.lists(RULES, max_size=5).map(tuple).map(RuleSet))
def test_what_is_written_reads_back_as_it_was(rules: RuleSet) -> None:
    assert parse(rules.to_yaml()) == rules


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        rules = parse(text)
    except RulesWrong:
        return
    assert parse(rules.to_yaml()) == rules
