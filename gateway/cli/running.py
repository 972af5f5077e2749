"""`saraban run`, `status` and `verify`: the daemon, how it is, and whether every record is whole."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import typer
from sqlalchemy.orm import Session

from gateway import lock
from gateway.cli.context import ConfigOption, JsonOption, emit_json, language, say, settings_from, table
from gateway.cli.opened import opened, when
from gateway.logs import set_up
from gateway.opening import clock
from ledger import history, intakes, outbox, verify
from ledger.database import verdict
from ledger.history import acting
from ledger.intakes import IntakeRow, OutcomeRow
from ledger.values import OutcomeKind

if TYPE_CHECKING:
    from gateway.daemon import Running


def run(config: ConfigOption = None) -> None:
    """เริ่มระบบและทำงานจนกว่าจะสั่งหยุด (Ctrl+C หรือ SIGTERM) / Run the daemon until it is told to stop.

    ตัวอย่าง / Example:

    saraban run --config /srv/saraban/saraban.toml
    """
    from gateway import daemon  # its parts are slow to import, and no other command needs them

    settings = settings_from(config)
    set_up(settings.log.level, settings.log.format)
    typer.echo(verdict(), err=True)
    daemon.run(settings, ready=_announce)


def status(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """แสดงสภาพของระบบ: ทำงานอยู่หรือไม่ มีอะไรค้าง / Show how the system is: running, what waits, since when.

    ตัวอย่าง / Example:

    saraban status --json
    """
    with opened(config) as ledger:
        with ledger.database.read() as session:
            told = {"running": lock.is_held(ledger.settings.data), "database": verdict(), **_counts(session)}
        told["free_bytes"] = ledger.originals.free()
    if as_json:
        emit_json(told)
        return
    rows = [(name, when(value) if isinstance(value, datetime) else value) for name, value in told.items()]
    table("", ("", ""), [(_NAMES[name] if language() == "th" else name, value) for name, value in rows])


def verify_records(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """ตรวจเลข ประวัติ ต้นฉบับ และยอดรวมทั้งหมด ออกด้วยรหัส 65 เมื่อพบข้อผิดปกติ / Check numbers, history, originals and sums.

    ตัวอย่าง / Example:

    saraban verify
    """
    with opened(config) as ledger, ledger.database.read() as session:
        faults = list(verify.faults(session, ledger.originals))
        lines = session.execute(sa.select(sa.func.count()).select_from(history.HistoryRow)).scalar_one()
        head = history.head(session)
    if as_json:
        emit_json(
            {
                "ok": not faults,
                "first_fault": faults[0] if faults else "",
                "faults": faults,
                "lines": lines,
                "head": head,
            }
        )
    elif faults:
        for fault in faults[:50]:
            typer.echo(fault)
        typer.echo(f"พบข้อผิดปกติ {len(faults)} รายการ ({len(faults)} faults)", err=True)
    else:
        say(f"ครบถ้วนถูกต้อง ประวัติ {lines} บรรทัด หัวโซ่ {head}", f"All is whole: {lines} history lines, head {head}")
    if faults:
        sys.exit(os.EX_DATAERR)


_NAMES = {
    "running": "กำลังทำงาน",
    "database": "ฐานข้อมูล",
    "taken": "รายการนำเข้าทั้งหมด",
    "unsettled": "รอพิจารณา",
    "held": "ถาดรอลงทะเบียน",
    "outbox_waiting": "อีเมลรอส่ง",
    "outbox_oldest": "รอส่งตั้งแต่",
    "outbox_given_up": "ส่งไม่ถึง",
    "last_taken_at": "รับเข้าล่าสุด",
    "free_bytes": "พื้นที่ว่าง (ไบต์)",
}


def _counts(session: Session) -> dict[str, Any]:
    waiting, oldest = outbox.waiting(session)
    held = sa.select(sa.func.count()).where(OutcomeRow.kind == OutcomeKind.HELD)
    taken, last = session.execute(sa.select(sa.func.count(IntakeRow.id), sa.func.max(IntakeRow.taken_at))).one()
    return {
        "taken": taken,
        "unsettled": intakes.count_unsettled(session),
        "held": session.execute(held).scalar_one(),
        "outbox_waiting": waiting,
        "outbox_oldest": oldest,
        "outbox_given_up": outbox.given_up(session),
        "last_taken_at": last,
    }


def _announce(running: Running) -> None:
    places = {"http": running.http, "smtp": running.smtp, "lmtp": running.lmtp}
    told = " ".join(f"{name}={place}" for name, place in places.items() if place)
    drops = " ".join(f"drop={folder.path}" for folder in running.house.ledger.settings.folders)
    print(f"ready {told} {drops}".rstrip(), flush=True)  # noqa: T201
    if running.http and running.house.door.invitations.awaits_first():
        _tell_first(running)


def _tell_first(running: Running) -> None:
    """How the first administrator begins: told to nobody but whoever sits at the server."""
    from gateway.web.hosts import takes_passwords  # as slow to import as the daemon

    ledger, base = running.house.ledger, running.http
    if not takes_passwords(base):
        th = f"ยังไม่มีผู้ดูแลระบบ และ {base} ไม่เข้ารหัส จึงยังเริ่มไม่ได้ ให้ตั้ง http.base_url เป็น https://…"
        en = f"There is no administrator yet, and {base} is not encrypted: set http.base_url to https://… first."
    else:
        with acting(ledger.database, "saraban run", "first code", clock()) as act:
            code = running.house.door.invitations.first_code(act)
        th = f"ยังไม่มีผู้ดูแลระบบ เริ่มได้ที่ {base}/begin ด้วยรหัส {code} (ใช้ได้ครั้งเดียวภายใน 24 ชั่วโมง)"
        en = f"There is no administrator yet. Begin at {base}/begin with the code {code} (once, within 24 hours)."
    typer.echo(th if language() == "th" else en, err=True)
