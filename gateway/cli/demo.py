"""`saraban demo`: the true daemon with an invented office and a short story, to try everything; no mail leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PortOption = Annotated[int | None, typer.Option(min=1, max=65535, show_default=False, help="พอร์ต / port")]

DirOption = Annotated[Path, typer.Option("--dir", metavar="DIR", help="โฟลเดอร์ของระบบตัวอย่าง / folder of the demo")]


def demo(
    directory: DirOption = Path("demo"),
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
    from gateway.demo import show  # the daemon's parts are slow to import, and no other command needs them

    show.run(directory.resolve(), smtp_port, http_port, story=story)
