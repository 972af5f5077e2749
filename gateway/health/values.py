"""The health of the house as values: what was seen, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ledger.backlog import Backlog


@dataclass(frozen=True, slots=True)
class DoorTurn:
    """A way in or a site that listens: `channel` is smtp, lmtp or http."""

    channel: str
    addresses: tuple[str, ...]  # host:port, or the path of a socket
    turned_at: datetime  # when its loop last turned
    age: float  # seconds since then, as long as the whole process ran


@dataclass(frozen=True, slots=True)
class FolderState:
    """A watched folder."""

    path: str
    error: str  # why it cannot be listed, "" when it can
    age: float  # seconds since it was last listed
    torn: int = 0  # files in it that are not whole yet
    failed: int = 0  # files that were not registered and lie in its failed/


@dataclass(frozen=True, slots=True)
class Remark:
    """What was noticed of the surroundings, and is no trouble of the house: for whoever may read the settings."""

    key: str  # the setting or header that mends it
    th: str
    en: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What database and disk say."""

    backlog: Backlog = field(default_factory=Backlog)
    free: int = 0  # bytes
    fault: str = ""  # why nothing can be stored
    addressed: bool = True  # whether the directory has an address for which mail is taken


@dataclass(frozen=True, slots=True)
class Health:
    """Everything that is known of a running house at one moment."""

    at: datetime
    starting: bool = False  # not everything runs yet
    doors: tuple[DoorTurn, ...] = ()
    ended: tuple[str, ...] = ()  # threads that should run and do not
    folders: tuple[FolderState, ...] = ()
    backlog: Backlog = field(default_factory=Backlog)
    free_bytes: int = 0
    figures_age: float = 0.0  # seconds since backlog and free bytes were measured
    storing: float = 0.0  # seconds that arrivals have waited for their commit
    unstored: bool = False  # the last arrival, or what was tried in its place, could not be stored
    storage_fault: str = ""  # why, in the words of the system
    reader_fault: str = ""  # why no letter can be read, in the words of the child or the system
    refusing_since: datetime | None = None
    free_threshold: int = 0
    addressed: bool = True
    remarks: tuple[Remark, ...] = ()
