"""The door to the database: what it keeps, what it refuses, how its schema comes to be (P-28, P-29)."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from ledger_world import World

import ledger
from ledger import database
from ledger.database import SCHEMA, Row, open_database, verdict
from ledger.directory import OrganisationRow
from ledger.errors import StorageUnsafe
from ledger.migrations.run import configuration, known_versions


def pragma(world: World, name: str) -> object:
    with world.database.write() as session:
        return session.connection().exec_driver_sql(f"PRAGMA {name}").scalar()


def test_commits_are_synced_and_keys_enforced(world: World) -> None:
    journal, synchronous = pragma(world, "journal_mode"), pragma(world, "synchronous")
    assert (journal, synchronous) in (("wal", 2), ("delete", 3))
    assert (pragma(world, "foreign_keys"), pragma(world, "trusted_schema")) == (1, 0)


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
    ],
)
def test_a_build_with_the_wal_reset_fault_is_recognised(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: tuple[int, int, int], safe: bool
) -> None:
    real = database._driver()

    class Build:
        sqlite_version_info = version

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

    monkeypatch.setattr(database, "_driver", Build)
    opened = open_database(tmp_path)
    with opened.read() as session:
        journal = session.connection().exec_driver_sql("PRAGMA journal_mode").scalar()
    opened.close()
    assert journal == ("wal" if safe else "delete")
    assert ("WAL, synchronous=FULL" in verdict()) is safe


def test_a_reader_cannot_write(world: World) -> None:
    with pytest.raises(sa.exc.OperationalError, match="readonly"), world.database.read() as session:
        session.connection().exec_driver_sql("DELETE FROM history")


def test_a_failed_transaction_leaves_nothing(world: World) -> None:
    with pytest.raises(ZeroDivisionError), world.act() as act:
        act.alter(OrganisationRow, 1, name="ชื่ออื่น")
        raise ZeroDivisionError
    with world.database.read() as session:
        assert session.get_one(OrganisationRow, 1).name == "สพป.ตัวอย่าง เขต 4"


def test_the_migrations_make_what_the_classes_say(world: World) -> None:
    for found in pkgutil.iter_modules(ledger.__path__, "ledger."):
        importlib.import_module(found.name)  # every table is mapped
    with world.database.read() as session:
        known = {"include_name": lambda name, _kind, _of: not (name or "").startswith("entry_texts")}  # FTS5's own
        context = MigrationContext.configure(session.connection(), opts=known)
        assert compare_metadata(context, Row.metadata) == []


def test_the_newest_migration_is_the_one_that_the_code_names() -> None:
    assert max(known_versions(configuration())) == SCHEMA


def test_a_newer_database_is_not_opened(world: World) -> None:
    with world.database.write() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageUnsafe, match="newer"):
        open_database(world.folder / "data")


def test_a_kill_during_the_first_migration_leaves_an_empty_database_that_opens(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; import ledger.migrations.run as run; from ledger.database import *\n"
        "real = run.command.upgrade\n"
        "def upgrade(config, target):\n"
        "    real(config, target); os.kill(os.getpid(), 9)\n"
        "run.command.upgrade = upgrade\n"
        "open_database(Path(sys.argv[1]))\n"
    )
    assert subprocess.run([sys.executable, "-c", code, tmp_path], check=False).returncode == -9
    open_database(tmp_path).close()


def test_several_processes_may_open_a_new_folder_at_once(tmp_path: Path) -> None:
    opening = [threading.Thread(target=lambda: open_database(tmp_path).close()) for _ in range(4)]
    for thread in opening:
        thread.start()
    for thread in opening:
        thread.join()
    open_database(tmp_path).close()


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs"])
def test_a_network_folder_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/vda / ext4 rw 0 0\nserver:/x {tmp_path} {kind} rw 0 0\n")
    monkeypatch.setattr(database, "_MOUNTS", mounts)
    with pytest.raises(StorageUnsafe, match=kind):
        open_database(tmp_path / "data")
