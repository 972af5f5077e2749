"""Intakes that wait in the tray of the tests' house: mails and dropped files, read and held as the daemon does it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import sqlalchemy as sa
from fpdf import FPDF

from gateway.entering import Entering
from gateway.pipeline import Policy
from gateway.settler import Settled
from ledger import intakes, routing, rules, verify
from ledger.database import Row
from ledger.intakes import SMALL, IntakeRow
from ledger.values import Channel, Intake, OutcomeKind
from tests.asking import asked
from tests.gateway.web.console.house import House

RULES = """
rules:
  - name: การประชุม
    when: {subject: [ประชุม]}
    then: {route: [policy], hold: ต้องให้หัวหน้าสารบรรณดูก่อน}
"""
SUBJECT = "ด่วนที่สุด ที่ ศธ 04001/ว1187 ขอเชิญประชุมผู้บริหารสถานศึกษา"
TEXT = "เรียน ผู้อำนวยการ\n\nลงวันที่ 24 พ.ย. 2569\n"
HTML = '<p>เรียน <b>ผู้อำนวยการ</b></p><p><a href="https://obec.example/form">แบบตอบรับ</a></p>'

FORM = {
    "letter_number": "ศธ 04001/ว1187",
    "letter_date": "24 พ.ย. 2569",
    "sender": "โรงเรียนบ้านนา",
    "recipient": "สพป.ตัวอย่าง เขต 4",
    "subject": "ขอเชิญประชุมผู้บริหารสถานศึกษา",
    "urgency": "most_urgent",
    "secrecy": "ordinary",
    "to.policy": "1",
}


def pdf(pages: int = 1) -> bytes:
    """A PDF that can be drawn."""
    document = FPDF()
    for _ in range(pages):
        document.add_page()
        document.rect(20, 20, 60, 60, "F")
    return bytes(document.output())


def mail(
    subject: str = SUBJECT,
    text: str = TEXT,
    html: str = "",
    files: dict[str, bytes] | None = None,
    sender: str = "สารบรรณ โรงเรียนบ้านนา <s1@schools.example>",
) -> bytes:
    """A letter by mail; `files` are names with bytes."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "saraban@office.example"
    message["Subject"] = subject
    message["Date"] = "Fri, 27 Nov 2026 09:15:00 +0700"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, content in (files or {}).items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


@dataclass(frozen=True)
class Dropped:
    """How a file comes through a folder."""

    name: str = "สแกน.pdf"
    source: str = "/srv/scan/สารบรรณกลาง"


def hold(
    house: House,
    content: bytes,
    *,
    place: str = "office",
    dropped: Dropped | None = None,
    policy: str = "clerk",
    **more: Any,
) -> int:
    """Take and settle an arrival that a clerk must look at. Returns its id."""
    by_mail: dict[str, Any] = {"channel": Channel.SMTP, "source": "smtp", "sender": "s1@schools.example"}
    by_mail["recipients"] = (f"{place}@office.example",)
    offered = by_mail if dropped is None else {"channel": Channel.FOLDER, **vars(dropped)}
    intake = Intake(content=content, at=house.clock() - timedelta(minutes=90), **{**offered, **more})
    if len(content) > SMALL:
        house.originals.put([content])
    with house.database.write() as session:
        (key,) = intakes.take(session, [(intake, house.places[place])])
    with house.database.read() as session:
        row = session.get_one(IntakeRow, key)
    reading = asked(house.database, content, name=row.name, sender=row.sender if dropped is None else None)
    decided = Policy(house.cabinet.life, house.cabinet.sender_of, lambda _session, _reading: None, policy)
    entering = Entering(house.database, house.originals, lambda _intake: decided, house.clock, lambda: None)
    outcome = entering.enter([Settled(row, content, reading)])[key]
    assert not isinstance(outcome, Exception)
    assert outcome is not None
    assert policy != "clerk" or outcome.kind is OutcomeKind.HELD
    return key


def with_rules(house: House, text: str = RULES) -> None:
    """Give the office its rules."""
    with house.act() as act:
        rules.replace(act, house.places["office"], routing.parse(text))


def rows(house: House, row: type[Row]) -> list[Any]:
    with house.database.read() as session:
        return list(session.execute(sa.select(row).order_by(sa.text("id"))).scalars())


def faults(house: House) -> list[str]:
    with house.database.read() as session:
        return list(verify.faults(session, house.originals))
