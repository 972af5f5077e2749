"""`saraban init`, `check` and `config show`: making, trying and showing the settings."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.context import ConfigOption, JsonOption, emit_json, language, say, settings_from, table
from gateway.settings import sample
from gateway.settings.outline import values, written
from ledger import private
from ledger.errors import AlreadyThere


def init(
    directory: Annotated[Path, typer.Argument(help="โฟลเดอร์ของระบบ / folder of the installation")] = Path(),
) -> None:
    """สร้างไฟล์ saraban.toml ที่มีทุกการตั้งค่าพร้อมคำอธิบาย / Write a saraban.toml with every setting explained.

    ไฟล์ที่มีอยู่แล้วจะไม่ถูกเขียนทับ / An existing file is left alone.

    ตัวอย่าง / Example:
    saraban init /srv/saraban
    """
    path = directory / "saraban.toml"
    directory.mkdir(parents=True, exist_ok=True)
    try:
        # It may hold a password later, so it is private from the start.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise AlreadyThere(path=path) from None
    with open(handle, "w", encoding="utf-8") as file:
        file.write(sample())
    (directory / "data").mkdir(mode=private.FOLDER, exist_ok=True)
    say(
        f"สร้าง {path} แล้ว แก้ไขตามต้องการ ตรวจด้วย saraban check --config {path}",
        f"{path} was written. Change what you need, then run saraban check --config {path}",
    )


def config_show(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """แสดงการตั้งค่าที่ใช้จริงและที่มาของแต่ละค่า รหัสผ่านไม่แสดง / Show what is set and where from; secrets stay hidden.

    ตัวอย่าง / Examples:
    saraban config show
    saraban config show --json --config /srv/saraban
    """
    settings = settings_from(config)
    rows = [(".".join(map(str, key)), written(field, value)) for key, field, value in values(settings)]
    if as_json:
        for name, value in rows:
            plain_value = tomllib.loads(f"value = {value}")["value"]
            emit_json({"key": name, "value": plain_value, "origin": settings.origins[name]})
        return
    columns = ("การตั้งค่า", "ค่า", "ที่มา") if language() == "th" else ("Setting", "Value", "Origin")
    table("", columns, [(name, value, settings.origins[name]) for name, value in rows])


def check(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    connect: Annotated[
        bool, typer.Option("--connect", help="ลองเชื่อมต่อเซิร์ฟเวอร์ส่งออกด้วย / also connect to the relay")
    ] = False,
) -> None:
    """ตรวจการตั้งค่า โฟลเดอร์ พอร์ต และใบรับรอง โดยไม่เปลี่ยนอะไร / Try settings, folders, ports, certificates; change nothing.

    จบด้วยรหัส 78 เมื่อมีข้อผิดพลาด คำเตือนไม่นับ / Ends with 78 when something is wrong; warnings do not count.

    ตัวอย่าง / Examples:
    saraban check
    saraban check --connect --config /srv/saraban
    """
    from gateway.checks import examine

    settings = settings_from(config)
    wrong = False
    for finding in examine(settings, connect=connect):
        wrong |= finding.verdict == "wrong"
        if as_json:
            emit_json({"check": finding.name, "verdict": finding.verdict, "text": finding.sentence(language())})
        else:
            say(f"{finding.mark} {finding.name}: {finding.th}", f"{finding.mark} {finding.name}: {finding.en}")
    if wrong:
        raise typer.Exit(os.EX_CONFIG)
