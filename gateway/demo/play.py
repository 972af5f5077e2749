"""Plays the story through the demo's own front doors, and shows live what became of it."""

from __future__ import annotations

import logging
import os
import smtplib
import threading
import time
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from rich.console import Console
from rich.markup import escape
from rich.text import Text
from sqlalchemy.orm import Session

from gateway.cli.context import plain
from gateway.daemon import Running
from gateway.demo import office, story
from gateway.opening import Ledger, clock
from ledger import directory, sending
from ledger.database import Database
from ledger.history import acting
from ledger.intakes import OutcomeRow
from ledger.letters import DeliveryRow, LetterRow
from ledger.originals import digest
from ledger.outbox import OutboxRow
from ledger.receipts import ReceiptRow
from ledger.registers import EntryRow
from ledger.sending import Dispatched
from ledger.values import Document, OutcomeKind, Secrecy

log = logging.getLogger("saraban.demo")
log.setLevel(logging.INFO)  # the rest of a demo's log tells warnings only

_PERIOD = 0.4


class Play:
    """The story and the reporter, beside a running house. Speaks on standard error; stdout has the ready line.

    Arguments: `in_log`, whether what it says goes through the log, as where each line of that is an object.
    """

    def __init__(self, running: Running, drop: Path, ending: threading.Event, *, in_log: bool = False) -> None:
        self._running, self._drop, self._ending, self._in_log = running, drop, ending, in_log
        self._console = Console(stderr=True, highlight=False)

    def tell(self) -> None:
        """Three mails by SMTP, two files into the drop folder, one circular to all schools."""
        self._say("[bold]เรื่องตัวอย่าง[/] จดหมาย 3 ฉบับทาง SMTP ไฟล์ 2 ไฟล์ในโฟลเดอร์ หนังสือเวียน 1 ฉบับถึงทุกโรงเรียน")
        try:
            self._tell(clock())
        except (OSError, smtplib.SMTPException) as fault:  # the house was closed meanwhile
            self._say(f"[yellow]เรื่องตัวอย่างเล่าไม่จบ[/] {_shown(str(fault))}")

    def _tell(self, now: datetime) -> None:
        host, _, port = self._running.smtp.rpartition(":")
        with smtplib.SMTP(host, int(port), timeout=30) as smtp:
            for mail in story.mails(now):
                smtp.sendmail(mail.sender, [mail.recipient], mail.content)
        for file in story.files():
            hidden = self._drop / f".{file.name}.part"
            hidden.write_bytes(file.content)
            os.rename(hidden, self._drop / file.name)
        self._send_circular(self._running.house.ledger)

    def report(self) -> None:
        """Print every new outcome, mail and receipt until the end."""
        database = self._running.house.ledger.database
        with database.read() as session:
            seen = _newest(session)
        while not self._ending.wait(_PERIOD):
            seen = self._report_since(database, seen)

    def _send_circular(self, ledger: Ledger) -> None:
        told = story.circular(clock())
        ledger.originals.put([told.content])
        document = Document(
            name=told.name,
            stored_name=told.name,
            media_type="application/pdf",
            sniffed_type="application/pdf",
            content=told.content,
            size=len(told.content),
            sha256=digest(told.content),
        )
        wanted = Dispatched(
            to=[told.to],
            subject=told.subject,
            summary=told.summary,
            documents=[document],
            group=told.group,
            urgency=told.urgency,
            circular=True,
        )
        with acting(ledger.database, "saraban demo", "sent", clock()) as act:
            owner = directory.organisation(act.session, office.CODE)
            entry, count = sending.send(act, owner, wanted, ledger.life, ledger.sender_of)
        self._running.house.dispatch.ring()
        self._say(f"[cyan]ส่ง[/]  {entry.text}  {told.subject} → {count} โรงเรียน")

    def _report_since(self, database: Database, seen: dict[type, int]) -> dict[type, int]:
        with database.read() as session:
            newest = _newest(session)
            for outcome, entry in session.execute(_outcomes(seen[OutcomeRow])):
                self._say(_outcome_line(outcome, entry))
            for receipt, delivery, letter in session.execute(_receipts(seen[ReceiptRow])):
                self._say(_receipt_line(receipt, delivery, letter))
        if newest[OutboxRow] > seen[OutboxRow]:
            count = newest[OutboxRow] - seen[OutboxRow]
            self._say(f"[dim]จดหมายแจ้ง {count} ฉบับ อ่านได้ที่ {self._running.http}/demo/mail[/]")
        return newest

    def _say(self, text: str) -> None:
        if self._in_log:
            log.info("%s", Text.from_markup(text).plain)
            return
        self._console.print(f"[dim]{time.strftime('%H:%M:%S')}[/] {text}")


def _newest(session: Session) -> dict[type, int]:
    rows = (OutcomeRow, ReceiptRow, OutboxRow)
    return {row: session.execute(sa.select(sa.func.max(row.id))).scalar() or 0 for row in rows}


def _outcomes(after: int) -> sa.Select[OutcomeRow, EntryRow]:
    wanted = sa.select(OutcomeRow, EntryRow).outerjoin(EntryRow, EntryRow.id == OutcomeRow.entry_id)
    return wanted.where(OutcomeRow.id > after).order_by(OutcomeRow.id)


def _receipts(after: int) -> sa.Select[ReceiptRow, DeliveryRow, LetterRow]:
    wanted = sa.select(ReceiptRow, DeliveryRow, LetterRow).join(DeliveryRow, DeliveryRow.id == ReceiptRow.delivery_id)
    wanted = wanted.join(LetterRow, LetterRow.id == DeliveryRow.letter_id)
    return wanted.where(ReceiptRow.id > after).order_by(ReceiptRow.id)


def _outcome_line(outcome: OutcomeRow, entry: EntryRow | None) -> str:
    reason = _shown(outcome.reason)
    if outcome.kind is not OutcomeKind.REGISTERED or entry is None:
        return f"[yellow]{outcome.kind}[/]  {reason}"
    holders = _shown(outcome.holders.replace("\n", ", "))
    return f"[cyan]รับ[/]  {entry.text}  {_subject(entry)} → {holders}  [dim]({reason})[/]"


def _receipt_line(receipt: ReceiptRow, delivery: DeliveryRow, letter: LetterRow) -> str:
    return f"[green]รับแล้ว[/]  {_shown(delivery.holder)} โดย {_shown(receipt.name)} — {_subject(letter)}"


def _subject(one: EntryRow | LetterRow) -> str:
    return _shown(one.subject) if one.secrecy is Secrecy.ORDINARY else "[ลับ]"


def _shown(text: str) -> str:
    """What strangers wrote, as text that neither marks up the line nor steers the terminal."""
    return escape(plain(text))
