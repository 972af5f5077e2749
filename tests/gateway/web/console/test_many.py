"""Many certificates at once: typed, pasted or uploaded, shown with their numbers, then numbered in one act."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser

from ledger.exports import ExportRow
from ledger.history import HistoryRow
from ledger.registers import EntryRow, RegisterRow
from ledger.values import RegisterKind
from tests.gateway.web.console.house import House, text_of
from tests.gateway.web.console.house import house as opened
from tests.gateway.web.console.looks import NARROW, WIDE, browsing, looks_right
from tests.gateway.web.site import Answer

MANY, ORDERED = "/registers/certificate/many", "/registers/order/with-certificates"
LISTED = "1. เด็กชายกอบชัย มาลี\n2. เด็กหญิงสมศรี ใจดี\tชนะเลิศคัดลายมือ\tชั้น ป.6\n"
COMMON = {"subject": "อบรมเชิงปฏิบัติการ", "letter_date": "14 ส.ค. 69", "remark": "", "key": "k"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("many")) as made:
        yield made


def carried(page: Answer) -> dict[str, str]:
    """What a preview's form takes on to the next step, as a browser would send it."""
    form = page.text.partition('<form class="card"')[2].partition("</form>")[0]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    names = re.search(r'<textarea name="names" hidden>\n(.*?)</textarea>', form, re.S)
    assert names is not None
    return {name: unescape(value) for name, value in (fields | {"names": names[1]}).items()}


def certificates(house: House, place: str = "office") -> list[EntryRow]:
    with house.database.read() as session:
        wanted = sa.select(EntryRow).join(RegisterRow).where(RegisterRow.kind == RegisterKind.CERTIFICATE)
        wanted = wanted.where(RegisterRow.organisation_id == house.places[place]).order_by(EntryRow.number)
        return list(session.execute(wanted).scalars())


def issue(house: House, who: str, names: str, key: str, address: str = MANY, **fields: str) -> Answer:
    """Through the preview to the numbers. Returns the answer of the last step."""
    client = house.signed_in(who)
    shown = client.upload(address, {**COMMON, "names": names, **fields, "key": key, "do": "preview"}, [])
    assert shown.status == 200, text_of(shown)
    return client.upload(address, {**carried(shown), "do": "issue"}, [])


def test_a_pasted_list_is_shown_and_then_numbered_without_gap(house: House) -> None:
    client, before = house.signed_in("office.plain"), len(certificates(house))
    shown = client.upload(MANY, {**COMMON, "names": LISTED, "do": "preview"}, [])
    first = before + 1
    assert f"{first}/2569 – {first + 1}/2569" in text_of(shown)
    assert "หากไม่มีผู้อื่นออกเลขก่อน" in text_of(shown)
    assert len(certificates(house)) == before
    answer = client.upload(MANY, {**carried(shown), "do": "issue"}, [])
    page = text_of(client.follow(answer))
    assert f"{first}/2569 – {first + 1}/2569" in page
    one, other = certificates(house)[before:]
    assert (one.recipient, one.subject, str(one.letter_date)) == ("เด็กชายกอบชัย มาลี", "อบรมเชิงปฏิบัติการ", "2026-08-14")
    assert (other.recipient, other.subject, other.remark) == ("เด็กหญิงสมศรี ใจดี", "ชนะเลิศคัดลายมือ", "ชั้น ป.6")
    with house.database.read() as session:
        act = session.execute(sa.select(HistoryRow).order_by(HistoryRow.id.desc())).scalars().first()
        assert act is not None
        assert (act.what, act.about) == ("certificates", f"entries {one.id}-{other.id}")


def test_the_same_list_sent_twice_is_numbered_once_and_a_changed_one_anew(house: House) -> None:
    first, again = (issue(house, "office.plain", LISTED, "twice") for _ in range(2))
    assert first.headers["Location"] == again.headers["Location"]
    changed = issue(house, "office.plain", LISTED + "เด็กชายคนที่สาม", "twice")
    assert changed.headers["Location"] != first.headers["Location"]


def test_an_uploaded_list_follows_the_typed_one_and_travels_as_text(house: House) -> None:
    book = openpyxl.Workbook()
    for row in (("ที่", "คำนำหน้า", "ชื่อ", "นามสกุล", "รายการ"), (1, "นาย", "ก", "ข", "วิ่ง"), (2, "นางสาว", "ค", "ง", None)):
        book.active.append(row)  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    client = house.signed_in("office.plain")
    fields = {**COMMON, "names": "นายแรก มาก่อน", "do": "preview"}
    shown = client.upload(MANY, fields, [("รายชื่อ.xlsx", out.getvalue())], name="list")
    assert carried(shown)["names"] == "นายแรก มาก่อน\nนายก ข\tวิ่ง\nนางสาวค ง"
    again = client.upload(MANY, {**carried(shown), "do": "edit"}, [])
    assert (again.status, "นางสาวค ง</textarea>" in again.text) == (200, True)


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"names": ""}, "names", "อย่างน้อยหนึ่งชื่อ"),
        ({"names": "\n".join(f"นาย{chr(0x0E01 + n % 40)}{n:04}" for n in range(1001))}, "names", "1,000 ชื่อ"),
        ({"names": "\n".join(f"นาย{n:03}ก\t{'ก' * 490}" for n in range(640))}, "names", "รายชื่อยาวเกินไป"),
        ({"names": "นายดี\nนายก 1-2345-67890-12-3"}, "names", "2: มีเลขประจำตัวประชาชน"),
        ({"subject": ""}, "subject", "โปรดใส่เรื่องหรือรายการ"),
        ({"subject": "ก" * 1001}, "subject", "1,000 ตัวอักษร"),
        ({"letter_date": "เมื่อวานซืน"}, "letter_date", "อ่านวันที่ไม่ได้"),
    ],
)
def test_a_faulty_list_is_shown_again_with_all_that_was_typed(
    house: House, wrong: dict[str, str], field: str, said: str
) -> None:
    client, before = house.signed_in("office.plain"), len(certificates(house))
    for step in ("preview", "issue"):
        shown = client.upload(MANY, {**COMMON, "names": LISTED, **wrong, "do": step}, [])
        assert (shown.status, said in text_of(shown)) == (422, True)
        assert f'<a href="#{field}">' in shown.text
        assert "อบรมเชิงปฏิบัติการ" in shown.text or "subject" in wrong
        assert "เด็กหญิงสมศรี ใจดี\tชนะเลิศคัดลายมือ" in shown.text or "names" in wrong
    assert len(certificates(house)) == before


def test_a_list_that_cannot_be_read_says_why_and_what_was_typed_stays(house: House) -> None:
    client = house.signed_in("office.plain")
    fields = {**COMMON, "names": LISTED, "do": "preview"}
    shown = client.upload(MANY, fields, [("รายชื่อ.xls", b"\xd0\xcf\x11\xe0old")], name="list")
    assert (shown.status, ".xlsx" in text_of(shown), "เด็กชายกอบชัย" in shown.text) == (422, True, True)
    faulty = client.upload(MANY, {**fields, "subject": ""}, [("a.csv", "ชื่อ\nนายในไฟล์ ดี".encode())], name="list")
    assert (faulty.status, "นายในไฟล์ ดี</textarea>" in faulty.text) == (422, True)


def test_an_order_its_file_and_its_certificates_are_one_act(house: House) -> None:
    client, before = house.signed_in("s1.plain"), len(certificates(house, "s1"))
    order = {"order_subject": "มอบเกียรติบัตร", "order_letter_date": "วันนี้", "order_remark": "", "subject": ""}
    shown = client.upload(ORDERED, {**COMMON, **order, "names": LISTED, "do": "preview"}, [])
    assert "คำสั่งที่ 1/2569" in text_of(shown)
    refused = client.upload(ORDERED, {**carried(shown), "do": "issue"}, [("ไวรัส.exe", b"MZ")])
    assert (refused.status, "แนบไฟล์ชนิดนี้ไม่ได้" in text_of(refused)) == (422, True)
    assert len(certificates(house, "s1")) == before
    answer = client.upload(ORDERED, {**carried(refused), "do": "issue"}, [("คำสั่ง.pdf", b"%PDF-1.4\n%%EOF\n")])
    page = text_of(client.follow(answer))
    assert "ตามคำสั่ง 1/2569 มอบเกียรติบัตร" in page
    one, other = certificates(house, "s1")[before:]
    assert one.subject == "มอบเกียรติบัตร"
    assert one.order_id == other.order_id is not None
    told = text_of(client.get(f"/entries/{one.order_id}"))
    assert "คำสั่ง.pdf" in told
    assert "เกียรติบัตรตามคำสั่งนี้ 2" in told
    empty = client.upload(ORDERED, {**COMMON, **order, "order_subject": "", "names": LISTED, "do": "preview"}, [])
    assert '<a href="#order_subject">' in empty.text


def test_a_register_that_is_off_says_so_on_the_form(house: House) -> None:
    with house.act() as act:
        act.add(
            RegisterRow, organisation_id=house.places["s2"], kind=RegisterKind.CERTIFICATE, year=2569, start=0
        )  # fmt: skip
    client = house.signed_in("s2.plain")
    for step in ("preview", "issue"):
        shown = client.upload(MANY, {**COMMON, "names": LISTED, "do": step}, [])
        assert (shown.status, "ไม่ได้เปิดใช้งาน" in text_of(shown), "เด็กชายกอบชัย" in shown.text) == (422, True, True)


def test_the_range_is_downloaded_without_formulas_and_the_taking_is_noted(house: House) -> None:
    answer = issue(house, "office.plain", '=HYPERLINK("http://x")ก\n+ข', "formula")
    path = answer.headers["Location"].partition("?")[0]
    client = house.signed_in("office.deputy")
    rows = list(csv.reader(io.StringIO(client.post(f"{path}/file", {"form": "csv"}).body.decode("utf-8-sig"))))
    assert [row[2] for row in rows[1:3]] == ['\'=HYPERLINK("http://x")ก', "'+ข"]
    book = openpyxl.load_workbook(io.BytesIO(client.post(f"{path}/file", {"form": "xlsx"}).body))
    cells = [cell for row in book.active.iter_rows() for cell in row]  # type: ignore[union-attr]
    assert "+ข" in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert client.post(f"{path}/file", {"form": "exe"}).status == 404
    with house.database.read() as session:
        noted = session.execute(sa.select(ExportRow.form, ExportRow.lines).order_by(ExportRow.id)).all()
    assert noted[-2:] == [("csv", 2), ("xlsx", 2)]


def test_another_organisations_range_is_not_found(house: House) -> None:
    answer = issue(house, "office.plain", "นายของสำนักงาน ดี", "ours")
    path = answer.headers["Location"].partition("?")[0]
    for who in ("s1.director", "s2.plain"):
        client = house.signed_in(who)
        assert client.get(path).status == 404
        assert client.post(f"{path}/file", {"form": "csv"}).status == 404
    ours = house.signed_in("office.plain")
    assert ours.get(path).status == 200
    first, last = path.rpartition("/")[2].split("-")
    for key in ("x", "0-0", f"{first}", f"{first}-99999", f"{int(last) + 1}-{first}"):
        assert ours.get(f"{MANY}/{key}").status == 404


def test_a_draft_keeps_the_columns_of_a_pasted_table(house: House) -> None:
    client = house.signed_in("office.director")
    client.post("/drafts", {"form": "many", "d.names": "นายก\tวิ่ง", "d.subject": "ค้างไว้"})
    shown = client.get(MANY)
    assert "นายก\tวิ่ง</textarea>" in shown.text
    assert "ค้างไว้" in shown.text


@pytest.mark.parametrize("look", [NARROW, WIDE])
@pytest.mark.parametrize("count", [40, pytest.param(500, marks=pytest.mark.proof)])  # axe looks at 500 rows for long
def test_many_names_in_a_browser(
    house: House, browser: Browser, look: tuple[int, str], count: int, tmp_path: Path
) -> None:
    names = "\n".join(f"เด็กชายคนที่ {chr(0x0E01 + n % 46)}{chr(0x0E01 + n // 46)}า รักเรียน" for n in range(count))
    with browsing(house, browser, "office.plain", look) as page:
        page.goto(f"{house.url}/registers/certificate")
        page.get_by_role("link", name="ออกหลายใบ").click()
        looks_right(page)
        page.get_by_label("เรื่อง/รายการ").fill("เข้าร่วมกิจกรรม")
        page.get_by_label("พิมพ์หรือวางรายชื่อ").fill(names)
        page.get_by_role("button", name="ตรวจก่อนออกเลข").press("Enter")
        page.get_by_text(f"{count} ใบ").first.wait_for()
        looks_right(page)
        page.get_by_role("button", name="แก้ไขรายชื่อ").click()
        assert page.get_by_label("พิมพ์หรือวางรายชื่อ").input_value() == names
        page.get_by_role("button", name="ตรวจก่อนออกเลข").click()
        page.get_by_role("button", name=f"ออกเลข {count} ใบ").press("Enter")
        page.wait_for_url("**told=issued")
        looks_right(page)
        first, last = page.locator("#number .number").all_inner_texts()
        assert int(last.partition("/")[0]) - int(first.partition("/")[0]) == count - 1
        with page.expect_download() as taken:
            page.get_by_role("button", name="ดาวน์โหลด CSV").click()
        taken.value.save_as(tmp_path / "given.csv")
    assert len((tmp_path / "given.csv").read_text("utf-8-sig").splitlines()) == count + 2
