"""One door to the database: engine, transactions, SQLite's settings and the start-up check (P-29).

There is one writer connection in a process, and its transactions begin IMMEDIATE: a transaction that reads first and
writes later would fail at once when somebody else wrote in between. Readers cannot write.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Session

from ledger import durable, private
from ledger.errors import StorageUnsafe

FILE = "saraban.db"
SCHEMA = "0010"  # the newest migration that this code knows

_SCRUBBED = 1  # the user_version of a file without old free pages
_BUSY_MILLISECONDS = 30_000
_MOUNTS = Path("/proc/mounts")
_NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.rclone", "davfs"}
_PLAIN = frozenset({str, int, float, bool, type(None)})

T = TypeVar("T")


class Row(DeclarativeBase):
    """The root of all mapped classes.

    `loose` names the columns that history does not seal ("*": all), `later` those that came with a later schema, with
    the value that older rows have.
    """

    loose: frozenset[str] = frozenset()
    later: Mapping[str, Any] = MappingProxyType({})


class Moment(sa.TypeDecorator[datetime]):
    """An instant; stored in UTC as text of fixed width, so that texts sort as times do."""

    impl = sa.String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else moment_text(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else datetime.fromisoformat(value)


class Choice(sa.TypeDecorator[StrEnum]):
    """A value of one `StrEnum`, stored as its text."""

    impl = sa.String(16)
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: StrEnum | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> StrEnum | None:  # noqa: ARG002
        return None if value is None else self.enum(value)


@lru_cache(maxsize=256)  # one act writes its moment many times
def moment_text(moment: datetime) -> str:
    """`moment` in UTC with microseconds, always 32 characters."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def plain(value: object) -> Any:
    """`value` as JSON knows it, one way only, so that equal rows have equal texts."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    return value


class Database:
    """The ledger's database in `folder`. Use `open_database` unless the schema is known to be there."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._writer = _engine(self.path, readers=0)
        self._readers = _engine(self.path, readers=8)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that may write; committed at the end of the block, rolled back by an exception."""
        with Session(self._writer, expire_on_commit=False, autoflush=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent view; writing raises."""
        with Session(self._readers, expire_on_commit=False, autoflush=False) as session, session.begin():
            yield session

    def scrub(self) -> None:
        """Once in the life of a ledger, and after `soil`: what was written over lies in free pages no more.

        A disk without room for it, or somebody at work, puts it off to the next opening.
        """
        connection = self._writer.raw_connection()
        try:
            cursor = connection.cursor()  # VACUUM stands in no transaction
            cursor.execute("PRAGMA user_version")
            if (cursor.fetchone() or [0])[0] < _SCRUBBED:
                for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)", f"PRAGMA user_version={_SCRUBBED}"):
                    cursor.execute(statement)
        except _driver().OperationalError:
            return
        finally:
            connection.close()

    def close(self) -> None:
        """Close every connection."""
        self._writer.dispose()
        self._readers.dispose()


def soil(session: Session) -> None:
    """What this transaction writes over must not stay in free pages: `Database.scrub` is called for once more."""
    session.connection().exec_driver_sql("PRAGMA user_version=0")


def open_database(folder: Path, in_use: Callable[[], bool] = lambda: False) -> Database:
    """Open the database in `folder`, creating it or bringing its schema up to date first.

    Arguments: `in_use` tells whether a daemon works with it, whose schema must stay. Errors: `DataForeign` and
    `DataOpen` for a folder that is not ours alone; `StorageUnsafe` for a network folder, or a database that is newer
    than this code (P-28); `AlreadyRunning` for an older one that is in use.
    """
    durable.make_folder(folder.resolve())
    private.must_be_ours(folder)
    private.close(folder)
    _refuse_network_folder(folder)
    private.make_file(folder / FILE)  # what SQLite writes beside it takes its mode
    database = Database(folder)
    try:
        _bring_up_to_date(database, in_use)
    except BaseException:
        database.close()
        raise
    return database


def once(session: Session, key: object, make: Callable[[], T]) -> T:
    """`make()`, asked once in a transaction: for lookups that each letter of a batch would repeat."""
    if key not in session.info:
        session.info[key] = make()
    made: T = session.info[key]
    return made


def table_of(row: type[Row]) -> sa.Table:
    """The table of a mapped class, for Core statements."""
    table = row.__table__
    assert isinstance(table, sa.Table)
    return table


def verdict() -> str:
    """One Thai sentence: which SQLite is in use, and how it keeps what it was told."""
    version = ".".join(map(str, _driver().sqlite_version_info))
    if _wal_is_safe():
        return f"SQLite {version} แบบ WAL, synchronous=FULL"
    return f"SQLite {version} มีข้อบกพร่องของ WAL จึงใช้ rollback journal, synchronous=EXTRA (ช้ากว่าแต่ปลอดภัย)"


def _driver() -> Any:
    """The SQLite module: `pysqlite3` brings a build free of the WAL-reset fault; Python's own is usually older."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return importlib.import_module("sqlite3")


def _wal_is_safe() -> bool:
    # The WAL-reset race: fixed in 3.51.3, and in the older lines 3.50.7 and 3.44.6.
    version = tuple(_driver().sqlite_version_info)
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def _engine(path: Path, *, readers: int) -> sa.Engine:
    engine = sa.create_engine(
        f"sqlite:///{path}",
        module=_driver(),
        poolclass=sa.QueuePool,
        pool_size=readers or 1,
        max_overflow=0,
        pool_timeout=60,
        connect_args={"check_same_thread": False},
        hide_parameters=True,  # an error in the log must not carry a letter's subject (I8)
    )

    @event.listens_for(engine, "connect")
    def settle_in(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's BEGIN is ours, not the driver's
        for pragma in _pragmas():
            connection.execute(f"PRAGMA {pragma}")
        if readers:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN" if readers else "BEGIN IMMEDIATE")

    return engine


def _pragmas() -> list[str]:
    journal = ["journal_mode=WAL", "synchronous=FULL"]
    if not _wal_is_safe():
        journal = ["journal_mode=DELETE", "synchronous=EXTRA"]
    return [
        f"busy_timeout={_BUSY_MILLISECONDS}",
        *journal,
        "foreign_keys=ON",
        "secure_delete=ON",  # tokens and mails must not outlive their rows in the file
        "trusted_schema=OFF",
        "mmap_size=0",
        "cell_size_check=ON",
    ]


def _refuse_network_folder(folder: Path) -> None:
    where, kind = "", ""
    real = os.path.realpath(folder)
    for line in _MOUNTS.read_text().splitlines() if _MOUNTS.exists() else []:
        point, file_system = line.split()[1:3]
        inside = real == point or real.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(where):
            where, kind = point, file_system
    if kind in _NETWORK_FILE_SYSTEMS:
        raise StorageUnsafe(
            path=folder,
            problem=f"โฟลเดอร์นี้อยู่บนเครือข่าย ({kind}) ให้ตั้ง data เป็นดิสก์ในเครื่อง (network folder; use a local disk)",
        )


def _bring_up_to_date(database: Database, in_use: Callable[[], bool]) -> None:
    _upgrade(database, in_use)
    database.scrub()


def _upgrade(database: Database, in_use: Callable[[], bool]) -> None:
    with database.write() as session:
        connection = session.connection()
        if not sa.inspect(connection).has_table("alembic_version"):
            version = None
        else:
            version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        if version == SCHEMA:
            return
        from ledger.migrations import run  # alembic is slow to import, and rarely needed

        run.upgrade(connection, version, database.path, in_use)
