"""`saraban demo`: the true daemon with an invented office and a short story, to try everything; no mail leaves."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Annotated

import typer

from gateway import daemon
from gateway.daemon import Running
from gateway.demo import ground
from gateway.demo.office import MAILBOX
from gateway.demo.play import Play
from gateway.logs import set_up

PortOption = Annotated[int | None, typer.Option(min=1, max=65535, show_default=False, help="พอร์ต / port")]

DirOption = Annotated[Path, typer.Option("--dir", metavar="DIR", help="โฟลเดอร์ของระบบตัวอย่าง / folder of the demo")]


def demo(
    directory: Annotated[
        Path, typer.Option("--dir", metavar="DIR", help="โฟลเดอร์ของระบบตัวอย่าง / folder of the demo")
    ] = Path("demo"),
    smtp_port: PortOption = None,
    http_port: PortOption = None,
    story: Annotated[bool, typer.Option("--story/--no-story", help="เล่นเรื่องตัวอย่าง / play the story")] = True,
) -> None:
    """เปิดระบบตัวอย่าง: สำนักงานหนึ่งแห่ง เก้ากลุ่ม สี่สิบโรงเรียน ไม่ส่งอีเมลออกจริง / Run a demo office; no mail leaves.

    เปิดซ้ำในโฟลเดอร์เดิมจะทำงานต่อจากเดิม / Started again on the same folder it goes on where it was.

    ตัวอย่าง / Examples:

    saraban demo

    saraban demo --dir /tmp/demo --smtp-port 2526 --http-port 8081 --no-story
    """
    settings = ground.prepare(directory.resolve(), smtp_port, http_port)
    set_up("warning", settings.log.format)
    fresh = ground.furnish(settings)
    ending = threading.Event()

    def ready(running: Running) -> None:
        _announce(running, directory.resolve())
        play = Play(running, directory.resolve() / ground.DROP, ending)
        threading.Thread(target=play.report, name="report", daemon=True).start()
        if story and fresh:
            threading.Thread(target=play.tell, name="story", daemon=True).start()

    try:
        daemon.run(settings, mailbox=directory.resolve() / ground.OUTBOX, ready=ready)
    finally:
        ending.set()


def _announce(running: Running, directory: Path) -> None:
    drop, outbox = directory / ground.DROP, directory / ground.OUTBOX
    host, _, port = running.smtp.rpartition(":")
    typer.echo(
        f"""
  หน้าเว็บ / pages        {running.http}/
  อ่านจดหมาย / read mail   {running.http}/demo/mail
  ส่งจดหมาย / send a mail  swaks --server {host}:{port} --to {MAILBOX} --from you@school.example --attach หนังสือ.pdf
  วางไฟล์ / drop a file    cp หนังสือ.pdf {drop}/
  ดูทะเบียน / register     saraban register list incoming --config {directory / "saraban.toml"}
  หยุด / stop              Ctrl+C
""",
        err=True,
    )
    line = f"ready http={running.http} smtp={running.smtp} mailbox={MAILBOX} drop={drop} outbox={outbox}"
    print(line, flush=True)  # noqa: T201 (others wait for this line on stdout)
