"""Where a letter goes, and why: every rule that was tried, in order, with the first condition that failed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from ledger.routing.conditions import KINDS
from ledger.routing.facts import Facts, Seen, Texts
from ledger.routing.rules import REGISTRY_RULE, Condition, Rule, RuleSet
from ledger.values import Secrecy, Urgency

Class = TypeVar("Class", Urgency, Secrecy)

FOLDER = "โฟลเดอร์ที่ผูกกับกลุ่ม"


@dataclass(frozen=True, slots=True)
class Trial:
    """One rule that was tried. What the letter showed is for `explain` only, never part of a reason (I8)."""

    rule: str
    hit: bool
    condition: str = ""  # the first that failed: "subject", "not.sender"
    wanted: tuple[str, ...] = ()
    seen: str = ""

    def sentence(self) -> str:
        """The trial as a Thai sentence."""
        if self.hit:
            return f"ตรงกับกฎ “{self.rule}”"
        if not self.condition:
            return f"ไม่ใช้ “{self.rule}”"
        label = KINDS[self.condition.removeprefix("not.")].th
        rather = "ต้องไม่ตรงกับ" if self.condition.startswith("not.") else "ต้องตรงกับ"
        seen = f"แต่พบ “{self.seen}”" if self.seen else "แต่ไม่มี"
        return f"ไม่ตรงกฎ “{self.rule}”: {label}{rather} {_either(self.wanted)} {seen}"


@dataclass(frozen=True, slots=True)
class Routing:
    """What the rules decided. `hold` and `refuse` go before groups; of these two the first counts."""

    groups: tuple[str, ...] = ()  # codes
    registry: bool = False
    urgency: Urgency = Urgency.NORMAL
    secrecy: Secrecy = Secrecy.ORDINARY
    hold: str = ""  # why a clerk must look at it first
    refuse: str = ""  # why it is not taken
    matched: tuple[str, ...] = ()  # names of rules
    reason: str = ""  # a Thai sentence for the entry
    steps: tuple[Trial, ...] = field(default=(), repr=False)


def route(rules: RuleSet, facts: Facts) -> Routing:
    """Where the letter goes. Total: some group, the registry, a hold or a refusal always comes out.

    Rules are tried from the top until one stops. They look at the letter as it arrived, so an earlier rule's
    urgency or secrecy never makes a later one match; both can only be raised. Where no rule decided, a letter
    from a folder that is bound to a group goes to that group, any other to the central registry.
    """
    texts = {key: Texts(Seen(text) for text in kind.look(facts)) for key, kind in KINDS.items()}
    routing = Routing(urgency=facts.urgency, secrecy=facts.secrecy)
    steps = []
    for rule in rules.rules:
        trial = _try(rule, texts, rules.reach)
        steps.append(trial)
        if trial.hit:
            routing = _with(routing, rule)
            if rule.stops:
                break
    return _settled(routing, facts.organisation_group, steps)


def _try(rule: Rule, texts: dict[str, Texts], reach: int) -> Trial:
    for each in rule.when:
        if not each.holds(texts[each.key], reach):
            return _missed(rule, each.key, each, texts)
    for each in rule.unless:
        if each.holds(texts[each.key], reach):
            return _missed(rule, f"not.{each.key}", each, texts)
    return Trial(rule.name, hit=True)


def _missed(rule: Rule, condition: str, failed: Condition, texts: dict[str, Texts]) -> Trial:
    return Trial(rule.name, hit=False, condition=condition, wanted=failed.values, seen=texts[failed.key].shown)


def _with(routing: Routing, rule: Rule) -> Routing:
    decided = bool(routing.hold or routing.refuse)
    return replace(
        routing,
        groups=tuple(dict.fromkeys((*routing.groups, *rule.groups))),
        registry=routing.registry or rule.registry,
        urgency=_higher(routing.urgency, rule.urgency),
        secrecy=_higher(routing.secrecy, rule.secrecy),
        hold=routing.hold if decided else rule.hold,
        refuse=routing.refuse if decided else rule.refuse,
        matched=(*routing.matched, rule.name),
    )


def _settled(routing: Routing, folder_group: str, steps: list[Trial]) -> Routing:
    """The routing with its last steps: the folder's group, then the central registry."""
    decided = bool(routing.groups or routing.registry or routing.hold or routing.refuse)
    if folder_group:
        steps.append(Trial(FOLDER, hit=not decided))
    if decided:
        reason = f"ตรงกับกฎ {_either(routing.matched, ' และ ')}"
    elif folder_group:
        routing = replace(routing, groups=(folder_group,))
        reason = "วางในโฟลเดอร์ของกลุ่ม และไม่มีกฎใดสั่งเป็นอย่างอื่น"
    else:
        routing = replace(routing, registry=True, matched=(*routing.matched, REGISTRY_RULE))
        steps.append(Trial(REGISTRY_RULE, hit=True))
        reason = "ไม่มีกฎใดส่งถึงกลุ่ม จึงส่งทะเบียนกลาง"
    return replace(routing, reason=_why(routing, reason), steps=tuple(steps))


def _why(routing: Routing, reason: str) -> str:
    if routing.refuse:
        return f"{reason} จึงไม่รับ: {routing.refuse}"
    return f"{reason} จึงพักไว้: {routing.hold}" if routing.hold else reason


def _either(texts: Iterable[str], joint: str = " หรือ ") -> str:
    return joint.join(f"“{text}”" for text in texts)


def _higher(now: Class, wanted: Class | None) -> Class:
    ladder = list(type(now))
    return now if wanted is None else max(now, wanted, key=ladder.index)
