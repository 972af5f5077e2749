"""The manual's own example rows, typed into the forms in a browser and read back from the lists, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from ledger import access, registers
from ledger.values import RegisterKind
from tests.gateway.web.browser import visitor
from tests.gateway.web.console.house import House
from tests.gateway.web.console.house import house as opened

OFFICE, SPORT = "สำนักงานเขตพื้นที่การศึกษา", "เกียรติบัตรการแข่งขันกีฬา"
Row = dict[str, str]

# What is typed, and what the list then says: the manual's receive register, 1 to 5 of 2556.
INCOMING: list[tuple[Row, list[str]]] = [
    (
        {
            "letter_number": number,
            "letter_date": day,
            "sender": "บ้านเสาหินแหง",
            "recipient": OFFICE,
            "subject": subject,
            "action": action,
            "remark": "",
        },
        [number, day, "บ้านเสาหินแหง", OFFICE, subject, action, ""],
    )
    for number, day, subject, action in (
        ("คส340444", "29 ต.ค. 2556", "ส่งข้อมูลนักเรียน", "นายอนุชา ชาติดี"),
        ("คส340446", "29 ต.ค. 2556", "ส่งข้อมูลสิ่งก่อสร้าง", ""),
        ("คส340446", "29 ต.ค. 2556", "ส่งข้อมูลสิ่งก่อสร้าง", ""),
        ("คส340447", "30 ต.ค. 2556", "ข้อมูลเด็กพิการเรียนร่วม", "นายอนุชา ชาติดี"),
        ("ที่ ศธ04022.001/15", "14 พ.ย. 2556", "รายงานข้อมูล", ""),
    )
]
OUTGOING: list[tuple[Row, list[str]]] = [
    (
        {"letter_date": day, "sender": "ผอ.เขต", "recipient": "ผอ.โรงเรียนทุกโรง", "subject": subject, "remark": ""},
        [f"ศธ 04022/{345 + at}", day, "ผอ.เขต", "ผอ.โรงเรียนทุกโรง", subject, "", ""],
    )
    for at, (day, subject) in enumerate((("29 ต.ค. 2556", "เชิญประชุมประจำเดือน"), ("5 พ.ย. 2556", "ขออนุญาตไปราชการ")))
]
ORDERS: list[tuple[Row, list[str]]] = [
    ({"subject": subject, "letter_date": day}, [f"{at}/2556", subject, day, ""])
    for at, (subject, day) in enumerate(
        (
            ("แต่งตั้งวิทยากร", "1 พ.ย. 2556"),
            ("แต่งตั้งคณะกรรมการอบรม eoffice", "4 พ.ย. 2556"),
            ("แต่งตั้งวิทยากร", "14 พ.ย. 2556"),
        ),
        1,
    )
]
CERTIFICATES: list[tuple[Row, list[str]]] = [
    (
        {"recipient": name, "subject": SPORT, "letter_date": "14 พ.ย. 2556"},
        [f"{at}/2556", name, SPORT, "14 พ.ย. 2556", ""],
    )
    for at, name in enumerate(("นายทองดี มากชาย", "นายแสง คล่องดี"), 1)
]
ROWS = {
    RegisterKind.INCOMING: INCOMING,
    RegisterKind.OUTGOING: OUTGOING,
    RegisterKind.ORDER: ORDERS,
    RegisterKind.CERTIFICATE: CERTIFICATES,
}
HEADS = {
    "incoming": "เลขทะเบียนรับ ปี ที่ ลงวันที่ จาก ถึง เรื่อง การปฏิบัติ หมายเหตุ วันลงทะเบียน รายละเอียด ยกเลิก แก้ไข",
    "outgoing": "เลขทะเบียนส่ง ปี ที่ ลงวันที่ จาก ถึง เรื่อง การปฏิบัติ หมายเหตุ วันลงทะเบียน รายละเอียด ยกเลิก แก้ไข ส่ง|ร.ร.",
    "order": "เลขทะเบียน ปี ที่คำสั่ง เรื่อง สั่ง|ณ|วันที่ หมายเหตุ ผู้ลงทะเบียน วันลงทะเบียน เอกสาร ยกเลิก แก้ไข",
    "certificate": "เลขทะเบียน ปี ที่เกียรติบัตร ชื่อ เรื่อง/รายการ วันที่ออก หมายเหตุ ผู้ลงทะเบียน วันลงทะเบียน เอกสาร ยกเลิก แก้ไข",
}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[House]:
    """The office on 14 November 2556; its outgoing register starts at 345."""
    with opened(tmp_path) as made:
        made.clock.now = datetime(2013, 11, 14, 3, 0, tzinfo=UTC)
        with made.act("started") as act:
            viewer = access.viewer(act.session, made.people["office.register_admin"])
            assert viewer
            registers.set_start(act, access.owner(act.session, viewer), RegisterKind.OUTGOING, 2556, 345)
        yield made


def fill(page: Page, kind: RegisterKind, row: Row) -> None:
    page.goto(f"{page.url.split('/registers')[0].split('/entries')[0]}/registers/{kind}/new")
    for name, value in row.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("form.entry-form button.primary").click()
    page.wait_for_url("**/entries/*")
    assert page.locator("#number").is_visible()


@pytest.mark.parametrize("kind", list(RegisterKind))
def test_the_manuals_rows_come_back_as_they_were_typed(office: House, browser: Browser, kind: RegisterKind) -> None:
    with visitor(browser, viewport={"width": 1280, "height": 900}) as page:
        office.browse(page.context, "office.plain")
        page.goto(f"{office.url}/registers/{kind}")
        for typed, _ in ROWS[kind]:
            fill(page, kind, typed)
        page.goto(f"{office.url}/registers/{kind}?year=2556")
        heads = [" ".join(head.split()) for head in page.locator("table.book thead th").all_inner_texts()]
        assert heads == [head.replace("|", " ") for head in HEADS[kind].split(" ")]
        rows = [
            [" ".join(cell.split()) for cell in row.locator("td").all_inner_texts()]
            for row in page.locator("table.book tbody tr").all()
        ]
        first = 345 if kind is RegisterKind.OUTGOING else 1
        for at, (found, (_, told)) in enumerate(zip(reversed(rows), ROWS[kind], strict=True)):
            assert found[:2] == [str(first + at), "2556"]
            by = ["นายทดสอบ office.plain"] if kind in (RegisterKind.ORDER, RegisterKind.CERTIFICATE) else []
            assert found[2 : 3 + len(told) + len(by)] == [*told, *by, "14 พ.ย. 2556"]
