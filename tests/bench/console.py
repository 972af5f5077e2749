"""The console over a register of 100,000 entries: server time of list, search and detail, and memory of an export.

Requests come one after the other over one connection on loopback, so that a time is the server's own. The anchor of a
page is what the issue allows, 200 ms; the anchor of an export is the memory of one over a fifth of the lines.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from gateway import printed
from gateway.printed import Column, Sheet
from gateway.web.console.columns import COLUMNS
from gateway.web.console.exporting import as_line
from ledger import access, listing, registering, search
from ledger.content import Content
from ledger.database import Database
from ledger.directory import PersonRow
from ledger.listing import Filter
from ledger.values import RegisterKind
from tests.gateway.web.console.house import NOW, House
from tests.gateway.web.console.house import house as opened
from tests.gateway.web.site import close_stages

ENTRIES = 100_000
ALLOWED = 200.0  # milliseconds
TIMES = 40
SENDERS = ("สพฐ.", "กรมบัญชีกลาง", "โรงเรียนบ้านดอนแก้ว", "สำนักงานศึกษาธิการจังหวัด", "เทศบาลตำบลแม่ริม")
SUBJECTS = ("ขอเชิญประชุม", "รายงานข้อมูลนักเรียน", "การเบิกจ่ายงบประมาณ", "แต่งตั้งคณะกรรมการ", "การจัดซื้อจัดจ้าง")
PAGES = {
    "list, newest": "/registers/incoming",
    "list, page 2,500": "/registers/incoming?page=2500",
    "list, filtered by sender and file": "/registers/incoming?sender=ดอนแก้ว&files=no",
    "list, words": "/registers/incoming?words=งบประมาณ",
    "search, common word": "/search?words=ประชุม",
    "search, two words": "/search?words=ประชุม เทศบาล",
    "search, number": "/search?words=04001/77777",
    "search, rare": "/search?words=ฉบับที่ 54321",
    "search, one letter": "/search?words=ก",
    "detail": "/entries/50000",
    "home": "/home",
}


def measure(_rounds: int = 9) -> list[dict[str, Any]]:
    """A row for each page (p50 and p95 in milliseconds) and one for an export's memory."""
    try:
        with tempfile.TemporaryDirectory() as scratch, opened(Path(scratch)) as house:
            fill(house)
            return [*(_page(house, name, path) for name, path in PAGES.items()), _memory(Path(scratch))]
    finally:
        close_stages()


def fill(house: House, count: int = ENTRIES) -> None:
    """A full register, the work of eleven months, and its index."""
    house.clock.now = NOW - timedelta(days=330)
    for first in range(0, count, 1000):
        house.clock.forward(days=330 / (count / 1000))
        with house.act("registered") as act:
            viewer = access.viewer(act.session, house.people["office.plain"])
            assert viewer
            for n in range(first, first + 1000):
                content = Content(
                    letter_number=f"ศธ 04001/{n}",
                    sender=SENDERS[n % 5],
                    recipient="ผอ.สพป.ตัวอย่าง เขต 4",
                    subject=f"{SUBJECTS[n % 7 % 5]}ผู้บริหารสถานศึกษาในสังกัด ฉบับที่ {n}",
                )
                registering.register(act, viewer, RegisterKind.INCOMING, content)
    ahead = 1
    while ahead:
        with house.database.write() as session:
            ahead = search.catch_up(session, 1000)


def _page(house: House, name: str, path: str) -> dict[str, Any]:
    visitor = house.signed_in("office.central_clerk")
    assert visitor.get(path).status == 200
    connection = HTTPConnection(house.url.removeprefix("http://"))
    times = []
    for _ in range(TIMES):
        began = time.perf_counter()
        connection.request("GET", quote(path, safe="/?&=%"), headers={"Cookie": f"sid={visitor.cookies['sid']}"})
        connection.getresponse().read()
        times.append((time.perf_counter() - began) * 1000)
    connection.close()
    p50, p95 = median(times), quantiles(times, n=20)[18]
    print(f"{name:45} p50 {p50:6.1f} ms   p95 {p95:6.1f} ms", file=sys.stderr)
    return {
        "goal": f"console: {name}, {ENTRIES:,} entries",
        "anchor": f"{ALLOWED:.0f} ms",
        "ratio": round(ALLOWED / p95, 2),
        "wanted": 1.0,
        "p50_ms": round(p50, 1),
        "p95_ms": round(p95, 1),
        "rounds": TIMES,
        "holds": p95 < ALLOWED,
    }


def _memory(folder: Path) -> dict[str, Any]:
    """Peak memory of an export of a fifth of the lines over that of all, each in a process of its own."""
    few, many = (_peak(folder, lines) for lines in (ENTRIES // 5, ENTRIES))
    print(
        f"{'export, peak memory':45} {few:.0f} MiB of {ENTRIES // 5:,}, {many:.0f} MiB of {ENTRIES:,}", file=sys.stderr
    )
    return {
        "goal": f"console: export of {ENTRIES:,} lines, memory",
        "anchor": f"export of {ENTRIES // 5:,} lines",
        "ratio": round(few / many, 3),
        "wanted": 0.8,
        "few_mib": round(few, 1),
        "many_mib": round(many, 1),
        "rounds": 1,
        "holds": few / many >= 0.8,
    }


def _peak(folder: Path, lines: int) -> float:
    command = [sys.executable, "-m", "tests.bench.console", str(folder), str(lines)]
    return float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def _export(folder: Path, lines: int) -> float:
    """MiB that this process needed at most to write the first lines of the register as a workbook."""
    database, kind = Database(folder / "data"), RegisterKind.INCOMING
    shown = COLUMNS[kind]
    columns = tuple(Column(column.heading, column.width) for column in shown)
    sheet = Sheet("สพป.", "ทะเบียนหนังสือรับ", "", "2569", columns, "ผู้ใช้", NOW)
    with database.read() as session, (folder / "book.xlsx").open("wb") as out:
        wanted = sa.select(PersonRow.id).where(PersonRow.code == "plain").order_by(PersonRow.id).limit(1)
        viewer = access.viewer(session, session.execute(wanted).scalar_one())
        assert viewer
        found = islice(listing.each(session, viewer, Filter(kind, None), today=NOW.date()), lines)
        printed.write_xlsx(sheet, (as_line(line, tuple(column.field for column in shown)) for line in found), out)
    told = Path("/proc/self/status").read_text()  # getrusage would tell of the process that this one was forked from
    return int(re.findall(r"VmHWM:\s+(\d+)", told)[0]) / 1024


if __name__ == "__main__":
    print(_export(Path(sys.argv[1]), int(sys.argv[2])))
