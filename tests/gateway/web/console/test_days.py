"""Between midnight and seven in Bangkok every page and file says Bangkok's day, wherever the host stands."""

from __future__ import annotations

import csv
import io
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from tests.gateway.web.console.house import Client, House, text_of
from tests.gateway.web.console.lines import FULL, register, void
from tests.gateway.web.console.test_exporting import exported

SHORT, LONG = "1 ม.ค. 2570", "1 มกราคม 2570"


@pytest.fixture(params=["UTC", "Asia/Bangkok", "America/New_York"])
def clerk(house: House, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Of an office at half past midnight on New Year's Day, with one letter and one void number of that night."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    house.clock.now = datetime(2026, 12, 31, 17, 30, tzinfo=UTC)
    register(house, "office.plain")
    void(house, "office.plain", register(house, "office.plain"))
    yield house.signed_in("office.plain")
    monkeypatch.undo()
    time.tzset()


def test_the_pages_say_the_day_of_bangkok(clerk: Client) -> None:
    assert f"วันนี้ {LONG}" in text_of(clerk.get("/home"))
    slip = text_of(clerk.get("/entries/1/slip"))
    assert f"วันที่ {LONG}" in slip
    assert "เวลา 00:30 น." in slip
    for address in ("/registers/incoming", f"/search?words={FULL.subject}", "/entries/1"):
        page = text_of(clerk.get(address))
        assert SHORT in page
        assert "31 ธ.ค. 2569" not in page


def test_the_files_say_the_day_of_bangkok(clerk: Client, tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(exported(clerk, "csv").decode("utf-8-sig"))))
    heads = next(row for row in rows if "วันลงทะเบียน" in row)
    assert [row[heads.index("วันลงทะเบียน")] for row in rows[rows.index(heads) + 1 :] if len(row) == len(heads)] == [
        SHORT
    ] * 2
    sheet = openpyxl.load_workbook(io.BytesIO(exported(clerk, "xlsx"))).worksheets[0]
    paper = tmp_path / "book.pdf"
    paper.write_bytes(exported(clerk, "pdf"))
    printed = subprocess.run(["pdftotext", "-layout", paper, "-"], capture_output=True, text=True, check=True).stdout
    for told in ("\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row), printed):
        assert told.count(SHORT) >= 2
        assert "31 ธ.ค." not in told
