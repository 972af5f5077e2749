"""What cannot be right in a whole roster: twins, names that nobody bears, mail that would come back to us."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from ledger.outline import meant
from ledger.roster.alone import CITIZEN_ID, Problem, alone
from ledger.roster.parts import (
    DUTIES,
    OFFICE,
    OUTSIDE,
    SCHOOL,
    Group,
    Organisation,
    Part,
    Person,
    RegisterStart,
    Roster,
    SchoolGroup,
)


def problems(roster: Roster) -> Iterator[Problem]:
    """Everything that contradicts itself or could do harm; nothing when the roster may be used."""
    for part in _parts(roster):
        yield from alone(part)
    yield from _codes(roster)
    yield from _mailboxes(roster)
    yield from _references(roster, {each.code: each.kind for each in roster.organisations})


def label(part: Part) -> str:
    """How a fault names a part; a citizen id is never repeated (R39)."""
    name = part.organisation if isinstance(part, RegisterStart) else part.code or part.name
    return CITIZEN_ID.sub("•••", name)


def _parts(roster: Roster) -> Iterator[Part]:
    yield from roster.organisations
    yield from roster.groups
    yield from roster.people
    yield from roster.school_groups
    yield from roster.register_starts


def _codes(roster: Roster) -> Iterator[Problem]:
    addressees: list[Organisation | SchoolGroup] = [*roster.organisations, *roster.school_groups]
    yield from _twins((each.code.casefold(), each.code, each) for each in addressees)
    yield from _twins(((each.organisation, each.code.casefold()), each.code, each) for each in roster.groups)
    yield from _twins(((each.organisation, each.code.casefold()), each.code, each) for each in roster.people)
    yield from _twins(((each.organisation, each.kind, each.year), each.kind, each) for each in roster.register_starts)


def _mailboxes(roster: Roster) -> Iterator[Problem]:
    """No two of a kind share a mailbox, and none of our notices comes back to us as a letter (P-17).

    The registry often shares its mailbox with the group that does its work, so these are not compared.
    """
    addresses = [(each.address.casefold(), each.address, each) for each in roster.organisations if each.address]
    yield from _twins(addresses, "address")
    theirs = [(each.mailbox.casefold(), each.mailbox, each) for each in roster.organisations if each.mailbox]
    yield from _twins(theirs, "mailbox")
    for parts in (roster.groups, roster.people):
        inside = [((each.organisation, each.mailbox.casefold()), each.mailbox, each) for each in parts if each.mailbox]
        yield from _twins(inside, "mailbox")
    ours = {_bare(each.address) for each in roster.organisations if each.address}
    notified: list[Organisation | Group | Person] = [*roster.organisations, *roster.groups, *roster.people]
    for part in notified:
        if part.mailbox and _bare(part.mailbox) in ours:
            yield Problem(
                part,
                f"{part.mailbox} เป็นที่อยู่รับหนังสือของระบบเอง ใช้รับแจ้งไม่ได้ เพราะจดหมายจะวนกลับมา",
                f"{part.mailbox} is one of our own intake addresses; notices to it would come back as letters.",
                "mailbox",
            )


def _bare(address: str) -> str:
    local, _, domain = address.casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _twins(keyed: Iterable[tuple[Hashable, str, Part]], field: str = "code") -> Iterator[Problem]:
    seen = set()
    for key, shown, part in keyed:
        if key in seen:
            yield Problem(part, f"“{shown}” ซ้ำกับรายการก่อนหน้า", f"“{shown}” was given before.", field)
        seen.add(key)


def _references(roster: Roster, kinds: dict[str, str]) -> Iterator[Problem]:
    groups = {(each.organisation, each.code) for each in roster.groups}
    theirs: list[Group | Person | RegisterStart] = [*roster.groups, *roster.people, *roster.register_starts]
    for part in theirs:
        yield from _known(part, part.organisation, kinds, (OFFICE, SCHOOL, OUTSIDE), "หน่วยงาน", "organisation")
    for person in roster.people:
        yield from _person(person, groups, kinds)
    for school_group in roster.school_groups:
        yield from _known(school_group, school_group.office, kinds, (OFFICE,), "สำนักงานเขต", "office")
        for member in school_group.members:
            yield from _known(school_group, member, kinds, (SCHOOL,), "สถานศึกษา", "school")


def _known(
    part: Part, code: str, kinds: dict[str, str], wanted: tuple[str, ...], th: str, en: str
) -> Iterator[Problem]:
    if kinds.get(code) not in wanted:
        meant_th, meant_en = meant(code, [key for key, kind in kinds.items() if kind in wanted])
        yield Problem(part, f"ไม่มี{th}รหัส “{code}” {meant_th}", f"There is no {en} “{code}”. {meant_en}")


def _person(person: Person, groups: set[tuple[str, str]], kinds: dict[str, str]) -> Iterator[Problem]:
    own = [code for organisation, code in groups if organisation == person.organisation]
    if person.group and person.group not in own:
        th, en = meant(person.group, sorted(own))
        yield Problem(person, f"ไม่มีกลุ่มรหัส “{person.group}” {th}", f"There is no group “{person.group}”. {en}", "group")
    for duty in person.duties:
        if duty not in DUTIES:
            th, en = meant(duty, DUTIES)
            yield Problem(person, f"ไม่รู้จักหน้าที่ “{duty}” {th}", f"Unknown duty “{duty}”. {en}", "duties")
    if "group_clerk" in person.duties and not person.group:
        yield Problem(person, "สารบรรณกลุ่มต้องระบุกลุ่ม (group)", "A group clerk needs a group.", "group")
    if "school_clerk" in person.duties and kinds.get(person.organisation) != SCHOOL:
        yield Problem(person, "สารบรรณสถานศึกษาต้องอยู่ในสถานศึกษา", "A school clerk belongs to a school.", "duties")
