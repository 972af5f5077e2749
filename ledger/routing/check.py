"""What cannot be right in a rule set for this office, though it reads well."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.errors import Fault
from ledger.outline import meant
from ledger.routing.rules import Rule, RuleSet


def check(rules: RuleSet, groups: set[str], organisations: set[str], language: str = "th") -> list[str]:
    """A sentence for each fault: unknown codes, two rules of one name, rules that can never match.

    Arguments: the codes of the office's groups and of all organisations; `language` is "th" or "en".
    """
    faults = [*_codes(rules, groups, organisations), *_twins(rules), *_unreachable(rules)]
    return [fault.sentence(language) for fault in sorted(faults, key=lambda fault: fault.line)]


def _codes(rules: RuleSet, groups: set[str], organisations: set[str]) -> Iterator[Fault]:
    for rule in rules.rules:
        for code in rule.groups:
            if code not in groups:
                th, en = meant(code, sorted(groups))
                yield _fault(rule, f"ไม่มีกลุ่มรหัส “{code}” {th}", f"There is no group “{code}”. {en}")
        for each in (*rule.when, *rule.unless):
            for code in each.values if each.key == "sender_organisation" else ():
                if code not in organisations:
                    th, en = meant(code, sorted(organisations))
                    yield _fault(rule, f"ไม่มีหน่วยงานรหัส “{code}” {th}", f"There is no organisation “{code}”. {en}")


def _twins(rules: RuleSet) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for place, rule in enumerate(rules.rules, 1):
        if first.setdefault(rule.name, place) != place:
            yield _fault(
                rule,
                f"ชื่อซ้ำกับกฎข้อ {first[rule.name]} ให้ตั้งชื่ออื่น",
                f"Rule {first[rule.name]} has the same name; give this one another.",
            )


def _unreachable(rules: RuleSet) -> Iterator[Fault]:
    for place, rule in enumerate(rules.rules):
        above = next((each for each in rules.rules[:place] if each.stops and each.covers(rule)), None)
        if above is not None:
            yield _fault(
                rule,
                f"ใช้ไม่ได้เลย เพราะกฎ “{above.name}” ที่อยู่ก่อนตรงและหยุดก่อนเสมอ ให้ย้ายขึ้นหรือลบ",
                f"It never matches: “{above.name}” before it always does and stops. Move it up or delete it.",
            )


def _fault(rule: Rule, th: str, en: str) -> Fault:
    return Fault(rule.line, rule.name, th, en)
