"""What every command shares: the options for settings and JSON, how it speaks, and how it fails."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.settings import Settings, load
from ledger import errors

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        show_default=False,
        help="ไฟล์การตั้งค่าหรือโฟลเดอร์ของไฟล์ / settings file or its folder [SARABAN_CONFIG, ./saraban.toml]",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="พิมพ์เป็น JSON บรรทัดละหนึ่งรายการ / print JSON, one object a line")
]

Language = Literal["th", "en"]

_PIPE_WIDTH = 200
_CODES: tuple[tuple[type[errors.SarabanError], int], ...] = (
    (errors.SettingsWrong, os.EX_CONFIG),
    (errors.DataOpen, os.EX_CONFIG),
    (errors.DataForeign, os.EX_CONFIG),
    (errors.KeyUnusable, os.EX_CONFIG),
    (errors.KeyWrong, os.EX_CONFIG),
    (errors.GroupUnknown, os.EX_CONFIG),
    (errors.GroupNotOurs, os.EX_CONFIG),
    (errors.SocketBlocked, os.EX_CONFIG),
    (errors.PortForbidden, os.EX_NOPERM),
    (errors.AlreadyThere, os.EX_CANTCREAT),
    (errors.NotFound, os.EX_NOINPUT),
    (errors.StorageUnsafe, os.EX_UNAVAILABLE),
)

_set_language: ContextVar[str] = ContextVar("language", default="")


def settings_from(config: Path | None) -> Settings:
    """The settings for this command, which from here on speaks their language. Fails with every wrong setting."""
    try:
        settings = load(config, os.environ)
    except errors.SettingsWrong as wrong:
        fail(wrong)
    _set_language.set("" if settings.origins["language"] == "default" else settings.language)
    return settings


def language() -> Language:
    """What to speak: the setting, else SARABAN_LANGUAGE, else what the terminal prefers; Thai unless told otherwise."""
    wished = [_set_language.get(), *(os.environ.get(name, "") for name in ("SARABAN_LANGUAGE", "LC_ALL", "LANG"))]
    return "en" if next(filter(None, wished), "").startswith("en") else "th"


def say(th: str, en: str) -> None:
    """One line for the person at the terminal."""
    typer.echo(plain(th if language() == "th" else en))


def fail(error: errors.SarabanError) -> NoReturn:
    """Say what is wrong and leave with the exit code of sysexits(3) that fits."""
    typer.echo(plain(error.sentence(language())), err=True)
    sys.exit(code_of(error))


def code_of(error: errors.SarabanError) -> int:
    """The exit code: what is permanently wrong lies with what was given, what is temporary may be tried again."""
    otherwise = os.EX_DATAERR if error.permanent else os.EX_TEMPFAIL
    return next((code for kind, code in _CODES if isinstance(error, kind)), otherwise)


def emit_json(row: object) -> None:
    """One JSON object on one line."""
    typer.echo(json.dumps(row, ensure_ascii=False, default=_written))


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table for people; None is an empty cell."""
    console = Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH)
    shown = Table(*columns, title=plain(title), title_justify="left", box=box.SIMPLE_HEAD)
    for row in rows:
        shown.add_row(*(Text("" if cell is None else plain(str(cell)).replace("\n", " ")) for cell in row))
    console.print(shown)


def plain(text: str) -> str:
    """`text` without what would steer a terminal or turn its direction (attacks 23 and 34)."""
    return "".join(sign for sign in text if sign.isprintable() or sign == "\n")


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
