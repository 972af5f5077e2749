"""The command `saraban`: one file for each family of verbs, each mounted here."""

from __future__ import annotations

import os
import sys
import traceback

import typer

from gateway.cli import (
    admin,
    configure,
    demo,
    directory,
    intakes,
    letters,
    looking,
    outbox,
    registers,
    rules,
    running,
    searching,
    standing,
)
from gateway.cli.context import fail, language
from ledger import private
from ledger.errors import SarabanError

app = typer.Typer(
    help="งานสารบรรณทางอีเมลและโฟลเดอร์ / Official letters by mail and folder: numbered, routed, acknowledged.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
config = typer.Typer(help="การตั้งค่า / Settings", no_args_is_help=True)

app.command()(configure.init)
app.command()(configure.check)
config.command("show")(configure.config_show)
app.add_typer(config, name="config")
app.command()(running.run)
app.command()(demo.demo)
app.command()(looking.parse)
app.command()(looking.explain)
app.add_typer(rules.app, name="rules")
app.add_typer(directory.app, name="directory")
app.add_typer(registers.app, name="register")
app.add_typer(letters.app, name="letter")
app.command()(letters.send)
app.add_typer(intakes.app, name="intake")
app.add_typer(outbox.app, name="outbox")
app.add_typer(admin.app, name="admin")
app.add_typer(searching.app, name="search")
app.command()(standing.status)
app.command("verify")(running.verify_records)


def main() -> None:
    """Run one command. Exit codes are those of sysexits(3)."""
    os.umask(private.UMASK)
    try:
        app()
    except SarabanError as error:
        fail(error)
    except SystemExit as leaving:
        # The parser of the command line leaves with 2, which sysexits calls 64.
        sys.exit(os.EX_USAGE if leaving.code == 2 else leaving.code)
    except OSError as error:
        typer.echo(f"{error.filename or 'saraban'}: {error.strerror or error}", err=True)
        sys.exit(os.EX_NOPERM if isinstance(error, PermissionError) else os.EX_IOERR)
    except Exception:
        traceback.print_exc()
        th = "เกิดข้อผิดพลาดภายในระบบ โปรดแจ้งผู้ดูแลพร้อมข้อความข้างต้น"
        en = "Something inside went wrong. Please report it with the lines above."
        typer.echo(th if language() == "th" else en, err=True)
        sys.exit(os.EX_SOFTWARE)
