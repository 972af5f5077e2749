"""A rule set from YAML, with every fault at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import yaml

from ledger.errors import RulesWrong
from ledger.outline import Outline
from ledger.routing.conditions import KINDS, SECRECIES, URGENCIES
from ledger.routing.patterns import LEAST_REACH, Unusable
from ledger.routing.rules import REGISTRY, REGISTRY_RULE, Condition, Rule, RuleSet
from ledger.values import Secrecy

RULE_LIMIT = 200
VALUE_LIMIT = 1_000  # wanted values in all rules together
NAME_LIMIT = 100  # characters

_YES_NO = {"true": True, "yes": True, "ใช่": True, "false": False, "no": False, "ไม่": False}
_ACTIONS = ("route", "urgency", "secrecy", "hold", "refuse", "stop")


def parse(yaml_text: str) -> RuleSet:
    """The rules that a text holds (form: `RuleSet.to_yaml`).

    Errors: `RulesWrong` with every fault: its line, the rule, what is wrong, and what was probably meant.
    """
    page = Outline(yaml_text, RulesWrong)
    nodes = page.entries(page.fields(page.root, "", ("rules",)).get("rules"), "")
    rules = RuleSet(tuple(_rule(page, node, place) for place, node in enumerate(nodes[:RULE_LIMIT], 1)))
    if len(nodes) > RULE_LIMIT:
        page.fault(nodes[RULE_LIMIT], "", f"มีกฎเกิน {RULE_LIMIT} ข้อ", f"There are more than {RULE_LIMIT} rules.")
    page.finish()
    _bound(page, rules)
    page.finish()
    return rules


def _rule(page: Outline, node: yaml.Node, place: int) -> Rule:
    where = f"กฎข้อ {place}"
    fields = page.fields(node, where, ("name", "when", "then"))
    name = page.text(fields.get("name"), where)
    where = name or where
    if not 0 < len(name) <= NAME_LIMIT:
        page.fault(
            node,
            where,
            f"ต้องมีชื่อ (name) ยาวไม่เกิน {NAME_LIMIT} ตัวอักษร",
            f"Give the rule a name of at most {NAME_LIMIT} characters.",
        )
    if name == REGISTRY_RULE:
        page.fault(node, where, "ชื่อนี้เป็นของกฎสุดท้าย ให้ใช้ชื่ออื่น", "This name belongs to the last rule.")
    wanted = page.fields(fields.get("when"), where, (*KINDS, "not"))
    unwanted = page.fields(wanted.pop("not", None), where, tuple(KINDS))
    if not wanted and not unwanted:
        page.fault(node, where, "ต้องมีเงื่อนไขใน when อย่างน้อยหนึ่งข้อ", "Give at least one condition in `when`.")
    rule = Rule(
        name,
        when=tuple(_conditions(page, where, wanted)),
        unless=tuple(_conditions(page, where, unwanted)),
        line=node.start_mark.line + 1,
    )
    then = page.fields(fields.get("then"), where, _ACTIONS)
    if not then:
        page.fault(node, where, "ต้องบอกใน then ว่าให้ทำอะไร", "Say in `then` what is to be done.")
    return _acting(page, where, then, rule)


def _conditions(page: Outline, where: str, fields: Mapping[str, yaml.Node]) -> Iterator[Condition]:
    for key, node in fields.items():
        values = page.texts(node, where)
        for value in values:
            try:
                KINDS[key].test(value)
            except Unusable as problem:
                page.fault(node, where, f"{key}: {problem.args[0]}", f"{key}: {problem.args[1]}")
        if values:
            yield Condition(key, values)
        else:
            page.fault(node, where, f"{key} ไม่มีค่า", f"{key} has no value.")


def _acting(page: Outline, where: str, then: Mapping[str, yaml.Node], rule: Rule) -> Rule:
    """The rule with what its `then` says."""
    codes = page.texts(then.get("route"), where)
    acting = replace(
        rule,
        groups=tuple(dict.fromkeys(code for code in codes if code != REGISTRY)),
        registry=REGISTRY in codes,
        urgency=page.choice(then.get("urgency"), where, URGENCIES),
        secrecy=page.choice(then.get("secrecy"), where, SECRECIES),
        hold=page.text(then.get("hold"), where),
        refuse=page.text(then.get("refuse"), where),
        stop=page.choice(then.get("stop"), where, _YES_NO),
    )
    if acting.secrecy is Secrecy.TOP_SECRET:
        page.fault(
            then["secrecy"],
            where,
            "ระบบไม่รับหนังสือลับที่สุด (R2) ให้ใช้ refuse หรือ hold พร้อมเหตุผล",
            "Top secret letters are never taken; use refuse or hold with a reason.",
        )
    if acting.refuse and (codes or acting.hold):
        page.fault(
            then["refuse"],
            where,
            "refuse ใช้คู่กับ route หรือ hold ไม่ได้ ให้เลือกอย่างเดียว",
            "A rule that refuses cannot also route or hold.",
        )
    return acting


def _bound(page: Outline, rules: RuleSet) -> None:
    """The work that one letter can cause is bounded here, so that routing never has to give up half-way."""
    values = sum(len(each.values) for rule in rules.rules for each in (*rule.when, *rule.unless))
    if values > VALUE_LIMIT:
        page.fault(None, "", f"มีค่าในเงื่อนไขรวมเกิน {VALUE_LIMIT} ค่า", f"There are more than {VALUE_LIMIT} values.")
    elif rules.reach < LEAST_REACH:
        page.fault(
            None,
            "",
            "รูปแบบ /…/ ทั้งหมดรวมกันหนักเกินไป ให้ใช้คำธรรมดาแทน หรือลดจำนวนซ้ำ {n,m}",
            "The patterns are too heavy together: use plain words, or fewer repeats {n,m}.",
        )
