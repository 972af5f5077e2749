"""Lists of the registers: the manual's columns, years, pages, filters; whatever the address says (F10, F12, F21)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from itertools import product
from urllib.parse import quote_plus

import pytest

from ledger.values import RegisterKind, Secrecy, Urgency
from tests.gateway.web.console.house import Client, House, text_of
from tests.gateway.web.console.house import house as opened
from tests.gateway.web.console.lines import hold, register, void
from tests.gateway.web.site import Answer

INCOMING, OUTGOING, ORDER, CERTIFICATE = RegisterKind
# F10, F21, F30, F34, in the manual's order; what it calls ลบ is here ยกเลิก, since nothing is deleted (P-11).
HEADINGS = {
    INCOMING: "เลขทะเบียนรับ ปี ที่ ลงวันที่ จาก ถึง เรื่อง การปฏิบัติ หมายเหตุ วันลงทะเบียน รายละเอียด ยกเลิก แก้ไข",
    OUTGOING: "เลขทะเบียนส่ง ปี ที่ ลงวันที่ จาก ถึง เรื่อง การปฏิบัติ หมายเหตุ วันลงทะเบียน รายละเอียด ยกเลิก แก้ไข ส่ง_ร.ร.",
    ORDER: "เลขทะเบียน ปี ที่คำสั่ง เรื่อง สั่ง_ณ_วันที่ หมายเหตุ ผู้ลงทะเบียน วันลงทะเบียน เอกสาร ยกเลิก แก้ไข",
    CERTIFICATE: "เลขทะเบียน ปี ที่เกียรติบัตร ชื่อ เรื่อง/รายการ วันที่ออก หมายเหตุ ผู้ลงทะเบียน วันลงทะเบียน เอกสาร ยกเลิก แก้ไข",
}
SECRET = "สอบวินัยนายเอ"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """45 lines of 2569 in the incoming register, then a few of every kind, then two of 2570."""
    with opened(tmp_path_factory.mktemp("lists")) as made:
        for number in range(1, 46):
            register(made, "office.plain", subject=f"เรื่องที่ {number}")
        made.clock.forward(days=1)
        register(made, "office.plain", files=("ก.pdf",), subject="มีไฟล์", urgency=Urgency.MOST_URGENT, sender="อบต.นา")
        register(made, "office.director", subject=SECRET, secrecy=Secrecy.SECRET, group_id=1)
        void(made, "office.plain", register(made, "office.plain", subject="ผิดเล่ม"))
        for kind in (OUTGOING, ORDER, CERTIFICATE):
            register(made, "office.plain", kind)
        hold(made, "office.plain", OUTGOING, days=0)
        register(made, "s1.plain", subject="ของโรงเรียนบ้านนา")
        made.clock.forward(days=40)
        for number in range(2):
            register(made, "office.plain", subject=f"ปีใหม่ {number}")
        yield made


@pytest.fixture(scope="module")
def clerk(house: House) -> Client:
    return house.signed_in("office.plain")


def listed(answer: Answer, field: str = "number") -> list[str]:
    """The cells of one column."""
    cells = re.findall(rf'<td class="c-{field}[^>]*>(.*?)</td>', answer.text, re.S)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in cells]


def total(answer: Answer) -> str:
    found = re.search(r'tally">([^<]*)<', answer.text)
    assert found is not None
    return found[1].split()[0]


@pytest.mark.parametrize("kind", list(RegisterKind))
def test_the_columns_are_the_manuals(clerk: Client, kind: RegisterKind) -> None:
    answer = clerk.get(f"/registers/{kind}?year=2569")
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', answer.text)
    assert [head.replace(" ", "_") for head in heads] == HEADINGS[kind].split()


def test_a_line_has_the_cells_of_its_form(clerk: Client) -> None:
    answer = clerk.get("/registers/incoming?year=2569&page=3")
    expected = {
        "number": "1", "year": "2569", "letter_number": "ศธ 04001/ว1187", "letter_date": "24 พ.ย. 2569",
        "sender": "สพฐ.", "recipient": "ผอ.สพป.", "subject": "เรื่องที่ 1", "action": "นางสมศรี",
        "remark": "เอกสารกระดาษ", "registered_at": "27 พ.ย. 2569",
    }  # fmt: skip
    assert {field: listed(answer, field)[-1] for field in expected} == expected


def test_the_present_year_is_shown_first_and_others_are_chosen(clerk: Client) -> None:
    assert listed(clerk.get("/registers/incoming")) == ["2", "1"]
    assert total(clerk.get("/registers/incoming?year=2569")) == "48"
    everything = clerk.get("/registers/incoming?year=all")
    assert total(everything) == "50"
    assert listed(everything, "year")[:3] == ["2570", "2570", "2569"]
    assert re.findall(r'href="\?year=(\w+)" aria-current="true"', everything.text) == ["all"]
    assert re.findall(r'<a href="\?year=(\w+)"', everything.text) == ["2570", "2569", "all"]


def test_pages_follow_each_other_newest_first(clerk: Client) -> None:
    pages = [listed(clerk.get(f"/registers/incoming?year=2569&page={page}")) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [20, 20, 8, 0]
    assert [int(number) for page in pages for number in page] == list(range(48, 0, -1))


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("words=เรื่องที่+45", ["45"]),
        ("words=เรื่องที่ 45&field=subject", ["45"]),
        ("words=เรื่องที่ 45&field=sender", []),
        ("words=๔๖&field=number", ["46"]),
        ("sender=อบต", ["46"]),
        ("files=yes", ["46"]),
        ("urgency=most_urgent", ["46"]),
        ("void=yes", ["48"]),
        ("since=28 พ.ย. 2569&void=no", ["47", "46"]),
        ("until=27/11/2569&words=เรื่องที่ 33", ["33"]),
        ("since=1/1/2560&until=2/1/2560", []),
        ("group=2", []),
    ],
)
def test_a_list_is_narrowed(clerk: Client, query: str, numbers: list[str]) -> None:
    answer = clerk.get(f"/registers/incoming?year=2569&{query}")
    assert listed(answer) == numbers


def test_held_numbers_are_listed_and_overdue_ones_apart(clerk: Client) -> None:
    assert listed(clerk.get("/registers/outgoing?year=2569&reserved=yes")) == ["2"]
    assert listed(clerk.get("/registers/outgoing?year=all&reserved=yes&overdue=yes")) == ["2"]
    assert listed(clerk.get("/registers/outgoing?year=all&reserved=yes&overdue=no")) == []
    assert "จองไว้ให้ ผอ. ถึง 28 พ.ย. 2569" in text_of(clerk.get("/registers/outgoing?year=2569"))


def test_a_void_line_is_struck_through_and_said_to_be(clerk: Client) -> None:
    answer = clerk.get("/registers/incoming?year=2569&void=yes")
    assert '<tr class="void"' in answer.text
    assert listed(answer, "subject") == ["ยกเลิกแล้ว ผิดเล่ม"]


def test_an_empty_list_says_what_to_do(house: House, clerk: Client) -> None:
    assert "ไม่พบรายการที่ตรงกับคำค้น" in text_of(clerk.get("/registers/incoming?words=ไม่มีคำนี้แน่"))
    assert "เพื่อเริ่มรายการแรก" in text_of(house.signed_in("s2.plain").get("/registers/incoming"))


# Secrecy and other organisations


@pytest.mark.parametrize(
    "path",
    [
        "/home", "/registers/incoming?year=all&page={page}", "/registers/incoming?year=2569&words={part}",
        "/search?words={part}", "/search?words=47", "/registers/incoming?year=2569&group=1",
        "/registers/incoming/export?year=2569&words={part}",
    ],
)  # fmt: skip
def test_a_secret_subject_is_on_no_page_of_who_may_not_read_it(clerk: Client, path: str) -> None:
    for page in (1, 2, 3):
        answer = clerk.get(path.format(page=page, part="นายเอ"))
        assert (answer.status, SECRET in answer.text) == (200, False)


def test_a_secret_line_is_its_number_in_the_list_and_found_by_nobody_else(house: House, clerk: Client) -> None:
    row = clerk.get("/registers/incoming?year=2569")
    assert listed(row)[1] == "47"
    assert listed(row, "subject")[1] == "ลับ ไม่แสดงเนื้อหาหนังสือลับ"
    assert [listed(row, field)[1] for field in ("sender", "recipient", "letter_number", "letter_date", "action")] == [
        ""
    ] * 5
    query = f"/registers/incoming?year=2569&words={quote_plus(SECRET)}"
    assert listed(clerk.get(query)) == []
    assert listed(clerk.get("/registers/incoming?year=2569&group=1")) == []
    for who in ("office.director", "office.central_clerk"):
        reader = house.signed_in(who)
        assert listed(reader.get(query)) == ["47"]
        assert SECRET in listed(reader.get("/registers/incoming?year=2569"), "subject")[1]


def test_another_organisations_lines_are_in_no_list(house: House, clerk: Client) -> None:
    theirs = "ของโรงเรียนบ้านนา"
    for path in (
        "/registers/incoming?year=all&words={}",
        "/search?words={}",
        "/registers/incoming?year=2569&sender={}",
    ):
        answer = clerk.get(path.format(quote_plus(theirs)))
        assert f"<bdi>{theirs}" not in answer.text
        assert "<mark>" not in answer.text
    teacher = house.signed_in("s1.plain")
    assert listed(teacher.get("/registers/incoming?year=all")) == ["1"]
    assert total(house.signed_in("s2.plain").get("/registers/incoming?year=all")) == "0"


# Whatever the address says

ODD = ["abc", "-1", "0", "9" * 9, "9" * 40, "1e9", "๒๕๖๙", "\x00", "%00", "\u202e ลับ", "a" * 10_000, "' OR 1=1 --"]
NAMES = ["year", "page", "words", "field", "since", "until", "group", "urgency", "files", "reserved", "told", "kind"]


@pytest.mark.parametrize(("name", "value"), list(product(NAMES, ODD)))
def test_no_query_breaks_a_list(clerk: Client, name: str, value: str) -> None:
    for path in ("/registers/incoming", "/search", "/registers/order/export"):
        extra = "" if name == "words" or path != "/search" else "&words=เรื่อง"
        answer = clerk.get(f"{path}?{name}={quote_plus(value)}{extra}")
        assert answer.status in (200, 400, 414, 431), (path, answer.status)
        assert "\u202e" not in answer.text


@pytest.mark.parametrize("value", ["1/1/2400", "31/12/2700", "1/1/1900", "31/12/2100"])
def test_days_at_the_edge_of_what_is_read_are_no_fault(clerk: Client, value: str) -> None:
    for name in ("since", "until"):
        for path in ("/registers/incoming", "/registers/incoming/export"):
            assert clerk.get(f"{path}?{name}={value}").status == 200


@pytest.mark.parametrize("query", ["year=2569&year=2570", "&&&", "?", "=", "a[]=1&a[]=2", "%", "%zz", "words"])
def test_no_shape_of_query_breaks_a_list(clerk: Client, query: str) -> None:
    assert clerk.get(f"/registers/incoming?{query}").status == 200


@pytest.mark.parametrize("kind", ["", "x", "INCOMING", "incoming%00", "ๆ", "../home"])
def test_a_register_that_there_is_not(clerk: Client, kind: str) -> None:
    for path in ("", "/new", "/reserve", "/export"):
        assert clerk.get(f"/registers/{kind}{path}").status == 404


def test_head_answers_as_get_does_without_a_body(clerk: Client) -> None:
    for path in ("/home", "/registers/incoming", "/registers/order/new", "/registers/order/reserve", "/search?words=ก"):
        answer = clerk.ask("HEAD", path)
        assert (answer.status, answer.body) == (200, b"")
    assert clerk.ask("HEAD", "/registers/x").status == 404


def test_the_day_of_the_list_is_bangkoks(house: House) -> None:
    assert house.cabinet.today() == date(2027, 1, 7)
