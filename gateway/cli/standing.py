"""`saraban status`: what the running daemon tells of itself, or what the database tells while none runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import typer

from gateway import lock
from gateway.cli.context import ConfigOption, JsonOption, emit_json, language, say, settings_from, table
from gateway.cli.opened import when
from gateway.health import hatch
from gateway.opening import open_ledger
from gateway.settings import Settings
from gateway.settings.units import gigabytes
from ledger.backlog import backlog
from ledger.database import verdict
from ledger.errors import AlreadyRunning

_STATES = {
    "stopped": ("ไม่ได้ทำงาน", "not running"),
    "starting": ("กำลังเริ่มทำงาน", "starting"),
    "running": ("ทำงานปกติ", "running"),
    "refusing": ("ทำงาน แต่ไม่รับอีเมลเพราะพื้นที่ดิสก์เหลือน้อย", "running, but takes no mail: too little disk is free"),
    "troubled": ("ทำงาน แต่มีส่วนที่ไม่ตอบ ดูข้อขัดข้องด้านล่าง", "running, but a part of it does not answer, see below"),
    "unaddressed": ("ทำงาน แต่ยังไม่รับอีเมล ดูข้อขัดข้องด้านล่าง", "running, but takes no mail yet, see below"),
    "closing": ("กำลังหยุดทำงาน", "closing"),
    "silent": (
        "โปรแกรมเปิดอยู่แต่ไม่ตอบ ให้ผู้ดูแลระบบเริ่มระบบใหม่",
        "a daemon holds the data folder and does not answer: start it anew",
    ),
}
_ILL = ("refusing", "troubled", "unaddressed", "silent")
_DOORS = {
    "smtp": ("ช่องทาง SMTP", "door smtp"),
    "lmtp": ("ช่องทาง LMTP", "door lmtp"),
    "http": ("หน้าเว็บ", "door http"),
}
_NAMES = {
    "database": ("ฐานข้อมูล", "database"),
    "taken": ("รายการนำเข้าทั้งหมด", "taken"),
    "unsettled": ("รอพิจารณา", "unsettled"),
    "oldest_unsettled": ("รอพิจารณาตั้งแต่", "oldest unsettled"),
    "torn_files": ("ไฟล์ในโฟลเดอร์ที่ยังไม่สมบูรณ์", "dropped files not whole yet"),
    "held": ("ถาดรอลงทะเบียน", "held"),
    "outbox_waiting": ("อีเมลรอส่ง", "mails waiting"),
    "outbox_oldest": ("รอส่งตั้งแต่", "waiting since"),
    "outbox_given_up": ("ส่งไม่ถึง", "mails given up"),
    "last_taken_at": ("รับเข้าล่าสุด", "last taken"),
    "free_bytes": ("พื้นที่ว่าง", "free space"),
    "free_threshold": ("หยุดรับอีเมลเมื่อเหลือน้อยกว่า", "no mail below"),
    "refusing_since": ("ไม่รับอีเมลตั้งแต่", "refusing since"),
}
_SIZES = ("free_bytes", "free_threshold")
_TIMES = ("oldest_unsettled", "outbox_oldest", "last_taken_at", "refusing_since")


def status(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """แสดงสภาพของระบบ: ทำงานอยู่หรือไม่ มีอะไรค้าง อะไรขัดข้อง / Show how the system is: running, what waits, what is wrong.

    ออกด้วยรหัส 69 เมื่อเปิดอยู่แต่ไม่รับหนังสือหรือไม่ตอบ / Exit code 69 when it is up and takes no letters, or does not answer.

    ตัวอย่าง / Example:

    saraban status --json
    """
    settings = settings_from(config)
    told = {"reasons": [], "remarks": [], "database": verdict(), **(hatch.ask(settings.data) or _unasked(settings))}
    if "taken" not in told:
        told |= _figures(settings)
    if as_json:
        emit_json(told)
    else:
        table("", ("", ""), _rows(told))
        for reason in told["reasons"]:
            say(f"! {reason['th']} {reason['detail']}".strip(), f"! {reason['en']} {reason['detail']}".strip())
        for remark in told["remarks"]:
            say(f"! {remark['th']}", f"! {remark['en']}")
    if told["state"] in _ILL:
        raise typer.Exit(os.EX_UNAVAILABLE)


def _unasked(settings: Settings) -> dict[str, Any]:
    if not lock.is_held(settings.data):
        return {"running": False, "state": "stopped"}
    th, en = _STATES["silent"]
    reason = {"key": "silent", "th": th, "en": en, "detail": ""}
    return {"running": False, "state": "silent", "reasons": [reason]}


def _figures(settings: Settings) -> dict[str, Any]:
    """What the database says by itself; nothing of it where another process keeps it locked, or an older one runs."""
    threshold = settings.intake.refuse_below_free
    told: dict[str, Any] = {"free_threshold": threshold, "refusing_since": None, "doors": []}
    try:
        ledger = open_ledger(settings)
    except (sa.exc.OperationalError, AlreadyRunning):
        return told
    try:
        with ledger.database.read() as session:
            figures = asdict(backlog(session))
        del figures["outbox_due"]
        return told | figures | {"free_bytes": ledger.originals.free()}
    finally:
        ledger.close()


def _rows(told: dict[str, Any]) -> Iterator[tuple[str, object]]:
    here = 0 if language() == "th" else 1
    yield ("สภาพ", "state")[here], _STATES[told["state"]][here]
    for door in told["doors"]:
        words = (f"ตอบเมื่อ {door['age']:.1f} วินาทีก่อน", f"turned {door['age']:.1f} s ago")[here]
        yield _DOORS[door["channel"]][here], f"{' '.join(door['addresses'])} {words}"
    for name, value in told.items():
        if name in _NAMES:
            yield _NAMES[name][here], _shown(name, value)


def _shown(name: str, value: Any) -> object:
    if name in _SIZES:
        return gigabytes(value)
    if name in _TIMES:
        return when(datetime.fromisoformat(value) if isinstance(value, str) else value)
    return value
