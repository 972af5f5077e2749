"""`saraban register list`, `show` and `void`: the four books."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from gateway.cli.context import ConfigOption, JsonOption, emit_json, language, say, table
from gateway.cli.opened import day, opened, shown, when, who
from gateway.opening import clock
from ledger import directory, era, registers
from ledger.history import acting
from ledger.registers import EntryRow
from ledger.values import RegisterKind

app = typer.Typer(no_args_is_help=True, help="ทะเบียนหนังสือรับ ส่ง คำสั่ง เกียรติบัตร / The four registers")

OrgOption = Annotated[
    str, typer.Option("--org", metavar="CODE", help="รหัสหน่วยงาน เว้นว่างคือสำนักงาน / organisation; empty: the office")
]
YearOption = Annotated[int | None, typer.Option("--year", metavar="พ.ศ.", help="ปี พ.ศ. / Buddhist-era year")]
KindArgument = Annotated[
    RegisterKind, typer.Argument(metavar="KIND", help="incoming รับ, outgoing ส่ง, order คำสั่ง, certificate เกียรติบัตร")
]

_COLUMNS = {
    "th": ("เลข", "ที่", "ลงวันที่", "จาก", "ถึง", "เรื่อง", "การปฏิบัติ", "หมายเหตุ", "วันลงทะเบียน"),
    "en": ("Number", "Letter", "Dated", "From", "To", "Subject", "Action", "Remark", "Registered"),
}


@app.command("list")
def list_entries(
    kind: KindArgument,
    year: YearOption = None,
    org: OrgOption = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """แสดงรายการทะเบียน / List the entries of a register.

    ตัวอย่าง / Examples:

    saraban register list incoming

    saraban register list outgoing --year 2569 --org s001 --json
    """
    with opened(config) as ledger, ledger.database.read() as session:
        owner = directory.organisation(session, org)
        entries = registers.entries(session, kind, owner, year)
    if as_json:
        for entry, of_year in entries:
            emit_json(as_dict(entry, of_year))
        return
    table(owner.name, _COLUMNS[language()], [_cells(entry) for entry, _ in entries])


@app.command("show")
def show_entry(
    kind: KindArgument,
    number: Annotated[int, typer.Argument(help="เลขทะเบียน / number")],
    year: YearOption = None,
    org: OrgOption = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """แสดงรายการทะเบียนหนึ่งรายการพร้อมเหตุผลของเส้นทาง / Show one entry, and why it went where it went.

    ตัวอย่าง / Example:

    saraban register show incoming 12 --year 2569
    """
    of_year = year or era.be_year(clock())
    with opened(config) as ledger, ledger.database.read() as session:
        entry = registers.entry(session, directory.organisation(session, org), kind, number, of_year)
    told = {**as_dict(entry, of_year), "rule": entry.rule, "reason": entry.reason, "registered_by": entry.registered_by}
    told |= {"voided_by": entry.voided_by, "void_reason": entry.void_reason, "letter": entry.letter_id}
    if as_json:
        emit_json(told)
        return
    table(entry.text, ("", ""), [(name, value) for name, value in told.items() if value not in ("", None)])


@app.command("void")
def void_entry(
    kind: KindArgument,
    number: Annotated[int, typer.Argument(help="เลขทะเบียน / number")],
    reason: Annotated[str, typer.Option("--reason", help="เหตุผลที่ยกเลิก / why")],
    year: YearOption = None,
    org: OrgOption = "",
    config: ConfigOption = None,
) -> None:
    """ยกเลิกเลข: เลขและข้อความคงอยู่ ขีดฆ่าพร้อมเหตุผล / Void a number: it stays, struck through, with the reason.

    ตัวอย่าง / Example:

    saraban register void outgoing 345 --reason "ออกเลขผิดเรื่อง"
    """
    of_year = year or era.be_year(clock())
    with opened(config) as ledger, acting(ledger.database, who(), "voided", clock()) as act:
        entry = registers.entry(act.session, directory.organisation(act.session, org), kind, number, of_year)
        act.about = f"entry {entry.id}"
        registers.void(act, entry, reason)
    say(f"ยกเลิกเลข {entry.text} แล้ว", f"Number {entry.text} is void.")


def as_dict(entry: EntryRow, year: int) -> dict[str, Any]:
    """An entry for JSON; a secret one keeps its subject, sender and remark to itself (I8)."""
    return {
        "number": entry.number,
        "year": year,
        "text": entry.text,
        "letter_number": entry.letter_number,
        "letter_date": entry.letter_date,
        "from": entry.sender,
        "to": entry.recipient,
        "subject": shown(entry.subject, entry.secrecy),
        "action": entry.action,
        "remark": shown(entry.remark, entry.secrecy),
        "urgency": entry.urgency,
        "secrecy": entry.secrecy,
        "registered_at": entry.registered_at,
        "voided_at": entry.voided_at,
    }


def _cells(entry: EntryRow) -> list[str]:
    void = "ยกเลิก: " if entry.voided_at else ""
    return [
        entry.text,
        entry.letter_number,
        day(entry.letter_date),
        entry.sender,
        entry.recipient,
        void + shown(entry.subject, entry.secrecy),
        entry.action,
        shown(entry.remark, entry.secrecy),
        when(entry.registered_at),
    ]
