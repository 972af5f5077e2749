"""`saraban outbox list` and `retry`: mails that wait, or were given up."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from gateway.cli.context import ConfigOption, JsonOption, emit_json, language, say, table
from gateway.cli.opened import opened, when, who
from gateway.opening import clock
from ledger import outbox
from ledger.history import acting
from ledger.outbox import OutboxRow

app = typer.Typer(no_args_is_help=True, help="อีเมลที่รอส่งและส่งไม่ถึง / Mails that wait or were given up")


@app.command("list")
def list_mails(
    everything: Annotated[bool, typer.Option("--all", help="รวมที่ส่งแล้ว / sent ones too")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="จำนวนสูงสุด / at most")] = 1000,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """แสดงอีเมลที่รอส่งหรือเลิกส่งแล้ว พร้อมคำตอบล่าสุดของปลายทาง / List unsent mails with the other side's last word.

    ตัวอย่าง / Examples:

    saraban outbox list

    saraban outbox list --all --json
    """
    with opened(config) as ledger, ledger.database.read() as session:
        rows = outbox.listing(session, everything=everything, limit=limit)
    if as_json:
        for row in rows:
            emit_json(as_dict(row))
        return
    columns = (
        ("#", "ถึง", "ชนิด", "ครั้ง", "สถานะ", "คำตอบ")
        if language() == "th"
        else ("#", "To", "Kind", "Tries", "State", "Answer")
    )
    table("", columns, [(row.id, row.recipient, row.kind, row.attempts, _state(row), row.answer) for row in rows])


@app.command("retry")
def retry_mails(
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="N…", help="ลำดับของอีเมล เว้นว่างคือทุกฉบับที่รอ / ids; none: all that wait")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """ส่งอีเมลที่รอหรือเลิกส่งแล้วใหม่ทันที / Try unsent mails again now.

    ตัวอย่าง / Examples:

    saraban outbox retry

    saraban outbox retry 17 18
    """
    with opened(config) as ledger, acting(ledger.database, who(), "retried", clock(), "outbox") as act:
        count = outbox.retry(act, numbers or None)
    say(f"จะส่งใหม่ {count} ฉบับ", f"{count} mails are due again.")


def as_dict(row: OutboxRow) -> dict[str, Any]:
    """A mail for JSON; never its link or code."""
    return {
        "id": row.id,
        "kind": row.kind,
        "to": row.recipient,
        "message_id": row.message_id,
        "letter": row.letter_id,
        "made_at": row.made_at,
        "attempts": row.attempts,
        "due": row.due,
        "sent_at": row.sent_at,
        "gave_up_at": row.gave_up_at,
        "unknown_at": row.unknown_at,
        "answer": row.answer,
        "peer": row.peer,
    }


def _state(row: OutboxRow) -> str:
    thai = language() == "th"
    doubt = (" (อาจถึงแล้ว)" if thai else " (may have arrived)") if row.unknown_at and not row.sent_at else ""
    if row.sent_at:
        return ("ส่งแล้ว " if thai else "sent ") + when(row.sent_at)
    if row.gave_up_at:
        return ("เลิกส่ง " if thai else "given up ") + when(row.gave_up_at) + doubt
    return ("รอส่ง " if thai else "due ") + when(row.due) + doubt
