"""Schools and people as CSV: what spreadsheets write is read, what we write cannot run in one."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import RosterWrong
from ledger.roster import Organisation, Person, Roster, merge_people, merge_schools, people_csv, schools_csv

OFFICE = Organisation("area4", "สพป.ตัวอย่าง เขต 4", "office", keeps_registers=True)
SCHOOL = Organisation(
    "s1", "โรงเรียนบ้านดอนแก้ว", "school", "private", mailbox="s1@schools.example", prefix="ศธ 04022.01/", phone="053-1"
)
CLERK = Person("p1", "s1", "", "นายกอบชัย มาลี", "ครู", "p1@schools.example", ("school_clerk", "deputy"))
ROSTER = Roster((OFFICE, SCHOOL), people=(CLERK,))
TABLE = "รหัส,ชื่อ,ประเภท,อีเมล,ใช้ทะเบียน\ns1,โรงเรียนใหม่,รัฐบาล,new@schools.example,ใช่\ns2,โรงเรียนบ้านนา,เอกชน,,\n"


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("cp874"),
        TABLE.encode("utf-16"),
        TABLE.replace(",", ";").replace("\n", "\r\n").encode("cp874"),
        TABLE.replace(",", "\t").encode("utf-16"),
        TABLE.replace("รหัส,ชื่อ,ประเภท,อีเมล,ใช้ทะเบียน", "Code, name ,TYPE,e-mail,keeps_registers").encode(),
    ],
)
def test_a_table_is_read_in_the_encodings_and_headings_that_offices_use(content: bytes) -> None:
    changed, added = merge_schools(ROSTER, content).organisations[1:]
    assert changed == replace(
        SCHOOL,
        name="โรงเรียนใหม่",
        school_type="government",
        mailbox="new@schools.example",
        keeps_registers=True,
    )
    assert added == Organisation("s2", "โรงเรียนบ้านนา", "school", "private")


def test_a_table_of_two_columns_changes_only_these() -> None:
    merged = merge_people(ROSTER, "หน่วยงาน,รหัส,หน้าที่\ns1,p1,สารบรรณสถานศึกษา; director\n".encode())
    assert merged.people == (replace(CLERK, duties=("school_clerk", "director")),)


def test_what_is_written_is_read_back() -> None:
    assert merge_people(merge_schools(ROSTER, schools_csv(ROSTER)), people_csv(ROSTER)) == ROSTER
    assert merge_schools(Roster((OFFICE,)), schools_csv(ROSTER)).organisations == (OFFICE, SCHOOL)


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ("รหัส,ชื่อสถานศึก\ns1,ก\n".encode(), 1, "Did you mean “ชื่อสถานศึกษา”"),
        ("ชื่อ\nก\n".encode(), 1, "“code” is missing"),
        ("รหัส,ชื่อ\ns3,ก\ns3,ข\n".encode(), 3, "given in a row before"),
        ("รหัส,ชื่อ\n\ns3,\n".encode(), 3, "A name is wanted"),
        ("รหัส,ชื่อ\narea4,ก\n".encode(), 2, "was given before"),
        ("รหัส,อีเมล\ns1,a@b\n".encode(), 2, "no mail address"),
        ("รหัส,ประเภท\ns1,วัด\n".encode(), 2, "government or private"),
        ("รหัส,ใช้ทะเบียน\ns1,บางที\n".encode(), 2, "yes or no"),
        ("รหัส,ชื่อ\n1509900123456,ก\n".encode(), 2, "citizen id"),
        (b"\xef\xbb\xbf\xff", 0, "CSV UTF-8"),
        (b"code,name\ns1,\x81\x82\n", 0, "CSV UTF-8"),
        (b'code,name\ns1,"' + b"a" * 200_000 + b'"\n', 2, "cannot be read"),
    ],
)
def test_a_fault_is_named_with_its_line(content: bytes, line: int, said: str) -> None:
    with pytest.raises(RosterWrong) as wrong:
        merge_schools(ROSTER, content)
    assert (line, True) in {(fault.line, said in fault.sentence("en")) for fault in wrong.value.faults}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "'", "'="])
def test_no_cell_that_we_write_is_a_formula(start: str) -> None:
    roster = Roster((OFFICE, replace(SCHOOL, name=f"{start}cmd|' /C calc'!A0", phone="+66-53")))
    content = schools_csv(roster)
    cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")) for cell in cells)
    assert merge_schools(roster, content) == roster


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1).map(str.strip).filter(bool))
def test_any_name_survives_a_spreadsheet(name: str) -> None:
    roster = Roster((OFFICE, replace(SCHOOL, name=name)), people=(replace(CLERK, name=name, position=name),))
    assert merge_people(merge_schools(roster, schools_csv(roster)), people_csv(roster)) == roster


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: "รหัส,ชื่อ\n".encode() + text.encode()))
def test_any_file_is_read_or_refused(content: bytes) -> None:
    try:
        merged = merge_schools(ROSTER, content)
    except RosterWrong:
        return
    assert OFFICE in merged.organisations
