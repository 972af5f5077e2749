"""`saraban run`, `status` and `verify`: the daemon, how it is, and whether every record is whole."""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING

import sqlalchemy as sa
import typer

from gateway import first_code
from gateway.cli.context import ConfigOption, JsonOption, code_of, emit_json, language, plain, say, settings_from
from gateway.cli.opened import opened
from gateway.logs import ready_line, set_up
from gateway.opening import clock
from ledger import history, verify
from ledger.database import verdict
from ledger.errors import SarabanError
from ledger.history import acting

if TYPE_CHECKING:
    from gateway.daemon import Running

log = logging.getLogger("saraban.run")


def run(config: ConfigOption = None) -> None:
    """เริ่มระบบและทำงานจนกว่าจะสั่งหยุด (Ctrl+C หรือ SIGTERM) / Run the daemon until it is told to stop.

    ตัวอย่าง / Example:

    saraban run --config /srv/saraban/saraban.toml
    """
    from gateway import daemon  # its parts are slow to import, and no other command needs them

    settings = settings_from(config)
    set_up(settings.log.level, settings.log.format)
    log.info("%s", verdict())
    try:
        daemon.run(settings, ready=_announce)
    except SarabanError as error:
        log.critical("%s", plain(error.sentence(language())))
        raise typer.Exit(code_of(error)) from None
    except OSError as error:
        log.critical("%s: %s", error.filename or "saraban", error.strerror or error)
        raise typer.Exit(os.EX_NOPERM if isinstance(error, PermissionError) else os.EX_IOERR) from None
    except Exception:  # a fault of ours; said in the log's own form, which a trace on the terminal is not
        log.critical("something inside went wrong, please report it", exc_info=True)
        raise typer.Exit(os.EX_SOFTWARE) from None


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


def _announce(running: Running) -> None:
    settings = running.house.ledger.settings
    places = {"http": running.http, "smtp": running.smtp, "lmtp": running.lmtp}
    places = {name: place for name, place in places.items() if place}
    drops = [str(folder.path) for folder in settings.folders]
    typer.echo(ready_line(settings.log.format, {**places, "drop": drops}))
    if running.http and running.house.door.invitations.awaits_first():
        _tell_first(running)


def _tell_first(running: Running) -> None:
    """How the first administrator begins: told to whoever sits at the server, and to no journal."""
    from gateway.web.hosts import takes_passwords  # as slow to import as the daemon

    base = running.http
    if not takes_passwords(base):
        th = f"ยังไม่มีผู้ดูแลระบบ และ {base} ไม่เข้ารหัส จึงยังเริ่มไม่ได้ ให้ตั้ง http.base_url เป็น https://…"
        en = f"There is no administrator yet, and {base} is not encrypted: set http.base_url to https://… first."
        log.warning("%s", th if language() == "th" else en)
        return
    ledger = running.house.ledger
    with acting(ledger.database, "saraban run", "first code", clock()) as act:
        code = running.house.door.invitations.first_code(act)
    th = f"ยังไม่มีผู้ดูแลระบบ เริ่มได้ที่ {base}/begin ด้วยรหัส {code} (ใช้ได้ครั้งเดียวภายใน 24 ชั่วโมง)"
    en = f"There is no administrator yet. Begin at {base}/begin with the code {code} (once, within 24 hours)."
    words = th if language() == "th" else en
    if sys.stderr.isatty() and ledger.settings.log.format == "text":
        first_code.forget(ledger.settings.data)  # that of an earlier start
        typer.echo(words, err=True)
        return
    path = first_code.keep(ledger.settings.data, words)
    th = f"ยังไม่มีผู้ดูแลระบบ เริ่มได้ที่ {base}/begin รหัสอยู่ในไฟล์ {path}"
    log.warning("%s", th if language() == "th" else f"There is no administrator yet. Begin at {base}/begin: {path}")
