"""A rule, a rule set, and the YAML in which people read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ledger import outline
from ledger.routing.conditions import KINDS, SECRECY_WORDS, URGENCY_WORDS, Test, pattern_in
from ledger.routing.facts import Seen
from ledger.routing.patterns import compiled, reach
from ledger.values import Secrecy, Urgency

REGISTRY = "registry"  # in `route`: the central registry
REGISTRY_RULE = "ทะเบียนกลาง"

_TEXTS = frozenset({"subject", "text", "letter_number", "attachment"})  # where patterns may stand

HEADING = """\
กฎเส้นทางหนังสือ: อ่านจากบนลงล่าง กฎข้อแรกที่ตรงและส่งถึงกลุ่ม (route) พักไว้ (hold) หรือไม่รับ (refuse) เป็นข้อสุดท้ายที่ใช้
กฎสุดท้ายเสมอคือ “ทะเบียนกลาง” หนังสือที่ไม่ตรงกฎใดไปที่ทะเบียนกลาง ไม่ต้องเขียนและลบไม่ได้

  name  ชื่อกฎ ซึ่งจะปรากฏเป็นเหตุผลในทะเบียน
  when  เงื่อนไข ต้องตรงทุกข้อ แต่ละข้อเป็นค่าเดียว หรือ [หลายค่า] ซึ่งตรงค่าใดก็ได้
        sender               ผู้ส่ง: ชื่อ@หน่วยงาน, @obec.go.th, *.go.th
        recipient            ผู้รับ: saraban@…, หรือส่วนต่อท้าย +finance
        folder               โฟลเดอร์ที่วางไฟล์
        subject, text        เรื่อง, เนื้อความ: มีคำนี้ หรือ /รูปแบบ RE2/
        letter_number        เลขที่หนังสือ เช่น ศธ 04001/ว
        attachment           ชื่อไฟล์แนบ
        attachment_type      ชนิดไฟล์แนบ: pdf, xlsx, image/*
        urgency              ปกติ, ด่วน, ด่วนมาก, ด่วนที่สุด
        secrecy              ปกติ, ลับ, ลับมาก, ลับที่สุด
        sender_organisation  รหัสหน่วยงานผู้ส่ง
        not                  เงื่อนไขที่ต้องไม่ตรงแม้ข้อเดียว
  then  สิ่งที่ทำ
        route                รหัสกลุ่ม หลายกลุ่มได้ (registry คือทะเบียนกลาง)
        urgency, secrecy     ยกชั้นให้สูงขึ้น ลดลงไม่ได้
        hold, refuse         พักไว้ในถาดรอลงทะเบียน หรือไม่รับ พร้อมเหตุผล
        stop                 false = อ่านกฎข้อต่อไปด้วย, true = หยุดที่ข้อนี้

ตัวพิมพ์เล็กหรือใหญ่ เลขไทยหรืออารบิก ถือว่าเหมือนกัน
(Rules are tried from the top; all conditions of `when` must hold; the central registry is always last.)
"""


@dataclass(frozen=True)
class Condition:
    """What a letter must show: any of the values."""

    key: str
    values: tuple[str, ...]

    @cached_property
    def tests(self) -> tuple[Test, ...]:
        """How each value is compared. Raises `Unusable` for one that cannot be."""
        return tuple(map(KINDS[self.key].test, self.values))

    def holds(self, texts: Sequence[Seen], reach: int) -> bool:
        """Whether any of the texts fits any value. Patterns read at most `reach` bytes of all the texts."""
        for seen in texts:
            if reach <= 0:
                break
            for test in self.tests:  # no generator: every letter comes by here for each rule
                if test(seen, reach):
                    return True
            reach -= 4 * len(seen.text)
        return False

    def covers(self, other: Condition) -> bool:
        """Whether this holds wherever `other` does."""
        covers = KINDS[self.key].covers
        return self.key == other.key and all(
            any(covers(wide, narrow) for wide in self.values) for narrow in other.values
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition with a name, and the mailbox it leads to."""

    name: str
    when: tuple[Condition, ...] = ()  # all must hold
    unless: tuple[Condition, ...] = ()  # none may hold
    groups: tuple[str, ...] = ()  # codes
    registry: bool = False  # also, or only, to the central registry
    urgency: Urgency | None = None
    secrecy: Secrecy | None = None
    hold: str = ""
    refuse: str = ""
    stop: bool | None = None  # None: as `stops` says
    line: int = field(default=0, compare=False)

    @property
    def stops(self) -> bool:
        """Whether no later rule is tried once this one matched: by its own word, else when it decides."""
        return self.decides if self.stop is None else self.stop

    @property
    def decides(self) -> bool:
        """Whether it says what becomes of the letter."""
        return bool(self.groups or self.registry or self.hold or self.refuse)

    def covers(self, other: Rule) -> bool:
        """Whether this matches wherever `other` does. Never wrongly yes; sometimes wrongly no."""
        return all(any(mine.covers(its) for its in other.when) for mine in self.when) and all(
            any(its.covers(mine) for its in other.unless) for mine in self.unless
        )


@dataclass(frozen=True)
class RuleSet:
    """Rules in their order; behind the last one always stands the central registry."""

    rules: tuple[Rule, ...] = ()

    @cached_property
    def weight(self) -> int:
        """RE2 instructions of all patterns; times `reach` it is the most work that one letter can cause."""
        conditions = (each for rule in self.rules for each in (*rule.when, *rule.unless))
        sources = (pattern_in(wanted) for each in conditions if each.key in _TEXTS for wanted in each.values)
        return sum(compiled(source).weight for source in sources if source)

    @cached_property
    def reach(self) -> int:
        """How many bytes of a text the patterns read; heavier patterns see less."""
        return reach(self.weight)

    def to_yaml(self) -> str:
        """The rules as people edit them; `parse` reads them back as they were."""
        foot = f"กฎสุดท้ายเสมอ: {REGISTRY_RULE}"
        return outline.write(HEADING, {"rules": [_written(rule) for rule in self.rules]}, foot)


def _written(rule: Rule) -> dict[str, Any]:
    then = {
        "route": _one_or_many((*rule.groups, *((REGISTRY,) if rule.registry else ()))),
        "urgency": rule.urgency and URGENCY_WORDS[rule.urgency],
        "secrecy": rule.secrecy and SECRECY_WORDS[rule.secrecy],
        "hold": rule.hold,
        "refuse": rule.refuse,
    }
    written: dict[str, Any] = {key: value for key, value in then.items() if value}
    if rule.stop is not None:
        written["stop"] = rule.stop
    return {"name": rule.name, "when": _conditions(rule), "then": written}


def _conditions(rule: Rule) -> dict[str, Any]:
    when: dict[str, Any] = {each.key: _one_or_many(each.values) for each in rule.when}
    unless = {each.key: _one_or_many(each.values) for each in rule.unless}
    return {**when, "not": unless} if unless else when


def _one_or_many(values: tuple[str, ...]) -> str | tuple[str, ...]:
    return values[0] if len(values) == 1 else values
