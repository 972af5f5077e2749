"""`saraban intake list`, `show` and `retry`: what arrived, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from gateway.cli.context import ConfigOption, JsonOption, emit_json, language, say, table
from gateway.cli.opened import HIDDEN, opened, when, who
from gateway.opening import clock
from ledger import answering, intakes
from ledger.errors import NotFound, Refused
from ledger.history import acting
from ledger.intakes import IntakeRow
from ledger.values import Outcome, OutcomeKind

app = typer.Typer(no_args_is_help=True, help="รายการนำเข้าและผล / Arrivals and their outcomes")

OUTCOMES = {
    OutcomeKind.REGISTERED: "ลงทะเบียนแล้ว",
    OutcomeKind.JOINED: "ฉบับซ้ำ",
    OutcomeKind.RECEIPT: "ใบแจ้งเปิดอ่าน",
    OutcomeKind.BOUNCE: "แจ้งส่งไม่ถึง",
    OutcomeKind.AUTO_REPLY: "ตอบกลับอัตโนมัติ",
    OutcomeKind.HELD: "รอเจ้าหน้าที่",
    OutcomeKind.REFUSED: "ไม่รับ",
}

_NAMES = {
    "taken_at": ("รับเมื่อ", "Taken"),
    "channel": ("ทาง", "Way"),
    "source": ("แหล่ง", "Source"),
    "from": ("ผู้ส่ง", "From"),
    "recipients": ("ผู้รับในซองจดหมาย", "Envelope recipients"),
    "name": ("ชื่อไฟล์", "File name"),
    "subject": ("เรื่อง", "Subject"),
    "outcome": ("ผล", "Outcome"),
    "text": ("เลขทะเบียน", "Number"),
    "to": ("ถึง", "To"),
    "reason": ("เหตุผล", "Reason"),
    "answered_at": ("แจ้งเลขแก่ผู้ส่งเมื่อ", "Sender told"),
    "answered_before": ("ไม่ได้แจ้งเลข เพราะ", "Sender not told, because"),
    "peer": ("ส่งมาจากเครื่อง", "Peer"),
    "message_id": ("Message-ID", "Message-ID"),
    "size": ("ขนาด (ไบต์)", "Size (bytes)"),
    "sha256": ("SHA-256", "SHA-256"),
    "original": ("ต้นฉบับ", "Original"),
    "defects": ("ข้อบกพร่อง", "Defects"),
}


@app.command("list")
def list_intakes(
    outcome: Annotated[OutcomeKind | None, typer.Option("--outcome", help="เฉพาะผลนี้ / only this outcome")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="จำนวนสูงสุด / at most")] = 100,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """แสดงรายการนำเข้าล่าสุด / List the newest arrivals.

    ตัวอย่าง / Examples:

    saraban intake list

    saraban intake list --outcome held --json
    """
    with opened(config) as ledger, ledger.database.read() as session:
        rows = [
            as_dict(intake, intakes.outcome(session, intake.id))
            for intake, _ in intakes.listing(session, limit, outcome)
        ]
    if as_json:
        for row in rows:
            emit_json(row)
        return
    columns = (
        ("#", "เมื่อ", "ทาง", "จาก", "เรื่อง", "ผล", "เลข")
        if language() == "th"
        else ("#", "At", "Way", "From", "Subject", "Outcome", "Number")
    )
    table("", columns, [_cells(row) for row in rows])


@app.command("show")
def show_intake(
    number: Annotated[int, typer.Argument(metavar="N", help="ลำดับของรายการนำเข้า / its id")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """แสดงรายการนำเข้าหนึ่งรายการ ต้นฉบับอยู่ที่ใด ผลและเหตุผล / Show one arrival, where its original lies, and why.

    ตัวอย่าง / Example:

    saraban intake show 7
    """
    with opened(config) as ledger, ledger.database.read() as session:
        row = session.get(IntakeRow, number)
        if row is None:
            raise NotFound(what="รายการนำเข้า", what_en="arrival", name=number, hint="ดูรายการด้วย saraban intake list")
        told = as_dict(row, intakes.outcome(session, number))
        told |= {"peer": row.peer, "recipients": row.recipients.split(), "message_id": row.message_id}
        told |= {"defects": row.defects.splitlines(), "original": str(ledger.originals.path(row.sha256))}
        heard = answering.heard(session, row)
        told |= {"answered_at": heard.at, "answered_before": heard.told_before}
    if as_json:
        emit_json(told)
    else:
        tell(told)


def tell(told: dict[str, Any]) -> None:
    """One arrival on the terminal."""
    thai = language() == "th"
    named = {_NAMES[name][0 if thai else 1]: _cell(name, told[name], thai) for name in _NAMES if name in told}
    table(f"#{told['id']}", ("", ""), [(name, value) for name, value in named.items() if value])


def _cell(name: str, value: Any, thai: bool) -> str:
    if name == "answered_before" and value:
        pause = "แจ้งผู้ส่งแต่ละรายไม่เกินหนึ่งฉบับใน 24 ชั่วโมง และได้แจ้งไปแล้วเมื่อ", "each sender is told once in 24 hours, last"
        return f"{pause[0 if thai else 1]} {when(value)}"
    if name == "outcome" and value:
        return OUTCOMES[value] if thai else str(value)
    if isinstance(value, datetime):
        return when(value)
    return ", ".join(value) if isinstance(value, list) else str(value or "")


@app.command("retry")
def retry_intake(
    number: Annotated[int, typer.Argument(metavar="N", help="ลำดับของรายการนำเข้า / its id")],
    config: ConfigOption = None,
) -> None:
    """พิจารณารายการที่พักไว้หรือไม่รับใหม่อีกครั้งตามกฎปัจจุบัน / Settle a held or refused arrival anew, by today's rules.

    ตัวอย่าง / Example:

    saraban intake retry 7
    """
    with opened(config) as ledger, acting(ledger.database, who(), "reopened", clock()) as act:
        act.about = f"intake {number}"
        if not intakes.reopen(act, number):
            raise Refused(reason=f"รายการนำเข้า {number} ไม่ได้พักไว้หรือถูกปฏิเสธ จึงไม่ต้องพิจารณาใหม่ — not held or refused")
    say("ระบบจะพิจารณารายการนี้ใหม่ทันทีที่ทำงาน", "The daemon will settle it anew.")


def as_dict(intake: IntakeRow, outcome: Outcome | None) -> dict[str, Any]:
    """An arrival for JSON; of a secret letter neither subject nor file name (I8), nor of one that is not read yet."""
    secret = outcome is None or outcome.secret
    return {
        "id": intake.id,
        "taken_at": intake.taken_at,
        "channel": intake.channel,
        "source": intake.source,
        "from": intake.sender,
        "name": HIDDEN if secret and intake.name else intake.name,
        "subject": HIDDEN if secret else intake.subject,
        "size": intake.size,
        "sha256": intake.sha256,
        "outcome": outcome.kind if outcome else None,
        "number": outcome.number if outcome else None,
        "year": outcome.year if outcome else None,
        "text": outcome.text if outcome else "",
        "to": list(outcome.groups) if outcome else [],
        "reason": outcome.reason if outcome else "",
    }


def _cells(row: dict[str, Any]) -> list[object]:
    outcome = row["outcome"]
    told = (OUTCOMES[outcome] if language() == "th" else str(outcome)) if outcome else "…"
    return [
        row["id"],
        when(row["taken_at"]),
        row["channel"],
        row["from"] or row["name"],
        row["subject"],
        told,
        row["text"],
    ]
