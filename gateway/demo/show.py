"""Runs the demo: prepares its folder, starts the true daemon, tells the story and what became of it."""

from __future__ import annotations

import threading
from pathlib import Path

import typer

from gateway import daemon
from gateway.daemon import Running
from gateway.demo import ground, guests
from gateway.demo.office import MAILBOX
from gateway.demo.play import Play
from gateway.logs import ready_line, set_up


def run(folder: Path, smtp_port: int | None, http_port: int | None, *, story: bool) -> None:
    """Run until a signal. Arguments: see `saraban demo --help`. Errors: those of `ground.prepare` and `daemon.run`."""
    settings = ground.prepare(folder, smtp_port, http_port)
    set_up("warning", settings.log.format)
    fresh = ground.furnish(settings)
    ending = threading.Event()

    def ready(running: Running) -> None:
        _announce(running, folder, settings.log.format)
        play = Play(running, folder / ground.DROP, ending, in_log=settings.log.format == "json")
        threading.Thread(target=play.report, name="report", daemon=True).start()
        if story and fresh:
            threading.Thread(target=play.tell, name="story", daemon=True).start()

    try:
        daemon.run(settings, mailbox=folder / ground.OUTBOX, ready=ready)
    finally:
        ending.set()


def _announce(running: Running, folder: Path, form: str) -> None:
    """To people on standard error, unless each of its lines is an object; to whoever waits, on standard output."""
    drop, outbox = folder / ground.DROP, folder / ground.OUTBOX
    if form == "text":
        _tell_people(running, folder, drop)
    places = {"http": running.http, "smtp": running.smtp, "mailbox": MAILBOX, "drop": str(drop), "outbox": str(outbox)}
    typer.echo(ready_line(form, places))


def _tell_people(running: Running, folder: Path, drop: Path) -> None:
    host, _, port = running.smtp.rpartition(":")
    envelope = f'--to {MAILBOX} --from you@school.example --header "Subject: ขอเชิญประชุม"'
    typer.echo(
        f"""
  หน้าเว็บ / pages        {running.http}/
  อ่านจดหมาย / read mail   {running.http}/demo/mail
  ส่งจดหมาย / send a mail  swaks --server {host}:{port} {envelope}
  เข้าสู่ระบบ / sign in     {running.http}/sign-in  registry1@area4.example  {guests.password(folder)}
  วางไฟล์ / drop a file    cp {folder / ground.PAPER} {drop}/
  ดูทะเบียน / register     saraban register list incoming --config {folder / "saraban.toml"}
  หยุด / stop              Ctrl+C
""",
        err=True,
    )
