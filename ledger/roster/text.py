"""A roster as YAML: each organisation with its groups, people and registers below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from ledger import outline
from ledger.errors import RosterWrong
from ledger.outline import Outline
from ledger.roster.check import label, problems
from ledger.roster.parts import (
    DUTIES,
    GOVERNMENT,
    OFFICE,
    OUTSIDE,
    OWN,
    PRIVATE,
    SCHOOL,
    SHARED,
    Group,
    Organisation,
    Part,
    Person,
    RegisterStart,
    Roster,
    SchoolGroup,
)

EXAMPLE = """\
offices:
  - code: area4
    name: สำนักงานเขตพื้นที่การศึกษา…
    address: saraban@office.example
    mailbox: central@office.example
    prefix: ศธ 04022/
    groups:
      - {code: finance, name: กลุ่มบริหารงานการเงินและสินทรัพย์, mailbox: finance@office.example}
    people:
      - {code: p1, name: นางสาวตัวอย่าง ใจดี, group: finance, mailbox: p1@office.example, duties: [สารบรรณกลุ่ม]}
schools:
  - {code: s1, name: โรงเรียน…, mailbox: s1@office.example, domains: [school.example]}
"""

HEADING = (
    """\
ทะเบียนหน่วยงาน: สำนักงานเขต (offices) สถานศึกษา (schools) กลุ่มสถานศึกษา (school_groups) และหน่วยงานภายนอก (outside)

  name        ชื่อเต็ม ของบุคลากรรวมคำนำหน้า
  code        รหัส ไม่ซ้ำกัน ใช้ A-Z 0-9 . _ - (ห้ามใช้เลขประจำตัวประชาชน)
  address     ที่อยู่รับหนังสือซึ่งระบบนี้รับแทน เช่น saraban@…
  mailbox     ที่อยู่ที่ระบบส่งแจ้งไปให้เจ้าหน้าที่ ต้องไม่ใช่ที่อยู่รับหนังสือ
  prefix      คำนำหน้าเลขที่หนังสือส่ง เช่น ศธ 04022/
  domains     โดเมนอีเมลของหน่วยงาน ใช้รู้จักผู้ส่ง
  type        government (รัฐบาล) หรือ private (เอกชน)
  groups      กลุ่มของหน่วยงาน: code, name, mailbox
  people      บุคลากร: code, name, position (ตำแหน่ง), group (code ของกลุ่ม), mailbox, duties
  registers   เลขเริ่มต้นของแต่ละทะเบียน แยกตามปี พ.ศ.: incoming, outgoing, order, certificate (0 = ไม่เปิดใช้)
  circular_series  shared (เลขหนังสือเวียนร่วมกับเลขส่ง) หรือ own (แยก)
  duties      หน้าที่ เขียนเป็นคำไทยหรือรหัสก็ได้:
"""
    + "".join(f"              {duty:<22}{thai}\n" for duty, thai in DUTIES.items())
    + "\nตัวอย่าง (An example):\n\n"
    + EXAMPLE
    + "\n(The directory: each organisation with its groups, people and registers below it.)\n"
)

_TEXTS = ("code", "name", "address", "mailbox", "prefix", "phone")
_LISTS = ("domains", "registers", "groups", "people", "keeps_registers", "circular_series")
_FIELDS = {
    OFFICE: (*_TEXTS, *_LISTS, "school_groups"),
    SCHOOL: (*_TEXTS, *_LISTS, "type"),
    OUTSIDE: (*_TEXTS, "domains", "people"),
}
_GROUP = ("code", "name", "mailbox", "phone")
_PERSON = ("code", "name", "position", "group", "mailbox")
_SECTIONS = {"offices": OFFICE, "schools": SCHOOL, "outside": OUTSIDE}
_YES_NO = {"true": True, "yes": True, "ใช่": True, "false": False, "no": False, "ไม่": False}
_TYPES = {GOVERNMENT: GOVERNMENT, PRIVATE: PRIVATE, "รัฐบาล": GOVERNMENT, "เอกชน": PRIVATE}
_SERIES = {SHARED: SHARED, OWN: OWN}
DUTY = {duty: duty for duty in DUTIES} | {thai: duty for duty, thai in DUTIES.items()}


def parse(text: str) -> Roster:
    """The roster that a YAML text holds (form: `to_yaml`).

    Errors: `RosterWrong` with every fault: its line, whose it is, what is wrong and what was probably meant.
    """
    return _Reader(text).roster()


def to_yaml(roster: Roster) -> str:
    """The roster as people edit it; `parse` reads it back as it was."""
    content = {
        section: [_organisation(roster, each) for each in roster.organisations if each.kind == kind]
        for section, kind in _SECTIONS.items()
    }
    return outline.write(HEADING, {section: those for section, those in content.items() if those})


class _Reader:
    """Collects the parts of one text, and where each stands."""

    def __init__(self, text: str) -> None:
        self._page = Outline(text, RosterWrong)
        self._found: list[tuple[Part, yaml.Node]] = []

    def roster(self) -> Roster:
        """The checked whole."""
        root = self._page.fields(self._page.root, "", tuple(_SECTIONS))
        for section, kind in _SECTIONS.items():
            for node in self._page.entries(root.get(section), section):
                self._organisation(node, kind, section)
        roster = Roster(*(self._all(of) for of in (Organisation, Group, Person, SchoolGroup, RegisterStart)))
        nodes = {id(part): node for part, node in self._found}
        for problem in problems(roster):
            self._page.fault(nodes[id(problem.part)], label(problem.part), problem.th, problem.en)
        self._page.finish()
        return roster

    def _all(self, of: type[Part]) -> tuple[Any, ...]:
        return tuple(part for part, _ in self._found if isinstance(part, of))

    def _organisation(self, node: yaml.Node, kind: str, section: str) -> None:
        page = self._page
        fields = page.fields(node, section, _FIELDS[kind])
        texts = self._texts(fields, section, _TEXTS)
        where = texts["code"] or section
        keeps = page.choice(fields.get("keeps_registers"), where, _YES_NO)
        organisation = Organisation(
            **texts,
            kind=kind,
            school_type=page.choice(fields.get("type"), where, _TYPES) or (GOVERNMENT if kind == SCHOOL else ""),
            keeps_registers=kind == OFFICE if keeps is None else keeps,
            domains=page.texts(fields.get("domains"), where),
            circular_series=page.choice(fields.get("circular_series"), where, _SERIES) or SHARED,
        )
        self._found.append((organisation, node))
        self._below(fields, where, organisation.code)

    def _below(self, fields: Mapping[str, yaml.Node], where: str, organisation: str) -> None:
        page = self._page
        for node in page.entries(fields.get("groups"), where):
            texts = self._texts(page.fields(node, where, _GROUP), where, _GROUP)
            self._found.append((Group(organisation=organisation, **texts), node))
        for node in page.entries(fields.get("people"), where):
            person = page.fields(node, where, (*_PERSON, "duties"))
            duties = tuple(DUTY.get(word, word) for word in page.texts(person.get("duties"), where))
            texts = self._texts(person, where, _PERSON)
            self._found.append((Person(organisation=organisation, duties=duties, **texts), node))
        for node in page.entries(fields.get("school_groups"), where):
            named = page.fields(node, where, ("code", "name", "members"))
            members = page.texts(named.get("members"), where)
            texts = self._texts(named, where, ("code", "name"))
            self._found.append((SchoolGroup(office=organisation, members=members, **texts), node))
        self._registers(fields.get("registers"), where, organisation)

    def _registers(self, node: yaml.Node | None, where: str, organisation: str) -> None:
        for _, year, starts in self._page.pairs(node, where):
            for key, kind, start in self._page.pairs(starts, where):
                first = self._page.text(start, where)
                if year.isdecimal() and first.isdecimal():
                    self._found.append((RegisterStart(organisation, kind, int(year), int(first)), key))
                else:
                    self._page.fault(
                        key, where, "ให้เขียนเป็น ปี พ.ศ.: {ทะเบียน: เลขเริ่มต้น}", "Write year: {register: first number}."
                    )

    def _texts(self, fields: Mapping[str, yaml.Node], where: str, keys: tuple[str, ...]) -> dict[str, str]:
        return {key: self._page.text(fields.get(key), where) for key in keys}


def _organisation(roster: Roster, each: Organisation) -> dict[str, Any]:
    written: dict[str, Any] = {key: getattr(each, key) for key in _TEXTS}
    written["type"] = each.school_type
    written["domains"] = each.domains
    written["circular_series"] = each.circular_series if each.circular_series != SHARED else ""
    if each.keeps_registers != (each.kind == OFFICE):
        written["keeps_registers"] = each.keeps_registers
    written["registers"] = _starts(roster, each.code)
    written["groups"] = [_fields(group, _GROUP) for group in roster.groups if group.organisation == each.code]
    written["people"] = [
        _fields(person, (*_PERSON, "duties")) for person in roster.people if person.organisation == each.code
    ]
    written["school_groups"] = [
        _fields(group, ("code", "name", "members")) for group in roster.school_groups if group.office == each.code
    ]
    return {key: value for key, value in written.items() if value or value is False}


def _starts(roster: Roster, organisation: str) -> dict[int, dict[str, int]]:
    years: dict[int, dict[str, int]] = {}
    for each in roster.register_starts:
        if each.organisation == organisation:
            years.setdefault(each.year, {})[each.kind] = each.start
    return years


def _fields(part: Part, keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key in keys if (value := getattr(part, key))}
