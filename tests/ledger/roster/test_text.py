"""The directory as YAML: read back as written, faults named together with their lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import RosterWrong
from ledger.roster import Group, Organisation, Person, RegisterStart, Roster, SchoolGroup, parse, to_yaml
from ledger.roster.parts import DUTIES

SMALL = """\
offices:
  - code: area4
    name: สพป.ตัวอย่าง เขต 4
    address: saraban@area4.example
    mailbox: registry@area4.example
    prefix: ศธ 04022/
    domains: [area4.example]
    registers:
      2569: {incoming: 1, outgoing: 345, certificate: 0}
    groups:
      - {code: finance, name: กลุ่มบริหารงานการเงินและสินทรัพย์, mailbox: finance@area4.example}
    people:
      - {code: p1, name: นางสาวสมใจ ดีงาม, group: finance, duties: [สารบรรณกลุ่ม, register_admin]}
    school_groups:
      - {code: small, name: โรงเรียนขนาดเล็ก, members: [s1]}
schools:
  - {code: s1, name: โรงเรียนบ้านดอนแก้ว, mailbox: s1@schools.example, keeps_registers: ใช่}
  - {code: '57020', name: โรงเรียนอนุบาลใจดี, type: เอกชน, mailbox: s2@schools.example}
outside:
  - {code: obec, name: สพฐ., domains: [obec.example]}
"""


def test_an_office_with_groups_people_schools_and_registers_is_read() -> None:
    roster = parse(SMALL)
    assert [(each.code, each.kind, each.school_type) for each in roster.organisations] == [
        ("area4", "office", ""),
        ("s1", "school", "government"),
        ("57020", "school", "private"),
        ("obec", "outside", ""),
    ]
    assert [each.keeps_registers for each in roster.organisations] == [True, True, False, False]
    assert roster.people[0].duties == ("group_clerk", "register_admin")
    assert roster.school_groups == (SchoolGroup("small", "area4", "โรงเรียนขนาดเล็ก", ("s1",)),)
    assert RegisterStart("area4", "outgoing", 2569, 345) in roster.register_starts


def test_the_file_explains_itself_and_reads_back() -> None:
    roster = parse(SMALL)
    text = to_yaml(roster)
    assert text.startswith("# ทะเบียนหน่วยงาน")
    assert "นางสาวสมใจ ดีงาม" in text
    assert parse(text) == roster


def test_the_example_of_the_file_is_one_that_can_be_brought_in() -> None:
    text = to_yaml(Roster())
    example = text.partition("# ตัวอย่าง (An example):\n#\n")[2].partition("\n#\n")[0]
    roster = parse("\n".join(line.removeprefix("# ") for line in example.splitlines()))
    assert [each.kind for each in roster.organisations] == ["office", "school"]
    assert (roster.groups[0].code, roster.people[0].duties) == ("finance", ("group_clerk",))
    assert all(f"{duty} " in text and thai in text for duty, thai in DUTIES.items())
    assert parse(text) == Roster()


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("group: finance", "group: financ", 13, "Did you mean “finance”"),
        ("members: [s1]", "members: [s1, s9]", 15, "no school “s9”"),
        ("code: s1, name", "code: area4, name", 17, "was given before"),
        ("s2@schools", "s1@schools", 18, "was given before"),
        ("registry@area4", "saraban+registry@area4", 2, "come back"),
        ("finance@area4", "SARABAN@area4", 11, "come back"),
        ("s1@schools.example", "s1@schools", 17, "no mail address"),
        ("s1@schools.example", "s1@schools.example>", 17, "no mail address"),
        ("'57020'", "'1509900123456'", 18, "citizen id"),
        ("s2@schools.example", "๑-๕๐๙๙-๐๐๑๒๓-๔๕-๖@schools.example", 18, "citizen id"),
        ("code: finance", "code: registry", 11, "reserved"),
        ("name: สพฐ., ", "", 20, "A name is wanted"),
        ("2569: {", "2026: {", 9, "no Buddhist-era year"),
        ("outgoing: 345", "outgoing: สาม", 9, "first number"),
        ("outgoing: 345", "outgoin: 345", 9, "Did you mean “outgoing”"),
        ("register_admin", "register_admn", 13, "Did you mean “register_admin”"),
        ("prefix:", "prefx:", 6, "Did you mean “prefix”"),
        ("type: เอกชน", "type: วัด", 18, "Unknown value"),
        ("name: นางสาวสมใจ ดีงาม", 'name: "นาง\\nสาว"', 13, "control characters"),
        ("group: finance, ", "", 13, "needs a group"),
        ("domains: [obec.example]", "domains: [obec]", 20, "no domain"),
    ],
)
def test_a_fault_is_named_with_its_line(old: str, new: str, line: int, said: str) -> None:
    assert old in SMALL
    with pytest.raises(RosterWrong) as wrong:
        parse(SMALL.replace(old, new, 1))
    assert (line, True) in {(fault.line, said in fault.sentence("en")) for fault in wrong.value.faults}


def test_several_faults_are_named_together_and_a_citizen_id_is_not_repeated_as_a_name() -> None:
    broken = SMALL.replace("group: finance", "group: x").replace("'57020'", "'1509900123456'").replace("[s1]", "[s9]")
    with pytest.raises(RosterWrong) as wrong:
        parse(broken)
    assert [fault.line for fault in wrong.value.faults] == [13, 15, 18]
    assert "•••" in wrong.value.sentence("th").splitlines()[-1]


NAME = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=20)
NAMES = NAME.map(str.strip).filter(bool)
CODES = st.lists(st.from_regex(r"[a-z][a-z0-9]{0,6}", fullmatch=True), unique=True, min_size=4, max_size=9)


@st.composite
def rosters(draw: st.DrawFn) -> Roster:
    """An office with schools, groups, people, registers, in the order of the file."""
    office, *schools = draw(CODES.filter(lambda codes: not {"all", "registry"} & set(codes)))
    group = draw(st.sampled_from(schools))
    organisations = [
        Organisation(
            code=code,
            name=draw(NAMES),
            kind="office" if code == office else "school",
            school_type="" if code == office else draw(st.sampled_from(["government", "private"])),
            address=f"saraban@{code}.example" if draw(st.booleans()) else "",
            mailbox=f"registry@{code}.example",
            prefix=draw(NAMES | st.just("")),
            keeps_registers=draw(st.booleans()),
            phone=draw(NAMES | st.just("")),
            domains=draw(st.sampled_from([(), (f"{code}.example",), ("a.example", "b.example")])),
            circular_series=draw(st.sampled_from(["shared", "own"])),
        )
        for code in (office, *schools)
    ]
    duties = st.lists(st.sampled_from(sorted(set(DUTIES) - {"school_clerk"})), unique=True, max_size=3)
    return Roster(
        tuple(organisations),
        (Group(group, office, draw(NAMES), f"{group}@{office}.example"),),
        tuple(
            Person(code, code, "", draw(NAMES), draw(NAMES), f"p@{code}.example", ("school_clerk",))
            if code != office
            else Person("p", office, group, draw(NAMES), duties=tuple(draw(duties)))
            for code in (office, *schools)
        ),
        (SchoolGroup("a-group", office, draw(NAMES), tuple(schools)),),
        tuple(RegisterStart(code, "outgoing", 2569, draw(st.integers(0, 999))) for code in (office, *schools)),
    )


@given(rosters())
def test_what_is_written_reads_back_as_it_was(roster: Roster) -> None:
    assert parse(to_yaml(roster)) == roster


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        roster = parse(text)
    except RosterWrong:
        return
    assert parse(to_yaml(roster)) == roster
