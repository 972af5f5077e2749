"""A register as a file: what is in it, who may have it, and that more than a thousand lines ask for the password."""

from __future__ import annotations

import csv
import io
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from gateway.web.console.making import MOST_OF_ONE, Making, Makings
from ledger import access, registering, verify
from ledger.content import Content
from ledger.errors import ExportsWait
from ledger.values import RegisterKind, Secrecy
from tests.gateway.web.console.house import PASSWORD, Client, House


def register(house: House, who: str, count: int = 1, **content: object) -> list[int]:
    """Lines of the incoming register, written by a person."""
    told: dict[str, object] = {
        "letter_number": "ศธ 04001/ว1187",
        "sender": "สพฐ.",
        "recipient": "สพป.",
        "subject": "=1+1",
    }
    with house.act("registered") as act:
        viewer = access.viewer(act.session, house.people[who])
        assert viewer
        made = [
            registering.register(act, viewer, RegisterKind.INCOMING, Content(**(told | content)))  # type: ignore[arg-type]
            for _ in range(count)
        ]
    return [one.id for one in made]


def exported(visitor: Client, form: str, query: str = "", **fields: str) -> bytes:
    """The file, once it is there."""
    address = visitor.post(f"/registers/incoming/export{query}", {"form": form, **fields}).headers["Location"]
    for _ in range(200):
        answer = visitor.get(f"{address}/file")
        if answer.status == 200:
            return answer.body
        time.sleep(0.05)
    raise AssertionError(visitor.get(address).text)


def test_a_csv_has_the_columns_of_the_list_and_no_formula(house: House) -> None:
    register(house, "office.plain", 3)
    content = exported(house.signed_in("office.plain"), "csv")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    heads = next(row for row in rows if row and row[0] == "เลขทะเบียนรับ")
    assert heads[:6] == ["เลขทะเบียนรับ", "ปี", "ที่", "ลงวันที่", "จาก", "ถึง"]
    subjects = [row[6] for row in rows if len(row) > 6 and row[1] == "2569"]
    assert subjects == ["'=1+1"] * 3


def test_a_workbook_opens_with_the_same_cells(house: House) -> None:
    register(house, "office.plain", 2)
    content = exported(house.signed_in("office.plain"), "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any("ศธ 04001/ว1187" in str(cell.value) for cell in cells)
    assert {cell.data_type for cell in cells} <= {"s", "n"}


@pytest.mark.parametrize(("digits", "number"), [("arabic", "04001/ว1187"), ("thai", "๐๔๐๐๑/ว๑๑๘๗")])
def test_the_printed_register_is_form_13_and_reads_as_it_was_written(
    house: House, tmp_path: Path, digits: str, number: str
) -> None:
    register(house, "office.plain", 3, subject="ขอเชิญประชุมผู้บริหาร ณ ห้องประชุมน้ำปิง")
    file = tmp_path / "book.pdf"
    file.write_bytes(exported(house.signed_in("office.plain"), "pdf", digits=digits))
    text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout
    assert "ทะเบียนหนังสือรับ" in text
    assert number in text
    assert "น้ำปิง" in text.replace("\n", "")


def test_a_secret_line_keeps_its_subject_to_itself_in_a_file(house: House) -> None:
    register(house, "office.central_clerk", subject="เรื่องปกปิด", secrecy=Secrecy.SECRET)
    assert "เรื่องปกปิด" in exported(house.signed_in("office.director"), "csv").decode("utf-8-sig")
    told = exported(house.signed_in("office.plain"), "csv").decode("utf-8-sig")
    assert "เรื่องปกปิด" not in told
    assert "[ลับ]" in told


def test_a_file_is_its_makers_alone(house: House) -> None:
    register(house, "office.plain")
    address = house.signed_in("office.plain").post("/registers/incoming/export", {"form": "csv"}).headers["Location"]
    for who in ("office.administrator", "s1.plain"):
        visitor = house.signed_in(who)
        assert visitor.get(address).status == 404
        assert visitor.get(f"{address}/file").status == 404
        assert visitor.get(f"{address}/state").status == 404


def test_many_lines_ask_for_the_password_and_every_file_is_in_the_history(house: House) -> None:
    register(house, "office.plain", 1001)
    visitor = house.signed_in("office.plain")
    house.clock.forward(minutes=11)
    answer = visitor.post("/registers/incoming/export", {"form": "csv"})
    assert "ยืนยันรหัสผ่าน" in answer.text
    visitor.cookies["sid"] = house.door.confirm(visitor.cookies["sid"], PASSWORD)
    visitor.seal = ""
    assert exported(visitor, "csv").count(b"04001") == 1001
    with house.database.read() as session:
        assert list(verify.faults(session, house.originals)) == []


def test_the_oldest_file_that_is_done_makes_room_and_only_those_being_made_are_too_many(tmp_path: Path) -> None:
    makings = Makings(tmp_path / "exports", lambda: datetime.now(UTC))
    goes_on = threading.Event()

    def start(person: int, make: Callable[[], object]) -> Making:
        return makings.start(person, "ทะเบียน.csv", "text/csv", 1, lambda _out, _progress: int(bool(make())))

    try:
        done = [start(1, lambda: True) for _ in range(MOST_OF_ONE - 1)]
        failed = start(1, lambda: 1 // 0)
        assert all(making.ended.wait(20) for making in [*done, failed])
        running = [start(1, lambda: goes_on.wait(20)) for _ in range(MOST_OF_ONE)]
        assert not any(makings.of(making.key, 1) or making.path.exists() for making in [*done, failed])
        with pytest.raises(ExportsWait, match=f"^{MOST_OF_ONE} files are being made"):
            start(1, lambda: True)
        assert all(makings.of(making.key, 1) for making in running)
        assert start(2, lambda: True)  # the others are not kept from theirs
    finally:
        goes_on.set()
