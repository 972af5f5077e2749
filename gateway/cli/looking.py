"""`saraban parse` and `saraban explain`: what a mail or file says, and where it would go; nothing is done."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.context import ConfigOption, JsonOption, emit_json, language, say, settings_from, table
from gateway.cli.opened import opened
from gateway.cli.registers import OrgOption
from gateway.opening import clock, make_reader
from gateway.settings import Settings
from gateway.settings.sources import find
from ledger import directory, routing, rules
from ledger.directory import GroupRow
from ledger.errors import Refused
from ledger.values import Channel, Intake, Reading, Secrecy
from watchers.reading.report import parse_files


def parse(
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE…", help="จดหมายหรือไฟล์ / mails or files")] = None,
    batch: Annotated[
        bool, typer.Option("--batch", help="อ่านชื่อไฟล์จาก stdin บรรทัดละหนึ่ง / paths from stdin, one a line")
    ] = False,
    config: ConfigOption = None,
    as_json_lines: JsonOption = False,
) -> None:
    """อ่านจดหมายหรือไฟล์ในโพรเซสที่จำกัดขอบเขต แล้วบอกว่าพบอะไร / Read mails or files and say what is in them.

    ตัวอย่าง / Examples:

    saraban parse --json จดหมาย.eml

    ls *.eml | saraban parse --batch --json
    """
    with make_reader(_limits(config)) as reader:
        for line in parse_files(_paths(files, batch), reader.read):
            if as_json_lines or batch:
                print(line, flush=True)  # noqa: T201 (whoever writes the next path waits for it)
            else:
                typer.echo(line)


def explain(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="จดหมายหรือไฟล์ / mail or file")
    ],
    to: Annotated[list[str] | None, typer.Option("--to", help="ที่อยู่ผู้รับของซอง / envelope recipient")] = None,
    sender: Annotated[str, typer.Option("--from", help="ที่อยู่ผู้ส่งของซอง / envelope sender")] = "",
    folder: Annotated[Path | None, typer.Option("--folder", help="เสมือนวางไฟล์ในโฟลเดอร์นี้ / as if dropped there")] = None,
    org: OrgOption = "",
    config: ConfigOption = None,
    as_json_lines: JsonOption = False,
) -> None:
    """บอกว่าหนังสือฉบับนี้จะไปที่ใดตามกฎข้อใด โดยไม่ลงทะเบียน / Say where a letter would go, by which rule; registers nothing.

    ตัวอย่าง / Examples:

    saraban explain จดหมาย.eml --to saraban+finance@office.example

    saraban explain หนังสือ.pdf --folder incoming
    """
    with opened(config) as ledger:
        with make_reader(ledger.settings) as reader:
            reading = reader.read(file.read_bytes(), name=file.name)
        with ledger.database.read() as session:
            owner = directory.organisation(session, org)
            known = directory.sender_organisation(session, reading.senders[0].address if reading.senders else sender)
            intake = _as_arrived(file, ledger.settings, sender, to or [], folder)
            routed = routing.route(
                rules.load(session, owner.id), routing.Facts.of(intake, reading, known.code if known else "")
            )
            groups = {row.code: row for row in directory.groups(session, owner.id)}
    told = _told(routed, reading, groups, owner.mailbox)
    if as_json_lines:
        emit_json(told)
        return
    say(f"ผล: {told['reason']}", f"Result: {told['reason']}")
    columns = ("ถึง", "อีเมล") if language() == "th" else ("To", "Mailbox")
    table("", columns, list(zip(told["to"], told["mailboxes"], strict=True)))
    for step in told["steps"]:
        typer.echo(f"  {step}")


def _told(routed: routing.Routing, reading: Reading, groups: dict[str, GroupRow], registry: str) -> dict[str, Any]:
    reached = [groups[code] for code in routed.groups if code in groups and groups[code].mailbox]
    to, mailboxes = [row.name for row in reached], [row.mailbox for row in reached]
    outcome = "registered"
    if routed.secrecy is Secrecy.TOP_SECRET or routed.refuse:
        outcome, to, mailboxes = "refused", [], []
    elif routed.hold:
        outcome, to, mailboxes = "held", [], []
    elif routed.registry or not reached:
        to, mailboxes = [*to, "สารบรรณกลาง"], [*mailboxes, registry]
    return {
        "outcome": outcome,
        "rule": ", ".join(routed.matched),
        "reason": routed.reason,
        "groups": [code for code in routed.groups if code in groups],
        "to": to,
        "mailboxes": mailboxes,
        "kind": reading.kind,
        "urgency": routed.urgency,
        "secrecy": routed.secrecy,
        "letter_number": reading.letter_number,
        "steps": [step.sentence() for step in routed.steps],
    }


def _as_arrived(file: Path, settings: Settings, sender: str, to: list[str], folder: Path | None) -> Intake:
    """What the watcher would have made of it."""
    if folder is None and (to or file.suffix.lower() in (".eml", ".msg", "")):
        return Intake(Channel.SMTP, "smtp", b"", clock(), sender=sender, recipients=tuple(to))
    bound = [one for one in settings.folders if folder is None or one.path == folder.resolve()]
    source, group = (str(bound[0].path), bound[0].group) if bound else (str(folder or ""), "")
    return Intake(Channel.FOLDER, source, b"", clock(), name=file.name, group=group)


def _limits(config: Path | None) -> Settings:
    """The settings where there are any; reading a file needs none."""
    if config is None and find(None, os.environ) is None and not os.environ.get("SARABAN_DATA"):
        return Settings()
    return settings_from(config)


def _paths(files: list[Path] | None, batch: bool) -> Iterator[str]:
    if not files and not batch:
        raise Refused(reason="บอกชื่อไฟล์ หรือใช้ --batch เพื่ออ่านชื่อไฟล์จาก stdin — name a file, or use --batch")
    yield from map(str, files or [])
    if batch:
        for line in sys.stdin:
            yield line.rstrip("\r\n")
