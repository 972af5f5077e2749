"""`saraban send`, `letter list` and `letter show`: letters going out, and who acknowledged."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from sqlalchemy.orm import Session

from gateway.cli.context import ConfigOption, JsonOption, emit_json, language, say, table
from gateway.cli.letters_told import as_dict, tell
from gateway.cli.opened import URGENCY_TH, opened, when, who
from gateway.cli.registers import OrgOption
from gateway.opening import clock
from ledger import directory, era, sending
from ledger.errors import NotFound, Refused
from ledger.history import acting
from ledger.letters import LetterRow
from ledger.sending import Dispatched
from ledger.values import Document, Secrecy, Urgency
from watchers.reading import read

app = typer.Typer(no_args_is_help=True, help="หนังสือและผู้รับ / Letters and their receipts")


def send(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", exists=True, dir_okay=False, help="ไฟล์แนบ / documents")
    ],
    to: Annotated[
        list[str],
        typer.Option("--to", help="all, กลุ่มสถานศึกษา, สถานศึกษา หรือกลุ่ม คั่นด้วยจุลภาค / addressees, separated by commas"),
    ],
    subject: Annotated[str, typer.Option("--subject", help="เรื่อง / subject")],
    summary: Annotated[str, typer.Option("--summary", help="เนื้อหาโดยสรุป / summary")] = "",
    group: Annotated[str, typer.Option("--from", metavar="GROUP", help="กลุ่มผู้ส่ง / sending group")] = "",
    circular: Annotated[bool, typer.Option("--circular", help="หนังสือเวียน (ว) / circular")] = False,
    urgency: Annotated[Urgency, typer.Option("--urgency", help="ชั้นความเร็ว / urgency")] = Urgency.NORMAL,
    secrecy: Annotated[Secrecy, typer.Option("--secrecy", help="ชั้นความลับ / secrecy")] = Secrecy.ORDINARY,
    date: Annotated[str, typer.Option("--date", help="ลงวันที่ เช่น 14 ส.ค. 2569 / date on the letter")] = "",
    org: OrgOption = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """ลงทะเบียนส่งและส่งหนังสือถึงผู้รับทุกราย / Register an outgoing letter and send it to every addressee.

    ตัวอย่าง / Examples:

    saraban send หนังสือ.pdf --to all --subject "ขอเชิญประชุม" --circular --urgency urgent

    saraban send a.pdf b.xlsx --to small,s012 --from policy --subject "ขอข้อมูลนักเรียน"
    """
    documents = [_document(path) for path in files]
    now = clock()
    letter_date = era.parse_date(date, today=era.day_of(now)) if date else None
    if date and letter_date is None:
        raise Refused(reason=f"อ่านวันที่ “{date}” ไม่ได้ ให้เขียนเช่น 14 ส.ค. 2569 — write the date like 14 ส.ค. 2569")
    wanted = Dispatched(
        to=[code.strip() for each in to for code in each.split(",") if code.strip()],
        subject=subject,
        summary=summary,
        documents=documents,
        group=group,
        letter_date=letter_date,
        urgency=urgency,
        secrecy=secrecy,
        circular=circular,
    )
    with opened(config) as ledger:
        ledger.originals.put(document.content for document in documents)
        with acting(ledger.database, who(), "sent", now) as act:
            office = directory.organisation(act.session, org)
            entry, count = sending.send(act, office, wanted, ledger.life, ledger.sender_of)
    if as_json:
        emit_json({"number": entry.number, "text": entry.text, "letter": entry.letter_id, "deliveries": count})
    else:
        look = f"saraban letter show {entry.letter_id}"
        say(
            f"ลงทะเบียนส่งเลข {entry.text} ถึงผู้รับ {count} ราย ดูการรับได้ด้วย {look}",
            f"Registered as {entry.text}, to {count} addressees. Who received it: {look}",
        )


@app.command("list")
def list_letters(
    limit: Annotated[int, typer.Option("--limit", min=1, help="จำนวนสูงสุด / at most")] = 100,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """แสดงหนังสือส่งและจำนวนผู้รับที่ลงทะเบียนรับแล้ว / List sent letters and how many have acknowledged.

    ตัวอย่าง / Example:

    saraban letter list --json
    """
    wanted = sa.select(LetterRow).where(LetterRow.outgoing).order_by(LetterRow.id.desc()).limit(limit)
    with opened(config) as ledger, ledger.database.read() as session:
        told = [as_dict(session, letter) for letter in session.execute(wanted).scalars()]
    if as_json:
        for letter in told:
            emit_json(letter)
        return
    columns = (
        ("#", "ที่", "เรื่อง", "จาก", "ส่งเมื่อ", "รับแล้ว")
        if language() == "th"
        else ("#", "Number", "Subject", "From", "Sent", "Received")
    )
    table("", columns, [_cells(letter) for letter in told])


@app.command("show")
def show_letter(
    number: Annotated[str, typer.Argument(metavar="N", help="ลำดับของหนังสือ หรือเลขหนังสือ / its id, or its number")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """แสดงผู้รับทุกราย ใครลงทะเบียนรับแล้วเมื่อใด / Show every addressee, who acknowledged, and when.

    ตัวอย่าง / Examples:

    saraban letter show 12

    saraban letter show "ศธ 04022/ว345"
    """
    with opened(config) as ledger, ledger.database.read() as session:
        letter = as_dict(session, _find(session, number))
    if as_json:
        emit_json(letter)
        return
    tell(letter)


def _find(session: Session, number: str) -> LetterRow:
    by_number = sa.select(LetterRow).where(LetterRow.letter_number == number.strip()).order_by(LetterRow.id.desc())
    found = session.get(LetterRow, int(number)) if number.isdecimal() else session.execute(by_number).scalars().first()
    if found is None:
        raise NotFound(what="หนังสือ", what_en="letter", name=number, hint="ดูรายการด้วย saraban letter list")
    return found


def _document(path: Path) -> Document:
    """A file as a document of the letter. Errors: `Refused` for one that would not be served (F24)."""
    reading = read(path.read_bytes(), name=path.name)
    content = path.read_bytes()
    document = next((d for d in reading.documents if d.content == content), None)
    if document is None:
        raise Refused(
            reason=f"แนบไฟล์ {path.name} ไม่ได้ ใช้ไฟล์ pdf doc docx xls xlsx gif jpg png zip — attach another type"
        )
    if document.withheld:
        raise Refused(reason=f"{path.name}: {document.withheld}")
    return document


def _cells(letter: dict[str, Any]) -> list[str]:
    deliveries = letter["deliveries"]
    done = sum(1 for delivery in deliveries if delivery["acknowledged_at"])
    urgency = "" if letter["urgency"] == Urgency.NORMAL else f"[{URGENCY_TH[letter['urgency']]}] "
    return [
        str(letter["id"]),
        letter["number"],
        urgency + letter["subject"],
        letter["from"],
        when(letter["sent_at"]),
        f"{done}/{len(deliveries)}",
    ]
