"""Runs alembic on a connection that is already in its transaction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from ledger.errors import AlreadyRunning, StorageUnsafe


def upgrade(connection: sa.Connection, version: str | None, path: Path, in_use: Callable[[], bool]) -> None:
    """Bring the schema from `version` (None for an empty database) to the newest.

    Errors: `StorageUnsafe` when `version` is not known here: the database is newer than this program;
    `AlreadyRunning` when `in_use` tells that a program of that version still works with it.
    """
    config = configuration()
    if version is not None and version not in known_versions(config):
        raise StorageUnsafe(
            path=path,
            problem=f"ฐานข้อมูลเป็นรุ่นใหม่กว่าโปรแกรมนี้ ({version}) ให้ติดตั้งโปรแกรมรุ่นล่าสุด (newer than this program)",
        )
    if version is not None and in_use():
        raise AlreadyRunning(folder=path.parent)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def configuration() -> Config:
    """Alembic's configuration; there is no file of its own."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def known_versions(config: Config) -> set[str]:
    """The names of all migrations in this folder."""
    return {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
