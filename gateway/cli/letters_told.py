"""A letter as `saraban letter` tells it: its holders, what became of their links, its files."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gateway.cli.context import language, table
from gateway.cli.opened import shown, when
from ledger import facts, letters, outbox, quoted, receipts, replaced, unlocking
from ledger.letters import DeliveryRow, LetterRow
from ledger.registers import EntryRow
from ledger.values import Secrecy

Told = dict[str, Any]


def as_dict(session: Session, letter: LetterRow) -> Told:
    """A letter with its deliveries, for JSON. A secret one is opened with its code, not by whoever follows its link."""
    entry = sa.select(EntryRow.text).where(EntryRow.letter_id == letter.id).order_by(EntryRow.id)
    return {
        "id": letter.id,
        "number": letter.letter_number if letter.outgoing else session.execute(entry).scalars().first() or "",
        "subject": shown(letter.subject, letter.secrecy),
        "from": letter.sender,
        "urgency": letter.urgency,
        "secrecy": letter.secrecy,
        "sent_at": letter.made_at,
        "documents": _documents(session, letter),
        "deliveries": _deliveries(session, letter),
    }


def tell(letter: Told) -> None:
    """All of it on the terminal."""
    thai, secret = language() == "th", letter["secrecy"] != Secrecy.ORDINARY
    opened = ("เปิดด้วยรหัสล่าสุดเมื่อ", "Last opened with code") if secret else ("เปิดเมื่อ", "Opened")
    columns = ("ถึง", "ส่งเมื่อ", opened[0], "รับเมื่อ", "ผู้รับ") if thai else ("To", "Sent", opened[1], "Acknowledged", "By")
    rows = [
        (d["to"], when(d["sent_at"]), when(d["opened_at"]), when(d["acknowledged_at"]), d["acknowledged_by"])
        for d in letter["deliveries"]
    ]
    table(f"{letter['number']} {letter['subject']}", columns, rows)
    _tell_links(letter["deliveries"])
    _tell_files(letter["documents"])


def _deliveries(session: Session, letter: LetterRow) -> list[Told]:
    rows = letters.deliveries(session, letter.id)
    sent, signed = outbox.sent_times(session, letter.id), receipts.of_letter(session, letter.id)
    links = _links(session, [row.id for row in rows])
    return [
        {
            "to": row.holder,
            "sent_at": sent.get(row.id),
            "opened_at": _opened(row, letter),
            "acknowledged_at": signed[row.id].at if row.id in signed else None,
            "acknowledged_by": signed[row.id].name if row.id in signed else None,
            "links": links[row.id],
        }
        for row in rows
    ]


def _opened(row: DeliveryRow, letter: LetterRow) -> datetime | None:
    return row.opened_at if letter.secrecy is Secrecy.ORDINARY else row.unlocked_at


def _links(session: Session, keys: Collection[int]) -> dict[int, list[Told]]:
    """What became of the link of each delivery, in order: it came back, its code was guessed at, it was replaced."""
    came_back, silences = quoted.of_deliveries(session, keys), unlocking.silences(session, keys)
    renewed = replaced.of_deliveries(session, keys)
    return {
        key: sorted(
            [
                *({"at": one.at, "what": "came_back", "by": one.sender} for one in came_back.get(key, ())),
                *({"at": one.since, "what": "silenced", "until": one.until} for one in silences.get(key, ())),
                *({"at": one.at, "what": "replaced", "by": one.by} for one in renewed.get(key, ())),
            ],
            key=lambda one: one["at"],
        )
        for key in keys
    }


def _tell_links(deliveries: list[Told]) -> None:
    thai = language() == "th"
    rows = [(d["to"], when(one["at"]), _event(one, thai)) for d in deliveries for one in d["links"]]
    if rows:
        table("", ("ลิงก์ของ", "เมื่อ", "เหตุการณ์") if thai else ("Link of", "When", "What happened"), rows)


def _event(one: Told, thai: bool) -> str:
    if one["what"] == "silenced":
        until = when(one["until"])
        return f"มีผู้ใส่รหัสผิดหลายครั้ง หยุดรับรหัสถึง {until}" if thai else f"wrong codes, none is taken until {until}"
    if one["what"] == "replaced":
        by = one["by"]  # "" in ledgers from before that was kept
        return ("เปลี่ยนลิงก์แล้ว" + f" โดย {by}" * bool(by)) if thai else ("replaced" + f" by {by}" * bool(by))
    if not one["by"]:
        return "ย้อนกลับมาในไฟล์ที่วางในโฟลเดอร์" if thai else "came back in a file in a folder"
    return f"ย้อนกลับมาในอีเมลของ {one['by']}" if thai else f"came back in a mail of {one['by']}"


def _documents(session: Session, letter: LetterRow) -> list[Told]:
    """Its files; those that came or went after delivery with when and by whom. Of a secret letter none is told (I8)."""
    names = ("name", "size", "withheld", "added_at", "added_by", "removed_at", "removed_by", "removed_reason")
    found = facts.of_letters(session, [letter.id])[letter.id].documents
    return [{name: getattr(one, name) for name in names} for one in found]


def _tell_files(documents: list[Told]) -> None:
    """The files that a letter has, and those that its holders had."""
    thai = language() == "th"
    kept = [(one["name"], when(one["added_at"]), one["added_by"]) for one in documents if not one["removed_at"]]
    if kept:
        table("", ("ไฟล์แนบ", "เพิ่มเมื่อ", "โดย") if thai else ("File", "Added", "By"), kept)
    gone = [
        (one["name"], when(one["removed_at"]), one["removed_by"], one["removed_reason"])
        for one in documents
        if one["removed_at"]
    ]
    if gone:
        in_thai, in_english = ("ไฟล์ที่เอาออกแล้ว", "เอาออกเมื่อ", "โดย", "เหตุผล"), ("File taken off", "When", "By", "Reason")
        table("", in_thai if thai else in_english, gone)
