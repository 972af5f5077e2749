"""`saraban search rebuild`: the index of texts, made anew from the entries."""

from __future__ import annotations

import typer

from gateway.cli.context import ConfigOption, say
from gateway.cli.opened import opened
from ledger import search

app = typer.Typer(no_args_is_help=True, help="ดัชนีค้นหา / The index of texts")


@app.command("rebuild")
def rebuild(config: ConfigOption = None) -> None:
    """จัดทำดัชนีค้นหาใหม่ทั้งหมด ทำได้ขณะระบบทำงาน / Make the index anew; the daemon may run meanwhile.

    ตัวอย่าง / Example:

    saraban search rebuild
    """
    with opened(config) as ledger:
        count = search.rebuild(ledger.database)
    say(f"จัดทำดัชนีค้นหาแล้ว {count:,} รายการ", f"The index holds {count:,} entries.")
