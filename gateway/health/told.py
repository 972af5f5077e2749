"""The health of the house as other processes and machines read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from gateway.health.troubles import Trouble, troubles
from gateway.health.values import Health, Remark

State = Literal["stopped", "starting", "running", "refusing", "troubled", "unaddressed", "closing", "silent"]


def to_the_office(health: Health) -> dict[str, Any]:
    """Everything, for `saraban status`: whoever may read the data folder."""
    found = troubles(health)
    state = state_of(found)
    return {
        "running": state in ("running", "refusing", "unaddressed"),
        "state": state,
        **{name: _plain(value) for name, value in asdict(health.backlog).items() if name != "outbox_due"},
        "torn_files": sum(folder.torn for folder in health.folders),
        "free_bytes": health.free_bytes,
        "free_threshold": health.free_threshold,
        "refusing_since": _plain(health.refusing_since),
        "doors": [
            {
                "channel": door.channel,
                "addresses": list(door.addresses),
                "turned_at": _plain(door.turned_at),
                "age": door.age,
            }
            for door in health.doors
        ],
        "reasons": [{**_reason(trouble), "detail": trouble.detail} for trouble in found],
        "remarks": [asdict(remark) for remark in (*health.remarks, *_not_registered(health))],
    }


def _not_registered(health: Health) -> Iterator[Remark]:
    for folder in health.folders:
        if folder.failed:
            th = f"โฟลเดอร์ {folder.path}: {folder.failed} ไฟล์ไม่ได้ลงทะเบียน ดูในโฟลเดอร์ failed"
            en = f"folder {folder.path}: files that were not registered: {folder.failed}, see the folder failed"
            yield Remark("folders", th, en)


def to_everybody(health: Health) -> tuple[dict[str, Any], bool]:
    """For `/livez`, which is open: no name, no path, no address. And whether all is well enough to go on."""
    found = [trouble for trouble in troubles(health) if trouble.down]
    doors = [{"channel": door.channel, "turned_at": _plain(door.turned_at), "age": door.age} for door in health.doors]
    told = {
        "alive": not found,
        "doors": doors,
        "refusing_since": _plain(health.refusing_since),
        "free_threshold": health.free_threshold,
        "reasons": [_reason(trouble) for trouble in found],
    }
    return told, not found


def readiness(health: Health) -> tuple[dict[str, Any], bool]:
    """For `/readyz`: whether letters come in, get their numbers and leave, and what waits. As open as `/livez`."""
    found, waiting = troubles(health), health.backlog
    told = {
        "ready": not found,
        "doors": {door.channel: door.age for door in health.doors},
        "unsettled": waiting.unsettled,
        "oldest_unsettled": _plain(waiting.oldest_unsettled),
        "outbox_waiting": waiting.outbox_waiting,
        "outbox_oldest": _plain(waiting.outbox_oldest),
        "watchers": [{"channel": "folder", "age": folder.age} for folder in health.folders],
        "free_bytes": health.free_bytes,
        "free_threshold": health.free_threshold,
        "reasons": [_reason(trouble) for trouble in found],
    }
    return told, not found


def state_of(found: list[Trouble]) -> State:
    """In one word; waiting longer than it should does not make a house that stands."""
    down = {trouble.key for trouble in found if trouble.down}
    if down == {"space"}:
        return "refusing"
    if down:
        return "troubled"
    return "unaddressed" if any(trouble.key == "directory" for trouble in found) else "running"


def _reason(trouble: Trouble) -> dict[str, str]:
    return {"key": trouble.key.split(" /")[0], "th": trouble.sentence("th"), "en": trouble.sentence("en")}


def _plain(value: object) -> object:
    return value.isoformat(timespec="milliseconds") if isinstance(value, datetime) else value
